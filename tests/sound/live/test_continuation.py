"""A fresh engine is told where the take is, and goes on with it or ends it."""

from __future__ import annotations

from bedside.music.events import NoteOff, NoteOn, Performed, Player, Program, Source, TakeBegan, TakeEnded
from bedside.sound.live import wire
from bedside.sound.live.continuation import Continuation

ON = NoteOn(Player.CHILD, 1, 60, 0.7, 0.5, Source.TOUCH)
PAD = Program(Player.CHILD, "pad")
BEGAN = Performed(0, TakeBegan(7, 48_000, 128))


def test_without_a_take_nothing_is_resumed() -> None:
    """Before a take begins, and after it has ended, a fresh engine is told what was asked and nothing else."""
    standing = Continuation({"pad"})
    standing.asked(PAD, 5)
    assert standing.messages(9) == [wire.Request(PAD, 9)]
    standing.performed(BEGAN, 500)
    standing.performed(Performed(128, TakeEnded()), 600)
    assert standing.messages(9) == [wire.Request(PAD, 9)]


def test_a_take_is_resumed_where_the_last_engine_was_heard_of() -> None:
    """The seed is the take's; frame and time are those of the last beat while it played, or of the last event."""
    standing = Continuation(set())
    standing.performed(BEGAN, 500)
    standing.beat(wire.Beat(4_800, 1_000, 0, 0.0, True))
    standing.beat(wire.Beat(9_600, 2_000, 0, 0.0, False))
    assert standing.messages(0) == [wire.Resume(7, 4_800, 1_000)]
    standing.performed(Performed(6_400, NoteOff(Player.CHILD, 1)), 3_000)
    assert standing.messages(0) == [wire.Resume(7, 6_400, 3_000)]


def test_an_instrument_that_comes_may_be_one_that_sounds_on() -> None:
    """A held note is taken up on an instrument of which only the engine knew that it sounds on."""
    for sustained in (False, True):
        standing = Continuation(set())
        standing.asked(PAD, 0)
        standing.asked(ON, 0)
        standing.have("pad", sustained)
        standing.performed(Performed(0, ON), 5)
        assert standing.messages(9) == [wire.Request(PAD, 9), *[wire.Request(ON, 9)] * sustained]


def test_a_take_that_was_to_end_is_ended_for_its_engine() -> None:
    """Where the engine is gone before it ended the take, the end is at the last frame heard of, once."""
    standing = Continuation(set())
    standing.close(0)
    unbegun = standing.ended
    standing.performed(BEGAN, 500)
    playing = standing.ended
    assert (unbegun, playing) == (None, None)
    standing.beat(wire.Beat(4_800, 1_000, 0, 0.0, True))
    standing.close(0)
    assert standing.ended == Performed(4_800, TakeEnded())
    standing.performed(Performed(4_800, TakeEnded()), 1_500)
    assert standing.ended is None


def test_the_frame_of_a_take_goes_on_with_the_time() -> None:
    """A choice is kept at the frame that the take has come to since it was last heard of; between takes at none."""
    standing = Continuation(set())
    assert standing.frame(10, 48_000) is None
    standing.performed(BEGAN, 1_000_000_000)
    assert standing.frame(1_000_000_000, 48_000) == 0
    assert standing.frame(1_500_000_000, 48_000) == 24_000
    standing.beat(wire.Beat(48_000, 2_100_000_000, 0, 0.0, True))
    assert standing.frame(2_100_000_000, 48_000) == 48_000
    assert standing.frame(2_000_000_000, 48_000) == 48_000
    assert standing.frame(3_100_000_000, 48_000) == 96_000
    standing.performed(Performed(96_000, TakeEnded()), 3_100_000_000)
    assert standing.frame(3_200_000_000, 48_000) is None
