"""A fresh engine is told where the take is, and goes on with it or ends it."""

from __future__ import annotations

from bedside.music.events import NoteOff, NoteOn, Performed, Player, Program, Settled, Source, TakeBegan, TakeEnded
from bedside.sound.live import wire
from bedside.sound.live.continuation import Continuation

ON = NoteOn(Player.CHILD, 1, 60, 0.7, 0.5, Source.TOUCH)
PAD = Program(Player.CHILD, "pad")
BEGAN = Performed(0, TakeBegan(7, 48_000, 128))


def test_without_a_take_nothing_is_resumed() -> None:
    """Before a take begins, and after it has ended, a fresh engine is told what was asked and nothing else."""
    continuation = Continuation({"pad"})
    continuation.ask(PAD, 5)
    assert continuation.messages(9) == [wire.Request(PAD, 9)]
    continuation.follow(BEGAN, 500)
    continuation.follow(Performed(128, TakeEnded()), 600)
    assert continuation.messages(9) == [wire.Request(PAD, 9)]


def test_a_take_is_resumed_where_the_last_engine_was_heard_of() -> None:
    """The seed is the take's; frame and time are those of the last beat while it played, or of the last event."""
    continuation = Continuation(set())
    continuation.follow(BEGAN, 500)
    continuation.beat(wire.Beat(4_800, 1_000, 0, 0.0, True))
    continuation.beat(wire.Beat(9_600, 2_000, 0, 0.0, False))
    assert continuation.messages(0) == [wire.Resume(7, 4_800, 1_000)]
    continuation.follow(Performed(6_400, NoteOff(Player.CHILD, 1)), 3_000)
    assert continuation.messages(0) == [wire.Resume(7, 6_400, 3_000)]


def test_an_instrument_that_comes_may_be_one_that_sounds_on() -> None:
    """A held note is taken up on an instrument of which only the engine knew that it sounds on."""
    for sustained in (False, True):
        continuation = Continuation(set())
        continuation.ask(PAD, 0)
        continuation.follow(Settled(PAD), 0)
        continuation.ask(ON, 0)
        continuation.have("pad", sustained)
        continuation.follow(Performed(0, ON), 5)
        assert continuation.messages(9) == [wire.Request(PAD, 9), *[wire.Request(ON, 9)] * sustained]


def test_a_take_that_was_to_end_is_ended_for_its_engine() -> None:
    """Where the engine is gone before it ended the take, the end is at the last frame heard of, once."""
    continuation = Continuation(set())
    continuation.close(0)
    without = continuation.ended
    assert without is None
    continuation.follow(BEGAN, 500)
    going_on = continuation.ended
    assert going_on is None
    continuation.beat(wire.Beat(4_800, 1_000, 0, 0.0, True))
    continuation.close(0)
    assert continuation.ended == Performed(4_800, TakeEnded())
    continuation.follow(Performed(4_800, TakeEnded()), 1_500)
    assert continuation.ended is None


def test_the_frame_of_a_take_goes_on_with_the_time() -> None:
    """A choice is kept at the frame that the take has come to since it was last heard of; between takes at none."""
    continuation = Continuation(set())
    assert continuation.frame(10, 48_000) is None
    continuation.follow(BEGAN, 1_000_000_000)
    assert continuation.frame(1_000_000_000, 48_000) == 0
    assert continuation.frame(1_500_000_000, 48_000) == 24_000
    continuation.beat(wire.Beat(48_000, 2_100_000_000, 0, 0.0, True))
    assert continuation.frame(2_100_000_000, 48_000) == 48_000
    assert continuation.frame(2_000_000_000, 48_000) == 48_000
    assert continuation.frame(3_100_000_000, 48_000) == 96_000
    continuation.follow(Performed(96_000, TakeEnded()), 3_100_000_000)
    assert continuation.frame(3_200_000_000, 48_000) is None
