"""``bedside measure``: the measures of a take, as JSON or as a table."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from bedside.cli.arguments import JsonOption, TakeArgument
from bedside.cli.recordings import recordings
from bedside.cli.terminal import working

if TYPE_CHECKING:
    from bedside.review.measures.measure import TakeMeasures
    from bedside.review.measures.player import PlayerMeasures


def measure(context: typer.Context, take: TakeArgument, as_json: JsonOption = False) -> None:
    """Measure a take: each player, and each pair of players beside its chance level."""
    from bedside.archive.store.withheld import withheld
    from bedside.review.measures import take as takes_
    from bedside.review.measures.measure import measure as measured
    from bedside.review.measures.writer import measures_json

    with recordings(context.obj) as store:
        name = store.find(take)
        performed = store.performed(name)
        silent = withheld(store.choices(store.summary(name).session), name, performed[-1].frame if performed else 0)
    with working("Measuring"):
        found = measured(takes_.PlayedTake.of(name, performed, silent))
    if as_json:
        # A line of its own for each number would take longer than to measure it.
        print(json.dumps(measures_json(found), ensure_ascii=False, allow_nan=False))
    else:
        print("\n".join(table_lines(found)))


def table_lines(measured: TakeMeasures) -> Iterator[str]:
    """Yield the measures of a whole take as a table: the players side by side, then each pair with its chance."""
    from bedside.review.measures.surrogates import BesideChance

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
    """Return the measures that are a single number or name for the whole take."""
    from bedside.review.measures.values import SharesMeasure

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
