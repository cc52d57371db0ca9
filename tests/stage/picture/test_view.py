"""Overlays of a scene: the panels, and the world that fades out."""

from __future__ import annotations

import numpy as np
import pygame
import pytest

from bedside.music.events import NoteOn, Player, Source
from bedside.stage.input.seats import Control, Together
from bedside.stage.picture.overlay import FADE_SECONDS
from bedside.stage.worlds import world as worlds
from stage.playroom import Playroom

SIZE = (800, 480)

# All of a sign's brightening, and a panel's coming.
SETTLED = 3.0


@pytest.fixture
def room() -> Playroom:
    """Give the night before two who sit side by side, after a first moment."""
    made = Playroom(worlds.find("night"), SIZE, Together.BESIDE)
    made.paint(0.0)
    made.paint_until(SETTLED)
    return made


def part(room: Playroom, player: Player) -> tuple[slice, slice]:
    """Return the columns and rows of what a player plays on."""
    area = next(side.seat.play for side in room.playground.sides if side.seat.player == player)
    return slice(round(area.x), round(area.x + area.width)), slice(round(area.y), round(area.y + area.height))


def test_a_panel_hides_its_players_pads_and_nothing_else(room: Playroom) -> None:
    """Open, it changes most of what one player plays on; the other's half and both bars stay, but for the sign."""
    before = room.levels()
    room.press(Control.SOUND)
    room.paint_until(room.now + SETTLED)
    changed = (room.levels() != before).any(axis=2)
    own = part(room, Player.CHILD)
    assert changed[own].mean() > 0.9
    changed[own] = False
    sign = room.playground.view.sign(Control.SOUND, Player.CHILD).rect
    assert changed[sign.left : sign.right, sign.top : sign.bottom].any()
    changed[sign.left : sign.right, sign.top : sign.bottom] = False
    assert not changed.any()


@pytest.mark.slow
def test_a_panel_comes_and_goes_softly_and_leaves_nothing_behind(room: Playroom) -> None:
    """No frame changes any level by more than a tenth of the way, and closed again the picture is the one before."""
    before = room.levels()
    for _ in range(2):
        room.press(Control.SOUND)
        last = room.levels()
        begin = room.now
        for frame in range(1, 100):
            room.paint(begin + frame / 60)
            assert np.abs(room.levels() - last).max() <= 26
            last = room.levels()
        room.paint_until(room.now + SETTLED)
    assert (room.levels() == before).all()
    assert room.playground.resting


def test_no_light_falls_on_a_panel(room: Playroom) -> None:
    """While one player chooses and the other plays, the panel stays as it is, though keys light up behind it."""
    room.press(Control.SOUND)
    room.paint_until(room.now + SETTLED)
    own = part(room, Player.CHILD)
    before = room.levels()
    for key in (40, 60, 72):
        room.key(key, 120)
        room.engine.ask(NoteOn(Player.CHILD, 5000 + key, key, 1.0, 1.0, Source.MIDI))
    room.paint_until(room.now + 1.0)
    after = room.levels()
    assert (after[own] == before[own]).all()
    assert (after[part(room, Player.THERAPIST)] != before[part(room, Player.THERAPIST)]).any()
    room.press(Control.SOUND)
    room.paint_until(room.now + SETTLED)
    assert (room.levels()[own] != before[own]).any()


@pytest.mark.slow
@pytest.mark.parametrize("together", Together)
def test_a_way_to_another_world_is_one_slope(together: Together) -> None:
    """From the first frame to the last each level goes evenly to where it is in the other world, which then rests."""
    room = Playroom(worlds.find("night"), SIZE, together)
    room.paint(0.0)
    room.paint_until(SETTLED)
    room.press(Control.DOOR)
    room.paint_until(room.now + SETTLED)
    before = room.levels()
    choices = room.playground.choices
    other = next(name for name in choices.worlds if name != "night")
    room.pick(choices.worlds.index(other))
    begin = room.now
    room.paint(begin + 1 / 60)
    frames = [room.levels()]
    for frame in range(2, 8):
        room.paint(begin + frame * FADE_SECONDS / 6)
        frames.append(room.levels())
    room.paint_until(room.now + SETTLED)
    assert choices.world == other
    assert np.abs(frames[0] - before).max() <= 8
    after = room.levels()
    steps = np.diff(np.stack(frames), axis=0) * np.sign(after - before)
    signs = np.zeros(SIZE, bool)
    for sign in room.playground.view.scene.signs:
        signs[sign.rect.left : sign.rect.right, sign.rect.top : sign.rect.bottom] = True
    assert steps[:, ~signs].min() >= -2
    halfway = after + (before - after) * (0.5 + 1 / 60 / FADE_SECONDS)
    assert np.abs(frames[2] - halfway)[~signs].max() <= 3
    assert room.playground.resting
    fresh = Playroom(worlds.find(other), SIZE, together)
    fresh.paint(0.0)
    fresh.paint_until(2 * SETTLED)
    assert np.array_equal(room.levels(), fresh.levels())


@pytest.mark.slow
def test_what_changes_lies_within_the_dirty_rectangles(room: Playroom) -> None:
    """A screen to which only the dirty rectangles are copied shows panels, crossings and lights as they were drawn."""
    copy = room.surface.copy()
    acts = {
        3: lambda: room.press(Control.SOUND),
        20: lambda: room.key(50, 100),
        40: lambda: room.press(Control.SOUND),
        45: lambda: room.press(Control.DOOR),
        70: lambda: room.pick(0),
        90: lambda: room.press(Control.HAND, Player.THERAPIST),
    }
    begin = room.now
    for frame in range(150):
        acts.get(frame, lambda: None)()
        room.paint(begin + (frame + 1) / 30)
        for rect in room.playground.dirty:
            copy.blit(room.surface, rect, rect)
        assert np.array_equal(pygame.surfarray.array3d(copy), room.levels()), f"frame {frame}"
    assert room.playground.choices.world == room.playground.choices.worlds[0]
