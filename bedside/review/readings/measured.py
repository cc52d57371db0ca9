"""Measures of takes for the pages, computed through LRU caches."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from cachetools import LRUCache

from bedside.archive.store.store import Store
from bedside.music.events import Player
from bedside.review.measures.measure import measure
from bedside.review.measures.moments import propose
from bedside.review.measures.player import measure_player
from bedside.review.measures.take import PlayedTake
from bedside.review.measures.windows import Windows
from bedside.review.readings.circumstances import Circumstances, circumstances
from bedside.review.readings.proposals import Proposal, proposals
from bedside.review.readings.takes import Takes

# How many takes' numbers are cached, and how many takes' curves, which are far larger.
MOST_WHOLE = 4000
MOST_CURVES = 6

T = TypeVar("T")

Numbers = dict[str, float]


class Measured:
    """The measures of takes; any thread may ask. Every method raises NotFound for an unknown take."""

    def __init__(self, store: Store, takes: Takes) -> None:
        self._store = store
        self._takes = takes
        self._ways: LRUCache[tuple[str, float], dict[Player, Circumstances]] = LRUCache(MOST_WHOLE)
        self._players: LRUCache[tuple[str, float], dict[Player, Numbers]] = LRUCache(MOST_WHOLE)
        self._pairs: LRUCache[tuple[str, float], dict[str, Numbers]] = LRUCache(MOST_WHOLE)
        self._all: LRUCache[tuple[str, float], dict[str, Any]] = LRUCache(MOST_CURVES)
        self._proposals: LRUCache[tuple[str, float], list[Proposal]] = LRUCache(MOST_CURVES)
        self._lock = threading.Lock()

    def players(self, take: str) -> dict[Player, Numbers]:
        """Return the whole measures of each player of a take, without those that are no data."""
        return self._cached(self._players, take, _players)

    def pairs(self, take: str) -> dict[str, Numbers]:
        """Return the whole measures between each two players of a take, as ``child-therapist``, with their chance."""
        return self._cached(
            self._pairs,
            take,
            lambda _take: {pair: numbers(both["whole"]) for pair, both in self.everything(take)["pairs"].items()},
        )

    def ways(self, take: str) -> dict[Player, Circumstances]:
        """Return in what way each player of a take played, without the worlds that were chosen."""
        return self._cached(
            self._ways,
            take,
            lambda made: {player: circumstances(self._takes.performed(take), player) for player in made.parts},
        )

    def everything(self, take: str) -> dict[str, Any]:
        """Return all that `measure` says of a take, the curves included."""
        return self._cached(self._all, take, measure)

    def proposals(self, take: str) -> list[Proposal]:
        """Return the moments that a take's music proposes."""
        return self._cached(
            self._proposals,
            take,
            lambda made: proposals(propose(made), self._store.summary(take).seconds),
        )

    def _cached(self, cache: LRUCache[tuple[str, float], T], take: str, compute: Callable[[PlayedTake], T]) -> T:
        """Return what a cache holds of a take; compute it without the lock where it is missing."""
        # A take that is still being played has grown since it was cached.
        key = (take, self._store.summary(take).seconds)
        with self._lock:
            found = cache.get(key)
        if found is None:
            found = compute(PlayedTake.of(take, self._takes.performed(take)))
            with self._lock:
                cache[key] = found
        return found


def numbers(whole: dict[str, Any]) -> Numbers:
    """Return those measures that are single numbers and are known."""
    return {
        name: float(value)
        for name, value in whole.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    }


def weighted(values: Sequence[tuple[float, Numbers]]) -> Numbers:
    """Return the means of some takes' measures, each take as heavy as it is long in seconds."""
    names = dict.fromkeys(name for _, each in values for name in each)
    found = {}
    for name in names:
        known = [(seconds, each[name]) for seconds, each in values if name in each and seconds > 0]
        total = sum(seconds for seconds, _ in known)
        if total > 0:
            found[name] = sum(seconds * value for seconds, value in known) / total
    return found


def _players(take: PlayedTake) -> dict[Player, Numbers]:
    once = Windows.whole(take.played)
    return {
        player: numbers({name: curve[0] for name, curve in measure_player(take, part, once).whole.items()})
        for player, part in take.parts.items()
    }
