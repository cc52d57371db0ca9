"""Two takes side by side: how far a measure differs, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bedside.review.measures.columns import Floats

_REPEATS = 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """The second take's mean less the first's, and between which values it lies with the given share of resamplings.

    NaN where one of the takes has no window that is known; ``windows`` are how many each has that do not overlap.
    """

    value: float
    low: float
    high: float
    windows: tuple[int, int]


def bootstrap_difference(
    first: Floats, second: Floats, rng: np.random.Generator, apart: int = 6, share: float = 0.95
) -> Difference:
    """Return how far two takes differ in a curve, with a percentile bootstrap interval over resampled windows.

    Of the curves, (n,) each, every ``apart``-th value is drawn from, so that windows of 6 s at steps of 1 s do not
    overlap and count twice; NaN are left out. After Efron & Tibshirani 1993, An Introduction to the Bootstrap, ch. 13.
    """
    drawn = [curve[::apart] for curve in (first, second)]
    known = [curve[~np.isnan(curve)] for curve in drawn]
    windows = (len(known[0]), len(known[1]))
    if not all(windows):
        return Difference(np.nan, np.nan, np.nan, windows)
    means = [curve[rng.integers(len(curve), size=(_REPEATS, len(curve)))].mean(1) for curve in known]
    low, high = np.quantile(means[1] - means[0], [(1 - share) / 2, (1 + share) / 2])
    return Difference(float(known[1].mean() - known[0].mean()), float(low), float(high), windows)
