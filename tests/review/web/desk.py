"""A ward's desk for tests: a store with a child's sessions in it, and a visitor to its pages who knows the code."""

from __future__ import annotations

import random
import re
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bedside.archive.moments import Chosen
from bedside.archive.store import Store
from bedside.music.events import NoteOff, NoteOn, Performed, Player, Program, Reverb, Source, TakeBegan, TakeEnded
from bedside.review.web import app

with warnings.catch_warnings():
    # Starlette would have its tests on another client than the one that stands in our list.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

RATE = 48000
CODE = "correct horse"
HOST = "127.0.0.1:8023"
BEGAN = datetime(2026, 9, 7, 14, 0, tzinfo=UTC)


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
            notes += [
                Performed(int(at * RATE), on),
                Performed(int((at + every * 0.8) * RATE), NoteOff(player, note)),
            ]
            at += every * chance.choice((1, 1, 1, 2))
    notes.sort(key=lambda each: each.frame)
    return [*events, *notes, Performed(int(seconds * RATE), TakeEnded())]


@dataclass
class Desk:
    """A store, and who looks at its pages."""

    store: Store
    folder: Path
    takes: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)

    @property
    def patient(self) -> str:
        return self.store.journal.patients()[0].id

    def session(
        self, number: int, *several: list[Performed], patient: str | None = "K7", chosen: tuple[str, ...] = ()
    ) -> str:
        """Keep a session of week ``number`` with some takes; ``chosen`` are who made its choices."""
        at = BEGAN + timedelta(weeks=number)
        with self.store.writing() as writing:
            session = writing.begin_session(patient, at)
            for minute, take in enumerate(several):
                began = take[0].event
                assert isinstance(began, TakeBegan)
                kept = writing.begin_take(session, began, "played", "test", at + timedelta(minutes=minute))
                writing.append(kept, take)
                self.takes.append(kept)
                for count, by in enumerate(chosen):
                    writing.choose(session, kept, Chosen(RATE * (count + 1), "sound", "bell", by), at)
        self.sessions.append(session)
        return session

    def visitor(self) -> TestClient:
        """Return a client of the pages that is logged in; its ``word`` stands in its headers."""
        guarded, _ = app.create(self.store, self.folder, frozenset({HOST}))
        client = TestClient(guarded, base_url=f"http://{HOST}", follow_redirects=False)
        if not self.store.gate().closed:
            client.post("/enter", data={"code": CODE, "again": CODE})
        else:
            client.post("/enter", data={"code": CODE})
        word = re.search(r'name="word" content="([^"]+)"', client.get("/").text)
        assert word is not None
        client.headers["x-bedside-word"] = word[1]
        return client


def weeks(folder: Path, several: int = 5, **ways: Any) -> Desk:
    """Return a desk with a child's weekly sessions, one take in each."""
    desk = Desk(Store.create(folder), folder)
    for number in range(several):
        desk.session(number, played(seed=number + 1, **ways), chosen=("child", "adult", "child"))
    return desk
