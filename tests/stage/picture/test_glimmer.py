"""A glimmer comes at once, is faint, and goes slowly; while all is stopped it is what answers a touch."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from bedside.stage.input.seats import Control
from bedside.stage.picture.glimmer import Glimmers
from bedside.stage.picture.look import Look
from bedside.stage.worlds import world as worlds
from stage.mash import Drum, watch
from stage.playroom import Playroom, canvas

SIZE = (640, 400)
AT = (200.0, 150.0)


def lit(glimmers: Glimmers, now: float) -> int:
    """Return the brightest level that all glimmers add to black at this time."""
    surface = canvas(SIZE)
    for glimmer in glimmers.lit:
        glimmer.advance(now)
        glimmer.draw(surface)
    return max(surface.get_at((x, int(AT[1])))[2] for x in range(0, SIZE[0], 4))


def test_it_comes_at_once_and_goes_slowly() -> None:
    """It is there a tenth of a second after the touch, much fainter than a note, and gone after some seconds."""
    canvas(SIZE)
    glimmers = Glimmers(SIZE)
    glimmers.feel(AT, 5.0)
    assert 40 <= lit(glimmers, 5.1) <= 90
    levels = [lit(glimmers, 5.1 + frame / 60) for frame in range(180)]
    assert max(before - after for before, after in pairwise(levels)) <= 3
    assert levels[-1] == 0
    assert glimmers.forget()
    assert not glimmers.lit
    assert not glimmers.forget()


def test_touches_in_one_place_keep_one_lit() -> None:
    """A drumming finger never adds light to light, and a touch elsewhere has a glimmer of its own."""
    canvas(SIZE)
    glimmers = Glimmers(SIZE)
    levels = []
    for beat in range(40):
        glimmers.feel((AT[0] + beat % 3, AT[1]), beat / 8)
        levels.append(lit(glimmers, beat / 8 + 0.1))
    assert len(glimmers.lit) == 1
    assert len(set(levels[1:])) == 1
    glimmers.feel((500.0, 150.0), 5.0)
    assert len(glimmers.lit) == 2


def test_it_gives_way_to_the_note() -> None:
    """Once the note has its own light, the glimmer there fades sooner than it would."""
    canvas(SIZE)
    glimmers = Glimmers(SIZE)
    glimmers.feel(AT, 0.0)
    assert lit(glimmers, 0.1) > 0
    glimmers.give_way(AT, 0.1)
    assert lit(glimmers, 0.55) == 0


def brightened(room: Playroom, before: NDArray[np.int64], x: float, y: float) -> float:
    """Return how much brighter the place around a point is than before."""
    there = (slice(round(x) - 40, round(x) + 40), slice(round(y) - 40, round(y) + 40))
    return float((room.levels()[there] - before[there]).mean())


@pytest.mark.parametrize("stopped", [False, True])
def test_a_touch_is_answered_before_it_is_performed(stopped: bool) -> None:
    """A touch on a pad glimmers though no engine performs it; while all is stopped too, and then no note is asked."""
    room = Playroom(worlds.find("night"), SIZE, look=Look(still=True))
    room.paint_until(1.0)
    if stopped:
        room.press(Control.HAND)
    room.paint_until(5.0)
    pad = room.playground.sides[0].pads[2]
    before = room.levels()
    room.now = 5.02
    room.down(1, pad.x, pad.y)
    for frame in range(1, 8):
        # The engine says nothing.
        list(room.playground.paint(5.02 + frame / 60))
    faint = brightened(room, before, pad.x, pad.y)
    assert 5 < faint < 60
    room.paint_until(6.0)
    performed = brightened(room, before, pad.x, pad.y)
    if stopped:
        assert not room.engine.playing
        assert performed <= faint + 1
    else:
        assert performed > 1.5 * faint
    room.up(1, pad.x, pad.y)
    room.paint_until(30.0, 4)
    assert abs(brightened(room, before, pad.x, pad.y)) < 1.5


def test_drumming_on_stopped_pads_harms_no_eyes() -> None:
    """While all is stopped every touch glimmers, and nothing flashes, however fast hands drum."""
    room = Playroom(worlds.find("night"), (480, 320))
    room.paint_until(1.0)
    room.press(Control.HAND)
    room.paint_until(4.0)
    for rate in (3.0, 8.0):
        seen = watch(room, 2.0, Drum(room, rate))
        assert seen.harmless, str(seen)
