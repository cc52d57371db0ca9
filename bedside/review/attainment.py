"""Goal Attainment Scaling: the levels that several goals reached, as one T-score."""

from __future__ import annotations

import math
from collections.abc import Sequence

# The correlation that is assumed between goals (Kiresuk & Sherman 1968, Community Mental Health Journal 4:443–453).
CORRELATION = 0.3


def t_score(levels: Sequence[float], weights: Sequence[float]) -> float:
    """Return 50 + 10 Σwx / √((1 − ρ) Σw² + ρ (Σw)²) of levels x from −2 to 2 and weights w over 0; NaN of no goal."""
    if len(levels) != len(weights) or any(weight <= 0 for weight in weights):
        raise ValueError("each level has a weight over 0")
    if not levels:
        return math.nan
    total = sum(weight * level for level, weight in zip(levels, weights, strict=True))
    squares = sum(weight * weight for weight in weights)
    return 50 + 10 * total / math.sqrt((1 - CORRELATION) * squares + CORRELATION * sum(weights) ** 2)
