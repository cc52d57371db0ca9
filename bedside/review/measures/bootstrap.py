"""The difference of a measure between two takes, with a bootstrap interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bedside.review.measures.columns import Floats

_REPEATS = 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """The second take's mean minus the first's, and the interval from ``low`` to ``high``.

    NaN where a take has no known window; ``windows`` counts those of each that do not overlap.
    """

    value: float
    low: float
    high: float
    windows: tuple[int, int]


def bootstrap_difference(
    first: Floats, second: Floats, rng: np.random.Generator, apart: int = 6, share: float = 0.95
) -> Difference:
    """Return the difference of the means of two curves, (n,) each, with a percentile bootstrap interval.

    Only every ``apart``-th value is resampled, as windows of 6 s at steps of 1 s overlap; NaN are left out. ``share``
    is the coverage of the interval. After Efron & Tibshirani 1993, An Introduction to the Bootstrap, ch. 13.
    """
    drawn = [curve[::apart] for curve in (first, second)]
    known = [curve[~np.isnan(curve)] for curve in drawn]
    windows = (len(known[0]), len(known[1]))
    if not all(windows):
        return Difference(np.nan, np.nan, np.nan, windows)
    means = [curve[rng.integers(len(curve), size=(_REPEATS, len(curve)))].mean(1) for curve in known]
    low, high = np.quantile(means[1] - means[0], [(1 - share) / 2, (1 + share) / 2])
    return Difference(float(known[1].mean() - known[0].mean()), float(low), float(high), windows)
