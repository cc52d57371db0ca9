"""The measures of a whole take as a table to be read in a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bedside.review.measures.measure import TakeMeasures
from bedside.review.measures.player import PlayerMeasures
from bedside.review.measures.surrogates import BesideChance
from bedside.review.measures.values import SharesMeasure


def table_lines(measured: TakeMeasures) -> Iterator[str]:
    """Yield the lines: the players side by side, then each pair with its chance."""
    players = measured.players
    if not players:
        yield "Nobody played in this take."
        return
    yield f"{'':24}" + "".join(f"{player.label:>14}" for player in players)
    columns = [_whole(each) for each in players.values()]
    for name in columns[0]:
        yield f"{name:24}" + "".join(f"{_figure(column[name]):>14}" for column in columns)
    for pair, both in measured.pairs.items():
        yield ""
        yield f"{pair.label:32}{'value':>12}{'by chance':>12}{'z':>12}"
        for name, value in both.whole().items():
            if isinstance(value, BesideChance):
                yield f"{name:32}{_figure(value.value):>12}{_figure(value.chance):>12}{_figure(value.z):>12}"
            else:
                yield f"{name:32}{_figure(value):>12}"


def _whole(of: PlayerMeasures) -> dict[str, int | float | str | None]:
    """Return what is one number or name over the whole take."""
    return {
        "notes": of.notes,
        **{name: each.whole for name, each in of.measures().items() if not isinstance(each, SharesMeasure)},
    }


def _figure(value: int | float | str | None) -> str:
    match value:
        case None:
            return "no data"
        case float():
            return "no data" if math.isnan(value) else f"{value:.4g}"
        case _:
            return str(value)
