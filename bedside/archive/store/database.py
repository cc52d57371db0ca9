"""An encrypted SQLite file: the one module that knows SQLCipher, how it is opened, and what its faults mean."""

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
    """Return why the database refused, in words that end a sentence about the recordings."""
    name = _name(error)
    return next((words for prefix, words in _REASONS.items() if name.startswith(prefix)), "the database refused")


def is_damage(error: DBAPIError) -> bool:
    """Tell whether the database refused because its file is not what was written."""
    return _name(error).startswith(_DAMAGED)


def writing_engine(path: Path, key: bytes) -> Engine:
    """Return an engine that writes the database at ``path`` under a 32-byte key, and makes it where there is none.

    Raise BedsideError where the file cannot be made, DBAPIError where it cannot be opened.
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
    """Return an engine that only reads the database at ``path`` under a 32-byte key; raise DBAPIError as it opens."""
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
    # Once opened to be written it is of today's shape.
    writing_engine(path, key).dispose()
    return reading_engine(path, key)


def reading(engine: Engine) -> Connection:
    """Return a connection of an engine that only reads: it waits for nobody who writes, and nobody waits for it."""
    return engine.connect().execution_options(reads=True)


def scratch(path: Path, key: bytes) -> Any:
    """Return a connection to a new file under a 32-byte key, for what may be lost: nothing of it is ever synced."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    connection = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    for pragma in ("temp_store = MEMORY", "journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def empty_engine() -> Engine:
    """Return an engine that reads a database in memory which has all tables and nothing in them."""
    connection = dbapi2.connect(":memory:", isolation_level=None, check_same_thread=False)
    engine = create_engine("sqlite://", module=dbapi2, creator=lambda: connection, poolclass=StaticPool)
    Base.metadata.create_all(engine)
    connection.execute("PRAGMA query_only = ON")
    return engine


def is_whole(engine: Engine) -> bool:
    """Tell whether every page of the database still bears its seal; takes about 5 ms for each megabyte.

    The log is folded in first: it mends pages that a power cut tore. While another program keeps it from being folded
    in whole, the pages are not judged, and the answer is True.
    """
    # A transaction, which SQLAlchemy would begin, cannot fold in the log.
    raw = engine.raw_connection()
    cursor = raw.cursor()
    try:
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        busy, in_log, folded = cursor.fetchall()[0]
        if busy or in_log != folded:
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
    # A write that began as a read could be refused at its first write however long it waits.
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
            # SQLCipher would write what it thinks of a wrong key to the terminal.
            connection.execute("PRAGMA cipher_log_level = NONE")
            # A key of 64 digits is taken as it is; anything else would be stretched for a quarter of a second.
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            # SQLite's own knows capitals of English only: ÜBUNG is to be found as Übung, and Ärger as ärger.
            connection.create_function("lower", 1, _lowered, deterministic=True)
            for pragma in ("temp_store = MEMORY", "foreign_keys = ON", *pragmas):
                _patiently(connection, f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    return create_engine("sqlite://", module=dbapi2, creator=connect, poolclass=QueuePool, hide_parameters=True)


def _lowered(words: object) -> object:
    return words.lower() if isinstance(words, str) else words


def _patiently(connection: Any, statement: str) -> None:
    """Execute a statement that SQLite refuses at once, without its own waiting, while another program opens."""
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
    """Give the tables that there are the columns that came since, which are null in all that was kept before."""
    there = inspect(connection)
    for table in (table for table in Base.metadata.sorted_tables if table.name in tables):
        known = {column["name"] for column in there.get_columns(table.name)}
        for column in table.columns:
            if column.name not in known:
                made = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {made}")
