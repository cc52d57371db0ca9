"""Open the index of a data folder, whatever has happened to it: what the journal holds can always be read.

Only the owner of the folder repairs and sets aside. Everybody else reads, where the files do not serve, from a copy in
memory.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bedside.archive.keys import keyfile
from bedside.archive.keys.secret import Secret
from bedside.archive.store import database
from bedside.archive.store.belonging import require_own
from bedside.archive.store.feeding import feed
from bedside.archive.store.index import (
    DATABASE,
    is_written,
    new,
    note_made,
    rebuild,
    rebuild_in_memory,
    set_aside,
    unread,
    was_made,
)
from bedside.archive.store.migration import schema_version
from bedside.archive.store.models import SCHEMA_VERSION
from bedside.archive.store.rescue import rescue
from bedside.archive.store.writeahead import LogState, judge_log
from bedside.errors import BedsideError
from bedside.files import make_private, reason, sync_folder

_log = logging.getLogger(__name__)

# How long to wait for the owner to bring what it has just recorded into the index.
_OWNER_SECONDS = 1.0
# A log that another program is writing can look wrong for a moment.
_LOOKS = 3


@dataclass(frozen=True, slots=True)
class OpenedIndex:
    """An engine for the index, and a sentence for the staff about damage that was found, or None."""

    engine: Engine
    notice: str | None = None


def open_to_read(folder: Path, owner: bool = False) -> OpenedIndex:
    """Open the index of a folder for reading, without a need to write; if nothing is recorded, an empty one.

    Raise BedsideError if there is no key, or nothing that can be read.
    """
    # In this order: another program may be making it right now.
    made = was_made(folder)
    there, written = _is_there(folder / DATABASE), is_written(folder)
    if not there and not written:
        if made:
            raise BedsideError(missing_database(folder))
        return OpenedIndex(database.empty_engine())
    secret = _existing(folder)
    engine = _readable(folder, secret, written) if there else None
    if engine is not None:
        try:
            return OpenedIndex(_complete(engine, folder, secret, owner))
        except DBAPIError as error:
            engine.dispose()
            if not database.is_damage(error) or not written:
                raise
    engine = _only_read(rebuild_in_memory(folder, _all(folder, secret)))
    return OpenedIndex(engine, _unreadable(folder) if there else missing_database(folder) if made else None)


def open_to_write(folder: Path, owner: bool) -> OpenedIndex:
    """Open the index of a folder for writing, and make it if necessary.

    Where the files do not serve and this program may not mend them, the engine is of a copy in memory. Raise
    BedsideError or DBAPIError if there is no key, or nothing to be read or written.
    """
    make_private(folder)
    path = folder / DATABASE
    # In this order: a log is made after its database, even if another program is making both right now.
    log_there, made = (folder / f"{DATABASE}-wal").exists(), was_made(folder)
    there, written = _is_there(path), is_written(folder)
    lost = missing_database(folder) if made and not there else None
    secret = _existing(folder) if there or written or path.exists() else keyfile.make(folder)
    if written and not there and not owner:
        return OpenedIndex(rebuild_in_memory(folder, _all(folder, secret)), lost)
    try:
        if owner and log_there and not path.exists():
            set_aside(folder, "damaged")
        opened = _written(folder, secret, owner)
    except (DBAPIError, OSError):
        if not there and not written:
            raise
        # What cannot be written can still be read.
        _log.warning("The index cannot be opened for writing.", exc_info=True)
        return open_to_read(folder)
    if owner and lost is not None:
        return OpenedIndex(opened.engine, lost)
    return opened


def _written(folder: Path, secret: Secret, owner: bool) -> OpenedIndex:
    """Open the files of the index for writing; mend them if the owner finds damage."""
    path = folder / DATABASE
    log = _judge_log(path) if owner and _is_there(path) else LogState.WHOLE
    if log in (LogState.DAMAGED, LogState.HEADLESS):
        return _mended(folder, secret, log)
    try:
        engine = database.writing_engine(path, secret)
    except DBAPIError as error:
        if not database.is_damage(error) or not owner:
            raise
        require_own(folder, _all(folder, secret), error)
        return _mended(folder, secret)
    try:
        sync_folder(folder)
        note_made(folder)
        damaged = not database.is_whole(engine)
        if owner and not damaged:
            feed(engine, new(unread(engine, folder, _all(folder, secret))))
    except BaseException:
        engine.dispose()
        raise
    if not damaged:
        return OpenedIndex(engine)
    if not owner and not is_written(folder):
        return OpenedIndex(engine)
    engine.dispose()
    if owner:
        return _mended(folder, secret)
    return OpenedIndex(rebuild_in_memory(folder, _all(folder, secret)), _unreadable(folder))


def _mended(folder: Path, secret: Secret, log: LogState = LogState.DAMAGED) -> OpenedIndex:
    """Set the damaged index aside, and build it anew from the journal and from what can still be read in it.

    Where the power may have been cut while the ``log`` began anew, and nothing is missing, nobody need be told.
    """
    known = _all(folder, secret)
    lost = rescue(folder, known)
    if is_written(folder):
        aside = rebuild(folder, known, "damaged")
        beginning = "The database of the recordings was damaged; it was built anew from the journal"
        if lost:
            beginning += f", without {lost} of the older takes"
        elif log is LogState.HEADLESS:
            _log.warning("The log of the index could not be read; the index was built anew from the journal.")
            return OpenedIndex(database.writing_engine(folder / DATABASE, secret))
        ending = "the damaged one was kept as"
    else:
        aside = set_aside(folder, "damaged")
        beginning, ending = "The earlier recordings are damaged; new ones are kept", "they were set aside as"
    name = "" if aside is None else aside.name
    return OpenedIndex(
        database.writing_engine(folder / DATABASE, secret),
        f"{beginning}, and {ending} {name} in {folder}. Please tell the people who look after this computer.",
    )


def _readable(folder: Path, secret: Secret, written: bool) -> Engine | None:
    """Return an engine for the database as it is, or a copy of it; None if only the journal can be read."""
    path = folder / DATABASE
    for solitary, opening in ((False, database.reading_engine), (True, database.solitary_engine)):
        try:
            return _of_today(opening(path, secret), path, secret)
        except DBAPIError as error:
            if database.is_damage(error):
                require_own(folder, _all(folder, secret), error)
                if written:
                    return None
            if database.is_damage(error) or (solitary and not written):
                raise
            _log.info("The index is read in another way.", exc_info=True)
    return None


def _of_today(engine: Engine, path: Path, secret: Secret) -> Engine:
    """Return an engine for the present version of the tables."""
    with engine.connect() as connection:
        version = schema_version(connection)
    if version == SCHEMA_VERSION:
        return engine
    engine.dispose()
    if not version:
        return database.empty_engine()
    try:
        # Opening it for writing migrates the tables.
        database.writing_engine(path, secret).dispose()
    except (OSError, DBAPIError):
        return _only_read(database.copy_in_memory(path, secret))
    return database.reading_engine(path, secret)


def _complete(engine: Engine, folder: Path, secret: Secret, owner: bool) -> Engine:
    """Return an engine that also has what the journal holds beyond the index."""
    known = _all(folder, secret)
    until = time.monotonic() + _OWNER_SECONDS
    wanted: dict[str, int] = {}
    while behind := new(unread(engine, folder, known)):
        wanted = wanted or {entry.chain: entry.number for entry in behind}
        if all(entry.number > wanted.get(entry.chain, 0) for entry in behind):
            # Only what was recorded since this began is not in the index.
            return engine
        if owner:
            engine.dispose()
            writing = database.writing_engine(folder / DATABASE, secret)
            try:
                feed(writing, behind)
            finally:
                writing.dispose()
            return database.reading_engine(folder / DATABASE, secret)
        if time.monotonic() > until:
            engine.dispose()
            copy = database.copy_in_memory(folder / DATABASE, secret)
            feed(copy, behind)
            return _only_read(copy)
        time.sleep(0.05)
    return engine


def _only_read(engine: Engine) -> Engine:
    database.lock(engine)
    return engine


def _judge_log(path: Path) -> LogState:
    for look in range(_LOOKS):
        if look:
            time.sleep(0.05)
        state = judge_log(path.with_name(f"{path.name}-wal")).state
        if state not in (LogState.DAMAGED, LogState.HEADLESS):
            break
    return state


def _is_there(path: Path) -> bool:
    try:
        return path.exists() and path.stat().st_size > 0
    except OSError as error:
        raise BedsideError(f"The recordings in {path.parent} cannot be opened: {reason(error)}.") from error


def _existing(folder: Path) -> Secret:
    found = keyfile.secret(folder)
    if found is None:
        raise BedsideError(
            f"The key of the recordings in {folder} is missing: put a copy of bedside.key back beside "
            f"{DATABASE}, or type its words after bedside key restore."
        )
    return found


def _all(folder: Path, secret: Secret) -> Sequence[Secret]:
    return [secret, *(other for other in keyfile.secrets(folder) if other.key != secret.key)]


def _unreadable(folder: Path) -> str:
    return (
        f"The database of the recordings in {folder} is damaged; they are read from the journal instead. "
        "bedside check builds the database anew."
    )


def missing_database(folder: Path) -> str:
    """Return the sentence for a folder whose database is gone, though other files of the recordings are there."""
    return (
        f"The database of the recordings, {DATABASE}, is missing in {folder}, though other files of theirs are there; "
        "nothing was deleted. Please tell the people who look after this computer."
    )
