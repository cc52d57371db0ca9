"""Make the tables of a new database, and bring those of an older one to the present version."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, Table, func, insert, inspect, select, update
from sqlalchemy.schema import CreateColumn, CreateIndex

from bedside.archive.store.models import SCHEMA_VERSION, Anchor, Base, Session, StaffCode
from bedside.errors import BedsideError

# This row of `Anchor` says that there are rows which the journal does not hold yet.
UNADOPTED = "unadopted"
# The first version whose rows have a sequence; older ones get theirs from the clock's labels.
SEQUENCED = 4
_ROWS_AT_ONCE = 5_000
_LABELS = {
    "session": ("began",),
    "take": ("began",),
    "choice": ("made",),
    "marker": ("take_id", "frame"),
    "remark": ("written",),
    "verdict": ("made",),
    "session_note": ("written",),
    "goal": ("set",),
    "attainment": ("rated",),
    "link": ("take_id", "first"),
    "rating": ("made",),
    "finished": ("made",),
    "patient": (),
}


def schema_version(connection: Connection) -> int:
    """Return the version of the tables, 0 if there are none; raise BedsideError for a later one than this."""
    version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if version > SCHEMA_VERSION:
        raise BedsideError("These recordings were made by a later version of bedside; update bedside on this computer.")
    return version


def migrate(engine: Engine) -> None:
    """Bring the tables to the present version in one transaction; raise BedsideError for those of a later version."""
    with engine.begin() as connection:
        version = schema_version(connection)
        if version == SCHEMA_VERSION:
            return
        if version == 0:
            Base.metadata.create_all(connection, checkfirst=False)
        else:
            known = [table for table in Base.metadata.sorted_tables if inspect(connection).has_table(table.name)]
            for table in known:
                _add_columns(connection, table)
            Base.metadata.create_all(connection)
            renumber(connection, version)
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _add_columns(connection: Connection, table: Table) -> None:
    """Add columns and indexes introduced since a table was made; old rows get the column's default, or NULL."""
    inspector = inspect(connection)
    columns = {column["name"] for column in inspector.get_columns(table.name)}
    indexes = {index["name"] for index in inspector.get_indexes(table.name)}
    for column in table.columns:
        if column.name not in columns:
            made = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {made}")
    for index in sorted(table.indexes, key=lambda each: str(each.name)):
        if index.name not in indexes:
            connection.execute(CreateIndex(index))


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy all rows of all tables that both databases have, with the columns that both have."""
    for table in Base.metadata.sorted_tables:
        copy_table(source, target, table)


def copy_table(source: Connection, target: Connection, table: Table, take: str | None = None) -> None:
    """Copy the rows of a table that both databases have, or those of a take; with the columns that both have.

    A damaged database may give a row twice; the second is passed over.
    """
    inspector = inspect(source)
    if not inspector.has_table(table.name):
        return
    there = {column["name"] for column in inspector.get_columns(table.name)}
    columns = [f'"{column.name}"' for column in table.columns if column.name in there]
    reading = f"SELECT {', '.join(columns)} FROM {table.name}"  # noqa: S608 - our own names
    writing = f"INSERT OR IGNORE INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
    if take is None:
        found = source.exec_driver_sql(reading)
    else:
        found = source.exec_driver_sql(f"{reading} WHERE take_id = ? ORDER BY ordinal", (take,))
    while rows := found.fetchmany(_ROWS_AT_ONCE):
        target.exec_driver_sql(writing, [tuple(row) for row in rows])


def renumber(connection: Connection, version: int) -> None:
    """Give the rows of an older version numbers in the order of their labels; the last of each table gets −1."""
    if version >= SEQUENCED:
        return
    for name, labels in _LABELS.items():
        table = Base.metadata.tables[name]
        key = next(iter(table.primary_key))
        ranked = select(
            key.label("key"),
            (
                func.row_number().over(order_by=[*(table.c[label] for label in labels), key])
                - 1
                - select(func.count()).select_from(table).scalar_subquery()
            ).label("number"),
        ).subquery()
        connection.execute(update(table).where(key == ranked.c.key).values(sequence=ranked.c.number))
    rows = (select(model.__table__).limit(1) for model in (Session, StaffCode))
    if any(connection.execute(row).first() is not None for row in rows):
        connection.execute(insert(Anchor), {"chain": UNADOPTED, "number": 0})
