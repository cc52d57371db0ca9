"""How long it takes until something can sound, with all instruments kept from last time and with none; and memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from bedside.sound.library import catalogue, loading
from bedside.sound.live.host import EngineHost
from bedside.sound.live.process import EngineSettings
from bedside.stage import bed as stage
from bedside.stage.worlds import world
from bench import memory
from bench.idle import IDLE, idle
from bench.verdict import at_least, at_most
from e2e.bed import pads, playing, spot, tap_until_heard
from e2e.rig.eye import Eye
from e2e.rig.soundcard import PROGRAM, SoundCard
from e2e.rig.touchscreen import Touchscreen
from e2e.rig.waiting import wait_for

STARTS = 5

WARM_SECONDS = 1.5
BAKED_SECONDS = 2.0
MOST_MEGABYTES = 600.0

_BAKE_ALL = f"from bedside.sound.library import loading; loading.load({stage.RATE})"
_TOP = Path(__file__).parents[2]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a cache that is empty, in which the engine looks."""
    monkeypatch.setenv("BEDSIDE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def engine() -> EngineHost:
    """Return a host as a bed has it, without a listener."""
    recipes = catalogue.recipes(None)
    first = world.find("night").instrument
    settings = EngineSettings(stage.RATE, stage.BLOCK, stage.POLYPHONY, None, (first,))
    return EngineHost(settings, frozenset(recipe.name for recipe in recipes if recipe.sustained), lambda _: None)


def started() -> float:
    """Start an engine and stop it; return the seconds until it played."""
    host = engine()
    began = time.perf_counter()
    host.start()
    try:
        wait_for(lambda: host.ready, 60, "the engine to play")
        return time.perf_counter() - began
    finally:
        host.stop()


def bake_all() -> None:
    """Fill the cache, in a process of its own, whose memory is gone with it."""
    subprocess.run([sys.executable, "-c", _BAKE_ALL], check=True, cwd=_TOP, timeout=550)


def test_the_engine_alone(empty: Path, report: Callable[[str], None]) -> None:
    """An engine without a card plays after so long: first with nothing baked, then with what it baked itself."""
    cold = started()
    assert list(empty.glob("instruments/*.tables")), "the engine did not keep what it made"
    warm = [started() for _ in range(STARTS)]
    report(
        f"engine alone until it plays: cold {cold:.2f} s; warm {median(warm):.2f} s ({min(warm):.2f}–{max(warm):.2f}), "
        f"wanted {WARM_SECONDS:g} s: {at_most(median(warm), WARM_SECONDS)}"
    )


@pytest.mark.timeout(900)
def test_the_program(
    touchscreen: Touchscreen, card: SoundCard, empty: Path, tmp_path: Path, report: Callable[[str], None]
) -> None:
    """From the command until the first touch that can be heard is at the card: with nothing kept, and with all."""

    def until_heard(name: str) -> float:
        x, y = spot(touchscreen, pads(touchscreen)[0])
        before = card.now()
        with playing(touchscreen, card, tmp_path / name) as program:

            def heard() -> int | None:
                touchscreen.tap(0, x, y, 0.005)
                return card.onset(before)

            first = program.wait_for(heard, 60, "a touch to be heard")
            program.stop()
        return (first - before) / card.rate

    cold = until_heard("cold")
    bake_all()
    warm = [until_heard(f"warm{number}") for number in range(STARTS)]
    assert empty.is_dir()
    report(
        f"program until a touch is heard: cold {cold:.2f} s; warm {median(warm):.2f} s "
        f"({min(warm):.2f}–{max(warm):.2f}), wanted {WARM_SECONDS:g} s: {at_most(median(warm), WARM_SECONDS)}"
    )


@pytest.mark.timeout(300)
def test_the_picture_while_instruments_are_baked(
    touchscreen: Touchscreen, card: SoundCard, empty: Path, tmp_path: Path, report: Callable[[str], None]
) -> None:
    """With nothing kept, five fingers play from the first sound on until every instrument is made: what eyes see."""
    wanted = len(catalogue.recipes(None))
    spots = [spot(touchscreen, pad) for pad in pads(touchscreen)]

    def made() -> int:
        return len(list(empty.glob("instruments/*.tables")))

    with Eye(touchscreen) as eye, idle(card), playing(touchscreen, card, tmp_path / "kept") as program:
        tap_until_heard(touchscreen, card, program)
        since, before = time.monotonic(), made()
        late, first, turn = card.late(), card.now(), 0
        while made() < wanted:
            assert time.monotonic() - since < 120.0, "not all instruments were made"
            touchscreen.down(turn % 5, *spots[turn % len(spots)])
            time.sleep(0.05)
            touchscreen.up(turn % 5)
            turn += 1
        until = time.monotonic()
        late, blocks = card.late() - late, (card.now() - first) // card.block
        program.stop()
    rate = eye.frames(since, until) / (until - since)
    report(
        f"while {wanted - before} instruments are made in {until - since:.1f} s: the picture is drawn {rate:.1f} "
        f"times a second, wanted 60: {at_least(rate, 59.0)}; still for {eye.longest_still(since, until) * 1000:.0f} ms "
        f"at most; the engine late for {late[PROGRAM]} of {blocks} blocks, an idle client in C for {late[IDLE]}"
    )


@pytest.mark.timeout(900)
def test_baking(report: Callable[[str], None]) -> None:
    """Each instrument that the program ships is made from its patch, and nothing is left out."""
    made = {}
    for recipe in catalogue.recipes(None):
        began = time.perf_counter()
        instrument, ignored = recipe.make(stage.RATE, lambda _share: None)
        made[recipe.name] = (time.perf_counter() - began, instrument.pool.nbytes / 1e6)
        assert not ignored
    for name, (seconds, megabytes) in made.items():
        report(f"{name:>14}: baked in {seconds:5.2f} s, {megabytes:5.1f} MB")
    slowest = max(made, key=lambda name: made[name][0])
    report(
        f"{len(made)} instruments baked in {sum(seconds for seconds, _ in made.values()):.1f} s; {slowest} takes "
        f"longest, {made[slowest][0]:.2f} s, wanted {BAKED_SECONDS:g} s: {at_most(made[slowest][0], BAKED_SECONDS)}"
    )


@pytest.mark.timeout(900)
def test_memory(report: Callable[[str], None]) -> None:
    """An engine's process that has every instrument holds so much, and beside it a spare that shares their tables."""
    bake_all()
    kept = sum(instrument.pool.nbytes for instrument in loading.load(stage.RATE)) / 1e6
    number = len(catalogue.recipes(None))
    host = engine()
    host.start()
    try:
        wait_for(lambda: len(host.processes) == 2, 60, "the spare engine")
        # They arrive one after the other, at the spare too.
        wait_for(lambda: all(memory.held(pid)["Rss"] > kept for pid in host.processes), 60, "all instruments")
        time.sleep(3.0)
        playing, spare = (memory.held(pid) for pid in host.processes)
    finally:
        host.stop()
    own = playing["Rss"] - kept
    report(
        f"an engine with all {number} instruments: {playing['Rss']:.0f} MB resident, {playing['Anonymous']:.0f} MB of "
        f"them its own; {kept / number:.1f} MB an instrument beside {own:.0f} MB of program; its share where a spare "
        f"holds the same {playing['Pss']:.0f} MB, both together {playing['Pss'] + spare['Pss']:.0f} MB; "
        f"wanted {MOST_MEGABYTES:g} MB: {at_most(playing['Rss'], MOST_MEGABYTES)}"
    )
