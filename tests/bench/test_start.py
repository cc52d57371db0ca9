"""How long it takes until something can sound, with all instruments kept from last time and with none; and memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

from bedside.music import scales
from bedside.music.compass import keys
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
from e2e.rig.gaze import Gaze
from e2e.rig.program import Program
from e2e.rig.soundcard import PROGRAM, SoundCard
from e2e.rig.touchscreen import Touchscreen
from e2e.rig.waiting import wait_for

STARTS = 5

PICTURE_SECONDS = 0.5
COLD_SECONDS = 3.0
WARM_SECONDS = 1.5
BAKED_SECONDS = 2.0
MOST_MEGABYTES = 600.0

_BAKE_ALL = f"from bedside.sound.library import loading; loading.load({stage.RATE})"

# A picture as plain as can be, which answers a touch.
_WINDOW = """
import pygame
pygame.display.init()
surface = pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
level = 30
while True:
    surface.fill((level, level, level))
    pygame.display.flip()
    while (event := pygame.event.wait()).type != pygame.FINGERDOWN:
        if event.type == pygame.QUIT:
            raise SystemExit
    level = 60
"""

# A place is lit once it is brighter by so many levels.
_ANSWER = 8.0

_TOP = Path(__file__).parents[2]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a cache that is empty, in which the engine looks."""
    monkeypatch.setenv("BEDSIDE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def engine() -> EngineHost:
    """Return a host as a bed has it, without a listener."""
    recipes = catalogue.recipes(None)
    night = world.find("night")
    compass = next(stage.offered(recipe).compass for recipe in recipes if recipe.name == night.instrument)
    pads = keys(scales.scale(night.scale), night.root, night.pads, compass)
    settings = EngineSettings(stage.RATE, stage.BLOCK, stage.POLYPHONY, None, (night.instrument,), keys=pads)
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


@pytest.mark.timeout(900)
def test_the_engine_alone(empty: Path, report: Callable[[str], None]) -> None:
    """An engine without a card plays after so long: with nothing baked, then with all instruments."""
    cold = started()
    bake_all()
    assert list(empty.glob("instruments/*.tables")), "nothing was kept"
    warm = [started() for _ in range(STARTS)]
    report(
        f"engine alone until it plays: cold {cold:.2f} s; warm {median(warm):.2f} s ({min(warm):.2f}–{max(warm):.2f}), "
        f"wanted {WARM_SECONDS:g} s: {at_most(median(warm), WARM_SECONDS)}"
    )


@dataclass(frozen=True, slots=True)
class Begun:
    """A start: seconds from the command to the first picture and the first sound, and from a touch to its light."""

    picture: float
    answer: float
    sound: float


def begun(screen: Touchscreen, card: SoundCard, program: Program, silent: bool = False) -> Begun:
    """Start a program, touch its first pad as soon as there is a picture, ten times a second, and stop it.

    A ``silent`` one is stopped once it has answered by light.
    """
    x, y = spot(screen, pads(screen)[0])
    heard_before, since = card.now(), time.monotonic()
    with Gaze(screen) as gaze, program:
        program.wait_for(lambda: not gaze.dark(), 60, "a picture")
        picture = time.monotonic() - since
        before, touched = gaze.around(x, y), time.monotonic()
        screen.tap(0, x, y, 0.005)
        program.wait_for(lambda: gaze.around(x, y) > before + _ANSWER, 60, "a light")
        answer = time.monotonic() - touched

        def heard() -> int | None:
            screen.tap(0, x, y, 0.005)
            time.sleep(0.1)
            return card.onset(heard_before)

        first = heard_before if silent else program.wait_for(heard, 60, "a touch to be heard")
        program.stop()
    return Begun(picture, answer, (first - heard_before) / card.rate)


@pytest.mark.timeout(900)
def test_the_program(
    touchscreen: Touchscreen, card: SoundCard, empty: Path, tmp_path: Path, report: Callable[[str], None]
) -> None:
    """From the command to the first picture, the first answer to a touch and the first sound, and an empty window.

    With nothing kept from last time, and then with all instruments.
    """

    def window() -> Begun:
        variables = {name: touchscreen.env[name] for name in ("DISPLAY", "SDL_VIDEODRIVER")}
        command = [sys.executable, "-c", _WINDOW]
        program = Program(data=tmp_path / "none", env={**variables, "SDL_TOUCH_MOUSE_EVENTS": "0"}, command=command)
        return begun(touchscreen, card, program, silent=True)

    cold = begun(touchscreen, card, playing(touchscreen, card, tmp_path / "cold"))
    bake_all()
    empties, warm = [], []
    for number in range(STARTS):
        empties.append(window())
        warm.append(begun(touchscreen, card, playing(touchscreen, card, tmp_path / f"warm{number}")))
    assert empty.is_dir()

    def said(part: str, of: list[Begun]) -> str:
        seconds = [getattr(each, part) for each in of]
        return f"{median(seconds):.2f} s ({min(seconds):.2f}–{max(seconds):.2f})"

    first = median(each.picture for each in warm)
    report(
        f"first picture: cold {cold.picture:.2f} s; warm {said('picture', warm)}, wanted {PICTURE_SECONDS:g} s: "
        f"{at_most(first, PICTURE_SECONDS)}; an empty pygame window {said('picture', empties)}"
    )
    report(
        f"a touch on it until light: cold {cold.answer:.2f} s; warm {said('answer', warm)}; "
        f"an empty pygame window {said('answer', empties)}"
    )
    report(
        f"program until a touch is heard: cold {cold.sound:.2f} s, wanted {COLD_SECONDS:g} s: "
        f"{at_most(cold.sound, COLD_SECONDS)}; warm {said('sound', warm)}, wanted {WARM_SECONDS:g} s: "
        f"{at_most(median(each.sound for each in warm), WARM_SECONDS)}"
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
