"""No area of the child's screen flashes, none flashes red, and nothing on it is striped, whatever hands do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pygame
import pytest

from bedside.stage.input.seats import Control, Together
from bedside.stage.picture import dimmer, lamp, sign, thumbnails
from bedside.stage.picture.look import Look
from bedside.stage.worlds import world as worlds
from bedside.stage.worlds.scenery.air import Air
from bedside.stage.worlds.scenery.canvas import Canvas
from bedside.stage.worlds.world import Tone
from stage import hazards
from stage.mash import Arm, Drum, Journey, Presses, Seen, watch
from stage.playroom import Playroom, canvas

LARGE, SMALL = (1280, 800), (800, 480)

# The worlds with the brightest fire and the palest ground are looked at on a large screen too.
BRIGHTEST = ("campfire", "snow")

MINIATURES, INSTRUMENTS = cache(thumbnails.world_thumbnail), cache(thumbnails.instrument_picture)

# For how many seconds each rate of strikes is gone on with, in strikes a second.
RATES = {20.0: 2.0, 5.0: 2.5, 1.5: 3.5}


@pytest.fixture(autouse=True)
def _gallery(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the pictures on panels: they are the same on every panel, and take longer than all frames."""
    monkeypatch.setattr(thumbnails, "world_thumbnail", MINIATURES)
    monkeypatch.setattr(thumbnails, "instrument_picture", lambda *asked: INSTRUMENTS(*asked).copy())


def drummed(room: Playroom) -> Seen:
    """Return what is seen while all pads are drummed at all rates, one after the other."""
    seen = Seen()
    for rate, seconds in RATES.items():
        watch(room, seconds, Drum(room, rate), seen=seen)
    return seen


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "size"), [*((name, SMALL) for name in worlds.names()), *((name, LARGE) for name in BRIGHTEST)]
)
def test_drumming_on_all_pads_harms_no_eyes(name: str, size: tuple[int, int]) -> None:
    """All pads struck and left 20, 5 and 1.5 times a second, anywhere in them, by hands that take turns."""
    seen = drummed(Playroom(worlds.find(name), size))
    assert seen.harmless, str(seen)


@pytest.mark.slow
@pytest.mark.parametrize("look", ["contrast", "dim", "still"])
@pytest.mark.parametrize("name", worlds.names()[::3])
def test_drumming_harms_no_eyes_that_need_another_look(name: str, look: str) -> None:
    """The same before two who sit face to face, in the looks of strong contrast, for the night and without motion."""
    seen = drummed(Playroom(worlds.find(name), SMALL, Together.FACING, Look(**{look: True})))
    assert seen.harmless, str(seen)


@pytest.mark.slow
@pytest.mark.parametrize("name", worlds.names())
def test_an_arm_on_a_keyboard_harms_no_eyes(name: str) -> None:
    """An octave and a half of keys, struck and left 20, 5 and 1.5 times a second, by turns and at once."""
    room, seen = Playroom(worlds.find(name), SMALL), Seen()
    for rate, seconds in RATES.items():
        for turn in (0.0, 0.13):
            watch(room, 0.8 * seconds, Arm(room, rate, turn), seen=seen)
    assert seen.harmless, str(seen)


@pytest.mark.slow
@pytest.mark.parametrize("name", worlds.names())
def test_stopping_and_going_on_harms_no_eyes(name: str) -> None:
    """The hand touched as often as it can lift, other controls ten times a second, while all pads are drummed on."""
    room = Playroom(worlds.find(name), SMALL)
    hands = [Presses(room, control, 10.0) for control in (Control.STAR, Control.SUN, Control.EAR)]
    hands.append(Presses(room, Control.HAND, 1.6))
    seen = watch(room, 4.0, Drum(room, 5.0), *hands)
    assert {"stop", "go on"} <= {chosen.what for chosen in room.chosen}
    assert seen.harmless, str(seen)


@pytest.mark.slow
@pytest.mark.parametrize("name", worlds.names())
def test_panels_that_come_and_go_harm_no_eyes(name: str) -> None:
    """Doors and sounds opened and closed at 6, 3 and 1 touches a second."""
    room, seen = Playroom(worlds.find(name), SMALL), Seen()
    for rate, seconds in ((6.0, 1.5), (3.0, 1.5), (1.0, 2.5)):
        hands = [Presses(room, control, rate) for control in (Control.DOOR, Control.SOUND)]
        watch(room, seconds, Drum(room, 5.0), *hands, seen=seen)
    assert seen.harmless, str(seen)


@pytest.mark.slow
def test_a_journey_through_all_worlds_harms_no_eyes() -> None:
    """From world to world, as fast as the door opens, while hands drum."""
    room = Playroom(worlds.find("night"), SMALL, Together.BESIDE)
    journey = Journey(room)
    seen = watch(room, 0.9 * len(worlds.names()) + 1, journey, Drum(room, 5.0))
    assert len(set(journey.entered)) == len(worlds.names())
    assert seen.harmless, str(seen)


@pytest.mark.slow
def test_waking_a_sleeping_world_harms_no_eyes() -> None:
    """Strikes on a world that is dimmed, and stops in it."""
    for name in worlds.names()[::2]:
        room = Playroom(worlds.find(name), SMALL)
        room.paint_until(100.0, rate=2)
        assert room.playground.view.scene.dimmer.level == pytest.approx(dimmer.ASLEEP, abs=0.01)
        seen = watch(room, 3.0, Drum(room, 1.5), Presses(room, Control.HAND, 1.5))
        assert seen.harmless, f"{seen} in {name}"


