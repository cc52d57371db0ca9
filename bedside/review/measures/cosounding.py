"""Co-sounding: the shares of time in which one player, both or neither is present."""

from __future__ import annotations

import numpy as np

from bedside.review.measures.articulation import SpanUnion
from bedside.review.measures.columns import Bools, Floats
from bedside.review.measures.surrogates import BesideChance, surrogate_shifts
from bedside.review.measures.take import lost
from bedside.review.measures.windows import Windows, ratio

# Further digits of these shares are rounding.
_DECIMALS = 12

NAMES = ("alone_a", "alone_b", "alone", "together", "neither")


def cosounding_shares(first: SpanUnion, second: SpanUnion, windows: Windows, gaps: Floats) -> dict[str, Floats]:
    """Return the shares of each window, (W,), by `NAMES`: A alone, B alone, exactly one, both, neither.

    ``first`` and ``second`` are where A and B are present. Time outside the take and lost time do not count; NaN where
    no time is left.
    """
    edges = np.unique(np.concatenate([first.start, first.end, second.start, second.end, gaps.ravel(), windows.end]))
    edges = np.unique(np.concatenate([edges, np.maximum(windows.start, 0.0)]))
    middle = (edges[1:] + edges[:-1]) / 2
    one, two = (_contains(cover, middle) for cover in (first, second))
    heard = ~_contains(SpanUnion(gaps[:, 0], gaps[:, 1]), middle)
    length = np.where(heard, np.diff(edges), 0.0)
    begin, end = (np.searchsorted(edges, ends) for ends in (np.maximum(windows.start, 0.0), windows.end))

    def within(which: Floats) -> Floats:
        passed = np.concatenate([[0.0], np.cumsum(length * which)])
        seconds: Floats = passed[end] - passed[begin]
        return seconds

    whole = within(np.ones(len(length)))
    states = (one & ~two, two & ~one, one ^ two, one & two, ~one & ~two)
    return {
        name: np.clip(ratio(within(state.astype(np.float64)), whole), 0.0, 1.0)
        for name, state in zip(NAMES, states, strict=True)
    }


def cosounding_beside_chance(
    first: SpanUnion, second: SpanUnion, seconds: float, gaps: Floats
) -> dict[str, BesideChance]:
    """Return the shares of the first ``seconds`` of a take by `NAMES`, each beside its chance, with B shifted."""
    real = {
        name: float(share[0]) for name, share in cosounding_shares(first, second, Windows.whole(seconds), gaps).items()
    }
    ends = np.array([seconds])
    heard = float((ends - lost(gaps, ends))[0])
    a, b = (_spliced(cover, gaps, heard) for cover in (first, second))
    by = surrogate_shifts(heard)
    if not len(by):
        return {name: BesideChance.of(share, np.empty(0)) for name, share in real.items()}
    start = (b.start + by[:, None]) % heard
    end = start + (b.end - b.start)
    over = np.maximum(end - heard, 0.0)
    both = (a.before(np.minimum(end, heard)) - a.before(start) + a.before(over)).sum(1) / heard
    share_a, share_b = (float((cover.end - cover.start).sum()) / heard for cover in (a, b))
    chance = (share_a - both, share_b - both, share_a + share_b - 2 * both, both, 1 - share_a - share_b + both)
    return {
        name: BesideChance.of(real[name], np.round(values, _DECIMALS))
        for name, values in zip(NAMES, chance, strict=True)
    }


def _contains(spans: SpanUnion, seconds: Floats) -> Bools:
    """Return whether each of some times lies in the union; none of them is an edge."""
    inside: Bools = np.searchsorted(spans.start, seconds) > np.searchsorted(spans.end, seconds)
    return inside


def _spliced(cover: SpanUnion, gaps: Floats, seconds: float) -> SpanUnion:
    """Return the union with lost time cut out, up to ``seconds``."""
    start, end = (np.minimum(edge - lost(gaps, edge), seconds) for edge in (cover.start, cover.end))
    return SpanUnion.of(start[end > start], end[end > start])
