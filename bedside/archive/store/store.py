"""The store: one data folder with its encrypted database; every change is atomic.

A program that is killed, at any instant, leaves a store that the next start opens without asking anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from sqlalchemy import Connection, Engine, RowMapping, Select, select
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from bedside.archive.keys import keyfile
from bedside.archive.store import rows
from bedside.archive.store.changes import Change, labelled
from bedside.archive.store.choices import SET
from bedside.archive.store.database import is_damage, reading, reason_of
from bedside.archive.store.index import JOURNAL, is_written, rebuild_in_memory
from bedside.archive.store.keeping import Keeper, Writer
from bedside.archive.store.models import Choice as ChoiceRow
from bedside.archive.store.models import PartRow, PerformedRow, Take
from bedside.archive.store.opening import open_to_read, open_to_write
from bedside.archive.store.writing import Writing
from bedside.errors import BedsideError, NotFound, Refused
from bedside.files import reason
from bedside.music.events import Performed, Player

if TYPE_CHECKING:
    from bedside.archive.store.casenotes import CaseNotes
    from bedside.archive.store.search import TakeSearch
    from bedside.archive.store.staffcode import Gate

T = TypeVar("T")

_SUMMARIES = (
    select(Take.__table__, PartRow.player, PartRow.notes)
    .join_from(Take.__table__, PartRow.__table__, PartRow.take_id == Take.id, isouter=True)
    .order_by(Take.sequence, Take.id, PartRow.entered)
)


@dataclass(frozen=True, slots=True)
class Summary:
    """A take in a list: ``players`` in the order of their first notes, ``notes`` counts those of all.

    ``began`` is what the clock said; takes are in the order of ``sequence``.
    """

    id: str
    session: str
    sequence: int
    began: datetime
    origin: str
    sound: str
    rate: int
    seconds: float
    players: tuple[Player, ...]
    notes: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A stored choice, with its take and frame, both None between takes, and its time; see `Chosen`."""

    take: str | None
    frame: int | None
    made: datetime
    what: str
    which: str
    by: str


