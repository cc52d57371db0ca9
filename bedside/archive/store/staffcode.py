"""The staff code, which guards screens; it is not the key of the recordings.

Five tries are free; after that, each wrong code doubles the wait before the next try. The wait is measured by a
monotonic clock and starts over with the program, so neither a restart nor a changed date shortens it. All programs that
use a store share one count of wrong codes.
"""

from __future__ import annotations

import math
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Engine, select

from bedside.archive.store.changes import Change, Insert, Update
from bedside.archive.store.database import reading
from bedside.archive.store.keeping import Keeper
from bedside.archive.store.models import StaffCode
from bedside.errors import Refused

SHORTEST = 6
LONGEST = 200

FREE_TRIES = 5
FIRST_WAIT_SECONDS = 10.0
LONGEST_WAIT_SECONDS = 3600.0

_code = StaffCode.__table__
_KEY = {"id": 1}


class WaitError(Refused):
    """Too many wrong codes were tried; the next try is allowed after ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Too many wrong codes were tried. Please wait {_spoken(seconds)}, then try again.")
        self.seconds = seconds


class Gate:
    """Checks, sets and changes the staff code of a store; ``now`` is a monotonic clock in seconds."""

    def __init__(
        self,
        engine: Engine,
        keeper: Callable[[], Keeper],
        sentences: Callable[[str], Any],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._keeper = keeper
        self._sentences = sentences
        self._now = now
        self._hasher = PasswordHasher()
        self._lock = threading.Lock()
        # Wrong codes since the last right one.
        self._failures = self._counted()
        self._open_at = now() + _wait(self._failures)

    @property
    def closed(self) -> bool:
        """Whether there is a code."""
        with self._sentences("The staff code cannot be read"), reading(self._engine) as connection:
            return connection.execute(select(_code.c.id)).first() is not None

    def set(self, code: str) -> None:
        """Set the first code; raise Refused if there is a code already, or for one that is too short or too long."""
        values = {"hashed": self._hashed(code), "failures": 0}
        with self._lock, self._changing() as (connection, changes):
            if connection.execute(select(_code.c.id)).first() is not None:
                raise Refused("There is a staff code already.")
            changes += [Insert("staff_code", {**_KEY, **values}), Update("staff_code", _KEY, values)]

    def change(self, old: str, new: str) -> bool:
        """Replace the code if ``old`` is right; return whether it was.

        Raise Refused for a ``new`` one that is too short or too long, before ``old`` is checked, and WaitError if it is
        too soon for another try.
        """
        hashed = self._hashed(new)
        with self._lock:
            known = self._known(old)
            if known is None:
                return False
            with self._changing() as (connection, changes):
                # Of two changes at once the first wins; the other's old code is not right any more.
                if connection.execute(select(_code.c.hashed)).scalar() != known:
                    return False
                changes.append(Update("staff_code", _KEY, {"hashed": hashed}))
        return True

    def opens(self, code: str) -> bool:
        """Return whether a code is right; raise WaitError if it is too soon for another try."""
        with self._lock:
            return self._known(code) is not None

    def _known(self, code: str) -> str | None:
        """Return the stored hash if a code matches it, else None; the caller holds the lock.

        Tries are checked one at a time, so that each sees the count of all others.
        """
        hashed = self._count()
        if hashed is None or not self._verified(hashed, code):
            return None
        with self._changing() as (_, changes):
            changes.append(Update("staff_code", _KEY, {"failures": 0}))
        self._wait_for(0)
        return hashed

    def _count(self) -> str | None:
        """Count a try as wrong on the disk before it is checked; return the stored hash, or None."""
        left = self._open_at - self._now()
        if left > 0:
            raise WaitError(left)
        with self._changing() as (connection, changes):
            row = connection.execute(select(_code.c.hashed, _code.c.failures)).first()
            if row is None:
                return None
            # What the database could not take yet counts as well.
            failures = max(row.failures, self._failures) if self._keeper().waiting else row.failures
            if failures != self._failures:
                # Another program counted wrong codes; this one waits as long.
                self._wait_for(failures)
                if _wait(failures):
                    raise WaitError(_wait(failures))
            changes.append(Update("staff_code", _KEY, {"failures": failures + 1}))
        self._wait_for(failures + 1)
        return str(row.hashed)

    @contextmanager
    def _changing(self) -> Iterator[tuple[Connection, list[Change]]]:
        with self._sentences("The staff code cannot be saved"), self._keeper().deciding() as deciding:
            yield deciding

    def _wait_for(self, failures: int) -> None:
        self._failures = failures
        self._open_at = self._now() + _wait(failures)

    def _counted(self) -> int:
        with self._sentences("The staff code cannot be read"), reading(self._engine) as connection:
            return connection.execute(select(_code.c.failures)).scalar() or 0

    def _hashed(self, code: str) -> str:
        if not SHORTEST <= len(_plain(code)) <= LONGEST:
            raise Refused(f"A staff code has {SHORTEST} to {LONGEST} characters.")
        try:
            return self._hasher.hash(_plain(code))
        except UnicodeEncodeError:
            raise Refused("This staff code has a character that cannot be saved. Please choose another.") from None

    def _verified(self, hashed: str, code: str) -> bool:
        if len(code) > 4 * LONGEST:
            return False
        try:
            return self._hasher.verify(hashed, _plain(code))
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False


def _plain(code: str) -> str:
    """Return a code in the form that is hashed (NFC): keyboards encode ü in two ways (RFC 8265)."""
    return unicodedata.normalize("NFC", code)


def _spoken(seconds: float) -> str:
    """Return a time in words, rounded up to a second: 10 seconds, 1 minute and 20 seconds."""
    minutes, rest = divmod(max(math.ceil(seconds), 1), 60)
    parts = [(minutes, "minute"), (rest, "second")]
    return " and ".join(f"{number} {unit}{'s' if number != 1 else ''}" for number, unit in parts if number)


def _wait(failures: int) -> float:
    """Return the seconds to wait after this many wrong codes."""
    if failures < FREE_TRIES:
        return 0.0
    return float(min(FIRST_WAIT_SECONDS * 2.0 ** min(failures - FREE_TRIES, 30), LONGEST_WAIT_SECONDS))
