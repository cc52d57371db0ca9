"""The encrypted SQLite file; only this module knows SQLCipher, how to open the file and how to read its errors."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Pool, QueuePool, StaticPool, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlcipher3 import dbapi2

from bedside.archive.keys.secret import Secret
from bedside.archive.store.migration import copy_rows, migrate, renumber, schema_version
from bedside.archive.store.writeahead import judge_log
from bedside.errors import BedsideError

_BUSY_SECONDS = 5.0
IN_USE = "The recordings are in use; close the other programs of bedside and try again."

_REASONS = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_BUSY": "another program is holding them",
    "SQLITE_LOCKED": "another program is holding them",
    "SQLITE_IOERR": "the disk does not answer or is full",
    "SQLITE_READONLY": "this user is not allowed to write them",
    "SQLITE_CANTOPEN": "this user is not allowed to open them, or the disk is full",
    "SQLITE_PERM": "this user is not allowed to open them",
    "SQLITE_AUTH": "this user is not allowed to open them",
    "SQLITE_NOTADB": "they were made with another key than the one that is there, or their file is damaged; put the "
    "right bedside.key back, or type its words after bedside key restore",
    "SQLITE_CORRUPT": "their file is damaged",
}
# The way to the files that takes no locks.
_UNLOCKED = "" if os.name == "nt" else "&vfs=unix-none"
_DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT")
_HELD = ("SQLITE_BUSY", "SQLITE_LOCKED")


def reason_of(error: DBAPIError) -> str:
    """Return the reason for a database error, in words that complete a sentence about the recordings."""
    name = _name(error)
    if "disk is full" in str(error.orig):
        # SQLCipher's export reports it under the name of any error.
        name = "SQLITE_FULL"
    return next((words for prefix, words in _REASONS.items() if name.startswith(prefix)), "the database refused")


def is_held(error: DBAPIError) -> bool:
    """Return whether the error means that another program has the file open."""
    return _name(error).startswith(_HELD)


def is_damage(error: DBAPIError) -> bool:
    """Return whether the error means that the file is damaged."""
    return _name(error).startswith(_DAMAGED)


def writing_engine(path: Path, secret: Secret) -> Engine:
    """Return an engine that reads and writes the database at ``path`` under a secret; make it if necessary.

    Raise OSError if the file cannot be created, DBAPIError if it cannot be opened, BedsideError for a later version.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    engine = _file_engine(path, secret, ("journal_mode = WAL", "synchronous = FULL"))
    event.listen(engine, "begin", _begin_to_write)
    try:
        migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def reading_engine(path: Path, secret: Secret) -> Engine:
    """Return a read-only engine for the database at ``path`` under a secret; it changes neither file nor log.

    Raise DBAPIError if it cannot be opened.
    """
    return _tried(_file_engine(path, secret, ("query_only = ON",), "mode=ro"))


def solitary_engine(path: Path, secret: Secret) -> Engine:
    """Return a read-only engine that locks nothing and makes no file: for disks that cannot be written.

    What another program writes meanwhile can make it read nonsense, which then does not fit its checksums. Raise
    DBAPIError if it cannot be opened.
    """
    log = judge_log(path.with_name(f"{path.name}-wal"))
    if not log.readable:
        # SQLite would delete a log in which it finds nothing, though another program may be about to write it.
        return _tried(_file_engine(path, secret, ("query_only = ON",), "mode=ro&immutable=1"))
    # Set before the first access, so that SQLite keeps its index of the log in memory.
    exclusive = ("locking_mode = EXCLUSIVE", "query_only = ON")
    return _tried(_file_engine(path, secret, exclusive, f"mode=ro{_UNLOCKED}"))


