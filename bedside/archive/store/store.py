"""The store: one data folder with its encrypted database; every change is atomic.

A program that is killed, at any instant, leaves a store that the next start opens without asking anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Engine, RowMapping, Select, select
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from bedside.archive.store import key, rows
from bedside.archive.store.database import (
    empty_engine,
    is_damage,
    is_whole,
    reading,
    reading_engine,
    reason_of,
    writing_engine,
)
from bedside.archive.store.models import Choice as ChoiceRow
from bedside.archive.store.models import PartRow, PerformedRow, Take
from bedside.archive.store.writing import Writing
from bedside.errors import BedsideError, NotFound, Refused
from bedside.files import make_private, reason, sync_folder
from bedside.music.events import Performed, Player

if TYPE_CHECKING:
    from bedside.archive.store.casenotes import CaseNotes
    from bedside.archive.store.search import TakeSearch
    from bedside.archive.store.staffcode import Gate

DATABASE = "bedside.db"

_SUMMARIES = (
    select(Take.__table__, PartRow.player, PartRow.notes)
    .join_from(Take.__table__, PartRow.__table__, PartRow.take_id == Take.id, isouter=True)
    .order_by(Take.began, Take.id, PartRow.entered)
)


@dataclass(frozen=True, slots=True)
class Summary:
    """A take in a list: ``players`` in the order of their first notes, ``notes`` counts those of all."""

    id: str
    session: str
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
    """The recordings of one data folder; ``notice`` tells the staff of damage that was found on opening, or is None."""

    def __init__(self, engine: Engine, notice: str | None = None) -> None:
        self.notice = notice
        self._engine = engine

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the store of a folder for reading; if there is none, return an empty one and create no files."""
        path = folder / DATABASE
        try:
            there = path.exists() and path.stat().st_size > 0
        except OSError as error:
            raise BedsideError(f"The recordings in {folder} cannot be opened: {reason(error)}.") from error
        if not there:
            return cls(empty_engine())
        with _sentences(f"The recordings in {folder} cannot be opened"):
            return cls(reading_engine(path, _key_of_existing(folder)))

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Open the store of a folder for writing, and make it if necessary; raise BedsideError for a damaged one."""
        with _sentences(f"The recordings in {folder} cannot be opened"):
            return cls(_writing(folder))

    @classmethod
    def open_or_set_aside(cls, folder: Path) -> Self:
        """Open the store of a folder for writing; rename the files of a damaged one and begin a new one.

        ``notice`` then says so. Raise BedsideError if a new store would not help: for a lost key, a full disk, a folder
        without permission, or a store made by a later version.
        """
        with _sentences(f"The recordings in {folder} cannot be opened"):
            engine = _undamaged(folder)
            if engine is not None:
                return cls(engine)
            name = _set_aside(folder)
            return cls(
                _writing(folder),
                f"The earlier recordings are damaged and were set aside as {name} in {folder}; new ones are kept. "
                "Please tell the people who look after this computer.",
            )

    def close(self) -> None:
        """Close the files."""
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

        return CaseNotes(self._engine, _sentences)

    @property
    def search(self) -> TakeSearch:
        """The search over all takes."""
        from bedside.archive.store.search import TakeSearch

        return TakeSearch(self._engine, _sentences)

    def gate(self) -> Gate:
        """Return a new gate for the staff code; any wait that is due starts now."""
        from bedside.archive.store.staffcode import Gate

        return Gate(self._engine, _sentences)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Open a transaction; it is committed when the block ends, or rolled back if the block raises."""
        with _sentences("The recording cannot be saved"), self._engine.begin() as connection:
            yield Writing(connection)

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
            wanted = wanted.where(take.origin != "replayed").order_by(take.began.desc(), take.id.desc()).limit(1)
        elif re.fullmatch("[0-9a-f]{1,32}", name):
            wanted = wanted.where(take.id.startswith(name)).limit(2)
        else:
            raise NotFound(f"No take is called {name!r}; bedside takes lists what is recorded.", name)
        with _sentences("The recordings cannot be read"), reading(self._engine) as connection:
            match connection.execute(wanted).scalars().all():
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
        with _sentences("The recordings cannot be read"), reading(self._engine) as connection:
            return [rows.performed(row) for row in connection.execute(wanted).mappings()]

    def choices(self, session: str) -> list[Choice]:
        """Return the choices of a session in order of time."""
        table = ChoiceRow.__table__.c
        wanted = (
            select(table.take_id, table.frame, table.made, table.what, table.which, table.by)
            .where(table.session_id == session)
            .order_by(table.made, table.id)
        )
        with _sentences("The recordings cannot be read"), reading(self._engine) as connection:
            return [Choice(*row) for row in connection.execute(wanted)]

    def _summaries(self, wanted: Select[Any]) -> list[Summary]:
        rows_of: dict[str, list[RowMapping]] = {}
        with _sentences("The recordings cannot be read"), reading(self._engine) as connection:
            for row in connection.execute(wanted).mappings():
                rows_of.setdefault(row["id"], []).append(row)
        return [_summary(parts) for parts in rows_of.values()]


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


def _key_of_existing(folder: Path) -> bytes:
    found = key.load(folder)
    if found is None:
        raise BedsideError(
            f"The key of the recordings in {folder} is missing; put a copy of {key.KEY_FILE} back beside {DATABASE}."
        )
    return found


def _writing(folder: Path) -> Engine:
    make_private(folder)
    path = folder / DATABASE
    # In this order: a database is made after its key, even if another program is making both right now.
    found = _key_of_existing(folder) if path.exists() else key.load_or_make(folder)
    engine = writing_engine(path, found)
    sync_folder(folder)
    return engine


def _undamaged(folder: Path) -> Engine | None:
    try:
        engine = _writing(folder)
    except DBAPIError as error:
        if is_damage(error):
            return None
        raise
    try:
        whole = is_whole(engine)
    except BaseException:
        engine.dispose()
        raise
    if whole:
        return engine
    engine.dispose()
    return None


def _set_aside(folder: Path) -> str:
    """Rename the database's files, the write-ahead log first: SQLite deletes a log without its database."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    name = f"bedside-damaged-{stamp}.db"
    for suffix in ("-wal", "-shm", ""):
        path = folder / f"{DATABASE}{suffix}"
        if path.exists():
            path.rename(folder / f"{name}{suffix}")
    sync_folder(folder)
    return name


def _summary(parts: list[RowMapping]) -> Summary:
    take = parts[0]
    return Summary(
        id=take["id"],
        session=take["session_id"],
        began=take["began"],
        origin=take["origin"],
        sound=take["sound"],
        rate=take["rate"],
        seconds=take["frames"] / take["rate"],
        players=tuple(Player.named(part["player"]) for part in parts if part["player"]),
        notes=sum(part["notes"] or 0 for part in parts),
    )
