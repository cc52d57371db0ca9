"""Visits: who is logged in. A visit is identified by its cookie, expires, and has a CSRF token.

Visits are in memory only; when the program ends, nobody is logged in.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

COOKIE = "bedside"

# A visit ends after this long without a request, and after a working day in any case.
IDLE_SECONDS = 30 * 60.0
LONGEST_SECONDS = 10 * 3600.0

_MOST = 50


@dataclass(slots=True)
class Visit:
    """Somebody who is logged in; every request that changes something must carry the ``csrf`` token.

    ``user`` is the user of this machine whose browser it is, None if unknown. It is compared because browsers send a
    cookie to every port of a machine, and so to another user's server too. ``rater`` holds the initials under which the
    visit rates: empty at first, then the same until it ends.
    """

    user: int | None
    csrf: str
    began: float
    seen: float
    rater: str = ""


class Visits:
    """All visits; ``now`` is a monotonic clock in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._visits: dict[bytes, Visit] = {}
        self._lock = threading.Lock()

    def begin(self, user: int | None = None) -> str:
        """Begin a visit and return its cookie's value; if there are too many, the longest idle one ends."""
        token = secrets.token_urlsafe(32)
        now = self._now()
        with self._lock:
            self._sweep(now)
            if len(self._visits) >= _MOST:
                del self._visits[min(self._visits, key=lambda each: self._visits[each].seen)]
            self._visits[_hashed(token)] = Visit(user, secrets.token_urlsafe(32), now, now)
        return token

    def of(self, token: str | None, user: int | None = None) -> Visit | None:
        """Return the visit of a user's cookie and restart its idle time; None if it ended or is another user's."""
        if not token:
            return None
        now = self._now()
        with self._lock:
            self._sweep(now)
            visit = self._visits.get(_hashed(token))
            if visit is None or visit.user != user:
                return None
            visit.seen = now
            return visit

    def knows(self, token: str | None) -> bool:
        """Return whether a cookie is that of a visit, whosever it is and whether it ended a moment ago."""
        with self._lock:
            return bool(token) and _hashed(token or "") in self._visits

    def end(self, token: str | None) -> None:
        """End the visit of a cookie."""
        if token:
            with self._lock:
                self._visits.pop(_hashed(token), None)

    def end_others(self, token: str | None) -> None:
        """End every visit but that of a cookie."""
        kept = _hashed(token) if token else b""
        with self._lock:
            self._visits = {key: visit for key, visit in self._visits.items() if key == kept}

    def _sweep(self, now: float) -> None:
        over = [
            key
            for key, visit in self._visits.items()
            if now - visit.seen > IDLE_SECONDS or now - visit.began > LONGEST_SECONDS
        ]
        for key in over:
            del self._visits[key]


def same(one: str | None, other: str) -> bool:
    """Return whether two secrets are equal, in constant time."""
    return one is not None and hmac.compare_digest(one.encode(), other.encode())


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