def drafting_engine(path: Path, secret: Secret) -> Engine:
    """Return an engine that makes a new database at ``path``; nothing is synced, and a fault leaves it useless."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    fast = ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -65536")
    engine = _file_engine(path, secret, fast, pool=StaticPool)
    event.listen(engine, "begin", _begin_to_write)
    migrate(engine)
    return engine


def reading(engine: Engine) -> Connection:
    """Return a connection for reading; readers and writers do not wait for each other."""
    return engine.connect().execution_options(reads=True)


def scratch(path: Path, key: bytes) -> Any:
    """Return a connection to a new scratch file under a 32-byte key; it is never synced to the disk."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    connection = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    for pragma in ("temp_store = MEMORY", "journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def take_alone(path: Path, secret: Secret) -> None:
    """Move the whole write-ahead log into the database; raise DBAPIError while another program has it open."""
    engine = _file_engine(path, secret, ("locking_mode = EXCLUSIVE", "journal_mode = DELETE"), patience=0.5)
    try:
        with engine.begin() as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    finally:
        engine.dispose()
    if mode != "delete":
        raise BedsideError(IN_USE)


@contextmanager
def exporting(path: Path, secret: Secret, draft: Path, new: Secret) -> Iterator[None]:
    """Copy all that a database holds into an empty file under another secret; nobody else has it during the block.

    The draft is synced when the block begins. Raise BedsideError while another program has the database open, OSError
    or DBAPIError if a disk fails.
    """
    alone = ("locking_mode = EXCLUSIVE", "journal_mode = DELETE")
    engine = _file_engine(path, secret, alone, pool=StaticPool, patience=0.5)
    try:
        with engine.connect() as connection:
            if connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() != "delete":
                raise BedsideError(IN_USE)
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
            version = schema_version(connection)
            connection.exec_driver_sql("COMMIT")
            # Neither may be done within a transaction; the lock is kept all the same.
            attach = f'ATTACH DATABASE ? AS fresh KEY "{_literal(new)}"'
            connection.exec_driver_sql(attach, (str(draft),))
            for statement in ("PRAGMA fresh.journal_mode = OFF", "PRAGMA fresh.synchronous = OFF"):
                connection.exec_driver_sql(statement)
            connection.exec_driver_sql("SELECT sqlcipher_export('fresh')").all()
            connection.exec_driver_sql(f"PRAGMA fresh.user_version = {version}")
            connection.exec_driver_sql("DETACH DATABASE fresh")
            _sync(draft)
            yield
    except DBAPIError as error:
        if is_held(error):
            raise BedsideError(IN_USE) from error
        raise
    finally:
        engine.dispose()


def memory_engine() -> Engine:
    """Return an engine for a database in memory that has all tables and is empty; it is gone when it is disposed of."""
    name = f"file:{uuid.uuid4().hex}?mode=memory&cache=shared"

    def connect() -> Any:
        return _prepared(dbapi2.connect(name, uri=True, isolation_level=None, check_same_thread=False))

    # A database in memory lasts as long as one connection to it.
    kept = connect()
    engine = create_engine("sqlite://", module=dbapi2, creator=connect, poolclass=QueuePool, hide_parameters=True)
    event.listen(engine, "engine_disposed", lambda _: kept.close())
    event.listen(engine, "begin", _begin_to_write)
    migrate(engine)
    return engine


def empty_engine() -> Engine:
    """Return a read-only engine for an empty database in memory that has all tables."""
    engine = memory_engine()
    lock(engine)
    return engine


def lock(engine: Engine) -> None:
    """Let an engine for a database in memory only read from now on."""
    event.remove(engine, "begin", _begin_to_write)
    event.listen(engine, "begin", _begin_to_read)
    event.listen(engine, "checkout", _only_reads)


def copy_in_memory(path: Path, secret: Secret) -> Engine:
    """Return an engine for a copy in memory of the database at ``path``, brought to the present version.

    Raise DBAPIError if it cannot be read.
    """
    try:
        source = reading_engine(path, secret)
    except DBAPIError as error:
        if is_damage(error):
            raise
        source = solitary_engine(path, secret)
    try:
        copy = memory_engine()
        try:
            with source.connect() as old, copy.begin() as new:
                copy_rows(old, new)
                version = schema_version(old)
            with copy.begin() as new:
                renumber(new, version)
        except BaseException:
            copy.dispose()
            raise
    finally:
        source.dispose()
    return copy


