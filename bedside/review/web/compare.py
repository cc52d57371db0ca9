"""Two takes on one time axis, aligned at their beginnings or at a marker in each, one measure at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

import numpy as np
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from bedside.archive.store.search import FoundTake, TakeQuery
from bedside.archive.store.store import Store
from bedside.errors import Refused
from bedside.music.events import Player
from bedside.review.drawings.charts import ChartCurve, overlay
from bedside.review.drawings.drawing import time_span
from bedside.review.drawings.svg import svg
from bedside.review.measures.bootstrap import bootstrap_difference
from bedside.review.measures.columns import Floats
from bedside.review.measures.measure import TakeMeasures
from bedside.review.measures.player import PlayerMeasures
from bedside.review.measures.values import Pair
from bedside.review.readings import terms
from bedside.review.readings.circumstances import differences
from bedside.review.readings.measured import Measured, pair_numbers
from bedside.review.web.moments import address
from bedside.review.web.pages import Pages

router = APIRouter()

# The most takes on offer at once; a search narrows them down.
_MOST = 300

# The number of notes has no curve.
_MEASURES = [name for name in terms.PLAYER if name != "notes"]

# Windows last six seconds and begin a second apart, so every sixth is free of overlap. Fewer than four do not show how
# they vary.
_STRIDE = 6
_LEAST_WINDOWS = 4


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """A measure's means in two takes, and their difference with its interval; ``known`` where there is enough data."""

    first: float
    second: float
    difference: float
    low: float
    high: float
    known: bool


@dataclass(frozen=True, slots=True)
class ComparedTake:
    """One of the two takes, with its markers and measures; ``at`` is the second that is aligned with the other take."""

    take: FoundTake
    markers: list[tuple[str, str]]
    at: float
    measured: TakeMeasures


