"""However long anybody touches anything, the child is in play: any pad sounds, after two touches at the most."""

from __future__ import annotations

import os
from random import Random

import pygame
import pytest

from bedside.music.events import Source
from bedside.stage.input.seats import Control, Side, Together
from stage.rehearsal import SIZE, Rehearsal

TOUCHES = int(os.environ.get("BEDSIDE_TOUCHES", "8000"))

# After so many moves of its fingers it is seen whether a pad sounds.
_OFTEN = 100

# Of a finger that is on the screen, how often it does what.
_MOVES = 0.4
_LIFTS = 0.45

# The time that a control takes to act again, a take to end, or a stop to fade, whichever is longest.
_SETTLED_SECONDS = 0.7


class Monkey:
    """Ten fingers that land anywhere, move and leave, now and then unseen."""

    def __init__(self, room: Rehearsal, chance: Random) -> None:
        self.touches = 0
        self._room = room
        self._chance = chance
        self._down: set[int] = set()

    def act(self) -> None:
        """Do one thing with one finger, and let some time pass."""
        finger = self._chance.randrange(10)
        x, y = self._chance.uniform(-2, SIZE[0] + 2), self._chance.uniform(-2, SIZE[1] + 2)
        done = self._chance.random() if finger in self._down else 1.0
        if done < _MOVES:
            self._room.touch(pygame.FINGERMOTION, finger, x, y)
        elif done < _MOVES + _LIFTS:
            self._down.discard(finger)
            if self._chance.random() < 0.95:
                self._room.touch(pygame.FINGERUP, finger, x, y)
        else:
            self.touches += 1
            self._down.add(finger)
            self._room.touch(pygame.FINGERDOWN, finger, x, y)
            if self._chance.random() < 0.5:
                # Most touches are taps.
                self._down.discard(finger)
                self._room.touch(pygame.FINGERUP, finger, x, y)
        if self._chance.random() < 0.01:
            self._room.playground.release_missing({(1, finger) for finger in self._down})
        self._room.let_pass(self._chance.choice((0.0, 0.0, 0.005, 0.01, 0.06)))
        if self._chance.random() < 0.02:
            self._room.paint()


def sounds(room: Rehearsal, side: Side, chance: Random) -> None:
    """Touch a pad, each hand that lies before it, and a place beside the pictures where some hang."""
    player = side.seat.player
    room.let_pass(_SETTLED_SECONDS)
    for each in room.playground.sides:
        if room.playground.choices.stopped_by(each.seat.player):
            room.press(Control.HAND, each.seat.player)
    if player in room.playground.hands.choosing:
        room.tap(side.seat.play.x + 1, side.seat.play.y + 1)
    pad = chance.choice(side.pads)
    before = len(room.notes)
    room.tap(pad.x, pad.y, finger=77)
    heard = room.let_pass(0.3)
    mine = [note for note in room.notes[before:] if note.player == player and note.source is Source.TOUCH]
    assert len(mine) == 1, (player, room.notes[before:])
    assert heard


@pytest.mark.slow
@pytest.mark.parametrize("together", Together)
def test_a_monkey_never_leaves_play(together: Together) -> None:
    """From wherever a long random hand has come, a pad of every player sounds; nobody is asked to leave.

    `BEDSIDE_TOUCHES` says how many touches; `make soak` takes a million.
    """
    chance = Random(19)
    room = Rehearsal(together)
    monkey = Monkey(room, chance)
    visited, stops = set(), 0
    pygame.event.clear()
    while monkey.touches < TOUCHES / len(Together):
        for _ in range(_OFTEN):
            monkey.act()
        visited.add(room.playground.choices.world)
        stops += room.playground.choices.stopped
        for side in room.playground.sides:
            sounds(room, side, chance)
        # What was said long ago is not remembered: a million touches say much.
        room.forget()
    assert not pygame.event.peek(pygame.QUIT)
    kept = {chosen.what for chosen in room.chosen}
    print(f"{together}: {monkey.touches} touches, {len(room.chosen)} choices, stopped {stops} times, in {visited}")
    assert kept == {"stop", "go on", "listen", "star", "lead", "sound", "world"}
    assert len(visited) > 1