def is_whole(engine: Engine) -> bool:
    """Return whether the checksum of every page is right; takes about 5 ms per megabyte.

    The write-ahead log is checkpointed first, as it repairs pages torn by a power cut. Where another program prevents a
    complete checkpoint, pages are not checked and the answer is True.
    """
    # A checkpoint is not possible within the transaction that SQLAlchemy would begin.
    raw = engine.raw_connection()
    cursor = raw.cursor()
    try:
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        busy, in_log, checkpointed = cursor.fetchall()[0]
        if busy or in_log != checkpointed:
            return True
        cursor.execute("PRAGMA cipher_integrity_check")
        return not cursor.fetchall()
    except dbapi2.DatabaseError as error:
        if error.sqlite_errorname.startswith(_DAMAGED):
            return False
        raise BedsideError("The recordings cannot be checked: the disk does not answer or is full.") from error
    finally:
        raw.close()


def is_consistent(connection: Connection) -> bool:
    """Return whether all indexes of a database fit its tables; takes about a second for a million rows."""
    return bool(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() == "ok")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlite_errorname", "")


def _begin_to_write(connection: Connection) -> None:
    # A transaction that begins as a read may be refused at its first write, however long it waits.
    reads = connection.get_execution_options().get("reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _begin_to_read(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _tried(engine: Engine) -> Engine:
    event.listen(engine, "begin", _begin_to_read)
    try:
        with engine.connect() as connection:
            schema_version(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _only_reads(connection: Any, *_: object) -> None:
    connection.execute("PRAGMA query_only = ON")


def _file_engine(
    path: Path,
    secret: Secret,
    pragmas: tuple[str, ...],
    how: str = "mode=rw",
    pool: type[Pool] = QueuePool,
    patience: float = _BUSY_SECONDS,
) -> Engine:
    address = f"{path.absolute().as_uri()}?{how}&psow=0"

    def connect() -> Any:
        connection = dbapi2.connect(address, uri=True, timeout=patience, isolation_level=None, check_same_thread=False)
        try:
            # Otherwise SQLCipher complains about a wrong key on the terminal.
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f'PRAGMA key = "{_literal(secret)}"')
            _prepared(connection)
            for pragma in ("temp_store = MEMORY", *pragmas):
                _execute_with_retry(connection, f"PRAGMA {pragma}", patience)
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite://", module=dbapi2, creator=connect, poolclass=pool, hide_parameters=True)
    event.listen(engine, "connect", lambda _, record: record.info.update(file=_file(path)))
    event.listen(engine, "checkout", lambda _, record, __: _require_same(record.info["file"], path))
    return engine


def _file(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _require_same(file: tuple[int, int] | None, path: Path) -> None:
    """Have a connection made anew when another file took the place of its own."""
    present = _file(path)
    if present is not None and present != file:
        raise DisconnectionError


def _prepared(connection: Any) -> Any:
    # SQLite's own lower() knows only ASCII; ÜBUNG must be found as Übung.
    connection.create_function("lower", 1, _lowered, deterministic=True)
    return connection


def _literal(secret: Secret) -> str:
    """Return a secret as SQLCipher takes it: as it is, without a key derivation of 250 ms.

    With the salt, it does not need the one in the first bytes of the file.
    """
    return f"x'{secret.key.hex()}{secret.salt.hex()}'"


def _lowered(words: object) -> object:
    return words.lower() if isinstance(words, str) else words


def _execute_with_retry(connection: Any, statement: str, patience: float) -> None:
    """Execute a statement that SQLite refuses, without its busy timeout, while another program opens the file."""
    until = time.monotonic() + patience
    while True:
        try:
            connection.execute(statement).fetchall()
        except dbapi2.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return
