"""The staff code: it guards screens and is no key to the recordings.

Five tries are free; then each wrong one must be waited for twice as long as the one before. What is waited for is
counted by a clock that nobody can set, and begins anew with the program: neither a restart nor another date is quicker.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, delete, insert, select, update

from bedside.archive.models import StaffCode

SHORTEST = 6
LONGEST = 200

FREE_TRIES = 5
FIRST_WAIT_SECONDS = 10.0
LONGEST_WAIT_SECONDS = 3600.0

_code = StaffCode.__table__
_ONLY = 1


class WaitError(Exception):
    """Too many wrong codes were tried; ``seconds`` have to pass before the next."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"wait {seconds:.0f} seconds")
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
        self._open_at = now() + _wait(self._failures())

    @property
    def closed(self) -> bool:
        """Whether there is a code."""
        return self._hashed() is not None

    def set(self, code: str) -> None:
        """Set the code where there is none yet; raise ValueError for one that is too short or too long."""
        if not SHORTEST <= len(code) <= LONGEST:
            raise ValueError(f"a staff code has {SHORTEST} to {LONGEST} characters")
        hashed = self._hasher.hash(code)
        with self._lock, self._sentences("The staff code cannot be kept"), self._engine.begin() as connection:
            if connection.execute(select(_code.c.id)).first() is not None:
                raise ValueError("there is a staff code already")
            connection.execute(insert(StaffCode), {"id": _ONLY, "hashed": hashed, "failures": 0})

    def change(self, code: str, other: str) -> bool:
        """Set another code where the first is right; return whether it was; raise as `set` and `opens` do."""
        if not SHORTEST <= len(other) <= LONGEST:
            raise ValueError(f"a staff code has {SHORTEST} to {LONGEST} characters")
        if not self.opens(code):
            return False
        hashed = self._hasher.hash(other)
        with self._lock, self._sentences("The staff code cannot be kept"), self._engine.begin() as connection:
            connection.execute(delete(StaffCode))
            connection.execute(insert(StaffCode), {"id": _ONLY, "hashed": hashed, "failures": 0})
        return True

    def opens(self, code: str) -> bool:
        """Return whether a code is the right one; raise WaitError where it is too soon to try another."""
        with self._lock:
            left = self._open_at - self._now()
            if left > 0:
                raise WaitError(left)
            hashed = self._hashed()
            right = hashed is not None and self._verified(hashed, code[: LONGEST + 1])
            failures = 0 if right else self._failures() + 1
            # It is counted on the disk before anybody is told.
            with self._sentences("The staff code cannot be kept"), self._engine.begin() as connection:
                connection.execute(update(StaffCode).values(failures=failures))
            self._open_at = self._now() + _wait(failures)
        return right

    def _verified(self, hashed: str, code: str) -> bool:
        try:
            return self._hasher.verify(hashed, code)
        except (VerificationError, InvalidHashError):
            return False

    def _hashed(self) -> str | None:
        with self._sentences("The staff code cannot be read"), self._engine.connect() as connection:
            return connection.execute(select(_code.c.hashed)).scalar()

    def _failures(self) -> int:
        with self._sentences("The staff code cannot be read"), self._engine.connect() as connection:
            return connection.execute(select(_code.c.failures)).scalar() or 0


def _wait(failures: int) -> float:
    """Return how long to wait after so many wrong codes."""
    if failures < FREE_TRIES:
        return 0.0
    return float(min(FIRST_WAIT_SECONDS * 2.0 ** min(failures - FREE_TRIES, 30), LONGEST_WAIT_SECONDS))
