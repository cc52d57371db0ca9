"""Who takes up what the other did: likeness of segments of two curves, one later than the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bedside.review.measures.columns import Floats
from bedside.review.measures.crosscorrelation import LaggedPair, WindowStatistics, circular_shifts
from bedside.review.measures.surrogates import BesideChance, ChanceBand, surrogate_steps
from bedside.review.measures.windows import ratio

# Segments of 40 s, 2 s apart, against those up to 20 s later; the curves have a sample each second.
_SEGMENT = 40
_HOP = 2
_LAGS = range(_HOP, 20 + 1, _HOP)

# For chance, segments lie farther apart: near ones tell the same.
_FAR = 10

# Seconds by which a shift exceeds the longest lag: none then brings the players back to where they were.
_CLEAR = 5


@dataclass(frozen=True, slots=True, eq=False)
class Imitation:
    """How like the other's segments after them are the segments of A, and those of B, each beside its chance.

    ``curve_a`` and ``curve_b`` (n,) have at each second the best likeness of that player's segment which ended last,
    and ``band`` holds 95 % of such by chance.
    """

    a: BesideChance
    b: BesideChance
    curve_a: Floats
    curve_b: Floats
    band: ChanceBand


def imitation(a: Floats, b: Floats) -> Imitation:
    """Return how far A initiates and B does, from curves with a sample each second, (n,)."""
    span = joint_range(a, b)
    shifted = surrogate_steps(len(a), max(_LAGS) + _CLEAR)
    initiated, answered = (_initiated(a, b[None], span, sign, _HOP) for sign in (1, -1))
    chance = [_initiated(a, circular_shifts(b, shifted), span, sign, _FAR) for sign in (1, -1)]
    return Imitation(
        BesideChance.of(float(_mean(initiated)[0]), _mean(chance[0])),
        BesideChance.of(float(_mean(answered)[0]), _mean(chance[1])),
        _at_ends(initiated[0], len(a)),
        _at_ends(answered[0], len(a)),
        ChanceBand.of(np.concatenate([each.ravel() for each in chance])),
    )


def joint_range(a: Floats, b: Floats) -> float:
    """Return the range of two curves together; NaN where neither is known.

    The Music Therapy Toolbox takes the first player's highest less the second's lowest, which depends on who is first.
    """
    both = np.concatenate([a, b])
    both = both[~np.isnan(both)]
    return float(np.ptp(both)) if len(both) else np.nan


def likeness(moments: WindowStatistics, span: float) -> Floats:
    """Return r · (1 − |μ₁ − μ₂|/range)³ · min(σ)/max(σ) of each two segments, whose range is ``span``."""
    apart = np.abs(moments.mean_a - moments.mean_b) / (span or np.nan)
    low, high = np.minimum(moments.sd_a, moments.sd_b), np.maximum(moments.sd_a, moments.sd_b)
    found: Floats = moments.r * (1 - apart) ** 3 * ratio(low, high)
    return found


def _initiated(a: Floats, b: Floats, span: float, sign: int, hop: int) -> Floats:
    """Return the best likeness of each segment of the earlier player, (S, segments); ``sign`` is 1 where that is A."""
    length = len(a)
    many = max((length - _SEGMENT) // hop + 1, 0)
    best = np.full((len(b), many), np.nan)
    if not many or not len(b):
        return best
    pair = LaggedPair.of(a, b, max(_LAGS))
    for lag in _LAGS:
        moments = pair.statistics(sign * lag, hop, _SEGMENT // hop)
        inside = max((length - _SEGMENT - lag) // hop + 1, 0)
        # The moments are in units of the pair's spread, and so must the range be.
        best[:, :inside] = np.fmax(best[:, :inside], likeness(moments, span / pair.spread)[:, :inside])
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
