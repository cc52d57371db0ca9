"""Coincident onsets of two players, beside chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bedside.review.measures.columns import Bools, Floats, Ints
from bedside.review.measures.evenness import strokes
from bedside.review.measures.surrogates import BesideChance, surrogate_shifts
from bedside.review.measures.take import lost

# Strokes of two players that are closer than this coincide, in seconds.
TOGETHER_SECONDS = 0.06


@dataclass(frozen=True, slots=True)
class Coincidence:
    """The share of B's strokes within 60 ms of one of A's, and their median asynchrony in ms, each beside its chance.

    The asynchrony is positive where B comes after A.
    """

    share: BesideChance
    asynchrony: BesideChance


def coincidence(first: Floats, second: Floats, gaps: Floats) -> Coincidence:
    """Return how many strokes of A and B coincide, beside chance.

    ``first`` and ``second`` are the sorted onsets of A and B in seconds. Both are cut to the length of the shorter
    part; lost time is cut out before B is shifted.
    """
    one, two = (strokes(onset) - lost(gaps, strokes(onset)) for onset in (first, second))
    seconds = float(min(one[-1], two[-1])) if len(one) and len(two) else 0.0
    one, two = one[one <= seconds], two[two <= seconds]
    if not len(one) or not len(two):
        nothing = BesideChance.of(np.nan, np.empty(0))
        return Coincidence(nothing, nothing)
    rounds = [np.sort((two + shift) % seconds) for shift in surrogate_shifts(seconds)]
    shares, distances = [], []
    for turned in [two, *rounds]:
        apart, nearest = nearest_distance(one, turned)
        shares.append(float((apart <= TOGETHER_SECONDS).mean()))
        distances.append(_median(signed_lags(one, turned, apart, nearest)) * 1000)
    share = BesideChance.of(shares[0], np.array(shares[1:]))
    distance = BesideChance.of(distances[0], np.array(distances[1:]))
    return Coincidence(share, distance)


def nearest_distance(one: Floats, two: Floats) -> tuple[Floats, Ints]:
    """Return the distance of each of B's strokes from the nearest of A's in seconds, and that one's index, (N,)."""
    after = np.searchsorted(one, two)
    before = np.maximum(after - 1, 0)
    after = np.minimum(after, len(one) - 1)
    low, high = np.abs(two - one[before]), np.abs(one[after] - two)
    return np.minimum(low, high), np.where(low <= high, before, after)


def signed_lags(one: Floats, two: Floats, apart: Floats, nearest: Ints) -> Floats:
    """Return B − A in seconds of the strokes within 60 ms that are each other's nearest.

    Swapping the players flips the signs and nothing else: where a stroke has two nearest, both count.
    """
    back, _ = nearest_distance(two, one)
    found = []
    for beside in (nearest, np.minimum(nearest + 1, len(one) - 1)):
        there: Bools = (apart <= TOGETHER_SECONDS) & (back[beside] == apart) & (np.abs(two - one[beside]) == apart)
        if beside is not nearest:
            there &= beside != nearest
        found.append((two - one[beside])[there])
    return np.concatenate(found)


def _median(values: Floats) -> float:
    return float(np.median(values)) if len(values) else np.nan
