"""Who plays alone, who together: shares of time in which one, both or none sounds or has sounded within 2 s."""

from __future__ import annotations

import numpy as np

from bedside.review.measures.articulation import SpanUnion
from bedside.review.measures.columns import Bools, Floats
from bedside.review.measures.surrogates import BesideChance, surrogate_shifts
from bedside.review.measures.take import lost
from bedside.review.measures.windows import Windows, ratio

# Beyond these, shares of time are the rounding of sums.
_DECIMALS = 12

NAMES = ("alone_a", "alone_b", "alone", "together", "neither")


def cosounding_shares(first: SpanUnion, second: SpanUnion, windows: Windows, gaps: Floats) -> dict[str, Floats]:
    """Return the shares of each window's time in the take, (W,), by `NAMES`: A alone, B alone, one, both, none.

    ``first`` and ``second`` are where A and B are present. Time that was lost is none; NaN where no time is left.
    """
    edges = np.unique(np.concatenate([first.start, first.end, second.start, second.end, gaps.ravel(), windows.end]))
    edges = np.unique(np.concatenate([edges, np.maximum(windows.start, 0.0)]))
    middle = (edges[1:] + edges[:-1]) / 2
    one, two = (_covers(cover, middle) for cover in (first, second))
    heard = ~_covers(SpanUnion(gaps[:, 0], gaps[:, 1]), middle)
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
    """Return the shares of so many seconds of a take by `NAMES`, each beside what it is with B shifted round."""
    real = {
        name: float(share[0]) for name, share in cosounding_shares(first, second, Windows.whole(seconds), gaps).items()
    }
    ends = np.array([seconds])
    without = float((ends - lost(gaps, ends))[0])
    a, b = (_spliced(cover, gaps, without) for cover in (first, second))
    by = surrogate_shifts(without)
    if not len(by):
        return {name: BesideChance.of(share, np.empty(0)) for name, share in real.items()}
    start = (b.start + by[:, None]) % without
    end = start + (b.end - b.start)
    over = np.maximum(end - without, 0.0)
    both = (a.before(np.minimum(end, without)) - a.before(start) + a.before(over)).sum(1) / without
    share_a, share_b = (float((cover.end - cover.start).sum()) / without for cover in (a, b))
    chance = (share_a - both, share_b - both, share_a + share_b - 2 * both, both, 1 - share_a - share_b + both)
    return {
        name: BesideChance.of(real[name], np.round(values, _DECIMALS))
        for name, values in zip(NAMES, chance, strict=True)
    }


def _covers(cover: SpanUnion, seconds: Floats) -> Bools:
    """Return whether a cover holds each of some seconds, none of them an edge of it."""
    inside: Bools = np.searchsorted(cover.start, seconds) > np.searchsorted(cover.end, seconds)
    return inside


def _spliced(cover: SpanUnion, gaps: Floats, seconds: float) -> SpanUnion:
    """Return a cover of the time that is left when what was lost is taken out, cut to so many seconds."""
    start, end = (np.minimum(edge - lost(gaps, edge), seconds) for edge in (cover.start, cover.end))
    return SpanUnion.of(start[end > start], end[end > start])
