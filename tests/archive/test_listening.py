"""What was only heard again is kept apart from what was played, and a star belongs to what was played."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bedside.archive.recorder import Recorder
from bedside.archive.store.choices import STAR, Chosen
from bedside.archive.store.store import Choice, Store
from bedside.music.events import (
    Event,
    Lead,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Program,
    Source,
    Stop,
    TakeBegan,
    TakeEnded,
)

CHILD = Player.CHILD
RATE = 48_000
PATIENCE_SECONDS = 20.0

Kept = Performed | Chosen


def on(note: int, source: Source) -> NoteOn:
    return NoteOn(CHILD, note, 60, 0.5, 0.5, source)


def take(*sources: Source) -> list[Kept]:
    """Return a take with a note each second, from each of these sources."""
    events: list[tuple[int, Event]] = [(0, TakeBegan(7, RATE, 128)), (0, Lead(CHILD)), (0, Program(CHILD, "harp"))]
    for second, source in enumerate(sources, 1):
        events += [(second * RATE, on(second, source)), (second * RATE + 100, NoteOff(CHILD, second))]
    return [Performed(frame, event) for frame, event in [*events, (9 * RATE, TakeEnded())]]


PLAYED = take(Source.TOUCH, Source.MIDI)
REPLAYED = take(Source.REPLAY, Source.REPLAY)
JOINED = take(Source.REPLAY, Source.TOUCH)
STARRED = Chosen(5, STAR, "", "child")


class Bedside:
    """A recorder and its folder; things are fed at once, or each when the one before it is on the disk."""

    def __init__(self, folder: Path, patient: bool) -> None:
        self._folder = folder
        self._opened = ExitStack()
        self._one_by_one = patient
        self._kept = 0
        self._fed = 0
        self._recorder = Recorder(folder, None, lambda: "1", committed=self._commit)
        self.takes: list[str] = []

    @property
    def store(self) -> Store:
        """The store as it is now, for reading."""
        return self._opened.enter_context(Store.open(self._folder))

    def _commit(self, kept: int) -> None:
        self._kept = kept

    def feed(self, *things: Kept) -> None:
        """Feed things to the recorder."""
        for thing in things:
            self._recorder.feed(thing)
            self._fed += 1
            if self._one_by_one:
                self.settle()

    def renew(self) -> None:
        """Let another meeting begin."""
        self._recorder.renew(None)
        self._fed += 1

    def settle(self) -> str:
        """Wait until all of it is on the disk, and return the id of the present take."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self._kept < self._fed:
            assert time.monotonic() < until
            time.sleep(0.001)
        return str(self._recorder.take)

    def choices(self) -> list[Choice]:
        """Return all that was chosen, in every session of a take that was played."""
        self.settle()
        sessions = dict.fromkeys(summary.session for summary in self.store.takes())
        return [choice for session in sessions for choice in self.store.choices(session)]

    def close(self) -> None:
        """End the recording."""
        self._opened.close()
        assert self._recorder.close(PATIENCE_SECONDS)


@pytest.fixture(params=[False, True], ids=["at once", "one by one"])
def bed(folder: Path, request: pytest.FixtureRequest) -> Iterator[Bedside]:
    made = Bedside(folder, request.param)
    yield made
    made.close()


@pytest.mark.slow
def test_what_was_only_listened_to_is_kept_and_not_listed(bed: Bedside) -> None:
    """A take in which nobody played is there whole under its own id; lists, and “last”, name what was played."""
    bed.feed(*PLAYED)
    played = bed.settle()
    bed.feed(*REPLAYED)
    replayed = bed.settle()
    assert [(summary.id, summary.origin, summary.notes) for summary in bed.store.takes()] == [(played, "played", 2)]
    assert bed.store.find("last") == played
    assert bed.store.find(replayed) == replayed
    assert bed.store.performed(replayed) == REPLAYED
    assert bed.store.summary(replayed).origin == "replayed"
    assert bed.store.performed(played) == PLAYED


@pytest.mark.slow
def test_who_plays_along_has_played(bed: Bedside) -> None:
    """A replay with one note of somebody's own is an improvisation, listed with all its notes."""
    bed.feed(*PLAYED)
    bed.feed(*JOINED)
    joined = bed.settle()
    assert [(summary.origin, summary.notes) for summary in bed.store.takes()] == [("played", 2), ("played", 2)]
    assert bed.store.find("last") == joined


def test_a_replay_after_a_note_of_one_s_own_leaves_the_take_played(bed: Bedside) -> None:
    """What was played first and heard again in the same take is and stays what was played."""
    bed.feed(*take(Source.TOUCH, Source.REPLAY, Source.REPLAY))
    bed.settle()
    assert [summary.origin for summary in bed.store.takes()] == ["played"]


def test_a_take_without_a_note_is_no_replay(bed: Bedside) -> None:
    """Where nothing sounded at all, nobody listened either."""
    bed.feed(*take())
    bed.settle()
    assert [summary.origin for summary in bed.store.takes()] == ["played"]


@pytest.mark.slow
def test_a_star_during_a_replay_belongs_to_what_was_played(bed: Bedside) -> None:
    """The child calls its own what it hears again: the improvisation, not its echo, and no moment of the echo."""
    bed.feed(*PLAYED)
    played = bed.settle()
    bed.feed(*REPLAYED[:-1], STARRED)
    (choice,) = bed.choices()
    assert (choice.take, choice.frame, choice.what, choice.by) == (played, None, STAR, "child")


@pytest.mark.slow
def test_a_star_after_a_replay_belongs_to_what_was_played(bed: Bedside) -> None:
    """Between takes, after listening, it is still the improvisation that is meant; also after a second listening."""
    bed.feed(*PLAYED)
    played = bed.settle()
    bed.feed(*REPLAYED, *REPLAYED, Chosen(None, STAR, "", "child"))
    (choice,) = bed.choices()
    assert (choice.take, choice.frame) == (played, None)


@pytest.mark.slow
def test_a_star_while_playing_belongs_to_the_take_and_its_moment(bed: Bedside) -> None:
    """Without a replay, and in one in which somebody plays along, the star is set where the take is."""
    bed.feed(*PLAYED[:-1], STARRED, PLAYED[-1])
    played = bed.settle()
    bed.feed(*JOINED[:-1], STARRED)
    joined = bed.settle()
    assert [(choice.take, choice.frame) for choice in bed.choices()] == [(played, 5), (joined, 5)]


@pytest.mark.slow
def test_other_choices_during_a_replay_belong_to_it(bed: Bedside) -> None:
    """Who stops a replay, or goes to another world in it, does so at that moment of it."""
    bed.feed(*PLAYED)
    bed.feed(*REPLAYED[:-1], Chosen(7, "stop", "", "child"), Performed(RATE, Stop()))
    replayed = bed.settle()
    (choice,) = bed.choices()
    assert (choice.take, choice.frame, choice.what) == (replayed, 7, "stop")


@pytest.mark.slow
def test_a_star_never_belongs_to_another_meeting(bed: Bedside) -> None:
    """Where a new meeting began between playing and listening, the star stays in its own session, with no take."""
    bed.feed(*PLAYED)
    played = bed.settle()
    bed.renew()
    bed.feed(*REPLAYED[:-1], STARRED)
    bed.feed(*PLAYED)
    bed.settle()
    (choice,) = bed.choices()
    assert choice.what == STAR
    assert choice.take is None
    assert bed.store.choices(bed.store.summary(played).session) == []
