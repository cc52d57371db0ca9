"""Turn-taking: turns, exchanges between two players, response latency and overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bedside.review.measures.columns import Bools, Floats, Ints, NoteColumns
from bedside.review.measures.surrogates import BesideChance, surrogate_shifts
from bedside.review.measures.take import lost

# A gap of this length ends a turn, in seconds.
_TURN_GAP_SECONDS = 1.0

# Turns that overlap by more are played together, and neither answers the other, in seconds.
_OVERLAP_SECONDS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Turns:
    """A player's runs of notes with gaps below 1 s: where each starts and ends in seconds, (K,)."""

    start: Floats
    end: Floats

    @classmethod
    def of(cls, part: NoteColumns) -> Turns:
        """Return the turns of a part."""
        if not len(part):
            return cls(np.empty(0), np.empty(0))
        reach = np.maximum.accumulate(part.end)
        new = np.append(True, part.onset[1:] - reach[:-1] >= _TURN_GAP_SECONDS)
        return cls(part.onset[new], reach[np.append(np.flatnonzero(new)[1:], len(part)) - 1])

    def without_gaps(self, gaps: Floats, seconds: float) -> Turns:
        """Return the turns with lost time cut out, up to ``seconds``."""
        start, end = (np.minimum(edge - lost(gaps, edge), seconds) for edge in (self.start, self.end))
        return Turns(start, end)

    def shifted(self, by: float, seconds: float) -> Turns:
        """Return the turns shifted circularly within ``seconds``, in order; one that crosses the end becomes two."""
        start = (self.start + by) % seconds
        end = start + self.end - self.start
        over = end > seconds
        start = np.concatenate([start, np.zeros(int(over.sum()))])
        end = np.concatenate([np.minimum(end, seconds), end[over] - seconds])
        order = np.argsort(start, kind="stable")
        return Turns(start[order], end[order])


@dataclass(frozen=True, slots=True, eq=False)
class Exchanges:
    """E exchanges, (E,): a turn from ``since`` to ``ended``, then the other's from ``began`` to ``until``, in seconds.

    ``to_b`` is whether the second turn is B's. A turn that lies wholly within one of the other's is no answer to it,
    nor is one that overlaps it by more than 1 s (between-speaker gaps and overlaps, Heldner & Edlund 2010, Journal of
    Phonetics 38:555–568).
    """

    since: Floats
    ended: Floats
    began: Floats
    until: Floats
    to_b: Bools

    @classmethod
    def of(cls, first: Turns, second: Turns) -> Exchanges:
        """Return the exchanges between the turns of A and of B."""
        outer = [_outside(one, other) for one, other in ((first, second), (second, first))]
        start = np.concatenate([first.start[outer[0]], second.start[outer[1]]])
        end = np.concatenate([first.end[outer[0]], second.end[outer[1]]])
        owner = np.repeat([False, True], [int(outer[0].sum()), int(outer[1].sum())])
        order = np.argsort(start, kind="stable")
        start, end, owner = start[order], end[order], owner[order]
        passing = (owner[1:] != owner[:-1]) & (start[1:] - end[:-1] >= -_OVERLAP_SECONDS)
        return cls(start[:-1][passing], end[:-1][passing], start[1:][passing], end[1:][passing], owner[1:][passing])

    def latencies(self) -> Floats:
        """Return the response latencies in seconds, (E,); negative where the turns overlap."""
        after: Floats = self.began - self.ended
        return after


def turns_beside_chance(first: Turns, second: Turns, seconds: float, gaps: Floats) -> dict[str, BesideChance]:
    """Return exchanges a minute, median response latencies in seconds and the overlap, each beside its chance.

    ``response_latency_a`` is A's latency. The overlap is a share of the time in which anybody has a turn. Exchanges
    across lost time do not count.
    """
    ends = np.array([seconds])
    heard = float((ends - lost(gaps, ends))[0])
    one, two = first.without_gaps(gaps, heard), second.without_gaps(gaps, heard)
    edges = gaps[:, 0] - lost(gaps, gaps[:, 0])
    observed = _numbers(one, two, heard, edges)
    chance = [_numbers(one, two.shifted(by, heard), heard, np.empty(0)) for by in surrogate_shifts(heard)]
    return {
        name: BesideChance.of(value, np.array([each[name] for each in chance], np.float64))
        for name, value in observed.items()
    }


def overlap(first: Turns, second: Turns) -> float:
    """Return the share of the time with a turn of anybody in which both have one; NaN without turns."""
    start = np.sort(np.concatenate([first.start, second.start]))
    end = np.sort(np.concatenate([first.end, second.end]))
    edges = np.sort(np.concatenate([start, end]))
    playing = np.searchsorted(start, edges[:-1], "right") - np.searchsorted(end, edges[:-1], "right")
    length = np.diff(edges)
    any_one = float(length[playing > 0].sum())
    return float(length[playing > 1].sum()) / any_one if any_one > 0 else np.nan


def _numbers(first: Turns, second: Turns, seconds: float, edges: Floats) -> dict[str, float]:
    passed = Exchanges.of(first, second)
    early, late = np.minimum(passed.ended, passed.began), np.maximum(passed.ended, passed.began)
    kept = np.searchsorted(edges, early) == np.searchsorted(edges, late, "right")
    latency, to_b = passed.latencies()[kept], passed.to_b[kept]
    return {
        "exchanges": len(latency) * 60 / seconds if seconds > 0 else np.nan,
        "response_latency": _median(latency),
        "response_latency_a": _median(latency[~to_b]),
        "response_latency_b": _median(latency[to_b]),
        "overlap": overlap(first, second),
    }


def _outside(turns: Turns, other: Turns) -> Bools:
    """Return for each turn whether it lies within no turn of the other player, (K,)."""
    if not len(other.start):
        return np.ones(len(turns.start), np.bool_)
    place: Ints = np.searchsorted(other.start, turns.start, "right") - 1
    within: Bools = (place >= 0) & (other.end[np.maximum(place, 0)] >= turns.end)
    return ~within


def _median(values: Floats) -> float:
    return float(np.median(values)) if len(values) else np.nan
