"""Imitation: the likeness of segments of one player's curve to later segments of the other's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bedside.review.measures.columns import Floats
from bedside.review.measures.crosscorrelation import LaggedPair, WindowStatistics, circular_shifts
from bedside.review.measures.surrogates import BesideChance, ChanceBand, surrogate_steps
from bedside.review.measures.windows import ratio

# Segments of 40 s, 2 s apart, are compared with those up to 20 s later; curves have one sample a second.
_SEGMENT = 40
_HOP = 2
_LAGS = range(_HOP, 20 + 1, _HOP)

# For the surrogates, segments are farther apart: neighbours are nearly the same.
_FAR = 10

# A shift exceeds the longest lag by this many seconds, so that no lag undoes the shift.
_CLEAR = 5


@dataclass(frozen=True, slots=True, eq=False)
class Imitation:
    """``a`` is the likeness of B's later segments to A's, ``b`` the reverse, each beside its chance.

    ``curve_a`` and ``curve_b`` (n,) hold for each second the best likeness of the segment of that player that ended
    last; ``band`` holds 95 % of such values by chance.
    """

    a: BesideChance
    b: BesideChance
    curve_a: Floats
    curve_b: Floats
    band: ChanceBand


def imitation(a: Floats, b: Floats) -> Imitation:
    """Return how much A and B are imitated, from curves with one sample a second, (n,)."""
    span = joint_range(a, b)
    shifted = surrogate_steps(len(a), max(_LAGS) + _CLEAR)
    of_a, of_b = (_best_likeness(a, b[None], span, sign, _HOP) for sign in (1, -1))
    chance = [_best_likeness(a, circular_shifts(b, shifted), span, sign, _FAR) for sign in (1, -1)]
    return Imitation(
        BesideChance.of(float(_mean(of_a)[0]), _mean(chance[0])),
        BesideChance.of(float(_mean(of_b)[0]), _mean(chance[1])),
        _at_ends(of_a[0], len(a)),
        _at_ends(of_b[0], len(a)),
        ChanceBand.of(np.concatenate([each.ravel() for each in chance])),
    )


def joint_range(a: Floats, b: Floats) -> float:
    """Return the range of two curves together; NaN where neither is known.

    The Music Therapy Toolbox takes the first player's maximum minus the second's minimum, which depends on the order.
    """
    both = np.concatenate([a, b])
    both = both[~np.isnan(both)]
    return float(np.ptp(both)) if len(both) else np.nan


def likeness(statistics: WindowStatistics, span: float) -> Floats:
    """Return r · (1 − |μ₁ − μ₂|/range)³ · min(σ)/max(σ) of each two segments; ``span`` is the range."""
    apart = np.abs(statistics.mean_a - statistics.mean_b) / (span or np.nan)
    low, high = np.minimum(statistics.sd_a, statistics.sd_b), np.maximum(statistics.sd_a, statistics.sd_b)
    found: Floats = statistics.r * (1 - apart) ** 3 * ratio(low, high)
    return found


def _best_likeness(a: Floats, b: Floats, span: float, sign: int, hop: int) -> Floats:
    """Return the best likeness over lags of each segment of the earlier player, (S, segments).

    ``sign`` is 1 where A is the earlier player, else −1.
    """
    length = len(a)
    many = max((length - _SEGMENT) // hop + 1, 0)
    best = np.full((len(b), many), np.nan)
    if not many or not len(b):
        return best
    pair = LaggedPair.of(a, b, max(_LAGS))
    for lag in _LAGS:
        statistics = pair.statistics(sign * lag, hop, _SEGMENT // hop)
        inside = max((length - _SEGMENT - lag) // hop + 1, 0)
        # The statistics are in units of the pair's spread; so the range must be too.
        best[:, :inside] = np.fmax(best[:, :inside], likeness(statistics, span / pair.spread)[:, :inside])
    return best


def _mean(rows: Floats) -> Floats:
    known = ~np.isnan(rows)
    return ratio(np.where(known, rows, 0.0).sum(1), known.sum(1))


def _at_ends(best: Floats, length: int) -> Floats:
    """Return at each second the value of the segment that ended last, (length,)."""
    place = (np.arange(length) - _SEGMENT + 1) // _HOP
    there = (place >= 0) & (place < len(best))
    return (
        np.where(there, best[np.clip(place, 0, max(len(best) - 1, 0))], np.nan)
        if len(best)
        else np.full(length, np.nan)
    )
