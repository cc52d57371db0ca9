"""Windowed cross-correlation of two curves: means, standard deviations and Pearson's r at a lag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bedside.review.measures.columns import Floats, Ints
from bedside.review.measures.windows import ratio

# A window has no data unless at least this share of its samples is known of both curves.
_LEAST_SHARE = 0.5

# A window with less of the variance of the whole take counts as constant; the rest is rounding.
_STILL = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class WindowStatistics:
    """Mean and standard deviation (n) of two curves in each window, (S, W), and Pearson's ``r``.

    NaN where too few samples are known of both; ``r`` also where one curve is constant.
    """

    mean_a: Floats
    mean_b: Floats
    sd_a: Floats
    sd_b: Floats
    r: Floats


@dataclass(frozen=True, slots=True, eq=False)
class CurveSums:
    """S curves prepared for sums, each (S, n): values, with 0 for no data; squares; and 1 where known, else 0."""

    value: Floats
    square: Floats
    known: Floats

    @classmethod
    def of(cls, curves: Floats, margin: int) -> CurveSums:
        """Prepare curves, (S, n), padded with ``margin`` samples of no data at both ends."""
        wide = np.pad(curves, ((0, 0), (margin, margin)), constant_values=np.nan)
        known = ~np.isnan(wide)
        value = np.where(known, wide, 0.0)
        return cls(value, value * value, known.astype(np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class LaggedPair:
    """A curve of A beside one or more of B, for lags of up to ``margin`` samples either way.

    Both are centred on a common middle and scaled by ``spread``, their joint standard deviation.
    """

    a: CurveSums
    b: CurveSums
    margin: int
    length: int
    spread: float

    @classmethod
    def of(cls, a: Floats, b: Floats, margin: int) -> LaggedPair:
        """Set a curve of A, (n,), beside circular shifts of a curve of B, (S, n)."""
        one, two = a[~np.isnan(a)], b[:1][~np.isnan(b[:1])]
        middle, spread = 0.0, 1.0
        if len(one) and len(two):
            # Sums of squares stay exact enough for values around 0 and about 1 in size.
            middle = (one.mean() + two.mean()) / 2
            spread = float(np.sqrt(np.square(one - middle).mean() + np.square(two - middle).mean())) or 1.0
        scaled = CurveSums.of((a[None] - middle) / spread, margin), CurveSums.of((b - middle) / spread, margin)
        return cls(*scaled, margin, len(a), spread)

    def statistics(self, lag: int, hop: int, hops: int) -> WindowStatistics:
        """Return the statistics at a lag in windows of ``hops`` · ``hop`` samples, a hop apart, (S, windows).

        A's sample i is paired with B's i + lag, and the pair belongs to the window of the earlier one. So swapping the
        players flips the sign of the lag and changes nothing else.
        """
        begins = self.margin + max(-lag, 0), self.margin + max(lag, 0)
        many = self.length // hop
        a, b = (
            [
                each[:, begin : begin + many * hop].reshape(len(each), many, hop)
                for each in (of.value, of.square, of.known)
            ]
            for of, begin in zip((self.a, self.b), begins, strict=True)
        )

        def total(one: Floats, two: Floats) -> Floats:
            return _windowed(np.einsum("bk,sbk->sb", one[0], two), hops)

        count = total(a[2], b[2])
        count = np.where(count >= max(2.0, _LEAST_SHARE * hop * hops), count, 0.0)
        mean_a, mean_b = ratio(total(a[0], b[2]), count), ratio(total(a[2], b[0]), count)
        var_a = np.maximum(ratio(total(a[1], b[2]), count) - mean_a * mean_a, 0.0)
        var_b = np.maximum(ratio(total(a[2], b[1]), count) - mean_b * mean_b, 0.0)
        shared = ratio(total(a[0], b[0]), count) - mean_a * mean_b
        moving = (var_a > _STILL) & (var_b > _STILL)
        r = np.divide(shared, np.sqrt(var_a * var_b), out=np.full(shared.shape, np.nan), where=moving)
        return WindowStatistics(mean_a, mean_b, np.sqrt(var_a), np.sqrt(var_b), np.clip(r, -1.0, 1.0))


def circular_shifts(curve: Floats, by: Ints) -> Floats:
    """Return a curve, (n,), shifted circularly by each of some steps, (S, n)."""
    places = (np.arange(len(curve)) - by[:, None]) % max(len(curve), 1)
    shifted: Floats = curve[places]
    return shifted


def _windowed(values: Floats, length: int) -> Floats:
    """Return sliding sums of ``length`` values along the last axis."""
    total = np.cumsum(values, -1)
    sums: Floats = total[..., length - 1 :].copy()
    sums[..., 1:] -= total[..., :-length]
    return sums
