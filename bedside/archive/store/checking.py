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
from bedside.archive.keys.secret import Secret
from bedside.archive.store import database
from bedside.archive.store.adoption import is_unadopted
from bedside.archive.store.changes import TABLES
from bedside.archive.store.feeding import anchors
from bedside.archive.store.index import DATABASE, JOURNAL
from bedside.archive.store.journalled import Journalled, Summed, indexed, journalled
from bedside.archive.store.models import Base

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Rows of a table, or takes for events, that index and journal do not agree on.

    Of ``wrong`` ones the journal says otherwise; ``unwritten`` ones are in the index, and the journal lacks them.
    """

    table: str
    wrong: int
    unwritten: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    ``flaws`` are of the journal, ``missing`` counts its records that the index has seen and that are not at the end of
    their chain. ``readable`` is whether all of the index could be read. So many ``records`` were compared.
    """

    flaws: tuple[Flaw, ...]
    missing: int
    differences: tuple[Disagreement, ...]
    readable: bool
    records: int

    @property
    def is_index_good(self) -> bool:
        """Whether the index says all that the journal says."""
        return self.readable and not any(each.wrong for each in self.differences)

    @property
    def harm(self) -> tuple[Flaw, ...]:
        """The flaws that are damage: not what is whole, and lacks its key."""
        return tuple(flaw for flaw in self.flaws if flaw.kind != "foreign key")

    @property
    def is_journal_good(self) -> bool:
        """Whether the journal is whole, and holds all that the index holds."""
        return not self.flaws and not self.missing and not any(each.unwritten for each in self.differences)


def check(folder: Path, secrets: Sequence[Secret], pause: Callable[[], None] = lambda: None) -> Checked:
    """Compare the index of a data folder with its journal at one moment, while others may write.

    ``pause`` is called between pieces. Raise DBAPIError if the index cannot be opened at all, OSError if the disk does
    not answer, BedsideError for records of a later version.
    """
    engine = database.reading_engine(folder / DATABASE, secrets[0])
    try:
        with engine.connect() as connection:
            if database.is_consistent(connection):
                return _compared(connection, folder, secrets, pause)
    except DBAPIError as error:
        if not database.is_damage(error):
            raise
        _log.warning("The index cannot be read whole.", exc_info=True)
    finally:
        engine.dispose()
    return Checked(tuple(read(folder / JOURNAL, secrets).findings), 0, (), False, 0)


def _compared(connection: Connection, folder: Path, secrets: Sequence[Secret], pause: Callable[[], None]) -> Checked:
    reached = anchors(connection)
    unadopted = is_unadopted(connection)
    truth = journalled(folder, secrets, reached, pause)
    try:
        missing = sum(number > truth.reached.get(chain, 0) for chain, number in reached.items())
        found = [*_rows(connection, truth, unadopted, pause), *_events(connection, truth, unadopted, pause)]
    finally:
        truth.engine.dispose()
    differences = tuple(each for each in found if each.wrong or each.unwritten)
    return Checked(truth.flaws, missing, differences, True, truth.records)


def _rows(
    connection: Connection, truth: Journalled, unadopted: bool, pause: Callable[[], None]
) -> Iterator[Disagreement]:
    with database.reading(truth.engine) as memory:
        stamps = Stamps(rows_of(connection, "latest"), rows_of(memory, "latest"))
        for name in TABLES:
            ours, theirs = rows_of(connection, name), rows_of(memory, name)
            if name == "take":
                theirs = {key: _with_frames(row, truth.events.get(key[0])) for key, row in theirs.items()}
            wrong = unwritten = 0
            for key in ours.keys() | theirs.keys():
                if ours.get(key) == theirs.get(key):
                    continue
                if key not in theirs and not stamps.is_gone(name, key[0]):
                    unwritten += not (unadopted and is_from_before(ours[key]))
                elif stamps.newer(name, key[0]) or is_from_earlier(ours.get(key), theirs.get(key)):
                    unwritten += 1
                else:
                    wrong += 1
            yield Disagreement(name, wrong, unwritten)
            pause()
        yield Disagreement("latest", stamps.behind, 0)


def _events(
    connection: Connection, truth: Journalled, unadopted: bool, pause: Callable[[], None]
) -> Iterator[Disagreement]:
    take = Base.metadata.tables["take"].c
    before: set[str] = set()
    if unadopted:
        before = set(connection.execute(select(take.id).where(take.sequence < 0)).scalars())
    held = indexed(connection, pause)
    nothing = Summed()
    pairs = {
        each: (held.get(each, nothing), truth.events.get(each, nothing))
        for each in (held.keys() | truth.events.keys()) - before
    }
    unwritten = {each for each, (ours, theirs) in pairs.items() if ours.count > theirs.count}
    wrong = {each for each, (ours, theirs) in pairs.items() if not ours.same(theirs)} - unwritten
    yield Disagreement("performed", len(wrong), len(unwritten))
    alike = pairs.keys() - wrong - unwritten
    parts = {(each, player): part for each in alike for player, part in pairs[each][1].parts.items()}
    counted = {
        key: (row["notes"], row["entered"]) for key, row in rows_of(connection, "part").items() if key[0] in alike
    }
    yield Disagreement("part", sum(counted.get(key) != parts.get(key) for key in counted.keys() | parts.keys()), 0)


class Stamps:
    """The latest changes of rows, as the index has them (``ours``) and as the journal has them (``theirs``)."""

    def __init__(self, ours: Mapping[tuple[Any, ...], Any], theirs: Mapping[tuple[Any, ...], Any]) -> None:
        self._theirs = {(kind, row) for kind, row, name in theirs if not name}
        self.unwritten = [key for key, stamp in ours.items() if _time(stamp) > _time(theirs.get(key))]
        self._newer = {(kind, row) for kind, row, _ in self.unwritten}
        self.behind = sum(_time(stamp) > _time(ours.get(key)) for key, stamp in theirs.items())

    def is_gone(self, kind: str, key: object) -> bool:
        """Return whether the journal says that a row was deleted."""
        return (kind, str(key)) in self._theirs

    def newer(self, kind: str, key: object) -> bool:
        """Return whether the index has a later change of a row than the journal."""
        return (kind, str(key)) in self._newer


def _time(stamp: Mapping[str, Any] | None) -> tuple[int, str]:
    return (0, "") if stamp is None else (stamp["number"], stamp["chain"])


def rows_of(connection: Connection, name: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the rows of a table by their keys."""
    table = Base.metadata.tables[name]
    keys = [column.name for column in table.primary_key]
    found = connection.execute(select(table)).mappings()
    return {tuple(row[key] for key in keys): {**row} for row in found}


def is_from_earlier(ours: Mapping[str, Any] | None, theirs: Mapping[str, Any] | None) -> bool:
    """Return whether a row is the same in the index and in the journal, which has lost where it came first."""
    if ours is None or theirs is None or "sequence" not in ours:
        return False
    return ours["sequence"] < theirs["sequence"] and {**ours, "sequence": 0} == {**theirs, "sequence": 0}


def is_from_before(row: Mapping[str, Any]) -> bool:
    """Return whether a row can be from before the journal."""
    return bool(row.get("sequence", -1) < 0)


def _with_frames(row: dict[str, Any], events: Summed | None) -> dict[str, Any]:
    return row if events is None else {**row, "frames": max(row["frames"], events.frames)}
