"""Quiet hours: from one time of the day to another the bed is quieter and darker, by the ward's clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from bedside.sound.profiles import PROFILES
from bedside.stage.picture.look import Look

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours from ``begin`` to ``end`` of each day, over midnight where ``end`` comes first; both are local times.

    ``profile`` is the loudness profile then, ``look`` the look. ``zone`` is the ward's, None for the computer's own.
    Where the clocks are turned, a time that comes twice counts when it comes first, and one that is left out counts as
    long after midnight as on other days (RFC 5545, 3.3.5). Raises ValueError for equal times or an unknown profile.
    """

    begin: time
    end: time
    profile: str
    look: Look
    zone: tzinfo | None = None

    def __post_init__(self) -> None:
        if self.begin == self.end:
            raise ValueError("quiet hours begin and end at different times")
        if self.profile not in PROFILES:
            raise ValueError(f"there is no profile called {self.profile!r}")

    def quiet(self, at: float) -> bool:
        """Return whether a moment, in seconds since 1970, lies in the quiet hours."""
        today = datetime.fromtimestamp(at, self.zone).date()
        over_midnight = _DAY if self.end < self.begin else timedelta()
        # Those that began yesterday may last until today.
        return any(
            self._moment(day, self.begin) <= at < self._moment(day + over_midnight, self.end)
            for day in (today - _DAY, today)
        )

    def _moment(self, day: date, at: time) -> float:
        return datetime.combine(day, at, self.zone).timestamp()


class QuietWatch:
    """Says when quiet hours begin and end; ``clock`` returns the seconds since 1970. Without hours it says nothing."""

    def __init__(self, hours: QuietHours | None, clock: Callable[[], float]) -> None:
        self.hours = hours
        self._clock = clock
        self._quiet = False

    def turned(self) -> bool | None:
        """Return True when quiet hours have begun since the last call, False when they have ended, else None."""
        quiet = self.hours is not None and self.hours.quiet(self._clock())
        if quiet is self._quiet:
            return None
        self._quiet = quiet
        return quiet
