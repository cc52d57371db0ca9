"""Compare a session with the same child's earlier ones: like with like, or with the differences named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

# The fewest earlier sessions for a comparison.
LEAST_SESSIONS = 3

TOO_FEW = "too few sessions"


@dataclass(frozen=True, slots=True)
class Description:
    """The way a session was played; sessions are alike if all of it is the same."""

    instrument: str
    scale: str
    layout: str
    access: str
    players: str = ""

    def unlike(self, other: Description) -> tuple[str, ...]:
        """Return the names of the fields in which two descriptions differ."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) != getattr(other, each.name))


@dataclass(frozen=True, slots=True)
class MeasuredSession:
    """A session: its description, and its measures by name, NaN for no data."""

    description: Description
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class EarlierComparison:
    """A session's ``value``, and of earlier ones the ``median``, the ``mad`` and the count, ``sessions``.

    ``differences`` names the fields in which they differ. ``reason`` says why median and MAD are NaN; else it is empty.
    """

    value: float
    median: float
    mad: float
    sessions: int
    differences: tuple[str, ...] = ()
    reason: str = ""


def compare_with_earlier(session: MeasuredSession, earlier: Sequence[MeasuredSession], name: str) -> EarlierComparison:
    """Return a measure of a session beside the median and MAD of that child's earlier sessions.

    If at least three earlier ones are alike, only these count. If not, but there are three in all, all count and the
    differences are named. MAD is the median absolute deviation from the median, not scaled.
    """
    value = session.values.get(name, np.nan)
    known = [each for each in earlier if not np.isnan(each.values.get(name, np.nan))]
    alike = [each for each in known if not session.description.unlike(each.description)]
    chosen = alike if len(alike) >= LEAST_SESSIONS else known
    if len(chosen) < LEAST_SESSIONS:
        return EarlierComparison(value, np.nan, np.nan, len(chosen), reason=TOO_FEW)
    unlike = {what for each in chosen for what in session.description.unlike(each.description)}
    values = np.array([each.values[name] for each in chosen])
    median = float(np.median(values))
    mad = float(np.median(np.abs(values - median)))
    order = tuple(each.name for each in fields(Description) if each.name in unlike)
    return EarlierComparison(value, median, mad, len(chosen), order)
