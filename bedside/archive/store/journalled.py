"""What the journal alone says: all rows but the events, in memory, and a sum of the events of each take.

So that years of events need little memory, those of a take are only counted and summed, in whatever order they come.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from bedside.archive.journal.reading import Entry, Flaw, read
from bedside.archive.keys.secret import Secret
from bedside.archive.store.database import memory_engine
from bedside.archive.store.feeding import apply_entries, whole
from bedside.archive.store.index import JOURNAL
from bedside.archive.store.models import Base
from bedside.music.events import NoteOn
from bedside.music.kinds import FIELDS, KINDS

_AT_ONCE = 10_000
_NOTE = next(kind for kind, event in KINDS.items() if event is NoteOn)
# An event is its ordinal, its frame, its kind and the fields of its kind.
_PLAYER = 3 + list(FIELDS[NoteOn]).index("player")
_NAMES = {kind: ["ordinal", "frame", "kind", *FIELDS[event]] for kind, event in KINDS.items()}


@dataclass(slots=True)
class Summed:
    """The events of a take: how many, a sum of their hashes, the last frame, and what `part` says of its players."""

    count: int = 0
    total: int = 0
    frames: int = 0
    parts: dict[str, tuple[int, int]] = field(default_factory=dict)
    # All ordinals below this have come, and of those above it these.
    _until: int = 0
    _beyond: set[int] = field(default_factory=set)

    def add(self, event: Sequence[Any]) -> None:
        """Add an event; pass over one whose ordinal has come before."""
        ordinal = event[0]
        if ordinal < self._until or ordinal in self._beyond:
            return
        self._beyond.add(ordinal)
        while self._until in self._beyond:
            self._beyond.remove(self._until)
            self._until += 1
        self.count += 1
        # A database keeps a not-a-number as null.
        self.total ^= hash(tuple(None if isinstance(part, float) and math.isnan(part) else part for part in event))
        self.frames = max(self.frames, event[1])
        if event[2] == _NOTE:
            notes, entered = self.parts.get(event[_PLAYER], (0, ordinal))
            self.parts[event[_PLAYER]] = (notes + 1, min(entered, ordinal))

    def same(self, other: Summed) -> bool:
        """Return whether these are the same events."""
        return (self.count, self.total) == (other.count, other.total)


@dataclass(frozen=True, slots=True)
class Journalled:
    """What the journal says: an engine for the rows, the events of each take, and the last number of each chain."""

    engine: Engine
    events: dict[str, Summed]
    reached: dict[str, int]
    flaws: tuple[Flaw, ...]
    records: int


def journalled(
    folder: Path,
    secrets: Sequence[Secret],
    until: Mapping[str, int] | None = None,
    pause: Callable[[], None] = lambda: None,
) -> Journalled:
    """Read the journal of a data folder, each chain up to its number in ``until``; ``pause`` is called between pieces.

    The caller disposes of the engine. Raise BedsideError for records of a later version.
    """
    found = read(folder / JOURNAL, secrets)
    events: dict[str, Summed] = defaultdict(Summed)
    reached: dict[str, int] = {}
    engine = memory_engine()
    waiting: list[Entry] = []
    records = 0

    def taken_in() -> Iterator[Entry]:
        for entry in found.records:
            if until is None or entry.number <= until.get(entry.chain, 0):
                reached[entry.chain] = max(entry.number, reached.get(entry.chain, 0))
                yield entry

    def apply_waiting() -> None:
        with engine.begin() as connection:
            apply_entries(connection, waiting)
        waiting.clear()
        pause()

    try:
        for entry in whole(taken_in()):
            records += 1
            if entry.record[0] == "played":
                events[entry.record[1]].add(entry.record[2:])
            else:
                waiting.append(entry)
            if records % _AT_ONCE == 0:
                apply_waiting()
        apply_waiting()
    except BaseException:
        engine.dispose()
        raise
    return Journalled(engine, dict(events), reached, tuple(found.findings), records)


def indexed(connection: Connection, pause: Callable[[], None] = lambda: None) -> dict[str, Summed]:
    """Return the sums of the events that an index holds, by take."""
    events: dict[str, Summed] = defaultdict(Summed)
    columns = [column.name for column in Base.metadata.tables["performed"].columns]
    wanted = ", ".join(f'"{name}"' for name in columns)
    places = {kind: [columns.index(name) for name in names] for kind, names in _NAMES.items()}
    found = connection.exec_driver_sql(f"SELECT {wanted} FROM performed ORDER BY take_id, ordinal")  # noqa: S608
    of, kind = columns.index("take_id"), columns.index("kind")
    while rows := found.fetchmany(_AT_ONCE):
        for row in rows:
            events[row[of]].add([row[place] for place in places[row[kind]]])
        pause()
    return dict(events)
