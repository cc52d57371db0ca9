"""Rescue what an index holds and the journal lacks, as far as it can be read: write it into the journal.

It serves a damaged store from before the journal, and a journal that lost a part. What the journal says was deleted or
changed later is left so: an old page of the index tells nothing but the past.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import DBAPIError

from bedside.archive.keys.secret import Secret
from bedside.archive.store import database
from bedside.archive.store.adoption import adopter, events_of, write
from bedside.archive.store.changes import KEYS, TABLES, Delete, Insert, Update, encode
from bedside.archive.store.checking import Stamps, is_from_earlier, rows_of
from bedside.archive.store.feeding import greatest
from bedside.archive.store.index import DATABASE
from bedside.archive.store.journalled import Journalled, Summed, indexed, journalled
from bedside.archive.store.keeping import Record
from bedside.archive.store.migration import copy_table, renumber, schema_version
from bedside.archive.store.models import Base
from bedside.errors import BedsideError

_log = logging.getLogger(__name__)

_performed = Base.metadata.tables["performed"]


def rescue(folder: Path, secrets: Sequence[Secret]) -> int:
    """Write what the index of a data folder holds and the journal lacks into the journal.

    Return how many takes could not be read whole in the index and are not in the journal either. Raise OSError if the
    disk cannot be written.
    """
    draft = folder / f".{uuid.uuid4().hex}.part"
    try:
        old = database.solitary_engine(folder / DATABASE, secrets[0])
    except (BedsideError, DBAPIError):
        # Nothing at all can be read in it.
        return 0
    try:
        new = database.drafting_engine(draft, secrets[0])
        try:
            torn = _read_over(old, new)
            truth = journalled(folder, secrets)
            try:
                _write_missing(new, truth, folder)
            finally:
                truth.engine.dispose()
        finally:
            new.dispose()
    finally:
        old.dispose()
        draft.unlink(missing_ok=True)
    return len(torn - truth.events.keys())


def _read_over(old: Engine, new: Engine) -> set[str]:
    """Copy the rows of an index as far as they can be read; return the takes that cannot be read whole."""
    with old.connect() as source:
        version = schema_version(source)
    with new.begin() as target:
        for table in Base.metadata.sorted_tables:
            if table is not _performed:
                _copied(old, target, table)
        renumber(target, version)
        takes = [key[0] for key in rows_of(target, "take")]
        return {take for take in takes if not _copied(old, target, _performed, take)}


def _copied(old: Engine, target: Connection, table: Table, take: str | None = None) -> bool:
    """Copy the rows of a table, or of a take in it; return whether all of them could be read."""
    try:
        with old.connect() as source:
            copy_table(source, target, table, take)
    except DBAPIError as error:
        if not database.is_damage(error):
            raise
        _log.warning("The table %s cannot be read whole.", table.name, exc_info=True)
        return False
    return True


def _write_missing(index: Engine, truth: Journalled, folder: Path) -> None:
    with database.reading(index) as ours, database.reading(truth.engine) as theirs:
        records = [*_missing_rows(ours, theirs)]
        after, nothing = greatest(ours), Summed()
        takes = [take for take, found in indexed(ours).items() if found.count > truth.events.get(take, nothing).count]
    if not records and not takes:
        return
    writer = adopter(folder)
    try:
        write(writer, records, after)
        for take in takes:
            for frame in events_of(index, take):
                write(writer, frame, after)
    finally:
        writer.close()


def _missing_rows(ours: Connection, theirs: Connection) -> Iterator[Record]:
    """Return the records of rows and changes that only the index has, or has from an earlier time."""
    stamps = Stamps(rows_of(ours, "latest"), rows_of(theirs, "latest"))
    for name in TABLES:
        held = rows_of(theirs, name)
        for (key,), row in rows_of(ours, name).items():
            lacking = (key,) not in held and not stamps.is_gone(name, key)
            if lacking or is_from_earlier(row, held.get((key,))):
                yield encode(Insert(name, row))
    for kind, key, name in stamps.unwritten:
        if not stamps.is_gone(kind, key):
            yield from _changed(ours, kind, key, name)


def _changed(ours: Connection, kind: str, key: str, name: str) -> Iterator[Record]:
    of: dict[str, Any] = {KEYS[kind]: int(key) if kind == "staff_code" else key}
    if not name:
        yield encode(Delete(kind, of))
        return
    row = rows_of(ours, kind).get((of[KEYS[kind]],))
    if row is not None:
        yield encode(Update(kind, of, {name: row[name]}))
