"""How far two raters agree who put spans of time into categories: Cohen's kappa over time, and F1 of their spans."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# Two spans are one where they share at least half of the time that either takes.
OVERLAP = 0.5

SAID = (
    "κ compares the categories at each moment of the take, “no span” among them, with what chance would give; where "
    "one rater's spans overlap, the one that began last counts. F1 counts spans of one category that share at least "
    "half of the time that either takes."
)


@dataclass(frozen=True, slots=True)
class Span:
    """A span in seconds and its category."""

    category: str
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """Cohen's ``kappa``, NaN where both said one thing all the time, and ``f1``, NaN without a span; as ``said``."""

    kappa: float
    f1: float
    said: str = SAID


def agreement(one: Sequence[Span], other: Sequence[Span], length: float) -> Agreement:
    """Return how far two raters' spans of a take of so many seconds agree; the same whoever comes first."""
    return Agreement(kappa(one, other, length), f1(one, other))


def kappa(one: Sequence[Span], other: Sequence[Span], length: float) -> float:
    """Return Cohen's kappa of the categories over time (Cohen 1960, Educational and Psychological Measurement 20)."""
    edges = {0.0, length} | {min(max(edge, 0.0), length) for span in (*one, *other) for edge in (span.first, span.last)}
    cuts = sorted(edges)
    same = 0.0
    shares: tuple[dict[str | None, float], dict[str | None, float]] = ({}, {})
    for begin, end in pairwise(cuts):
        said = [_at(spans, (begin + end) / 2) for spans in (one, other)]
        share = (end - begin) / length
        same += share if said[0] == said[1] else 0.0
        for of, category in zip(shares, said, strict=True):
            of[category] = of.get(category, 0.0) + share
    chance = sum(share * shares[1].get(category, 0.0) for category, share in shares[0].items())
    return (same - chance) / (1 - chance) if length > 0 and chance < 1 - 1e-12 else math.nan


def f1(one: Sequence[Span], other: Sequence[Span]) -> float:
    """Return the F1 of spans that match one to one, the largest overlaps first."""
    if not one and not other:
        return math.nan
    candidates = [
        (shared, first, second)
        for first, a in enumerate(one)
        for second, b in enumerate(other)
        if a.category == b.category and (shared := _overlap(a, b)) >= OVERLAP
    ]
    taken: tuple[set[int], set[int]] = (set(), set())
    for _, first, second in sorted(candidates, key=lambda each: -each[0]):
        if first not in taken[0] and second not in taken[1]:
            taken[0].add(first)
            taken[1].add(second)
    return 2 * len(taken[0]) / (len(one) + len(other))


def _at(spans: Sequence[Span], seconds: float) -> str | None:
    there = [span for span in spans if span.first <= seconds < span.last]
    return max(there, key=lambda span: (span.first, span.category)).category if there else None


def _overlap(a: Span, b: Span) -> float:
    shared = min(a.last, b.last) - max(a.first, b.first)
    either = max(a.last, b.last) - min(a.first, b.first)
    return max(shared, 0.0) / either if either > 0 else 0.0
