"""Measures of takes for the pages, each computed once and cached."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

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

# Takes whose whole measures, and whose curves, are cached.
_MOST_WHOLE = 4000
_MOST_CURVES = 6

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Numbers:
    """The known numbers of a whole take or session by measure: ``values``, and what each would be by ``chance``."""

    values: Mapping[str, float]
    chance: Mapping[str, float] = field(default_factory=dict)


class Measured:
    """The measures of takes; safe to call from any thread. Raise KeyError for an unknown take."""

    def __init__(self, store: Store, takes: Takes) -> None:
        self._store = store
        self._takes = takes
        self._ways: OrderedDict[tuple[str, float], dict[Player, Circumstances]] = OrderedDict()
        self._players: OrderedDict[tuple[str, float], dict[Player, Numbers]] = OrderedDict()
        self._pairs: OrderedDict[tuple[str, float], dict[Pair, Numbers]] = OrderedDict()
        self._all: OrderedDict[tuple[str, float], TakeMeasures] = OrderedDict()
        self._proposals: OrderedDict[tuple[str, float], list[Proposal]] = OrderedDict()
        self._lock = threading.Lock()

    def players(self, take: str) -> dict[Player, Numbers]:
        """Return the numbers of each player of a take."""
        return self._kept(self._players, take, _MOST_WHOLE, _players)

    def pairs(self, take: str) -> dict[Pair, Numbers]:
        """Return the numbers of each pair of players of a take, with their chance."""
        return self._kept(
            self._pairs,
            take,
            _MOST_WHOLE,
            lambda _take: {pair: pair_numbers(both) for pair, both in self.measures(take).pairs.items()},
        )

    def circumstances(self, take: str) -> dict[Player, Circumstances]:
        """Return the circumstances of each player of a take, without the worlds that were chosen."""
        return self._kept(
            self._ways,
            take,
            _MOST_WHOLE,
            lambda made: {player: circumstances(self._takes.performed(take), player) for player in made.parts},
        )

    def measures(self, take: str) -> TakeMeasures:
        """Return all measures of a take, with their curves."""
        return self._kept(self._all, take, _MOST_CURVES, measure)

    def proposals(self, take: str) -> list[Proposal]:
        """Return the moments that are proposed for a take."""
        return self._kept(
            self._proposals,
            take,
            _MOST_CURVES,
            lambda made: proposals(propose(made), self._store.summary(take).seconds),
        )

    def _kept(
        self, kept: OrderedDict[tuple[str, float], T], take: str, most: int, compute: Callable[[PlayedTake], T]
    ) -> T:
        # A take that is still being played grows.
        key = (take, self._store.summary(take).seconds)
        with self._lock:
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        made = compute(PlayedTake.of(take, self._takes.performed(take)))
        with self._lock:
            kept[key] = made
            while len(kept) > most:
                kept.popitem(last=False)
        return made


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
