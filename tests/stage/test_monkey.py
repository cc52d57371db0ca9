"""However long anybody touches anything, the child is in play: any pad sounds, after two touches at the most."""

from __future__ import annotations

import os
from random import Random

import pygame
import pytest

from bedside.music.events import Player, Source
from bedside.stage.input.seats import HANDS, Control, Side, Together
from stage.rehearsal import SIZE, Rehearsal

TOUCHES = int(os.environ.get("BEDSIDE_TOUCHES", "8000"))

# After so many moves of its fingers it is seen whether a pad sounds.
_OFTEN = 100

# Of a finger that is on the screen, how often it does what.
_MOVES = 0.4
_LIFTS = 0.45

# The time that a control takes to act again, a take to end, or a stop to fade, whichever is longest.
_SETTLED_SECONDS = 0.7


# Letters that play and one that does nothing; what staff mute and mark with; what selects instruments.
_KEYS = {
    **{getattr(pygame, f"K_{letter}"): getattr(pygame, f"KSCAN_{letter.upper()}") for letter in "asdfghqwertyxn"},
    pygame.K_m: pygame.KSCAN_M,
    262 | 1 << 30: 262,
    pygame.K_b: pygame.KSCAN_B,
    pygame.K_PAGEDOWN: pygame.KSCAN_PAGEDOWN,
    pygame.K_F1: pygame.KSCAN_F1,
    pygame.K_F3: pygame.KSCAN_F3,
}

# How often a key is used instead of a finger, and a finger goes to a corner.
_TYPES = 0.05
_CORNERS = 0.05


class Monkey:
    """Ten fingers that land anywhere, move and leave, now and then unseen, and some keys."""

    def __init__(self, room: Rehearsal, chance: Random) -> None:
        self.touches = self.mutes = 0
        self._room = room
        self._chance = chance
        self._down: set[int] = set()
        self._keys: set[int] = set()
        # Whose hands were under a finger at any time since it was last known to have left.
        self._touched: dict[int, set[Player]] = {}

    def act(self) -> None:
        """Do one thing with one finger or key; only the own finger lifts the hand that a player laid down."""
        before = self._stops()
        was_muted = self._room.playground.choices.mute.on
        finger = None
        if self._chance.random() < _TYPES:
            self._type()
        else:
            finger = self._touch()
        muted = self._room.playground.choices.mute.on
        self.mutes += muted != was_muted
        # A gesture takes back what its own fingers stopped.
        if muted == was_muted:
            assert before - self._stops() <= self._touched.get(-1 if finger is None else finger, set())
        self._pause()

    def rest(self) -> None:
        """Lift everything."""
        for finger in sorted(self._down):
            self._room.touch(pygame.FINGERUP, finger, 0, SIZE[1] / 2)
        for key in sorted(self._keys):
            self._key(pygame.KEYUP, key)
        self._down.clear()
        self._keys.clear()
        self._touched.clear()

    def _stops(self) -> set[Player]:
        return {player for player in Player if self._room.playground.choices.stopped_by(player)}

    def _type(self) -> None:
        key = self._chance.choice(list(_KEYS))
        if key in self._keys:
            self._keys.discard(key)
            self._key(pygame.KEYUP, key)
        else:
            self._keys.add(key)
            self._key(pygame.KEYDOWN, key)

    def _key(self, kind: int, key: int) -> None:
        self._room.playground.feed(pygame.event.Event(kind, key=key, scancode=_KEYS[key], mod=0), self._room.now)

    def _place(self) -> tuple[float, float]:
        if self._chance.random() < _CORNERS:
            return self._chance.choice((0, SIZE[0])), self._chance.choice((0, SIZE[1]))
        return self._chance.uniform(-2, SIZE[0] + 2), self._chance.uniform(-2, SIZE[1] + 2)

    def _follow(self, kind: int, finger: int, x: float, y: float) -> None:
        """Report of a finger, and remember whose hands are under it."""
        under = self._touched.setdefault(finger, set())
        for side in self._room.playground.sides:
            for button in side.seat.buttons:
                if button.control in HANDS and button.area.holds(min(x, SIZE[0] - 1), min(y, SIZE[1] - 1)):
                    under.add(button.player)
        self._room.touch(kind, finger, x, y)

    def _touch(self) -> int:
        """Do one thing with one finger; return which."""
        finger = self._chance.randrange(10)
        x, y = self._place()
        done = self._chance.random() if finger in self._down else 1.0
        if done < _MOVES:
            self._follow(pygame.FINGERMOTION, finger, x, y)
        elif done < _MOVES + _LIFTS:
            self._down.discard(finger)
            if self._chance.random() < 0.95:
                self._follow(pygame.FINGERUP, finger, x, y)
        else:
            self.touches += 1
            self._down.add(finger)
            self._follow(pygame.FINGERDOWN, finger, x, y)
            if self._chance.random() < 0.5:
                # Most touches are taps.
                self._down.discard(finger)
                self._follow(pygame.FINGERUP, finger, x, y)
        return finger

    def _pause(self) -> None:
        if self._chance.random() < 0.01:
            self._room.playground.release_missing({(1, finger) for finger in self._down})
            self._touched = {finger: under for finger, under in self._touched.items() if finger in self._down}
        self._room.let_pass(self._chance.choice((0.0, 0.0, 0.005, 0.01, 0.06)))
        if self._chance.random() < 0.02:
            self._room.paint()


def sounds(room: Rehearsal, side: Side, chance: Random) -> None:
    """Touch a pad, each hand that lies before it, and a place beside the pictures where some hang."""
    player = side.seat.player
    room.let_pass(_SETTLED_SECONDS)
    if room.playground.choices.mute.on:
        room.playground.mute(False, room.now)
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

    No note is stuck once all is lifted, no stop is undone by another side, the sheet never opens. `BEDSIDE_TOUCHES`
    says how many touches; `make soak` takes a million.
    """
    chance = Random(19)
    room = Rehearsal(together)
    monkey = Monkey(room, chance)
    visited, stops, kept = set(), 0, set()
    pygame.event.clear()
    while monkey.touches < TOUCHES / len(Together):
        for _ in range(_OFTEN):
            monkey.act()
        visited.add(room.playground.choices.world)
        stops += room.playground.choices.stopped
        if chance.random() < 0.1:
            monkey.rest()
            room.let_pass(0.1)
            assert not room.engine.holding
        for side in room.playground.sides:
            sounds(room, side, chance)
        kept |= {chosen.what for chosen in room.chosen}
        # What was said long ago is not remembered: a million touches say much.
        room.forget()
    assert not pygame.event.peek(pygame.QUIT)
    print(f"{together}: {monkey.touches} touches, {monkey.mutes} mutes, stopped {stops} times, in {visited}")
    assert kept - {"bookmark"} == {"stop", "go on", "listen", "star", "lead", "sound", "world", "mute", "unmute"}
    assert room.sheets == 0
    assert len(visited) > 1
