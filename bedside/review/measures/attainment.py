"""Goal Attainment Scaling: one T-score for several goals, each with its own scale."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

# The assumed correlation of the goals' scales.
_CORRELATION = 0.3

LEVELS = (-2, -1, 0, 1, 2)


def t_score(levels: Sequence[int], weights: Sequence[float] | None = None) -> float:
    """Return T = 50 + 10 Σ w x / √((1 − ρ) Σ w² + ρ (Σ w)²), ρ = 0.3; 50 where each goal is attained as expected.

    ``levels`` are −2 to 2, 0 as expected; without ``weights`` all goals weigh the same. From Kiresuk & Sherman 1968,
    Community Mental Health Journal 4:443–453. Raise ValueError for no goals, other levels, a number of weights other
    than that of goals, or a weight that is not above 0.
    """
    given = [1.0] * len(levels) if weights is None else list(weights)
    if not levels:
        raise ValueError("a T-score needs at least one goal")
    if len(given) != len(levels):
        raise ValueError(f"{len(levels)} goals need {len(levels)} weights, not {len(given)}")
    if any(level not in LEVELS for level in levels):
        raise ValueError(f"the level of a goal is −2 to 2, not {list(levels)}")
    if not all(weight > 0 for weight in given):
        raise ValueError(f"weights are above 0, not {given}")
    total = sum(weight * level for weight, level in zip(given, levels, strict=True))
    squares, whole = sum(weight**2 for weight in given), sum(given)
    return 50 + 10 * total / sqrt((1 - _CORRELATION) * squares + _CORRELATION * whole**2)
