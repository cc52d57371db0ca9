"""What is asked while something else is under way: a stop comes through, and a choice lasts."""

from __future__ import annotations

import pygame

from bedside.music.events import Player, Program
from bedside.stage.input.seats import Control
from stage.rehearsal import Rehearsal

STOP_SECONDS = 0.3

# A replay of one short note is over by then.
LISTENING_SECONDS = 8.0


def test_a_stop_overtakes_a_note_that_waits_for_a_take_to_end() -> None:
    """Ear, pad and hand at nearly the same time: the note that waited never begins, and it is silent in time."""
    room = Rehearsal()
    pad = room.playground.sides[0].pads[3]
    room.tap(pad.x, pad.y)
    room.let_pass(0.5)
    room.press(Control.EAR)
    room.let_pass(0.03)
    room.touch(pygame.FINGERDOWN, 1, pad.x, pad.y)
    room.let_pass(0.02)
    room.press(Control.HAND)
    room.let_pass(STOP_SECONDS)
    assert not room.let_pass(3.0)
    assert len(room.notes) == 1


def test_a_sound_chosen_while_something_is_heard_again_stays_chosen() -> None:
    """The replay brings back what it changed itself, and not what the child has chosen meanwhile."""
    room = Rehearsal()
    pad = room.playground.sides[0].pads[3]
    room.tap(pad.x, pad.y)
    room.let_pass(0.5)
    room.press(Control.EAR)
    room.let_pass(0.3)
    listening = room.playground.choices.listening
    assert listening
    room.press(Control.SOUND)
    area = room.playground.hands.choosing[Player.CHILD][1]
    room.tap(area.x + area.width / 2, area.y + area.height / 2)
    room.let_pass(LISTENING_SECONDS)
    assert not room.playground.choices.listening
    room.tap(pad.x, pad.y)
    room.let_pass(0.5)
    played = [each.event for each in room.performed if isinstance(each.event, Program) and each.event.player == 0]
    assert played[-1] == Program(Player.CHILD, "organ")
