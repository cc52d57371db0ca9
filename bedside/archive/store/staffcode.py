"""The staff code: it guards screens and is no key to the recordings.

Five tries are free; then each wrong one must be waited for twice as long as the one before. What is waited for is
counted by a clock that nobody can set, and begins anew with the program: neither a restart nor another date is quicker.
All programs on a store count together.
"""

from __future__ import annotations

import math
import threading
import time
import unicodedata
from collections.abc import Callable
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, insert, select, update

from bedside.archive.store.database import reading
from bedside.archive.store.models import StaffCode
from bedside.errors import Refused

SHORTEST = 6
LONGEST = 200

FREE_TRIES = 5
FIRST_WAIT_SECONDS = 10.0
LONGEST_WAIT_SECONDS = 3600.0

_code = StaffCode.__table__
_ONLY = 1


class WaitError(Refused):
    """Too many wrong codes were tried; the next try is allowed after ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Too many wrong codes were tried. Please wait {_spoken(seconds)}, then try again.")
        self.seconds = seconds


class Gate:
    """Asks for the staff code of a store; ``now`` is a clock in seconds that is never set back."""

    def __init__(
        self, engine: Engine, sentences: Callable[[str], Any], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._sentences = sentences
        self._now = now
        self._hasher = PasswordHasher()
        self._lock = threading.Lock()
        # The wrong tries that are waited for.
        self._failures = self._counted()
        self._open_at = now() + _wait(self._failures)

    @property
    def closed(self) -> bool:
        """Whether there is a code."""
        with self._sentences("The staff code cannot be read"), reading(self._engine) as connection:
            return connection.execute(select(_code.c.id)).first() is not None

    def set(self, code: str) -> None:
        """Set the code where there is none yet; raise Refused if there is one, or if it is too short or too long."""
        hashed = self._hashed(code)
        with self._lock, self._sentences("The staff code cannot be kept"), self._engine.begin() as connection:
            if connection.execute(select(_code.c.id)).first() is not None:
                raise Refused("There is a staff code already.")
            connection.execute(insert(StaffCode), {"id": _ONLY, "hashed": hashed, "failures": 0})

    def change(self, code: str, other: str) -> bool:
        """Set another code where the first is right; return whether it was; raise as `set` and `opens` do."""
        hashed = self._hashed(other)
        if not self.opens(code):
            return False
        with self._lock, self._sentences("The staff code cannot be kept"), self._engine.begin() as connection:
            connection.execute(update(StaffCode).values(hashed=hashed))
        return True

    def opens(self, code: str) -> bool:
        """Return whether a code is the right one; raise WaitError where it is too soon to try another."""
        # One after the other: of many tries at once, each must find what the others counted.
        with self._lock:
            hashed = self._count()
            if hashed is None or not self._verified(hashed, code):
                return False
            with self._sentences("The staff code cannot be kept"), self._engine.begin() as connection:
                connection.execute(update(StaffCode).values(failures=0))
            self._wait_for(0)
        return True

    def _count(self) -> str | None:
        """Count a try as a wrong one, on the disk, before anybody looks at it; return what it is compared with."""
        left = self._open_at - self._now()
        if left > 0:
            raise WaitError(left)
        with self._sentences("The staff code cannot be kept"), self._engine.begin() as connection:
            row = connection.execute(select(_code.c.hashed, _code.c.failures)).first()
            if row is None:
                return None
            if row.failures != self._failures:
                # Another program counted; what it waits for, this one waits for too.
                self._wait_for(row.failures)
                if _wait(row.failures):
                    raise WaitError(_wait(row.failures))
            connection.execute(update(StaffCode).values(failures=row.failures + 1))
        self._wait_for(row.failures + 1)
        return str(row.hashed)

    def _wait_for(self, failures: int) -> None:
        self._failures = failures
        self._open_at = self._now() + _wait(failures)

    def _counted(self) -> int:
        with self._sentences("The staff code cannot be read"), reading(self._engine) as connection:
            return connection.execute(select(_code.c.failures)).scalar() or 0

    def _hashed(self, code: str) -> str:
        if not SHORTEST <= len(_plain(code)) <= LONGEST:
            raise Refused(f"A staff code has {SHORTEST} to {LONGEST} characters.")
        return self._hasher.hash(_plain(code))

    def _verified(self, hashed: str, code: str) -> bool:
        if len(code) > 4 * LONGEST:
            return False
        try:
            return self._hasher.verify(hashed, _plain(code))
        except (VerificationError, InvalidHashError):
            return False


def _plain(code: str) -> str:
    """Return a code as it is hashed: one keyboard writes ü as a letter, another as u with two dots (RFC 8265)."""
    return unicodedata.normalize("NFC", code)


def _spoken(seconds: float) -> str:
    """Return a time as people say it, rounded up to a second: 10 seconds, 1 minute and 20 seconds."""
    minutes, rest = divmod(max(math.ceil(seconds), 1), 60)
    parts = [(minutes, "minute"), (rest, "second")]
    return " and ".join(f"{number} {unit}{'s' if number != 1 else ''}" for number, unit in parts if number)


def _wait(failures: int) -> float:
    """Return the seconds to wait after this many wrong codes."""
    if failures < FREE_TRIES:
        return 0.0
    return float(min(FIRST_WAIT_SECONDS * 2.0 ** min(failures - FREE_TRIES, 30), LONGEST_WAIT_SECONDS))
