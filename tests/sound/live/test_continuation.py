"""A fresh engine is told where the take is, and goes on with it or ends it."""

from __future__ import annotations

from bedside.music.events import NoteOff, NoteOn, Performed, Player, Program, Settled, Source, TakeBegan, TakeEnded
from bedside.sound.live import wire
from bedside.sound.live.continuation import LATE_SECONDS, Continuation

ON = NoteOn(Player.CHILD, 1, 60, 0.7, 0.5, Source.TOUCH)
PAD = Program(Player.CHILD, "pad")
BEGAN = Performed(0, TakeBegan(7, 48_000, 128))
SECOND = 1_000_000_000


def beat(frame: int, at_ns: int, playing: bool = True, done_ns: int = 0) -> wire.Beat:
    return wire.Beat(frame, at_ns, 0, 0.0, playing, done_ns)


def test_without_a_take_nothing_is_resumed() -> None:
    """Before a take begins, and after it has ended, a fresh engine is told what was asked and nothing else."""
    continuation = Continuation({"pad"})
    continuation.ask(PAD, 5)
    assert continuation.messages(True) == [wire.Request(PAD, 5)]
    continuation.follow(BEGAN, 500)
    continuation.follow(Performed(128, TakeEnded()), 600)
    continuation.beat(beat(128, 700, False, 5))
    assert continuation.messages(True) == [wire.Request(PAD, 0)]


def test_a_take_is_resumed_where_the_last_engine_was_heard_of() -> None:
    """The seed is the take's; frame and time are those of the last beat while it played, or of the last event."""
    continuation = Continuation(set())
    continuation.follow(BEGAN, 500)
    continuation.beat(beat(4_800, 1_000))
    continuation.beat(beat(9_600, 2_000, False))
    assert continuation.messages(True) == [wire.Resume(7, 4_800, 1_000)]
    continuation.follow(Performed(6_400, NoteOff(Player.CHILD, 1)), 3_000)
    assert continuation.messages(True) == [wire.Resume(7, 6_400, 3_000)]


def test_an_engine_that_is_not_heard_begins_when_the_first_note_was_asked_for() -> None:
    """It is given what waits with its times, and the held notes only once it is heard."""
    continuation = Continuation({"pad"})
    continuation.ask(PAD, 5)
    continuation.follow(Settled(PAD), 5)
    continuation.ask(ON, 6)
    continuation.follow(BEGAN, 7)
    continuation.follow(Performed(0, ON), 7)
    continuation.beat(beat(128, 8, done_ns=6))
    other = NoteOn(Player.CHILD, 2, 62, 0.7, 0.5, Source.TOUCH)
    continuation.ask(other, 20)
    assert continuation.messages(False) == [
        wire.Open(wire.Opening.UNHEARD, 20),
        wire.Resume(7, 128, 8, False),
        wire.Request(PAD, 0),
        wire.Request(other, 20),
    ]
    assert continuation.held() == [wire.Request(ON, 0)]


def test_an_instrument_that_comes_may_be_one_that_sounds_on() -> None:
    """A held note is taken up on an instrument of which only the engine knew that it sounds on."""
    for sustained in (False, True):
        continuation = Continuation(set())
        continuation.ask(PAD, 1)
        continuation.follow(Settled(PAD), 1)
        continuation.ask(ON, 2)
        continuation.have("pad", sustained)
        continuation.follow(Performed(0, ON), 5)
        continuation.beat(beat(0, 5, False, 2))
        assert continuation.messages(True) == [wire.Request(PAD, 0), *[wire.Request(ON, 0)] * sustained]


def test_a_take_that_was_to_end_is_ended_by_the_next_engine() -> None:
    """Where the engine is gone before it ended the take, the next is asked to, after all that was asked before."""
    continuation = Continuation(set())
    continuation.follow(BEGAN, 500)
    continuation.ask(ON, 600)
    continuation.close(700)
    assert continuation.messages(True) == [wire.Resume(7, 0, 500), wire.Request(ON, 600), wire.Close(700)]
    continuation.beat(beat(4_800, 1_000, done_ns=700))
    assert continuation.messages(True) == [wire.Resume(7, 4_800, 1_000)]


def test_a_note_is_late_when_it_has_waited_for_so_long() -> None:
    """A note that no engine began must be performed, heard or not; settings can wait."""
    late = round(LATE_SECONDS * SECOND)
    continuation = Continuation(set())
    continuation.ask(PAD, 1)
    settings = continuation.late(SECOND)
    continuation.ask(ON, SECOND)
    assert not settings
    assert not continuation.late(SECOND + late)
    assert continuation.late(SECOND + late + 1)
    continuation.beat(beat(0, 0, False, SECOND))
    handled = continuation.late(2 * SECOND)
    assert not handled


def test_the_frame_of_a_take_goes_on_with_the_time() -> None:
    """A choice is kept at the frame that the take has come to since it was last heard of; between takes at none."""
    continuation = Continuation(set())
    assert continuation.frame(10, 48_000) is None
    continuation.follow(BEGAN, 1_000_000_000)
    assert continuation.frame(1_000_000_000, 48_000) == 0
    assert continuation.frame(1_500_000_000, 48_000) == 24_000
    continuation.beat(beat(48_000, 2_100_000_000))
    assert continuation.frame(2_100_000_000, 48_000) == 48_000
    assert continuation.frame(2_000_000_000, 48_000) == 48_000
    assert continuation.frame(3_100_000_000, 48_000) == 96_000
    continuation.follow(Performed(96_000, TakeEnded()), 3_100_000_000)
    assert continuation.frame(3_200_000_000, 48_000) is None
