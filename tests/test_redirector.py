"""Children start where Python itself starts another process, as in a virtual environment on Windows.

There ``python.exe`` is a redirector: it starts the real Python as a child that has its standard input, output and
error, and waits for it. The child can inherit nothing else, so that it gets its link as a copy.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bedside import children
from bedside.music.events import Lost, NoteOn, Player, Report, Source
from bedside.review.hearing import rendering
from bedside.sound.live.host import EngineHost
from bedside.sound.live.process import EngineSettings, main
from sound.live.kept import keep

ROOT = Path(__file__).parents[1]
LENDING = Path(__file__).with_name("lending")
RATE = 8_000

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="Linux can say who fetches a copy")]


@pytest.fixture(autouse=True)
def redirector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a redirector that starts all children from here, and links that cannot be inherited."""
    path = tmp_path / "python"
    path.write_text(
        f"#!{sys.executable} -S\n"
        "import subprocess, sys\n"
        f"sys.exit(subprocess.run([{sys.executable!r}, *sys.argv[1:]], close_fds=True).returncode)\n"
    )
    path.chmod(0o700)
    copies = tmp_path / "copies"
    copies.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(copies))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (LENDING, ROOT))))
    monkeypatch.setenv("BEDSIDE_CACHE", str(tmp_path))
    # Setting what it replaces to what it is already, so that it is set back afterwards.
    for name in ("LENDS", "_share", "_shared"):
        monkeypatch.setattr(children, name, getattr(children, name))
    spec = importlib.util.spec_from_file_location("lending", LENDING / "sitecustomize.py")
    assert spec is not None and spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    monkeypatch.setattr(sys, "executable", str(path))
    return path


def wait_for(true: Callable[[], object], seconds: float = 240.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def runs(pid: int) -> bool:
    """Return whether a process is there and has not ended."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def is_own(pid: int) -> bool:
    """Return whether a process was started by this one, and not by a redirector."""
    return f"\nPPid:\t{os.getpid()}\n" in Path(f"/proc/{pid}/status").read_text()


def test_the_engine_plays_and_its_spare_takes_over(tmp_path: Path) -> None:
    """Engines started through a redirector play what is asked; one that is killed is replaced, and none is left."""
    keep(tmp_path / "instruments", RATE)
    performed: list[Report] = []
    host = EngineHost(
        EngineSettings(RATE, 128, 16, "a card that nobody has", ("marimba",)), frozenset(), performed.append
    )

    def notes() -> int:
        return sum(isinstance(getattr(each, "event", None), NoteOn) for each in list(performed))

    host.start()
    try:
        wait_for(lambda: host.ready)
        host.ask(NoteOn(Player.CHILD, 1, 60, 0.7, 0.5, Source.TOUCH))
        wait_for(lambda: notes() == 1)
        wait_for(lambda: len(host.processes) == 2)
        # Of a child that has not yet reported, the redirector is known.
        wait_for(lambda: not any(map(is_own, host.processes)))
        first, second = host.processes
        before = len(performed)
        os.kill(first, 9)
        # Where there is no card, the next one goes on unheard.
        wait_for(lambda: any(isinstance(getattr(each, "event", None), Lost) for each in performed[before:]))
        host.ask(NoteOn(Player.CHILD, 2, 64, 0.7, 0.5, Source.TOUCH))
        wait_for(lambda: notes() >= 2)
        every = {first, second, *host.processes}
    finally:
        host.stop()
    wait_for(lambda: not any(map(runs, every)))


def test_killing_a_child_kills_what_the_redirector_started() -> None:
    """An engine that waits to be opened, and its redirector, are gone when the parent has enough of it."""
    child = children.launch(main, EngineSettings(RATE, 128, 16, "a card that nobody has", ("marimba",)), "engine")
    started = child.pid
    wait_for(lambda: child.pid != started)
    real = child.pid
    assert runs(real)
    child.kill()
    wait_for(lambda: not runs(real) and child.poll() is not None, 30.0)
    child.end(20.0)


def test_the_renderer_answers() -> None:
    """The pages' renderer, started through a redirector, answers what it is asked."""
    renderer = rendering.Renderer(None)
    renderer.send(rendering.NextPiece(7))
    assert renderer.receive() == rendering.Fault("This take cannot be heard.")
    renderer.end()
