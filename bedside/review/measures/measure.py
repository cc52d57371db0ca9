"""Everything that is measured of a take, as plain values that JSON can hold."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from bedside.review.measures.pair import Moving, between
from bedside.review.measures.player import Curve, measure_player
from bedside.review.measures.take import PlayedTake
from bedside.review.measures.windows import STEP_SECONDS, WINDOW_SECONDS, Windows


def measure(take: PlayedTake, window: float = WINDOW_SECONDS, step: float = STEP_SECONDS) -> dict[str, Any]:
    """Return the measures of a take by their names, of each player and of each two of them, None for no data.

    ``{"take": …, "players": {"child": {"whole": {…}, "curves": {"t": […], …}}}, "pairs": {"child-therapist": …}}``: a
    curve has one value for each t, the end in seconds of a window of so many seconds, one ``step`` after another. In a
    pair, A is the player named first and B the other. Raise ValueError for a window or a step of no length.
    """
    windows = Windows.over(take.seconds, take.gaps, window, step)
    seconds = windows.end.tolist()
    found = {player: measure_player(take, part, windows) for player, part in take.parts.items()}
    moving = {player: Moving.of(take, part, window) for player, part in take.parts.items()} if len(found) > 1 else {}
    players = {
        player.label: {
            "whole": {name: _curve(curve)[0] for name, curve in each.whole.items()}
            | {"notes": len(take.parts[player])},
            "curves": {"t": seconds} | {name: _curve(curve) for name, curve in each.curves.items()},
        }
        for player, each in found.items()
    }
    pairs = {}
    for a, b in combinations(found, 2):
        both = between(
            take,
            (take.parts[a], take.parts[b]),
            (moving[a], moving[b]),
            (found[a].correlations, found[b].correlations),
            windows,
        )
        curves = {name: _curve(curve) for name, curve in both.curves.items()}
        pairs[f"{a.label}-{b.label}"] = {"whole": _plain(both.whole), "curves": {"t": seconds} | curves}
    return {"take": take.id, "players": players, "pairs": pairs}


def _curve(curve: Curve) -> list[object]:
    """Return a curve as a list, None where there is no data; of twelve shares, where there is none of them."""
    if isinstance(curve, list):
        return [*curve]
    known = curve.astype(object)
    known[np.isnan(curve)] = None
    if curve.ndim == 1:
        return [*known.tolist()]
    return [None if None in row else row for row in known.tolist()]


def _plain(value: object) -> object:
    """Return a value as numbers, lists and None."""
    match value:
        case float():
            return None if np.isnan(value) else float(value)
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case _:
            return value
