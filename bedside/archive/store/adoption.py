"""Adopt a store from before the journal: write its rows into the journal, once.

Killed in between, it starts again; the rows that are then in the journal twice are the same rows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, select

from bedside.archive.journal.writer import JournalWriter
from bedside.archive.keys import keyfile
from bedside.archive.store import database
from bedside.archive.store.changes import TABLES, Insert, encode
from bedside.archive.store.feeding import move_anchors
from bedside.archive.store.index import JOURNAL
from bedside.archive.store.keeping import Record, Writer
from bedside.archive.store.migration import UNADOPTED
from bedside.archive.store.models import Base
from bedside.errors import BedsideError
from bedside.music.kinds import FIELDS, KINDS

_log = logging.getLogger(__name__)

_ROWS_OF_A_FRAME = 2_000
_tables = Base.metadata.tables
_performed, _take, _anchor = _tables["performed"], _tables["take"], _tables["anchor"]


def adopter(folder: Path) -> Writer:
    """Return a new chain of the journal for rows from before it; raise BedsideError if there is no key."""
    public = keyfile.public_key(folder)
    if public is None:
        raise BedsideError(f"The key of the recordings in {folder} is missing.")
    return JournalWriter([folder / JOURNAL], public, "adopted")


def is_unadopted(connection: Connection) -> bool:
    """Return whether the index has rows that the journal does not hold."""
    return connection.execute(select(_anchor.c.chain).where(_anchor.c.chain == UNADOPTED)).first() is not None


def adopt(engine: Engine, journal: Callable[[], Writer], pause: Callable[[], None] = lambda: None) -> None:
    """Write the rows from before the journal, if there are any, into a new chain of it.

    ``pause`` is called between pieces. Raise OSError if the journal, DBAPIError if the index cannot be written or read.
    """
    # Nobody changes these rows while they are read; the events of a take never change.
    with engine.begin() as connection:
        if not is_unadopted(connection):
            return
        writer = journal()
        write(writer, [["adopting"], *_rows(connection)])
        wanted = select(_take.c.id).where(_take.c.sequence < 0).order_by(_take.c.sequence)
        takes = connection.execute(wanted).scalars().all()
    for take in takes:
        for frame in events_of(engine, take):
            write(writer, frame)
            pause()
    last = writer.append([["adopted"]])
    writer.close()
    with engine.begin() as connection:
        connection.execute(delete(_anchor).where(_anchor.c.chain == UNADOPTED))
        move_anchors(connection, {writer.chain: last})


def write(writer: Writer, records: Iterable[Record], after: int = 0) -> None:
    """Write records into the journal, a frame at a time, with numbers greater than ``after``."""
    remaining = iter(records)
    while frame := list(islice(remaining, _ROWS_OF_A_FRAME)):
        writer.append(frame, after)


def _rows(connection: Connection) -> Iterator[Record]:
    """Return the records of all rows from before the journal but the events."""
    for name, table in TABLES.items():
        wanted = select(table)
        wanted = wanted.where(table.c.sequence < 0) if "sequence" in table.c else wanted
        for row in connection.execute(wanted).mappings():
            yield encode(Insert(name, {**row}))


def events_of(engine: Engine, take: str) -> Iterator[list[Record]]:
    """Return the records of a take's events, in pieces."""
    wanted = select(_performed).where(_performed.c.take_id == take).order_by(_performed.c.ordinal)
    after = -1
    while True:
        with database.reading(engine) as connection:
            found = (
                connection.execute(wanted.where(_performed.c.ordinal > after).limit(_ROWS_OF_A_FRAME)).mappings().all()
            )
        if not found:
            return
        yield [
            [
                "played",
                take,
                row["ordinal"],
                row["frame"],
                row["kind"],
                *(row[name] for name in FIELDS[KINDS[row["kind"]]]),
            ]
            for row in found
        ]
        after = found[-1]["ordinal"]
