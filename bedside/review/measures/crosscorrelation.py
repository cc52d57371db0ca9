"""Two curves in windows of time, one of them later than the other: their means, spreads and correlation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bedside.review.measures.columns import Floats, Ints
from bedside.review.measures.windows import ratio

# A window in which less of the samples are known of both is no data.
_LEAST_SHARE = 0.5

# A curve that varies less, as a share of its variance over the whole take, is still: the rest is rounding.
_STILL = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class WindowStatistics:
    """Of two curves in each window, (S, W): mean and standard deviation (n) of each, and Pearson's ``r``.

    NaN where too little is known of both; ``r`` also where one of them is still.
    """

    mean_a: Floats
    mean_b: Floats
    sd_a: Floats
    sd_b: Floats
    r: Floats


@dataclass(frozen=True, slots=True, eq=False)
class CurveSums:
    """S curves as sums need them, each (S, n): the values, 0 where no data; their squares; 1 where known, else 0."""

    value: Floats
    square: Floats
    known: Floats

    @classmethod
    def of(cls, curves: Floats, margin: int) -> CurveSums:
        """Return the columns of some curves, (S, n), with so many samples of no data before and after."""
        wide = np.pad(curves, ((0, 0), (margin, margin)), constant_values=np.nan)
        known = ~np.isnan(wide)
        value = np.where(known, wide, 0.0)
        return cls(value, value * value, known.astype(np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class LaggedPair:
    """A curve of A beside one or several of B; lags reach ``margin`` samples either way.

    Both are brought to one middle, and measured in ``spread``, the size of how they vary.
    """

    a: CurveSums
    b: CurveSums
    margin: int
    length: int
    spread: float

    @classmethod
    def of(cls, a: Floats, b: Floats, margin: int) -> LaggedPair:
        """Return a curve of A, (n,), beside curves of B, (S, n), which are one curve shifted round its circle."""
        one, two = a[~np.isnan(a)], b[:1][~np.isnan(b[:1])]
        middle, spread = 0.0, 1.0
        if len(one) and len(two):
            # Near 0, and about 1 in size, the sums of squares lose nothing that matters.
            middle = (one.mean() + two.mean()) / 2
            spread = float(np.sqrt(np.square(one - middle).mean() + np.square(two - middle).mean())) or 1.0
        scaled = CurveSums.of((a[None] - middle) / spread, margin), CurveSums.of((b - middle) / spread, margin)
        return cls(*scaled, margin, len(a), spread)

    def statistics(self, lag: int, hop: int, hops: int) -> WindowStatistics:
        """Return the moments in windows of ``hops`` times ``hop`` samples, a hop apart, (S, windows).

        A's sample i goes with B's i + lag, and both belong to the window of the earlier: so the exchange of the players
        turns the sign of the lag and changes nothing else.
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
    """Return a curve, (n,), shifted round its circle by each of some steps, (S, n)."""
    places = (np.arange(len(curve)) - by[:, None]) % max(len(curve), 1)
    shifted: Floats = curve[places]
    return shifted


def _windowed(values: Floats, length: int) -> Floats:
    """Return the sum of each so many successive values along the last axis."""
    total = np.cumsum(values, -1)
    sums: Floats = total[..., length - 1 :].copy()
    sums[..., 1:] -= total[..., :-length]
    return sums
