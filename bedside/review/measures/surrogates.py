"""The chance level of a number about two players, from surrogates: circular shifts of one player's part in time.

A shift keeps each player's music intact and breaks only their alignment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from bedside.review.measures.columns import Floats, Ints

# Shifts keep at least this distance from no shift, in seconds.
_APART_SECONDS = 5.0

SHIFTS = 200

# Curves must be recomputed for each shift, so they get fewer shifts.
CURVE_SHIFTS = 40


@dataclass(frozen=True, slots=True)
class BesideChance:
    """A number beside its chance level: ``chance`` and ``sd`` are its mean and standard deviation (n − 1) over shifts.

    ``z`` is the number of standard deviations above that mean. All three are NaN where the take is too short to be
    shifted, ``z`` also where every shift gives the same number.
    """

    value: float
    chance: float
    sd: float
    z: float

    @classmethod
    def of(cls, value: float, shifted: Floats) -> Self:
        """Compare a value with those of the shifts, (S,); NaN are left out."""
        known = shifted[~np.isnan(shifted)]
        if len(known) < 2:
            return cls(value, np.nan, np.nan, np.nan)
        # Sorted, the sum is the same whichever of the two players was shifted.
        known = np.sort(known)
        mean, sd = float(known.mean()), float(known.std(ddof=1))
        return cls(value, mean, sd, (value - mean) / sd if sd > 1e-12 else np.nan)


@dataclass(frozen=True, slots=True)
class ChanceBand:
    """The span that holds 95 % of a curve's values by chance; NaN where nothing is known."""

    low: float
    high: float

    @classmethod
    def of(cls, shifted: Floats) -> Self:
        """Return the 2.5th and the 97.5th percentile of the values of the shifts, NaN left out."""
        known = shifted[~np.isnan(shifted)]
        low, high = np.quantile(known, [0.025, 0.975]) if len(known) else (np.nan, np.nan)
        return cls(float(low), float(high))


def surrogate_shifts(seconds: float, many: int = SHIFTS) -> Floats:
    """Return evenly spaced shifts from 5 s to 5 s less than the length; none for a take of 10 s or less."""
    if seconds <= 2 * _APART_SECONDS:
        return np.empty(0)
    return np.linspace(_APART_SECONDS, seconds - _APART_SECONDS, many)


def surrogate_steps(length: int, apart: int, many: int = CURVE_SHIFTS) -> Ints:
    """Return evenly spaced shifts of a curve of ``length`` steps, at least ``apart`` steps from no shift."""
    if length <= 2 * apart:
        return np.empty(0, np.int64)
    return np.unique(np.rint(np.linspace(apart, length - apart, many)).astype(np.int64))
