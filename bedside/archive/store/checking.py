"""Hold the index against the journal, row by row: the only way to see a page that is whole, but of an earlier day."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from bedside.archive.journal.reading import Flaw, read
from bedside.archive.keys import Secret
from bedside.archive.store import database
from bedside.archive.store.adoption import is_unadopted
from bedside.archive.store.feeding import anchors
from bedside.archive.store.index import DATABASE, JOURNAL
from bedside.archive.store.journalled import Journalled, Summed, indexed, journalled
from bedside.archive.store.models import Base

_log = logging.getLogger(__name__)

# What these hold follows from the events and the anchors, and is compared with those.
_DERIVED = {"performed", "part", "anchor"}


@dataclass(frozen=True, slots=True)
class Difference:
    """How many rows of a table index and journal do not agree on; for events, how many takes."""

    table: str
    rows: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    ``findings`` are faults of the journal, ``missing`` counts records that the index has and the journal lacks at the
    end of a chain, ``differences`` are of the index, ``readable`` is whether all of it could be read. ``records`` of
    the journal were compared.
    """

    findings: tuple[Flaw, ...]
    missing: int
    differences: tuple[Difference, ...]
    readable: bool
    records: int

    @property
    def is_index_good(self) -> bool:
        """Whether the index says what the journal says."""
        return self.readable and not self.differences

    @property
    def is_good(self) -> bool:
        """Whether index and journal are whole and say the same."""
        return self.is_index_good and not self.findings and not self.missing


def check(folder: Path, secrets: Sequence[Secret], pause: Callable[[], None] = lambda: None) -> Checked:
    """Compare the index of a data folder with its journal at one moment, while others may write.

    ``pause`` is called between pieces. Raise DBAPIError if the index cannot be opened at all, OSError if the disk does
    not answer, BedsideError for records of a later version.
    """
    engine = database.reading_engine(folder / DATABASE, secrets[0].key)
    try:
        with engine.connect() as connection:
            return _compared(connection, folder, secrets, pause)
    except DBAPIError as error:
        if not database.is_damage(error):
            raise
        _log.warning("The index cannot be read whole.", exc_info=True)
        found = read(folder / JOURNAL, secrets)
        return Checked(tuple(found.findings), 0, (), False, 0)
    finally:
        engine.dispose()


def _compared(connection: Connection, folder: Path, secrets: Sequence[Secret], pause: Callable[[], None]) -> Checked:
    reached = anchors(connection)
    unadopted = is_unadopted(connection)
    truth = journalled(folder, secrets, reached, pause)
    try:
        missing = sum(max(0, number - truth.reached.get(chain, 0)) for chain, number in reached.items())
        found = [*_rows(connection, truth, unadopted, pause), *_events(connection, truth, unadopted, pause)]
    finally:
        truth.engine.dispose()
    return Checked(truth.findings, missing, tuple(each for each in found if each.rows), True, truth.records)


def _rows(
    connection: Connection, truth: Journalled, unadopted: bool, pause: Callable[[], None]
) -> Iterator[Difference]:
    with database.reading(truth.engine) as memory:
        for table in Base.metadata.sorted_tables:
            if table.name in _DERIVED:
                continue
            ours, theirs = (rows_of(each, table.name) for each in (connection, memory))
            if table.name == "take":
                theirs = {key: _with_frames(row, truth.events.get(key[0])) for key, row in theirs.items()}
            wrong = [key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
            yield Difference(
                table.name,
                sum(not (unadopted and key not in theirs and is_from_before(ours[key])) for key in wrong),
            )
            pause()


def _events(
    connection: Connection, truth: Journalled, unadopted: bool, pause: Callable[[], None]
) -> Iterator[Difference]:
    take = Base.metadata.tables["take"].c
    before: set[str] = set()
    if unadopted:
        before = set(connection.execute(select(take.id).where(take.sequence < 0)).scalars())
    held = indexed(connection, pause)
    takes = (held.keys() | truth.events.keys()) - before
    nothing = Summed()
    yield Difference(
        "performed", sum(not held.get(each, nothing).same(truth.events.get(each, nothing)) for each in takes)
    )
    parts = {(each, player): part for each in takes for player, part in truth.events.get(each, nothing).parts.items()}
    counted = {
        key: (row["notes"], row["entered"]) for key, row in rows_of(connection, "part").items() if key[0] not in before
    }
    yield Difference("part", sum(counted.get(key) != parts.get(key) for key in counted.keys() | parts.keys()))


def rows_of(connection: Connection, name: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the rows of a table by their keys."""
    table = Base.metadata.tables[name]
    keys = [column.name for column in table.primary_key]
    found = connection.execute(select(table)).mappings()
    return {tuple(row[key] for key in keys): {**row} for row in found}


def is_from_before(row: Mapping[str, Any]) -> bool:
    """Return whether a row can be from before the journal."""
    return bool(row.get("sequence", -1) < 0)


def _with_frames(row: dict[str, Any], events: Summed | None) -> dict[str, Any]:
    return row if events is None else {**row, "frames": max(row["frames"], events.frames)}
