"""What the staff's sheet asks of the store: whether there is a staff code, whether one is right, and who is known.

A disk may not answer, so all of it is asked on a thread of its own, and the answers are collected later.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bedside.errors import BedsideError
from bedside.stage.picture.worker import Worker
from bedside.stage.sheet.facts import KnownPatient

if TYPE_CHECKING:
    from bedside.archive.store.staffcode import Gate
    from bedside.archive.store.store import Store


@dataclass(frozen=True, slots=True)
class Guarded:
    """Whether there is a staff code, None if that cannot be read, and the patients that are known."""

    code: bool | None
    known: tuple[KnownPatient, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """Whether a code was right; if it was too soon to try one, how many seconds to ``wait``; what failed, or None."""

    right: bool
    wait: int = 0
    fault: str | None = None


class Lock(Protocol):
    """Guards the sheet; each answer is given at a later `deliver`."""

    def look(self, answer: Callable[[Guarded], None]) -> None:
        """Ask what there is to guard, and who is known."""

    def attempt(self, code: str, answer: Callable[[Tried], None]) -> None:
        """Ask whether a code is right; the try is counted."""

    def deliver(self) -> None:
        """Hand over the answers that there are."""


class StoreLock:
    """Guards the sheet with the staff code of the store in a data folder; ``worker`` asks it."""

    def __init__(self, folder: Path, worker: Worker) -> None:
        self._folder = folder
        self._worker = worker
        self._store: Store | None = None
        # One for all tries: a new one would begin its wait anew.
        self._gate: Gate | None = None

    def look(self, answer: Callable[[Guarded], None]) -> None:
        """Ask what there is to guard, and who is known."""
        self._worker.submit(self._look, answer)

    def attempt(self, code: str, answer: Callable[[Tried], None]) -> None:
        """Ask whether a code is right; the try is counted on the disk before."""
        self._worker.submit(lambda: self._attempt(code), answer)

    def deliver(self) -> None:
        """Hand over the answers that there are."""
        self._worker.deliver()

    def close(self) -> None:
        """Close the store; only after the worker."""
        if self._store is not None:
            self._store.close()

    def _look(self) -> Guarded:
        from bedside.archive.store.store import Store

        try:
            with Store.open(self._folder) as store:
                known = [KnownPatient(each.code, each.picture) for each in store.casenotes.patients()]
                return Guarded(store.gate().closed, tuple(known))
        except BedsideError:
            return Guarded(None)

    def _attempt(self, code: str) -> Tried:
        from bedside.archive.store.staffcode import WaitError
        from bedside.archive.store.store import Store

        try:
            if self._gate is None:
                self._store = Store.create(self._folder, "sheet")
                self._gate = self._store.gate()
            return Tried(self._gate.opens(code))
        except WaitError as error:
            return Tried(False, math.ceil(error.seconds))
        except BedsideError as error:
            return Tried(False, fault=str(error))
