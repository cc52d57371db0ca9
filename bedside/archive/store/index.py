"""The index: the database that is built from the journal, fed as the journal grows, and built anew where it is lost."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bedside.archive.journal.reading import Entry, JournalReading, read
from bedside.archive.keys.keyfolder import DATABASE as DATABASE
from bedside.archive.keys.secret import Secret
from bedside.archive.store.database import (
    IN_USE,
    drafting_engine,
    is_damage,
    is_held,
    memory_engine,
    reading,
    take_alone,
)
from bedside.archive.store.feeding import anchors, feed, whole
from bedside.errors import BedsideError
from bedside.files import sync_folder

JOURNAL = "journal"
# An empty file that says that an index was made here: where it is and the database is not, the database was lost.
INDEXED = "indexed"
_SUFFIXES = ("-wal", "-shm", "")


def is_written(folder: Path) -> bool:
    """Return whether a data folder has a journal."""
    return any(not path.name.startswith("spare") for path in (folder / JOURNAL).glob("*.journal"))


def was_made(folder: Path) -> bool:
    """Return whether a data folder once had a database; one that never had lacks nothing."""
    return (folder / INDEXED).exists() or _beside(folder / DATABASE, "-wal").exists()


def note_made(folder: Path) -> None:
    """Note that a data folder has a database, whose name is on the disk by now, if the disk takes a note."""
    path = folder / INDEXED
    with contextlib.suppress(OSError):
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
            sync_folder(folder)


def unread(engine: Engine, folder: Path, secrets: Sequence[Secret]) -> JournalReading:
    """Return what the journal of a data folder holds beyond the index."""
    with reading(engine) as connection:
        reached = anchors(connection)
    return read(folder / JOURNAL, secrets, reached)


def new(found: JournalReading) -> list[Entry]:
    """Return the entries of a reading that an index can take."""
    return list(whole(found.records))


def rebuild(folder: Path, secrets: Sequence[Secret], name: str = "replaced") -> Path | None:
    """Build the index of a data folder from its journal alone, in a file that then takes the old one's place.

    It is encrypted under the first of the ``secrets``. The old one is kept aside, with ``name`` and the time in its
    name; return its path, or None if there was none. Raise BedsideError for a journal of a later version and while
    another program uses an undamaged index, DBAPIError or OSError if the disk is full or does not answer.
    """
    path = folder / DATABASE
    draft = folder / f".{uuid.uuid4().hex}.part"
    try:
        engine = drafting_engine(draft, secrets[0])
        try:
            feed(engine, whole(read(folder / JOURNAL, secrets).records))
        finally:
            engine.dispose()
        _sync(draft)
        if path.exists() and name == "replaced":
            try:
                take_alone(path, secrets[0])
            except DBAPIError as error:
                if is_held(error):
                    raise BedsideError(IN_USE) from error
                # One that is damaged is nobody's to be moved into.
                if not is_damage(error):
                    raise
        aside = set_aside(folder, name, also=draft)
    finally:
        draft.unlink(missing_ok=True)
    return aside


def rebuild_in_memory(folder: Path, secrets: Sequence[Secret]) -> Engine:
    """Build the index of a data folder from its journal alone, in memory; raise BedsideError for a later version's."""
    engine = memory_engine()
    try:
        feed(engine, whole(read(folder / JOURNAL, secrets).records))
    except BaseException:
        engine.dispose()
        raise
    return engine


def set_aside(folder: Path, name: str, also: Path | None = None) -> Path | None:
    """Rename the files of the index; ``also`` takes their place at once. Return the new path, None if there was none.

    The write-ahead log goes first: SQLite deletes a log without its database, and reads one that is beside another.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    path, aside = folder / DATABASE, folder / f"bedside-{name}-{stamp}.db"
    there = path.exists() or _beside(path, "-wal").exists()
    for suffix in ("-wal", "-shm"):
        if _beside(path, suffix).exists():
            _beside(path, suffix).rename(_beside(aside, suffix))
    if path.exists():
        path.rename(aside)
    if also is not None:
        also.rename(path)
    sync_folder(folder)
    return aside if there else None


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(f"{path.name}{suffix}")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
