"""The encrypted SQLite file; only this module knows SQLCipher, how to open the file and how to read its errors."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, StaticPool, create_engine, event, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateColumn
from sqlcipher3 import dbapi2

from bedside.archive.store.models import SCHEMA_VERSION, Base
from bedside.errors import BedsideError
from bedside.files import reason

_BUSY_SECONDS = 5.0

_REASONS = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_BUSY": "another program is holding them",
    "SQLITE_LOCKED": "another program is holding them",
    "SQLITE_IOERR": "the disk does not answer or is full",
    "SQLITE_READONLY": "this user is not allowed to write them",
    "SQLITE_CANTOPEN": "this user is not allowed to open them, or the disk is full",
    "SQLITE_PERM": "this user is not allowed to open them",
    "SQLITE_AUTH": "this user is not allowed to open them",
    "SQLITE_NOTADB": "their file is damaged, or was made with another key",
    "SQLITE_CORRUPT": "their file is damaged",
}
_DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT")


def reason_of(error: DBAPIError) -> str:
    """Return the reason for a database error, in words that complete a sentence about the recordings."""
    name = _name(error)
    return next((words for prefix, words in _REASONS.items() if name.startswith(prefix)), "the database refused")


def is_damage(error: DBAPIError) -> bool:
    """Return whether the error means that the file is damaged."""
    return _name(error).startswith(_DAMAGED)


def writing_engine(path: Path, key: bytes) -> Engine:
    """Return an engine that reads and writes the database at ``path`` under a 32-byte key; make it if necessary.

    Raise BedsideError if the file cannot be created, DBAPIError if it cannot be opened.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise BedsideError(f"The recordings, {path}, cannot be opened: {reason(error)}.") from error
    engine = _file_engine(path, key, ("journal_mode = WAL", "synchronous = FULL"))
    event.listen(engine, "begin", _begin_to_write)
    try:
        _make_schema(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def reading_engine(path: Path, key: bytes) -> Engine:
    """Return a read-only engine for the database at ``path`` under a 32-byte key.

    Raise DBAPIError if it cannot be opened. An older schema is migrated first.
    """
    engine = _file_engine(path, key, ("query_only = ON",))
    event.listen(engine, "begin", _begin_to_read)
    try:
        with engine.connect() as connection:
            version = _version(connection)
    except BaseException:
        engine.dispose()
        raise
    if version == SCHEMA_VERSION:
        return engine
    engine.dispose()
    if not version:
        return empty_engine()
    # Opening it for writing migrates the schema.
    writing_engine(path, key).dispose()
    return reading_engine(path, key)


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


def empty_engine() -> Engine:
    """Return a read-only engine for an empty database in memory that has all tables."""
    connection = dbapi2.connect(":memory:", isolation_level=None, check_same_thread=False)
    engine = create_engine("sqlite://", module=dbapi2, creator=lambda: connection, poolclass=StaticPool)
    Base.metadata.create_all(engine)
    connection.execute("PRAGMA query_only = ON")
    return engine


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


def _name(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlite_errorname", "")


def _begin_to_write(connection: Connection) -> None:
    # A transaction that begins as a read may be refused at its first write, however long it waits.
    reads = connection.get_execution_options().get("reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _begin_to_read(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _file_engine(path: Path, key: bytes, pragmas: tuple[str, ...]) -> Engine:
    address = f"{path.absolute().as_uri()}?mode=rw"

    def connect() -> Any:
        connection = dbapi2.connect(
            address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            # Otherwise SQLCipher complains about a wrong key on the terminal.
            connection.execute("PRAGMA cipher_log_level = NONE")
            # A key of 64 hexadecimal digits is used as it is; any other would cost a key derivation of 250 ms.
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            # SQLite's own lower() knows only ASCII; ÜBUNG must be found as Übung.
            connection.create_function("lower", 1, _lowered, deterministic=True)
            for pragma in ("temp_store = MEMORY", "foreign_keys = ON", *pragmas):
                _execute_with_retry(connection, f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    return create_engine("sqlite://", module=dbapi2, creator=connect, poolclass=QueuePool, hide_parameters=True)


def _lowered(words: object) -> object:
    return words.lower() if isinstance(words, str) else words


def _execute_with_retry(connection: Any, statement: str) -> None:
    """Execute a statement that SQLite refuses, without its busy timeout, while another program opens the file."""
    until = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute(statement).fetchall()
        except dbapi2.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _version(connection: Connection) -> int:
    version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if version > SCHEMA_VERSION:
        raise BedsideError("These recordings were made by a later version of bedside; update bedside on this computer.")
    return version


def _make_schema(engine: Engine) -> None:
    with engine.begin() as connection:
        version = _version(connection)
        if version == SCHEMA_VERSION:
            return
        if version == 0:
            Base.metadata.create_all(connection, checkfirst=False)
        else:
            known = set(inspect(connection).get_table_names())
            _add_columns(connection, known)
            Base.metadata.create_all(connection)
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _add_columns(connection: Connection, tables: set[str]) -> None:
    """Add columns introduced since the tables were made; old rows get NULL."""
    inspector = inspect(connection)
    for table in (table for table in Base.metadata.sorted_tables if table.name in tables):
        known = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in known:
                made = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {made}")
