"""Measures of takes for the pages, each computed once and cached."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from cachetools import LRUCache

from bedside.archive.store.store import Store
from bedside.music.events import Player
from bedside.review.measures.measure import TakeMeasures, measure
from bedside.review.measures.moments import propose
from bedside.review.measures.pair import PairMeasures
from bedside.review.measures.player import PlayerMeasures, measure_player
from bedside.review.measures.take import PlayedTake
from bedside.review.measures.values import Pair
from bedside.review.measures.windows import Windows
from bedside.review.readings.circumstances import Circumstances, circumstances
from bedside.review.readings.proposals import Proposal, proposals
from bedside.review.readings.takes import Takes

# How many takes' numbers are cached, and how many takes' curves, which are far larger.
MOST_WHOLE = 4000
MOST_CURVES = 6

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Numbers:
    """The known numbers of a whole take or session by measure: their ``values``, and their levels by ``chance``."""

    values: Mapping[str, float]
    chance: Mapping[str, float] = field(default_factory=dict)


class Measured:
    """The measures of takes; safe to call from any thread. Every method raises NotFound for an unknown take."""

    def __init__(self, store: Store, takes: Takes) -> None:
        self._store = store
        self._takes = takes
        self._ways: LRUCache[tuple[str, float], dict[Player, Circumstances]] = LRUCache(MOST_WHOLE)
        self._players: LRUCache[tuple[str, float], dict[Player, Numbers]] = LRUCache(MOST_WHOLE)
        self._pairs: LRUCache[tuple[str, float], dict[Pair, Numbers]] = LRUCache(MOST_WHOLE)
        self._all: LRUCache[tuple[str, float], TakeMeasures] = LRUCache(MOST_CURVES)
        self._proposals: LRUCache[tuple[str, float], list[Proposal]] = LRUCache(MOST_CURVES)
        self._lock = threading.Lock()

    def players(self, take: str) -> dict[Player, Numbers]:
        """Return the numbers of each player of a take."""
        return self._cached(self._players, take, _players)

    def pairs(self, take: str) -> dict[Pair, Numbers]:
        """Return the numbers of each pair of players of a take, with their chance."""
        return self._cached(
            self._pairs,
            take,
            lambda _take: {pair: pair_numbers(both) for pair, both in self.measures(take).pairs.items()},
        )

    def circumstances(self, take: str) -> dict[Player, Circumstances]:
        """Return the circumstances of each player of a take, without the worlds that were chosen."""
        return self._cached(
            self._ways,
            take,
            lambda made: {player: circumstances(self._takes.performed(take), player) for player in made.parts},
        )

    def measures(self, take: str) -> TakeMeasures:
        """Return all measures of a take, with their curves."""
        return self._cached(self._all, take, measure)

    def proposals(self, take: str) -> list[Proposal]:
        """Return the moments that are proposed for a take."""
        return self._cached(
            self._proposals,
            take,
            lambda made: proposals(propose(made), self._store.summary(take).seconds),
        )

    def _cached(self, cache: LRUCache[tuple[str, float], T], take: str, compute: Callable[[PlayedTake], T]) -> T:
        """Return a cached value of a take; if it is missing, compute it without holding the lock."""
        # A take that is still being played has grown since it was cached.
        key = (take, self._store.summary(take).seconds)
        with self._lock:
            found = cache.get(key)
        if found is None:
            read = self._takes.read(take)
            found = compute(PlayedTake.of(take, read.performed, read.withheld))
            with self._lock:
                cache[key] = found
        return found


def player_numbers(of: PlayerMeasures) -> Numbers:
    """Return the known numbers of a player over a whole take, the count of notes among them."""
    found = {name: each.whole for name, each in of.numbers().items()}
    return Numbers({"notes": float(of.notes), **_known(found)})


def pair_numbers(of: PairMeasures) -> Numbers:
    """Return the known numbers of a pair over a whole take, with their chance."""
    found = of.beside_chance()
    return Numbers(
        _known({name: each.value for name, each in found.items()}),
        _known({name: each.chance for name, each in found.items()}),
    )


def weighted(several: Sequence[tuple[float, Numbers]]) -> Numbers:
    """Return the means of some takes' numbers, each take weighted by its length in seconds."""
    return Numbers(
        _means([(seconds, each.values) for seconds, each in several]),
        _means([(seconds, each.chance) for seconds, each in several]),
    )


def _known(found: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in found.items() if math.isfinite(value)}


def _means(several: Sequence[tuple[float, Mapping[str, float]]]) -> dict[str, float]:
    names = dict.fromkeys(name for _, each in several for name in each)
    found = {}
    for name in names:
        known = [(seconds, each[name]) for seconds, each in several if name in each and seconds > 0]
        total = sum(seconds for seconds, _ in known)
        if total > 0:
            found[name] = sum(seconds * value for seconds, value in known) / total
    return found


def _players(take: PlayedTake) -> dict[Player, Numbers]:
    once = Windows.whole(take.played)
    return {player: player_numbers(measure_player(take, part, once)) for player, part in take.parts.items()}
