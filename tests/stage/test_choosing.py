"""Whatever the screen, everything that there is to choose among can be chosen."""

from __future__ import annotations

import pytest

from bedside.music.events import Player
from bedside.stage.input.seats import Control, Together
from bedside.stage.worlds import world
from stage.playroom import PLAYERS, Playroom, offered

CASES = [(Together.ALONE, (1280, 800)), (Together.BESIDE, (800, 480)), (Together.FACING, (800, 480))]


@pytest.mark.slow
@pytest.mark.parametrize(("together", "size"), CASES, ids=str)
def test_every_sound_can_be_chosen(together: Together, size: tuple[int, int]) -> None:
    """Page by page each player finds every instrument, and gets the one that was touched."""
    room = Playroom(world.find("still"), size, together)
    now = 1.0
    for player in PLAYERS[together]:
        got: set[str] = set()
        for page in range(6):
            if len(got) == len(offered()):
                break
            for cell in range(24):
                now = open_at(room, player, page, now)
                if cell >= len(room.playground.hands.choosing[player]):
                    break
                room.pick(cell, player)
                now = passed(room, now)
                if player not in room.playground.hands.choosing:
                    got.add(room.playground.choices.sound[player])
        assert got == {each.name for each in offered()}


def open_at(room: Playroom, player: Player, page: int, now: float) -> float:
    """Open a player's sounds anew at a page, by touches alone; return the time by then."""
    if player in room.playground.hands.choosing:
        room.press(Control.SOUND, player)
        now = passed(room, now)
    room.press(Control.SOUND, player)
    now = passed(room, now)
    for _ in range(page):
        if player in room.playground.hands.choosing:
            room.pick(len(room.playground.hands.choosing[player]) - 1, player)
            now = passed(room, now)
        if player not in room.playground.hands.choosing:
            # There was no further page, and the last picture was chosen.
            room.press(Control.SOUND, player)
            now = passed(room, now)
    return now


def passed(room: Playroom, now: float) -> float:
    """Let a second pass."""
    room.perform(now + 1)
    return now + 1
