"""Keep changes: first in the journal, durably, then in the index, which may take them later."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bedside.archive.store.changes import Change, encode
from bedside.archive.store.database import reading
from bedside.archive.store.feeding import BEGIN, END, apply_entries, greatest

_log = logging.getLogger(__name__)

# About a quarter of a megabyte of events: a frame of the journal must fit into its file.
_RECORDS_OF_A_FRAME = 2_000

Record = list[Any]


class Writer(Protocol):
    """A chain of the journal, to be written; see `journal.writer.JournalWriter`."""

    @property
    def chain(self) -> str:
        """Its name."""

    def append(self, records: Sequence[Record], after: int = 0) -> int:
        """Make records durable; return the number of the first, which is greater than ``after``."""

    def close(self) -> None:
        """End it in order."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A record that is in the journal."""

    chain: str
    number: int
    record: Record


class Keeper:
    """Keeps the changes of one program; any thread may call it, and one waits for another.

    ``journal`` opens a new chain of the journal; it is called when there is something to be kept.
    """

    def __init__(self, engine: Engine, journal: Callable[[], Writer]) -> None:
        self._engine = engine
        self._open = journal
        self._journal: Writer | None = None
        self._lock = threading.RLock()
        # What the journal has and the index could not take yet.
        self._waiting: list[_Kept] = []

    @property
    def waiting(self) -> int:
        """How many records the index could not take yet."""
        return len(self._waiting)

    @contextmanager
    def deciding(self) -> Iterator[tuple[Connection, list[Change]]]:
        """Open the index to be read, and a list for the changes, which are kept when the block ends without a fault.

        Nobody else changes the index meanwhile, unless it cannot be locked. Raise OSError if the journal cannot be
        written, DBAPIError if the index cannot be read, ValueError for values that cannot be kept.
        """
        with self._lock:
            changes: list[Change] = []
            connection = self._locked()
            if connection is None:
                with reading(self._engine) as snapshot:
                    yield snapshot, changes
                    after = greatest(snapshot)
                self._waiting += self._append(changes, after)
                return
            with connection:
                yield connection, changes
                if changes:
                    self._waiting += self._append(changes, greatest(connection))
                self._apply(connection)

    def catch_up(self) -> None:
        """Give the index what it could not take before, if it can take it now."""
        with self._lock:
            if self._waiting and (connection := self._locked()) is not None:
                with connection:
                    self._apply(connection)

    def close(self) -> None:
        """Catch up, and close the journal."""
        with self._lock:
            self.catch_up()
            self._drop()

    def _locked(self) -> Connection | None:
        """Return a connection with a transaction that nobody else can write beside, or None if there is none now."""
        try:
            return self._begun(self._engine.connect())
        except DBAPIError:
            _log.warning("The index cannot be written now.", exc_info=True)
            return None

    @staticmethod
    def _begun(connection: Connection) -> Connection:
        try:
            connection.begin()
        except BaseException:
            connection.close()
            raise
        return connection

    def _apply(self, connection: Connection) -> None:
        try:
            apply_entries(connection, self._waiting)
            connection.commit()
        except DBAPIError:
            _log.warning("The index takes %d records later.", len(self._waiting), exc_info=True)
            connection.rollback()
        else:
            self._waiting.clear()

    def _append(self, changes: Sequence[Change], after: int) -> list[_Kept]:
        """Write changes into the journal, with numbers greater than ``after``: all of them, or none that counts.

        So what was decided on what others wrote comes after it in the journal too.
        """
        records = [encode(change) for change in changes]
        if not records:
            return []
        if self._journal is None:
            self._journal = self._open()
        journal = self._journal
        if len(records) <= _RECORDS_OF_A_FRAME:
            return _numbered(journal, records, after)
        grouped: list[Record] = [[BEGIN], *records, [END]]
        kept: list[_Kept] = []
        cuts = [*range(0, len(grouped), _RECORDS_OF_A_FRAME), len(grouped)]
        try:
            for first, last in pairwise(cuts):
                kept += _numbered(journal, grouped[first:last], after)
        except BaseException:
            # A group that does not end hides what would follow it in its chain.
            self._drop()
            raise
        return kept

    def _drop(self) -> None:
        if self._journal is not None:
            try:
                self._journal.close()
            except OSError:
                _log.warning("The journal does not end in order; what it acknowledged is there.", exc_info=True)
            self._journal = None


def _numbered(journal: Writer, records: Sequence[Record], after: int) -> list[_Kept]:
    """Make records durable; return them with their numbers."""
    first = journal.append(records, after)
    return [_Kept(journal.chain, first + i, record) for i, record in enumerate(records)]
