"""Goal Attainment Scaling: several goals, each on a scale of its own, as one number."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

# How far the scales of goals are taken to go together.
_CORRELATION = 0.3

LEVELS = (-2, -1, 0, 1, 2)


def t_score(levels: Sequence[int], weights: Sequence[float] | None = None) -> float:
    """Return T = 50 + 10 Σ w x / √((1 − ρ) Σ w² + ρ (Σ w)²), ρ = 0.3; 50 where each goal is met as was agreed.

    ``levels`` are −2 to 2, 0 for what was agreed; without ``weights`` all goals count alike. From Kiresuk & Sherman
    1968, Community Mental Health Journal 4:443–453. Raise ValueError for no goals, another level, as many weights as
    there are not goals, or weights that are not above 0.
    """
    given = [1.0] * len(levels) if weights is None else list(weights)
    if not levels:
        raise ValueError("without a goal there is nothing to attain")
    if len(given) != len(levels):
        raise ValueError(f"{len(levels)} goals have {len(levels)} weights, not {len(given)}")
    if any(level not in LEVELS for level in levels):
        raise ValueError(f"a goal is attained at a level of −2 to 2, not {list(levels)}")
    if not all(weight > 0 for weight in given):
        raise ValueError(f"a goal's weight is above 0, not {given}")
    total = sum(weight * level for weight, level in zip(given, levels, strict=True))
    squares, whole = sum(weight**2 for weight in given), sum(given)
    return 50 + 10 * total / sqrt((1 - _CORRELATION) * squares + _CORRELATION * whole**2)
