"""Draw a number of random events, by the methods of numpy's generator, without the C library's logarithms."""

from __future__ import annotations

import math

import numpy as np
from numpy.random import Generator

from bedside.sound import exact

# From this mean on, numbers are drawn by rejection.
_MANY = 10.0


def poisson(rng: Generator, mean: float) -> int:
    """Return a Poisson variate of a ``mean`` over 0.

    Few events are counted one by one; for many it is PTRS, the transformed rejection of W. Hörmann, Insurance:
    Mathematics and Economics 12, 39 (1993).
    """
    if mean < _MANY:
        return _counted(rng, mean)
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    within = 0.9277 - 3.6224 / (b - 2)
    while True:
        u = rng.random() - 0.5
        v = rng.random()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + mean + 0.43)
        if us >= 0.07 and v <= within:
            return k
        if k < 0 or (us < 0.013 and v > us):
            continue
        hat = v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (us * us) + b)
        if exact.log(hat) <= k * exact.log(mean) - mean - _log_factorial(k):
            return k


def _counted(rng: Generator, mean: float) -> int:
    """Return how many random numbers can be multiplied before their product is below exp(−``mean``)."""
    least = exact.exp(-mean)
    count, left = 0, rng.random()
    while left > least:
        count += 1
        left *= rng.random()
    return count


def _log_factorial(k: int) -> float:
    return float(np.sum(exact.log(np.arange(1.0, k + 1))))
