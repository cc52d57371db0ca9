"""What the ear plays again: what this child played, and nothing that another one did; then the stage is as before."""

from __future__ import annotations

from bedside.music.events import NoteOn, Source, TakeBegan
from bedside.stage.input.seats import Control
from stage.rehearsal import Rehearsal

# A replay of one short note is over by then.
LISTENING_SECONDS = 8.0


def replayed(room: Rehearsal) -> int:
    """Return how many notes were heard again so far."""
    return sum(isinstance(each.event, NoteOn) and each.event.source is Source.REPLAY for each in room.performed)


def played_once() -> Rehearsal:
    """Return a stage on which one note was played."""
    room = Rehearsal()
    pad = room.playground.sides[0].pads[3]
    room.tap(pad.x, pad.y)
    room.let_pass(0.5)
    return room


def test_the_next_child_hears_nothing_of_the_last_one() -> None:
    """Once a new session began, the ear has nothing to play until somebody plays."""
    same, other = played_once(), played_once()
    other.playground.renew()
    for room in (same, other):
        room.let_pass(0.5)
        room.press(Control.EAR)
        room.let_pass(2.0)
    assert replayed(same) == 1
    assert replayed(other) == 0


def test_a_touch_after_listening_begins_a_take_of_its_own() -> None:
    """The take of a replay in which nobody played ends with it; what is played next is not part of it."""
    room = played_once()
    room.press(Control.EAR)
    room.let_pass(LISTENING_SECONDS)
    assert replayed(room) == 1
    pad = room.playground.sides[0].pads[3]
    room.tap(pad.x, pad.y)
    room.let_pass(0.5)
    assert sum(isinstance(each.event, TakeBegan) for each in room.performed) == 3
