"""What staff are told at the bed: a sign, words for those who press it long, and a child who is never held up."""

from __future__ import annotations

import numpy as np
import pytest

from bedside.music.events import Player
from bedside.stage.input.seats import Control, Together
from bedside.stage.picture.staffsign import Trouble
from bedside.stage.playground import _WORDS_SECONDS
from bedside.stage.worlds import world as worlds
from stage.playroom import Playroom, middle

FULL = Trouble("memory", "What is played is only in memory: the disk is full.", 3)


def told(together: Together = Together.ALONE, size: tuple[int, int] = (1280, 800)) -> Playroom:
    room = Playroom(worlds.find("night"), size, together)
    room.paint(0.1)
    room.playground.tell([FULL])
    room.paint_until(3.0, rate=10)
    return room


def press_long(room: Playroom, seconds: float = 1.6) -> None:
    room.down(50, *room.playground.view.staff.rect.center)
    room.paint_until(room.now + seconds, rate=20)
    room.up(50, *room.playground.view.staff.rect.center)
    room.paint_until(room.now + 1.0, rate=20)


def words(room: Playroom) -> bool:
    return room.playground.view._words is not None


@pytest.mark.parametrize("together", list(Together))
def test_a_long_press_shows_the_words_for_some_seconds(together: Together) -> None:
    """Staff hold the sign and read; the words go by themselves, the sign stays, and the picture is as before."""
    room = told(together)
    before = room.levels()
    press_long(room)
    assert words(room)
    assert (np.abs(room.levels() - before).max(axis=2) > 40).sum() > 5_000
    assert room.chosen == []
    assert not room.playground.choices.choosing
    room.paint_until(room.now + _WORDS_SECONDS + 1.0, rate=10)
    assert not words(room)
    assert np.abs(room.levels() - before).max() <= 3


def test_a_short_touch_means_what_lies_below() -> None:
    """A child's touch on the sign opens the door, as without the sign, and shows no words."""
    room = told()
    room.tap(*room.playground.view.staff.rect.center)
    room.paint_until(room.now + 2.0, rate=10)
    assert room.playground.choices.choosing == {Player.CHILD: Control.DOOR}
    assert not words(room)
    room.press(Control.DOOR)
    assert not room.playground.choices.choosing


def test_the_child_plays_on_under_the_words() -> None:
    """A pad below the panel sounds when it is touched there, and every control acts."""
    room = told()
    press_long(room)
    panel = room.playground.view._words
    assert panel is not None
    pad = next(
        pad
        for pad in room.playground.sides[0].pads
        if panel.rect.collidepoint(pad.x, panel.rect.bottom - 2) and abs(panel.rect.bottom - 2 - pad.y) < pad.height / 2
    )
    room.down(1, pad.x, panel.rect.bottom - 2)
    room.paint(room.now + 0.1)
    assert room.engine.playing
    room.up(1, pad.x, panel.rect.bottom - 2)
    room.tap(*middle(room.button(Control.HAND)))
    assert room.playground.choices.stopped


@pytest.mark.slow
def test_without_trouble_a_long_press_there_is_only_a_touch() -> None:
    """Where there is no sign, holding its place opens the door when it is left, and no words ever come."""
    room = Playroom(worlds.find("night"), (1280, 800))
    room.paint(0.1)
    press_long(room)
    assert room.playground.choices.choosing == {Player.CHILD: Control.DOOR}
    assert not words(room)


@pytest.mark.slow
def test_the_sign_stays_in_every_world() -> None:
    """Going through the door to another world takes nothing from the staff."""
    room = told()
    room.playground._lay("sea")
    room.paint_until(room.now + 4.0, rate=10)
    assert room.playground.choices.world == "sea"
    rect = room.playground.view.staff.rect
    seen = room.levels()[rect.left : rect.right, rect.top : rect.bottom]
    room.playground.tell([])
    room.paint_until(room.now + 3.0, rate=10)
    bare = room.levels()[rect.left : rect.right, rect.top : rect.bottom]
    assert (np.abs(seen - bare).max(axis=2) > 40).sum() > 300
    assert room.playground.resting
