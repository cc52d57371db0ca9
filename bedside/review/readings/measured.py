"""Measures of takes for the pages: each is computed once, and kept as long as there is room."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

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

# Of so many takes the whole measures are kept, and of so many all curves.
_MOST_WHOLE = 4000
_MOST_CURVES = 6

T = TypeVar("T")

Numbers = dict[str, float]


class Measured:
    """The measures of takes; any thread may ask. Raises NotFound for a take that is not there."""

    def __init__(self, store: Store, takes: Takes) -> None:
        self._store = store
        self._takes = takes
        self._ways: OrderedDict[tuple[str, float], dict[Player, Circumstances]] = OrderedDict()
        self._players: OrderedDict[tuple[str, float], dict[Player, Numbers]] = OrderedDict()
        self._pairs: OrderedDict[tuple[str, float], dict[str, Numbers]] = OrderedDict()
        self._all: OrderedDict[tuple[str, float], dict[str, Any]] = OrderedDict()
        self._proposals: OrderedDict[tuple[str, float], list[Proposal]] = OrderedDict()
        self._lock = threading.Lock()

    def players(self, take: str) -> dict[Player, Numbers]:
        """Return the whole measures of each player of a take, without those that are no data."""
        return self._kept(self._players, take, _MOST_WHOLE, _players)

    def pairs(self, take: str) -> dict[str, Numbers]:
        """Return the whole measures between each two players of a take, as ``child-therapist``, with their chance."""
        return self._kept(
            self._pairs,
            take,
            _MOST_WHOLE,
            lambda _take: {pair: numbers(both["whole"]) for pair, both in self.everything(take)["pairs"].items()},
        )

    def ways(self, take: str) -> dict[Player, Circumstances]:
        """Return in what way each player of a take played, without the worlds that were chosen."""
        return self._kept(
            self._ways,
            take,
            _MOST_WHOLE,
            lambda made: {player: circumstances(self._takes.performed(take), player) for player in made.parts},
        )

    def everything(self, take: str) -> dict[str, Any]:
        """Return all that `measure` says of a take, the curves included."""
        return self._kept(self._all, take, _MOST_CURVES, measure)

    def proposals(self, take: str) -> list[Proposal]:
        """Return the moments that a take's music proposes."""
        return self._kept(
            self._proposals,
            take,
            _MOST_CURVES,
            lambda made: proposals(propose(made), self._store.summary(take).seconds),
        )

    def _kept(
        self, kept: OrderedDict[tuple[str, float], T], take: str, most: int, compute: Callable[[PlayedTake], T]
    ) -> T:
        # One that is being played at this moment has grown since.
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