class Store:
    """The recordings of one data folder; ``notice`` tells the staff of damage that was found on opening, or is None.

    What is written goes into the journal first; the database that is read is the index of it. ``owner`` says that this
    program owns the folder, and may mend what it finds.
    """

    def __init__(self, folder: Path, engine: Engine, program: str | None, notice: str | None = None) -> None:
        self.notice = notice
        self._folder = folder
        self._engine = engine
        self._kept = None if program is None else Keeper(engine, lambda: _journal(folder, program))

    @classmethod
    def open(cls, folder: Path, owner: bool = False) -> Self:
        """Open the store of a folder for reading; if there is none, return an empty one and create no files.

        It works on a full disk, on one that can only be read, and while another program holds the database.
        """
        with _sentences(f"The recordings in {folder} cannot be opened"):
            opened = open_to_read(folder, owner)
        return cls(folder, opened.engine, None, opened.notice)

    @classmethod
    def create(cls, folder: Path, program: str = "bedside") -> Self:
        """Open the store of a folder for writing, and make it if necessary; mend nothing.

        ``program`` is the name of the program in the journal. Raise BedsideError for a damaged store.
        """
        with _sentences(f"The recordings in {folder} cannot be opened"):
            opened = open_to_write(folder, owner=False)
        return cls(folder, opened.engine, program, opened.notice)

    @classmethod
    def open_or_set_aside(cls, folder: Path, owner: bool = True, program: str = "bedside") -> Self:
        """Open the store of a folder for writing; build a damaged index anew, and keep the damaged one aside.

        ``notice`` then says so. Raise BedsideError if that would not help: for a lost key, a full disk, a folder
        without permission, or a store made by a later version.
        """
        with _sentences(f"The recordings in {folder} cannot be opened"):
            opened = open_to_write(folder, owner)
        return cls(folder, opened.engine, program, opened.notice)

    def close(self) -> None:
        """Close the files."""
        if self._kept is not None:
            with _sentences("The recording cannot be saved"):
                self._kept.close()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def casenotes(self) -> CaseNotes:
        """The case notes, which people write about the music."""
        # Recording needs none of this; importing it late keeps the start at the bed short.
        from bedside.archive.store.casenotes import CaseNotes

        return CaseNotes(self._engine, self._keeper, _sentences)

    @property
    def search(self) -> TakeSearch:
        """The search over all takes."""
        from bedside.archive.store.search import TakeSearch

        return TakeSearch(self._engine, _sentences)

    def gate(self) -> Gate:
        """Return a new gate for the staff code; any wait that is due starts now."""
        from bedside.archive.store.staffcode import Gate

        return Gate(self._engine, self._keeper, _sentences)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Open a writing; all of it is kept when the block ends, or nothing if the block raises."""
        with _sentences("The recording cannot be saved"), self._keeper().deciding() as (connection, changes):
            writing = Writing(connection)
            yield writing
            changes += writing.changes

    def keep(self, changes: Sequence[Change]) -> None:
        """Keep changes: in the journal, where they are durable when this returns, then in the index.

        The index takes them later if it cannot now. Raise BedsideError if the journal cannot be written.
        """
        with _sentences("The recording cannot be saved"), self._keeper().deciding() as (_, kept):
            kept += changes

    @property
    def waiting(self) -> int:
        """How many records are in the journal that the index could not take yet."""
        return 0 if self._kept is None else self._kept.waiting

    def takes(self) -> list[Summary]:
        """Return all takes in order of beginning, without those that only replayed a take."""
        return self._summaries(_SUMMARIES.where(Take.origin != "replayed"))

    def summary(self, take: str) -> Summary:
        """Return the summary of a take, even of one that was only a replay; raise NotFound for an unknown id."""
        match self._summaries(_SUMMARIES.where(Take.id == take)):
            case [only]:
                return only
            case _:
                raise NotFound("That take does not exist, or no longer exists.", take)

    def find(self, name: str) -> str:
        """Return the id of the take that ``name`` stands for: an id, a unique beginning of one, or ``last``.

        Raise NotFound if there is none, Refused if several ids begin so.
        """
        take = Take.__table__.c
        wanted = select(take.id)
        if name == "last":
            wanted = wanted.where(take.origin != "replayed").order_by(take.sequence.desc(), take.id.desc()).limit(1)
        elif re.fullmatch("[0-9a-f]{1,32}", name):
            wanted = wanted.where(take.id.startswith(name)).limit(2)
        else:
            raise NotFound(f"No take is called {name!r}; bedside takes lists what is recorded.", name)
        match self._read(lambda connection: connection.execute(wanted).scalars().all()):
            case [only]:
                return str(only)
            case []:
                if name == "last":
                    raise NotFound("Nothing is recorded yet.", name)
                raise NotFound(f"No take is called {name!r}; bedside takes lists what is recorded.", name)
            case _:
                raise Refused(f"Several takes begin with {name!r}; give more of the id.")

    def performed(self, take: str) -> list[Performed]:
        """Return the performed events of a take in order; none for an unknown id."""
        table = PerformedRow.__table__
        wanted = select(table).where(table.c.take_id == take).order_by(table.c.ordinal)
        found = self._read(lambda connection: connection.execute(wanted).mappings().all())
        return [rows.performed(row) for row in found]

    def choices(self, session: str) -> list[Choice]:
        """Return the choices of a session in order of choosing; for how the bed was set, see `setups`."""
        table = ChoiceRow.__table__.c
        wanted = (
            select(table.take_id, table.frame, table.made, table.what, table.which, table.by, table.utc_offset)
            .where(table.session_id == session, table.by != SET)
            .order_by(table.sequence, table.id)
        )
        found = self._read(lambda connection: connection.execute(wanted).all())
        return [
            Choice(row.take_id, row.frame, labelled(row.made, row.utc_offset), row.what, row.which, row.by)
            for row in found
        ]

    def setups(self, take: str | None = None) -> dict[str, dict[str, str]]:
        """Return how the bed was set when each take began, or this one alone: what was set, by the takes' ids.

        Takes from before this was recorded are left out.
        """
        table = ChoiceRow.__table__.c
        wanted = select(table.take_id, table.what, table.which).where(table.by == SET, table.frame == 0)
        if take is not None:
            wanted = wanted.where(table.take_id == take)
        rows_found = self._read(lambda connection: connection.execute(wanted.order_by(table.sequence, table.id)).all())
        found: dict[str, dict[str, str]] = {}
        for row in rows_found:
            found.setdefault(row.take_id, {}).setdefault(row.what, row.which)
        return found

    def _summaries(self, wanted: Select[Any]) -> list[Summary]:
        rows_of: dict[str, list[RowMapping]] = {}
        for row in self._read(lambda connection: connection.execute(wanted).mappings().all()):
            rows_of.setdefault(row["id"], []).append(row)
        return [_summary(parts) for parts in rows_of.values()]

    def _read(self, what: Callable[[Connection], T]) -> T:
        """Return what is read; where the index is damaged, a store opened for reading is read from the journal."""
        with _sentences("The recordings cannot be read"):
            try:
                with reading(self._engine) as connection:
                    return what(connection)
            except DBAPIError as error:
                if not is_damage(error) or self._kept is not None or not is_written(self._folder):
                    raise
            self._engine.dispose()
            self._engine = rebuild_in_memory(self._folder, keyfile.secrets(self._folder))
            with reading(self._engine) as connection:
                return what(connection)

    def _keeper(self) -> Keeper:
        if self._kept is None:
            raise BedsideError("The recordings are open to be read only.")
        return self._kept


def _journal(folder: Path, program: str) -> Writer:
    """Return a new chain of the journal; raise BedsideError if there is no key."""
    from bedside.archive.journal.writer import JournalWriter

    public = keyfile.public_key(folder)
    if public is None:
        raise BedsideError(f"The key of the recordings in {folder} is missing.")
    return JournalWriter([folder / JOURNAL], public, program)


@contextmanager
def _sentences(beginning: str) -> Iterator[None]:
    """Turn faults of the database, but not of the program, into a BedsideError that begins with these words."""
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise
    except DBAPIError as error:
        raise BedsideError(f"{beginning}: {reason_of(error)}.") from error
    except OSError as error:
        raise BedsideError(f"{beginning}: {reason(error)}.") from error


def _summary(parts: list[RowMapping]) -> Summary:
    take = parts[0]
    return Summary(
        id=take["id"],
        session=take["session_id"],
        sequence=take["sequence"],
        began=labelled(take["began"], take["utc_offset"]),
        origin=take["origin"],
        sound=take["sound"],
        rate=take["rate"],
        seconds=take["frames"] / take["rate"],
        players=tuple(Player.named(part["player"]) for part in parts if part["player"]),
        notes=sum(part["notes"] or 0 for part in parts),
    )
