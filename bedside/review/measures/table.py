"""The whole measures of a take as lines to be read on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# What stands beside a number of two players, and is no number of its own.
_BESIDE = ("_chance", "_chance_sd", "_z")


def table_lines(measured: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table of what `measure` returns: the players side by side, then each two with their chance."""
    players = measured["players"]
    if not players:
        yield "Nobody played in this take."
        return
    names = next(iter(players.values()))["whole"]
    yield f"{'':24}" + "".join(f"{player:>14}" for player in players)
    for name in names:
        values = [each["whole"][name] for each in players.values()]
        if name != "pitch_classes":
            yield f"{name:24}" + "".join(f"{_figure(value):>14}" for value in values)
    for pair, between in measured["pairs"].items():
        whole = between["whole"]
        yield ""
        yield f"{pair:32}{'value':>12}{'by chance':>12}{'z':>12}"
        for name, value in whole.items():
            if isinstance(value, dict | list) or name.endswith(_BESIDE):
                continue
            beside = "".join(
                f"{_figure(whole[f'{name}{each}']):>12}" if f"{name}_chance" in whole else ""
                for each in ("_chance", "_z")
            )
            yield f"{name:32}{_figure(value):>12}{beside}"


def _figure(value: float | str | None) -> str:
    match value:
        case None:
            return "no data"
        case float():
            return f"{value:.4g}"
        case _:
            return str(value)
