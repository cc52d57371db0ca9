"""The writer of the journal: records are on a disk when `append` returns, in the first place that takes them.

It needs no secret, and asks no key store. Places are tried in order; from a later one it goes back to the first when
that works again, which a thread finds out, so that a disk that hangs does not delay what another one takes.
"""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bedside.archive.journal.chainwriter import ChainWriter, RecordNumbers
from bedside.archive.journal.frame import JournalRecord, encode_body
from bedside.archive.journal.numbering import greatest_number
from bedside.archive.keys.secret import PublicKey

# A place that took nothing is not tried again before.
RETRY_SECONDS = 3.0

_log = logging.getLogger(__name__)


class JournalWriter:
    """Appends records to the journal; opens nothing before the first. Any thread may use it; one waits for another.

    ``program`` says whose records these are. ``about`` is said at the start of each file, for later readers: values
    that JSON knows. Each place gets a chain of its own, so that each folder is whole in itself.
    """

    def __init__(
        self, places: Sequence[Path], public: PublicKey, program: str, about: Mapping[str, Any] | None = None
    ) -> None:
        self._lock = threading.Lock()
        self._numbers = RecordNumbers()
        said = {"program": program, **(about or {})}
        self._chains = [ChainWriter(place, public, self._numbers, said) for place in places]
        self._counted: set[int] = set()
        self._refused: dict[int, tuple[float, OSError]] = {}
        self._at: int | None = None
        # The thread that tries the first place, and whether it found that it works again.
        self._return: threading.Thread | None = None
        self._home = False

    @property
    def place(self) -> Path | None:
        """Where the last records went; None before the first, and after no place took them."""
        return None if self._at is None else self._chains[self._at].folder

    @property
    def chain(self) -> str:
        """The name of the chain that the last records went to; before that, of the first place's.

        It is another one after a move to another place.
        """
        return self._chains[self._at or 0].name

    @property
    def next(self) -> int:
        """The smallest number that the next record can get."""
        with self._lock:
            self._count_all()
            return self._numbers.next

    def append(self, records: Sequence[JournalRecord], after: int = 0) -> int:
        """Make records durable, all or none; return the number of the first, the others follow it.

        It is greater than ``after``, so that what was decided on what others wrote comes after it in the journal.
        Raise OSError if no place takes them: nothing of it counts then, and they may be appended again. Raise
        ValueError or TypeError for what JSON cannot hold.
        """
        if not records:
            return self.next
        body = encode_body(list(records))
        with self._lock:
            self._count_all()
            self._numbers.next = max(self._numbers.next, after + 1)
            fault: OSError | None = None
            for index in self._order():
                if index == 0:
                    # Whatever comes of it, a later return is prepared anew.
                    self._home = False
                try:
                    self._count(index)
                    first = self._chains[index].write(body, len(records))
                except OSError as error:
                    _log.warning("The journal could not be written in place %d.", index, exc_info=True)
                    self._refused[index] = (time.monotonic(), error)
                    fault = fault or error
                else:
                    self._move(index)
                    return first
            self._at = None
            fault = fault or self._last_fault()
            raise OSError(fault.errno, fault.strerror) from fault

    def close(self) -> None:
        """End the chains in order, as far as the disks allow."""
        with self._lock:
            busy = self._return is not None and self._return.is_alive()
            for chain in self._chains[busy:]:
                chain.close()
            self._at = None

    def _order(self) -> list[int]:
        """Return the places to be tried: the present one, which gets a second try in another file, then the others."""
        present = [] if self._at is None else [self._at]
        others = [index for index in range(len(self._chains)) if index != self._at]
        if not self._at:
            return [*present, *present, *filter(self._may, others)]
        if self._return is not None and self._return.is_alive():
            return [*present, *present, *filter(self._may, others[1:])]
        if self._home:
            return [0, *present, *present, *filter(self._may, others[1:])]
        if self._may(0):
            self._return = threading.Thread(target=self._prepare_return, name="journal's first place", daemon=True)
            self._return.start()
        return [*present, *present, *filter(self._may, others[1:])]

    def _may(self, index: int) -> bool:
        refused = self._refused.get(index)
        return refused is None or time.monotonic() - refused[0] >= RETRY_SECONDS

    def _prepare_return(self) -> None:
        try:
            self._chains[0].prepare()
            self._home = True
        except OSError as error:
            self._refused[0] = (time.monotonic(), error)

    def _move(self, index: int) -> None:
        """Note that the records of now went to this place."""
        left, self._at = self._at, index
        if left is not None and left != index:
            self._chains[left].leave()

    def _last_fault(self) -> OSError:
        faults = [error for _, error in self._refused.values()]
        return faults[0] if faults else OSError(errno.ENOENT, os.strerror(errno.ENOENT))

    def _count_all(self) -> None:
        """Go on after the greatest number of all places that can be read."""
        for index in range(len(self._chains)):
            if index not in self._counted and index not in self._refused:
                try:
                    self._count(index)
                except OSError as error:
                    self._refused[index] = (time.monotonic() - RETRY_SECONDS, error)

    def _count(self, index: int) -> None:
        if index not in self._counted:
            greatest = greatest_number(self._chains[index].folder)
            self._numbers.next = max(self._numbers.next, greatest + 1)
            self._counted.add(index)
