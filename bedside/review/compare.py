"""Two takes beside each other: how far the second lies from the first in each measure, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bedside.review.measures.part import Floats

RESAMPLES = 2000

# Fewer windows of a take say nothing of how they vary.
LEAST_WINDOWS = 4


@dataclass(frozen=True, slots=True)
class Difference:
    """The means of a measure over the windows of both takes, the second less the first, and the 95 % interval.

    NaN where a take has no data, and for the interval where it has fewer than four windows.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float


def differences(
    first: Mapping[str, Any], second: Mapping[str, Any], names: Sequence[str], chance: np.random.Generator
) -> dict[str, Difference]:
    """Return how far a second player's curves lie from a first's, by the names of the measures.

    Both are ``curves`` as `measure` gives them. Windows that do not overlap are resampled, from each take as many as it
    has (percentile bootstrap, Efron 1979, Annals of Statistics 7:1–26); ``chance`` draws them.
    """
    return {name: difference(apart(first, name), apart(second, name), chance) for name in names}


def difference(first: Floats, second: Floats, chance: np.random.Generator) -> Difference:
    """Return the difference of two rows of windows' values, none of them NaN."""
    if not len(first) or not len(second):
        means = [float(row.mean()) if len(row) else np.nan for row in (first, second)]
        return Difference(means[0], means[1], np.nan, np.nan, np.nan)
    one, two = float(first.mean()), float(second.mean())
    if min(len(first), len(second)) < LEAST_WINDOWS:
        return Difference(one, two, two - one, np.nan, np.nan)
    drawn = [row[chance.integers(0, len(row), (RESAMPLES, len(row)))].mean(1) for row in (first, second)]
    low, high = np.quantile(drawn[1] - drawn[0], [0.025, 0.975])
    return Difference(one, two, two - one, float(low), float(high))


def apart(curves: Mapping[str, Any], name: str, window: float = 6.0) -> Floats:
    """Return the known values of a curve in windows of so many seconds that lie side by side and do not overlap."""
    seconds = np.array(curves["t"], np.float64)
    values = np.array(curves.get(name, [None] * len(seconds)), np.float64)
    wanted = np.isclose(np.mod(seconds + 1e-9, window), 0, atol=1e-6) & (seconds > 0)
    found: Floats = values[wanted & ~np.isnan(values)]
    return found
