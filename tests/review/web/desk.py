"""A ward's desk for tests: a store with a child's sessions in it, and the pages that are made of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bedside.archive.store.choices import Chosen
from bedside.archive.store.store import Store
from bedside.music.events import NoteOff, NoteOn, Performed, Player, Program, Reverb, Source, TakeBegan, TakeEnded
from review.web.door import Door, door

RATE = 48000
BEGAN = datetime(2026, 9, 7, 14, 0, tzinfo=UTC)

# Text that would run, if a page took it for its own.
SCRIPT = "\"><script>alert(1)</script>'&{{7*7}}"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"


def played(
    seconds: float = 40.0,
    seed: int = 1,
    instrument: str = "harp",
    source: Source = Source.TOUCH,
    every: float = 0.5,
    players: tuple[Player, ...] = (Player.CHILD, Player.THERAPIST),
) -> list[Performed]:
    """Return a take in which each player begins a note about ``every`` so many seconds."""
    chance = random.Random(seed)
    events: list[Performed] = [Performed(0, TakeBegan(seed, RATE, 128)), Performed(0, Reverb("hall"))]
    events += [Performed(0, Program(player, instrument)) for player in players]
    notes: list[Performed] = []
    for number, player in enumerate(players):
        at, note = 0.4 + 0.2 * number, 0
        while at < seconds - 1:
            note += 1
            key = 60 + chance.choice((0, 2, 4, 7, 9, 12)) - 12 * number
            on = NoteOn(player, note, key, 0.3 + 0.5 * chance.random(), 0.5, source if not number else Source.MIDI)
            notes += [Performed(int(at * RATE), on), Performed(int((at + every * 0.8) * RATE), NoteOff(player, note))]
            at += every * chance.choice((1, 1, 1, 2))
    notes.sort(key=lambda each: each.frame)
    return [*events, *notes, Performed(int(seconds * RATE), TakeEnded())]


@dataclass
class Desk:
    """A store and its pages; ``takes`` and ``sessions`` are the ids of what was kept, in order."""

    door: Door
    takes: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)

    @property
    def store(self) -> Store:
        """What is kept."""
        return self.door.store

    @property
    def patient(self) -> str:
        """The id of the first patient by code."""
        return self.store.casenotes.patients()[0].id

    def session(
        self, number: int, *several: list[Performed], patient: str | None = "K7", chosen: tuple[str, ...] = ()
    ) -> str:
        """Keep a session of week ``number`` with some takes; ``chosen`` are who made the choices of each."""
        session, takes = keep(self.store, number, *several, patient=patient, chosen=chosen)
        self.takes += takes
        self.sessions.append(session)
        return session


def keep(
    store: Store, number: int, *several: list[Performed], patient: str | None = "K7", chosen: tuple[str, ...] = ()
) -> tuple[str, list[str]]:
    """Keep a session of week ``number`` in a store, as `Desk.session` does; return its id and its takes'."""
    at = BEGAN + timedelta(weeks=number)
    takes = []
    with store.writing() as writing:
        session = writing.begin_session(patient, at)
        for minute, take in enumerate(several):
            began = take[0].event
            assert isinstance(began, TakeBegan)
            kept = writing.begin_take(session, began, "played", "test", at + timedelta(minutes=minute))
            writing.append(kept, take)
            takes.append(kept)
            for count, by in enumerate(chosen):
                writing.choose(session, kept, Chosen(RATE * (count + 1), "sound", "bell", by), at)
    return session, takes


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """Give the pages of a new store."""
    with door(folder) as way:
        yield Desk(way)
