"""Everything that is measured of a take, as plain values that JSON can hold."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from bedside.review.measures.pair import Moving, between
from bedside.review.measures.player import played
from bedside.review.measures.take import Take
from bedside.review.measures.windows import STEP_SECONDS, WINDOW_SECONDS, Windows


def measure(take: Take, window: float = WINDOW_SECONDS, step: float = STEP_SECONDS) -> dict[str, object]:
    """Return the measures of a take by their names, of each player and of each two of them, None for no data.

    ``{"take": …, "players": {"child": {"whole": {…}, "curves": {"t": […], …}}}, "pairs": {"child-therapist": …}}``: a
    curve has one value for each t, the end in seconds of a window of so many seconds, one ``step`` after another. In a
    pair, A is the player named first and B the other. Raise ValueError for a window or a step of no length.
    """
    windows = Windows.over(take.seconds, take.gaps, window, step)
    seconds = windows.end.tolist()
    found = {player: played(take, part, windows) for player, part in take.parts.items()}
    moving = {player: Moving.of(take, part, window) for player, part in take.parts.items()} if len(found) > 1 else {}
    players = {
        player.label: {
            "whole": {name: _plain(curve[0]) for name, curve in each.whole.items()}
            | {"notes": len(take.parts[player])},
            "curves": {"t": seconds} | {name: _plain(curve) for name, curve in each.curves.items()},
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
        curves = {name: _plain(curve) for name, curve in both.curves.items()}
        pairs[f"{a.label}-{b.label}"] = {"whole": _plain(both.whole), "curves": {"t": seconds} | curves}
    return {"take": take.id, "players": players, "pairs": pairs}


def _plain(value: object) -> object:
    """Return a value as lists, numbers and None."""
    match value:
        case np.ndarray():
            known = value.astype(object)
            known[np.isnan(value)] = None
            return known.tolist()
        case float() if np.isnan(value):
            return None
        case float():
            return float(value)  # one of numpy's is a float too, and prints as what it is
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case _:
            return value