@router.get("/compare")
def compare(
    request: Request,
    a: Annotated[str, Query(max_length=40)] = "",
    b: Annotated[str, Query(max_length=40)] = "",
    at_a: Annotated[str, Query(max_length=40)] = "",
    at_b: Annotated[str, Query(max_length=40)] = "",
    measure: Annotated[str, Query(max_length=60)] = "density",
    words: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show two takes side by side or, until two are chosen, the takes to choose from."""
    store: Store = request.app.state.store
    if measure not in _MEASURES:
        raise Refused("There is no such measure.")
    offered = store.search.page(TakeQuery(words), 0, _MOST)
    sides = [_side(request, take, marker, offered) if take else None for take, marker in ((a, at_a), (b, at_b))]
    # Chosen takes stay on offer, whatever the search.
    there = [each.take for each in sides if each is not None]
    offered = [*(take for take in there if take.id not in {each.id for each in offered}), *offered]
    values: dict[str, Any] = {}
    if sides[0] is not None and sides[1] is not None:
        values = _both(request, sides[0], sides[1], measure)
    asked = {"a": a, "b": b, "at_a": at_a, "at_b": at_b, "words": words}
    pages: Pages = request.app.state.pages
    return pages.show(
        request,
        "compare.html",
        offered=offered,
        count=store.search.count(TakeQuery(words)),
        most=_MOST,
        words=words,
        sides=sides,
        measure=measure,
        measures={name: terms.PLAYER[name] for name in _MEASURES},
        term=terms.term(measure),
        figure=terms.figure,
        signed=terms.with_sign,
        pair_terms=terms.PAIR,
        chosen=(at_a, at_b),
        # The same page with the takes swapped.
        swapped="/compare?" + urlencode({"a": b, "b": a, "at_a": at_b, "at_b": at_a, "measure": measure}),
        to=lambda name: (
            "/compare?" + urlencode({**{key: each for key, each in asked.items() if each}, "measure": name})
        ),
        **({"shown": True, **values} if values else {"shown": False}),
    )


def _side(request: Request, take: str, marker: str, offered: list[FoundTake]) -> ComparedTake:
    """Return one side; raise NotFound for an unknown take, Refused for a marker of another take."""
    store: Store = request.app.state.store
    measured: Measured = request.app.state.measured
    summary = store.summary(take)
    kept = next((each for each in offered if each.id == take), None)
    if kept is None:
        kept = next(each for each in store.search.page(TakeQuery(words=take), 0, 50) if each.id == take)
    found = {each.id: each.frame / summary.rate for each in store.casenotes.markers(take)}
    if marker and marker not in found:
        raise Refused("That marker does not belong to this take.")
    return ComparedTake(
        kept,
        [(each, time_span(seconds, seconds)) for each, seconds in found.items()],
        found.get(marker, 0.0),
        measured.measures(take),
    )


def _both(request: Request, one: ComparedTake, other: ComparedTake, measure: str) -> dict[str, Any]:
    """Return the content of the page about two takes: curves, differences for each player, and ways of playing."""
    measured: Measured = request.app.state.measured
    begin = min(-one.at, -other.at)
    end = max(one.take.seconds - one.at, other.take.seconds - other.at)
    aligned = bool(one.at or other.at)
    said = terms.term(measure)
    blocks = []
    for player in Player:
        there = [side.measured.players.get(player) for side in (one, other)]
        if not any(there):
            continue
        traces = [
            ChartCurve(side.measured.seconds - side.at, each.numbers()[measure].curve, player.label, side is other)
            for side, each in zip((one, other), there, strict=True)
            if each is not None
        ]
        words = (
            f"{said.label} of the {player.label} over time: the first take as a solid line, the second as a dashed "
            "line; the differences are in the table."
        )
        blocks.append(
            {
                "player": player.label,
                "picture": svg(overlay(traces, begin, end, words, at=0.0 if aligned else None)),
                "in_both": all(there),
            }
        )
    return {
        "blocks": blocks,
        "aligned": aligned,
        "rows": _rows(one, other),
        "between": _between(one, other),
        "differences": _played_differently(measured, one.take.id, other.take.id),
        "addresses": [address(side.take.id, side.at, side.at) for side in (one, other)],
    }


def _rows(one: ComparedTake, other: ComparedTake) -> list[dict[str, Any]]:
    """Return the difference of each measure for each player who plays in both takes."""
    found: dict[str, dict[str, MeanDifference]] = {}
    for player in Player:
        first, second = (side.measured.players.get(player) for side in (one, other))
        if first is not None and second is not None:
            # A fixed seed: the same two takes always give the same interval.
            chance = np.random.default_rng([1, int(player)])
            found[player.label] = {name: _difference(first, second, name, chance) for name in _MEASURES}
    return [
        {"name": name, "term": terms.term(name), "of": {player: each[name] for player, each in found.items()}}
        for name in _MEASURES
        if any(math.isfinite(each[name].first) or math.isfinite(each[name].second) for each in found.values())
    ]


def _difference(one: PlayerMeasures, other: PlayerMeasures, name: str, chance: np.random.Generator) -> MeanDifference:
    curves = [each.numbers()[name].curve for each in (one, other)]
    found = bootstrap_difference(curves[0], curves[1], chance, _STRIDE)
    first, second = (_mean(curve[::_STRIDE]) for curve in curves)
    return MeanDifference(first, second, found.value, found.low, found.high, min(found.windows) >= _LEAST_WINDOWS)


def _mean(curve: Floats) -> float:
    known = curve[~np.isnan(curve)]
    return float(known.mean()) if len(known) else math.nan


def _between(one: ComparedTake, other: ComparedTake) -> dict[Pair, dict[str, list[float | None]]]:
    """Return the measures between two players who play in both takes: each value with its chance level."""
    pairs = [{pair: pair_numbers(both) for pair, both in side.measured.pairs.items()} for side in (one, other)]
    return {
        pair: {
            name: [known.get(name) for of in pairs for known in (of[pair].values, of[pair].chance)]
            for name in terms.PAIR
            if any(name in of[pair].values for of in pairs)
        }
        for pair in pairs[0]
        if pair in pairs[1]
    }


def _played_differently(measured: Measured, one: str, other: str) -> list[str]:
    """Return how the second take was played differently from the first, player by player."""
    ways = measured.circumstances(one), measured.circumstances(other)
    return [
        f"{player.label}: {'; '.join(found)}"
        for player in ways[1]
        if player in ways[0] and (found := differences(ways[1][player], [ways[0][player]]))
    ]
