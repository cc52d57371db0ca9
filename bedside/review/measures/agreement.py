"""Agreement of two raters who marked spans of the same take independently."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bedside.review.measures.articulation import SpanUnion
from bedside.review.measures.columns import Floats

# A span in seconds: where it starts and ends.
Span = tuple[float, float]


def kappa(first: Sequence[Span], second: Sequence[Span], seconds: float) -> float:
    """Return Cohen's κ, −1 to 1, of two raters who marked spans within ``seconds``.

    (pₒ − pₑ)/(1 − pₑ), with shares of time for shares of cases (Cohen 1960, Educational and Psychological Measurement
    20:37–46). NaN where chance agreement is 1, as where neither marks anything.
    """
    if seconds <= 0:
        return np.nan
    one, two = (_cover(spans, seconds) for spans in (first, second))
    a, b = (float((cover.end - cover.start).sum()) / seconds for cover in (one, two))
    both = float((one.before(two.end) - one.before(two.start)).sum()) / seconds
    observed = 1 - a - b + 2 * both
    by_chance = a * b + (1 - a) * (1 - b)
    return (observed - by_chance) / (1 - by_chance) if by_chance < 1 - 1e-12 else np.nan


def overlap_f1(first: Sequence[Span], second: Sequence[Span], least: float = 0.5) -> float:
    """Return F1 of two raters' spans, 0–1: 2 · matched / (spans of the one + spans of the other).

    Two spans match if their intersection over union is at least ``least``; each is matched once, as many as possible.
    NaN where neither marked any.
    """
    if not first and not second:
        return np.nan
    if not first or not second:
        return 0.0
    near = _shares(np.array(first, np.float64), np.array(second, np.float64)) >= least
    return 2 * most_pairs(near) / (len(first) + len(second))


def most_pairs(near: NDArray[np.bool_]) -> int:
    """Return how many rows can have a column of their own where ``near``, (K, L), is true.

    A row takes a free column, or one whose row finds another: augmenting paths (Kuhn 1955, Naval Research Logistics
    Quarterly 2:83–97), here searched breadth first.
    """
    row_of: dict[int, int] = {}
    for start in range(len(near)):
        came: dict[int, int] = {}
        rows, free = [start], None
        for row in rows:
            new = [int(column) for column in np.flatnonzero(near[row]) if int(column) not in came]
            came |= dict.fromkeys(new, row)
            free = next((column for column in new if column not in row_of), None)
            if free is not None:
                break
            rows += [row_of[column] for column in new]
        column_of = {row: column for column, row in row_of.items()}
        while free is not None:
            row = came[free]
            row_of[free] = row
            free = column_of.get(row)
    return len(row_of)


def _shares(first: Floats, second: Floats) -> Floats:
    """Return the intersection over union of every two spans, (K, 2) and (L, 2), as (K, L)."""
    common = np.minimum(first[:, None, 1], second[:, 1]) - np.maximum(first[:, None, 0], second[:, 0])
    common = np.maximum(common, 0.0)
    whole = (first[:, 1] - first[:, 0])[:, None] + (second[:, 1] - second[:, 0]) - common
    shares: Floats = np.divide(common, whole, out=np.zeros(common.shape), where=whole > 0)
    return shares


def _cover(spans: Sequence[Span], seconds: float) -> SpanUnion:
    edges = np.clip(np.array(sorted(spans), np.float64).reshape(-1, 2), 0.0, seconds)
    return SpanUnion.of(edges[:, 0], edges[:, 1])