def test_flashes_are_counted() -> None:
    """Three flashes a second are counted as three, whatever else is dark, and faint or very bright ones not at all."""
    times = np.arange(120) / 60
    square = (times * 3 % 1 < 0.5).astype(float)[:, None]
    assert hazards.flashes(0.1 + 0.2 * square, 60) == 3
    assert hazards.flashes(0.1 + 0.09 * square, 60) == 0
    assert hazards.flashes(0.85 + 0.14 * square, 60) == 0
    assert hazards.flashes(np.hstack([square * 0, square]), 60) == 3
    slow = (times * 1.5 % 1 < 0.5).astype(float)[:, None]
    assert hazards.flashes(slow, 60) <= 2


@pytest.mark.parametrize(("red", "count"), [((0.3, 0.01, 0.01), 3), ((0.3, 0.06, 0.06), 0), ((0.05, 0.0, 0.0), 0)])
def test_red_flashes_are_counted(red: tuple[float, float, float], count: int) -> None:
    """Flashes of a saturated red are counted, not those of a paler one, nor of one too dark to matter."""
    square = (np.arange(120) / 60 * 3 % 1 < 0.5).astype(float)
    assert hazards.red_flashes(square[:, None, None] * np.array(red), 60) == count


@pytest.mark.parametrize(
    ("pairs", "slant", "light", "harm"),
    [
        (6, 0, 110, True),
        (40, 0, 110, True),
        (12, 1, 110, True),
        (12, -0.5, 110, True),
        (4, 0, 110, False),
        (12, 0, 60, False),
    ],
)
def test_stripes_are_seen(pairs: int, slant: float, light: int, harm: bool) -> None:
    """More than five pairs of stripes, upright, lying or slanting, are found on a picture; fewer or faint ones not."""
    for turned in (False, True):
        surface = canvas(SMALL)
        columns, rows = np.indices(SMALL)
        wave = 0.5 - 0.5 * np.cos(2 * np.pi * pairs * (columns + slant * rows) / SMALL[0])
        if turned:
            wave = 0.5 - 0.5 * np.cos(2 * np.pi * pairs * (rows + slant * columns) / SMALL[1])
        levels = np.repeat((20 + (light - 20) * wave)[:, :, None], 3, axis=2)
        pygame.surfarray.blit_array(surface, levels.astype(np.uint8))
        assert (hazards.striped(surface) > hazards.STRIPED) == harm


def test_a_striped_world_is_seen() -> None:
    """A world whose backdrop is striped fails in the first frame, and the night has no stripes to speak of."""
    night = worlds.find("night")
    assert watch(Playroom(night, SMALL), 0.1).striped < 0.1
    room = Playroom(replace(night, layers=(Stripes(),), motes=()), SMALL)
    assert watch(room, 0.1).striped > hazards.STRIPED


@pytest.mark.slow
def test_a_world_that_strobes_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lamps that come and go at once flash more than twice a second, and red ones before the dark flash red."""
    for name in ("RISE_SECONDS", "HOLD_SECONDS", "FADE_SECONDS", "OPEN_SECONDS"):
        monkeypatch.setattr(lamp, name, 0.01)
    room = Playroom(worlds.find("night"), SMALL)
    seen = watch(room, 2.0, Drum(room, 5.0))
    assert seen.flashes >= 4
    assert seen.red_flashes == 0
    night = worlds.find("night")
    red = replace(
        night,
        layers=night.layers[:1],
        tones=tuple(Tone(tone.picture, (255, 12, 8), tone.petals, tone.point) for tone in night.tones),
        lights=((255, 10, 10),) * 4,
    )
    room = Playroom(red, SMALL, look=Look(dim=True))
    assert watch(room, 2.0, Drum(room, 5.0)).red_flashes >= 4


@pytest.mark.slow
def test_controls_that_strobe_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A world, a panel or a sign that changes at once flashes more than twice a second where hands are fast."""
    monkeypatch.setattr("bedside.stage.input.choices._DEBOUNCE_SECONDS", 0.0)
    for module, control in ((dimmer, Control.HAND), (sign, Control.HAND)):
        with monkeypatch.context() as patched:
            patched.setattr(module, "TURN_SECONDS", 0.02)
            room = Playroom(bright(), SMALL)
            assert watch(room, 2.0, Presses(room, control, 8.0)).flashes > 2, module.__name__
    with monkeypatch.context() as patched:
        patched.setattr("bedside.stage.picture.overlay.FADE_SECONDS", 0.02)
        room = Playroom(bright(), SMALL)
        assert watch(room, 2.0, Presses(room, Control.SOUND, 8.0)).flashes > 2


@dataclass(frozen=True, slots=True)
class Stripes:
    """A layer as no artist is to state it: twelve dark stripes and twelve light ones."""

    def paint(self, canvas: Canvas) -> None:
        """Paint them."""
        canvas.levels[:] = (60 + 60 * np.sign(np.sin(24 * np.pi * canvas.across)))[:, :, None]


def bright() -> worlds.World:
    """Return the night at a brightness at which a change of all of it counts."""
    night = worlds.find("night")
    sky = night.layers[0]
    assert isinstance(sky, Air)
    air = replace(sky, whole=True, stops=tuple(replace(s, colour=(190, 190, 190)) for s in sky.stops))
    return replace(night, layers=(air,), motes=())
