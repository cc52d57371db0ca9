"""On every screen that a bed may have, either way up, all targets fit, and what is drawn is what is touched."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.music import scales
from bedside.music.events import NoteOn, Player
from bedside.music.layout import LAYOUTS, MOST_PADS
from bedside.music.pad import Area, Pad
from bedside.music.settings import AllSettings
from bedside.stage.bed import SMALLEST_MM, finger_pixels
from bedside.stage.input.hands import Hands, Pressed, Tuning
from bedside.stage.input.seats import HANDS, LEAST_MM, Control, Side, Together
from bedside.stage.picture import arrangement
from bedside.stage.picture.bedsetup import BedSetup
from bedside.stage.picture.chooser import Chooser
from bedside.stage.picture.look import PLAIN
from bedside.stage.worlds import world as worlds
from effort import times
from stage.playroom import PLAYERS, Playroom, canvas, offered

WORLDS = {name: worlds.find(name) for name in worlds.names()}
SLACK = 1e-6

sizes = st.tuples(st.integers(640, 3840), st.integers(360, 2160)).flatmap(
    lambda size: st.sampled_from((size, size[::-1]))
)
shares = st.floats(0.02, 0.98)


@st.composite
def beds(draw: st.DrawFn) -> tuple[tuple[int, int], float, tuple[Side, ...]]:
    """Draw a screen, the least size of a target on it, and the sides of any bed there."""
    size = draw(sizes)
    # Of a screen of unknown size, and of one that is that much larger than the smallest.
    larger = draw(st.none() | st.floats(1, 5))
    smallest = finger_pixels(size, None if larger is None else _millimetres(size, larger))
    together = draw(st.sampled_from(Together))
    world = WORLDS[draw(st.sampled_from(sorted(WORLDS)))]
    setting = BedSetup(
        together,
        PLAYERS[together],
        smallest,
        PLAIN,
        Player.THERAPIST,
        free=False,
        layout=draw(st.none() | st.sampled_from(sorted(LAYOUTS))),
        pads=draw(st.none() | st.integers(1, MOST_PADS)),
        scale=draw(st.none() | st.sampled_from([scale.name for scale in scales.SCALES])),
    )
    return size, smallest, arrangement.sides(world, setting, size, {each.name: each for each in offered()})


def _millimetres(size: tuple[int, int], larger: float) -> tuple[float, float]:
    """Return the size of a screen of square pixels, as much larger than the smallest in its tighter direction."""
    mm_per_pixel = larger * max(max(SMALLEST_MM) / max(size), min(SMALLEST_MM) / min(size))
    return size[0] * mm_per_pixel, size[1] * mm_per_pixel


def cell(pad: Pad) -> Area:
    return Area(pad.x - pad.width / 2, pad.y - pad.height / 2, pad.width, pad.height)


def inside(area: Area, whole: Area) -> bool:
    return (
        whole.x - SLACK <= area.x
        and whole.y - SLACK <= area.y
        and area.x + area.width <= whole.x + whole.width + SLACK
        and area.y + area.height <= whole.y + whole.height + SLACK
    )


def apart(one: Area, other: Area) -> bool:
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return min(across, down) <= SLACK


def pads_apart(one: Pad, other: Pad) -> bool:
    if one.round and other.round:
        return math.hypot(one.x - other.x, one.y - other.y) >= (one.width + other.width) / 2 - SLACK
    return apart(cell(one), cell(other))


@pytest.mark.slow
@settings(max_examples=times(120))
@given(beds())
def test_nothing_lies_outside_is_too_small_or_overlaps(bed: tuple[tuple[int, int], float, tuple[Side, ...]]) -> None:
    """Controls, pads and pictures to choose: each lies in its own seat, apart from the others, as large as a finger."""
    size, smallest, sides = bed
    assert smallest > 0
    for one, other in combinations(sides, 2):
        assert apart(one.seat.whole, other.seat.whole)
    for side in sides:
        assert inside(side.seat.whole, Area(0, 0, *size))
        chooser = Chooser(side.seat.play, 17, smallest)
        controls = [button.area for button in side.seat.buttons]
        for area in [*controls, *chooser.areas, *map(cell, side.pads)]:
            assert min(area.width, area.height) >= smallest - SLACK
        assert all(inside(area, side.seat.whole) for area in controls)
        assert all(inside(area, side.seat.play) for area in [*chooser.areas, *map(cell, side.pads)])
        assert all(apart(one, other) for one, other in combinations([*controls, side.seat.play], 2))
        assert all(apart(one, other) for one, other in combinations(chooser.areas, 2))
        assert all(pads_apart(one, other) for one, other in combinations(side.pads, 2))


@pytest.mark.slow
@settings(max_examples=times(60))
@given(beds(), shares, shares)
def test_what_is_drawn_is_what_is_touched(
    bed: tuple[tuple[int, int], float, tuple[Side, ...]], across: float, down: float
) -> None:
    """A finger anywhere on the picture of a control presses it, and anywhere in a pad it plays that pad."""
    size, _, sides = bed
    canvas((8, 8))
    hands = Hands(sides, size, Tuning(scales.SCALES[0], 60, Player.THERAPIST, False), {}, AllSettings())

    def point(kind: int, x: float, y: float) -> pygame.event.Event:
        return pygame.event.Event(kind, touch_id=1, finger_id=1, x=x / size[0], y=y / size[1])

    for (control, player), sign in arrangement._signs(sides, PLAIN, {}).items():
        assert sign.rect.w > 0
        at = sign.rect.x + across * sign.rect.w, sign.rect.y + down * sign.rect.h
        assert not hands.feed(point(pygame.FINGERDOWN, *at))
        hands.feed(point(pygame.FINGERUP, *at))
        assert hands.presses()[0] == Pressed(Control.HAND if control in HANDS else control, player)
    for side in sides:
        for pad in side.pads:
            # Within a circle where it is one.
            reach = 0.7 if pad.round else 1.0
            x = pad.x + reach * (across - 0.5) * pad.width
            y = pad.y + reach * (down - 0.5) * pad.height
            (on,) = hands.feed(point(pygame.FINGERDOWN, x, y))
            assert isinstance(on, NoteOn)
            assert (on.player, on.key) == (side.seat.player, pad.key)
            hands.feed(point(pygame.FINGERUP, x, y))


@pytest.mark.slow
@pytest.mark.parametrize("size", [(640, 360), (360, 640), (1920, 1080), (1080, 1920)])
@pytest.mark.parametrize("together", [Together.ALONE, Together.FACING])
def test_light_comes_where_the_finger_is(size: tuple[int, int], together: Together) -> None:
    """A pad that is touched in its middle becomes brightest within itself, and the pads beside it stay as they are."""
    room = Playroom(WORLDS["garden"], size, together, least=finger_pixels(size, None))
    room.paint_until(0.5)
    for side in room.playground.sides:
        pad = side.pads[len(side.pads) // 2]
        before = room.levels().sum(axis=2)
        room.down(1, pad.x, pad.y)
        room.paint_until(room.now + 1.0)
        gain = np.clip(room.levels().sum(axis=2) - before, 0, None).astype(float)
        x, y = (float((gain.sum(axis=1 - axis) * np.arange(size[axis])).sum() / gain.sum()) for axis in (0, 1))
        assert abs(x - pad.x) < pad.width / 4
        assert abs(y - pad.y) < pad.height / 4
        room.up(1, pad.x, pad.y)
        room.paint_until(room.now + 6.0, rate=5)


def test_a_small_screen_of_unknown_size_is_taken_for_a_small_one() -> None:
    """Twenty millimetres are guessed from the smallest screen that a bed has, so that all targets fit."""
    assert finger_pixels((1280, 800), None) == 96
    assert finger_pixels((640, 360), None) == pytest.approx(LEAST_MM * 640 / 155)
    assert finger_pixels((360, 640), None) == finger_pixels((640, 360), None)
