"""The indexer: a thread that brings what was kept into the store's index, and waits for key and database for ever.

Nobody waits for it. The owner of the data folder also mends the index, and brings in what an earlier program left in
the journal or in the second folder; everybody else brings in only what it recorded itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bedside.archive.backlog import Backlog
from bedside.archive.keys import keyfile
from bedside.archive.keys.keyfolder import key_files
from bedside.archive.ownership import Ownership
from bedside.archive.secondplace import bring_home
from bedside.archive.store.database import is_damage, reading, reason_of
from bedside.archive.store.feeding import feed, greatest
from bedside.archive.store.index import DATABASE, JOURNAL, is_written, was_made
from bedside.archive.store.keeping import Record
from bedside.archive.store.opening import open_to_write
from bedside.archive.store.tending import tend
from bedside.errors import BedsideError
from bedside.files import make_private, reason

_log = logging.getLogger(__name__)

# The wait after a failure: from the shortest, doubled up to the longest.
_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.5, 8.0
_AT_ONCE = 2_000
_GATHER_SECONDS = 0.25
# The owner looks after the whole record when play has gone on for so long; between two pieces of that it pauses.
_TEND_SECONDS = 30.0
_PAUSE_SECONDS = 0.02
# Staff are told when it has failed for so long.
_LATE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Kept:
    """A record that is in the journal."""

    chain: str
    number: int
    record: Record


class _ClosingError(Exception):
    """Looking after the record is given up, because the program ends."""


class Indexer:
    """Feeds the index of a data folder.

    ``public`` returns the public key that records are sealed to, or None before the first. ``trust`` is called when
    its secret is known to be here, ``mistrust`` when it is not, or when the folder's key is not that of its recordings.
    ``reached`` is called with the greatest number that the index holds: what is recorded from now on comes after it.
    """

    def __init__(
        self,
        folder: Path,
        second: Path | None,
        program: str,
        public: Callable[[], bytes | None],
        trust: Callable[[], None],
        mistrust: Callable[[], None],
        reached: Callable[[int], None],
    ) -> None:
        self._folder = folder
        self._second = second
        self._public = public
        self._trust = trust
        self._mistrust = mistrust
        self._reached = reached
        self._ownership = Ownership(folder, program)
        self._engine: Engine | None = None
        self._confirmed = False
        self._mistrusted = False
        self._backlog = Backlog()
        self._lock = threading.Lock()
        self._work = threading.Event()
        self._hurry = threading.Event()
        self._closing = False
        # Whether there was a record before this program's.
        self._begun = False
        self._began = time.monotonic()
        self._tended = False
        self._homeward = False
        self._until = float("inf")
        self._fault: str | None = None
        self._failing: float | None = None
        self.notice: str | None = None
        self._thread = threading.Thread(target=self._run, name="indexer", daemon=True)

    def start(self) -> None:
        """Begin to feed; what is queued before waits for it."""
        self._thread.start()

    @property
    def fault(self) -> str | None:
        """A sentence for staff while the index has taken nothing for some seconds; None otherwise."""
        failing, fault = self._failing, self._fault
        return fault if failing is not None and time.monotonic() - failing > _LATE_SECONDS else None

    def hurry(self) -> None:
        """Try again now, because a disk has come back; nothing counts as failed before that."""
        self._failing = None
        self._hurry.set()

    def bring_home(self) -> None:
        """Bring home what is in the second folder, because the first takes everything again."""
        self._homeward = True
        self._work.set()

    def add(self, chain: str, first: int, records: Sequence[Record]) -> None:
        """Queue records that were kept under these numbers; it never waits for the index."""
        with self._lock:
            self._backlog.extend([chain, first + i, record] for i, record in enumerate(records))
        self._work.set()

    def close(self, timeout: float) -> bool:
        """Feed what is queued, if that is possible within ``timeout`` seconds; return whether the index has it all."""
        self._until = time.monotonic() + timeout
        self._closing = True
        self._hurry.set()
        self._work.set()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive() and not self._backlog

    def _run(self) -> None:
        wait = _SHORTEST_SECONDS
        with suppress(OSError):
            self._begun = is_written(self._folder)
        self._miss()
        try:
            while not self._closing or self._backlog:
                if self._try():
                    wait = _SHORTEST_SECONDS
                    if not self._closing and not self._wait_for_work():
                        self._tend()
                        continue
                    if not self._closing:
                        # What follows closely is fed together: each commit makes the disk busy.
                        self._hurry.wait(_GATHER_SECONDS)
                    self._work.clear()
                    continue
                if self._closing and time.monotonic() + _SHORTEST_SECONDS > self._until:
                    return
                self._hurry.clear()
                if self._hurry.wait(_SHORTEST_SECONDS if self._closing else wait):
                    wait = _SHORTEST_SECONDS
                else:
                    wait = min(2 * wait, _LONGEST_SECONDS)
        finally:
            if self._engine is not None:
                self._engine.dispose()
            self._ownership.release()

    def _try(self) -> bool:
        """Feed all that is queued; return whether that was possible, and say why not."""
        try:
            if self._is_due():
                engine = self._engine = self._engine or self._open()
                self._confirm()
                self._bring_home()
                self._feed(engine)
            else:
                self._make_key()
                self._confirm()
        except DBAPIError as error:
            self._fail(f"The recordings in {self._folder} cannot be opened: {reason_of(error)}.")
            self._reopen()
            if is_damage(error) and self._ownership.held:
                # Its owner mends what is damaged; what it cannot mend was made with another key.
                self._doubt()
        except OSError as error:
            self._fail(f"The recordings in {self._folder} cannot be opened: {reason(error)}.")
            self._reopen()
        except BedsideError as error:
            self._fail(str(error))
            self._reopen()
        except Exception as error:
            # Nothing ends this thread: what is queued is in the journal, but staff want to see it.
            self._fail(f"The recordings cannot be brought in order ({type(error).__name__}).")
            self._reopen()
        else:
            self._fault = self._failing = None
            return True
        return False

    def _wait_for_work(self) -> bool:
        """Wait for something to be fed; return False if it is time to look after the record."""
        if self._tended or not self._ownership.claim():
            return self._work.wait()
        remaining = self._began + _TEND_SECONDS - time.monotonic()
        return remaining > 0 and self._work.wait(remaining)

    def _tend(self) -> None:
        """Adopt, check and mend, as the owner of the folder; what is played meanwhile is fed in between."""
        self._tended = True
        try:
            said = tend(self._folder, True, self._pause).news
        except _ClosingError:
            return
        except Exception:
            # It is tried again after the next start.
            _log.warning("The record could not be looked after.", exc_info=True)
            return
        finally:
            # What was mended is another file.
            self._reopen()
        if said:
            self.notice = " ".join(said)

    def _pause(self) -> None:
        if self._closing:
            raise _ClosingError
        time.sleep(_PAUSE_SECONDS)
        if self._engine is not None and self._backlog:
            self._try()

    def _is_due(self) -> bool:
        """Return whether there is anything for an index to hold.

        A database is made only once a record is on the disk: whatever becomes of it, there is what to build it from.
        """
        return bool(self._begun or self._backlog or (self._folder / DATABASE).exists() or was_made(self._folder))

    def _make_key(self) -> None:
        """Make the key at the first start of all: nothing can be kept before."""
        self._ownership.claim()
        make_private(self._folder)
        make_private(self._folder / JOURNAL)
        keyfile.make(self._folder)

    def _miss(self) -> None:
        """Note that a key is all there is: the journal's folder is made before the key, so recordings are missing."""
        with suppress(OSError, BedsideError):
            if key_files(self._folder) and not any((self._folder / name).exists() for name in (JOURNAL, DATABASE)):
                self.notice = _only_a_key(self._folder)

    def _open(self) -> Engine:
        owner = self._ownership.claim()
        self._homeward = True
        self._bring_home()
        opened = open_to_write(self._folder, owner)
        self.notice = opened.notice or self.notice
        self._begun = True
        if not _is_writable(opened.engine):
            opened.engine.dispose()
            raise BedsideError(f"The recordings in {self._folder} are held by another program, or are damaged.")
        with reading(opened.engine) as connection:
            self._reached(greatest(connection))
        return opened.engine

    def _bring_home(self) -> None:
        if self._homeward and self._second is not None and self._ownership.held:
            bring_home(self._second, self._folder)
        self._homeward = False

    def _confirm(self) -> None:
        """Find out, once, whether what is recorded now can be read again with a key that is here."""
        public = self._public()
        if self._confirmed or public is None:
            return
        if any(secret.public.raw == public for secret in keyfile.secrets(self._folder)):
            self._confirmed = True
            self._trust()
        else:
            self._doubt()

    def _doubt(self) -> None:
        if not self._mistrusted and self._public() is not None:
            self._mistrusted = True
            self._mistrust()

    def _feed(self, engine: Engine) -> None:
        while True:
            with self._lock:
                found = self._backlog.front(_AT_ONCE)
            if not found:
                return
            feed(engine, [_Kept(chain, number, record) for chain, number, record in found])
            with self._lock:
                self._backlog.drop(len(found))

    def _fail(self, sentence: str) -> None:
        # Before there is a key nothing can be kept, not even in the journal.
        kept = self._public() is not None
        beginning = (
            "What is played is kept, and listed as soon as it can be."
            if kept
            else "What is played will be only in this computer's memory until this is mended."
        )
        said = f"{beginning} {sentence}"
        if said != self._fault:
            _log.warning("What was kept could not be brought into the index.", exc_info=True)
        self._fault = said
        self._failing = self._failing or time.monotonic()

    def _reopen(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None


def _only_a_key(folder: Path) -> str:
    return (
        f"There is a key in {folder}, but no recordings. If there were any, bedside restore brings them back from a "
        "second copy; what is played now is kept. Please tell the people who look after this computer."
    )


def _is_writable(engine: Engine) -> bool:
    """Return whether an engine writes the database's file: not one for reading only, nor one of a copy in memory."""
    with reading(engine) as connection:
        in_file = any(row[2] for row in connection.exec_driver_sql("PRAGMA database_list"))
        return in_file and not connection.exec_driver_sql("PRAGMA query_only").scalar()
