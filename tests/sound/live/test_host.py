"""The host has an engine play with what there is, and all else baked meanwhile."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from bedside.music.events import Lost, NoteOff, NoteOn, Player, Program, Report, Source, TakeBegan
from bedside.sound.library import catalogue
from bedside.sound.live import wire
from bedside.sound.live.child import Phase
from bedside.sound.live.host import EngineHost
from bedside.sound.live.process import EngineSettings
from sound.live.kept import keep
from sound.live.puppet import puppet

RATE = 8_000

E = TypeVar("E")

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals are a Unix thing"),
    pytest.mark.usefixtures("empty"),
]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all processes that are started from here use an empty cache."""
    monkeypatch.setenv("BEDSIDE_CACHE", str(tmp_path))


@contextmanager
def hosting(first: tuple[str, ...]) -> Iterator[tuple[EngineHost, list[Report]]]:
    """Give a host that plays unheard, and all that its engines reported."""
    performed: list[Report] = []
    host = EngineHost(EngineSettings(RATE, 128, 16, "a card that nobody has", first), frozenset(), performed.append)
    host.start()
    try:
        yield host, performed
    finally:
        host.stop()


def wait_for(true: Callable[[], object], seconds: float = 240.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def of(kind: type[E], performed: Sequence[Report]) -> list[E]:
    """Return the events of a kind among what was performed or set."""
    events = [getattr(each, "event", None) for each in list(performed)]
    return [event for event in events if isinstance(event, kind)]


def test_an_engine_that_hangs_is_replaced() -> None:
    """The spare takes over from an engine without a heartbeat; where the whole machine stood still, it waits."""
    host = EngineHost(EngineSettings(RATE, 128, 16, "a card that nobody has", ()), frozenset(), lambda _: None)
    with puppet(Phase.PLAYING) as active, puppet(Phase.READY) as spare:
        active.beat = wire.Beat(0, 10 * 10**9, 0, 0.0, True)
        active.card = "a card"
        host._active, host._spare = active, spare
        host._watch(10.1)
        assert host._active is active
        active.excused = 0.3
        host._watch(10.4)
        assert host._active is active
        host._watch(10.6)
        assert host._active is spare
        assert active.process.poll() is not None


@pytest.mark.slow
def test_with_an_empty_cache_one_is_played_while_the_rest_is_baked() -> None:
    """The first instrument plays before there is any other; all others come by themselves, and the baker ends."""
    names = [recipe.name for recipe in catalogue.recipes(None)]
    with hosting(("marimba",)) as (host, performed):
        wait_for(lambda: host.ready)
        assert len(host.instruments) < len(names)
        host.ask(Program(Player.CHILD, names[-1]))
        host.ask(NoteOn(Player.CHILD, 1, 60, 0.7, 0.5, Source.TOUCH))
        wait_for(lambda: of(NoteOn, performed))
        wait_for(lambda: len(host.instruments) == len(names))
        assert host.instruments[0] == "marimba"
        wait_for(lambda: Program(Player.CHILD, names[-1]) in of(Program, performed))
        assert of(Program, performed).count(Program(Player.CHILD, names[-1])) == 1
        wait_for(lambda: host._baking.process is None)
        assert host.health.restarts == 0
    assert host._baking.process is None


@pytest.mark.slow
def test_with_a_cache_that_cannot_be_written_every_instrument_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Where nothing can be kept all instruments come all the same, for the next engine too, and nothing is left."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("BEDSIDE_CACHE", str(tmp_path / "file"))
    names = {recipe.name for recipe in catalogue.recipes(None)}
    with hosting(("marimba",)) as (host, performed):
        fallback = host._baking.fallback
        wait_for(lambda: set(host.instruments) == names, 240.0)
        assert fallback.is_dir()
        wait_for(lambda: len(host.processes) == 2)
        host.ask(Program(Player.CHILD, "bowl"))
        host.ask(NoteOn(Player.CHILD, 1, 60, 0.7, 0.5, Source.TOUCH))
        wait_for(lambda: of(NoteOn, performed))
        before = len(performed)
        os.kill(host.processes[0], signal.SIGKILL)
        wait_for(lambda: Program(Player.CHILD, "bowl") in of(Program, performed[before:]))
    assert not fallback.exists()
    (said,) = capfd.readouterr().err.splitlines()
    assert "cannot be saved" in said


@pytest.mark.slow
def test_the_next_engine_has_what_is_played_at_once(tmp_path: Path) -> None:
    """When the engine is killed, the next plays the instrument that the child had chosen, though not the first."""
    names = [recipe.name for recipe in catalogue.recipes(None)]
    keep(tmp_path / "instruments", RATE)
    with hosting(("marimba",)) as (host, performed):
        host.ask(Program(Player.CHILD, "harp"))
        wait_for(lambda: "harp" in host.instruments and len(host.instruments) == len(names))
        host.ask(NoteOn(Player.CHILD, 1, 60, 0.7, 0.5, Source.TOUCH))
        wait_for(lambda: of(NoteOn, performed) and len(host.processes) == 2)
        before = len(performed)
        os.kill(host.processes[0], signal.SIGKILL)
        wait_for(lambda: of(Lost, performed[before:]))
        wait_for(lambda: of(Program, performed[before:]))
        assert of(Program, performed[before:])[0] == Program(Player.CHILD, "harp")


@pytest.mark.slow
def test_whoever_leaves_early_leaves_no_baker() -> None:
    """A host that stops while instruments are baked ends the baker too."""
    with hosting(("marimba",)) as (host, performed):
        wait_for(lambda: host._baking.process is not None)
        pid = host._baking.process
        host.ask(NoteOn(Player.CHILD, 1, 60, 0.7, 0.5, Source.TOUCH))
        host.ask(NoteOff(Player.CHILD, 1))
        wait_for(lambda: of(TakeBegan, performed))
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.slow
def test_without_portaudio_no_engine_is_started_over_and_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PortAudio is missing an engine plays unheard, and its spare waits: neither is replaced."""
    planted = tmp_path / "planted"
    planted.mkdir()
    (planted / "sounddevice.py").write_text('raise OSError("PortAudio library not found")\n')
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(planted), str(Path(__file__).parents[3]))))
    with hosting(("drum",)) as (host, _):
        wait_for(lambda: host.ready and host._spare is not None and host._spare.phase is Phase.OPENING)
        before = host.processes
        # Longer than an engine may take to open its card.
        time.sleep(6.0)
        assert host.processes == before
        assert host.health.card == ""
        assert host.health.restarts == 0
