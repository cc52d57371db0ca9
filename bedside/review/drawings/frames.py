"""The curves of a take as frames to be drawn: players beside each other, two players' beside what chance gives.

A frame is a dictionary: its ``name``, ``title``, ``unit`` and what it ``means``; ``lines``, each with the ``player``
whose colour it has, a ``label`` and ``values``, None where there is no data; ``least`` and ``most`` where its scale is
fixed. One about two players has a ``band`` of what chance gives, or the mean ``chance``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bedside.review.readings.terms import PLAYER

Frame = dict[str, Any]

_NAMES = {"child": "Child", "child2": "Second child", "therapist": "Therapist", "partner": "Partner"}
_LED = {"": "all together", "density": "density", "velocity": "loudness", "pulse_period": "pulse period"}
_IMITATED = {"density": "density", "velocity": "loudness", "pitch": "pitch height"}


def curve_frames(measured: Mapping[str, Any]) -> dict[str, Any]:
    """Return the times ``t`` of all curves and the ``frames``, made of what `measure` says of a take."""
    players = measured["players"]
    seconds: list[float] = next((each["curves"]["t"] for each in players.values()), [])
    made = [frame for frame in (*_of_players(players), *_of_pairs(measured["pairs"])) if _any(frame)]
    return {"t": seconds, "frames": [_short(frame) for frame in made]}


def _of_players(players: Mapping[str, Any]) -> Iterator[Frame]:
    for name, term in PLAYER.items():
        lines = [
            {"player": player, "label": _NAMES[player], "values": each["curves"][name]}
            for player, each in players.items()
            if name in each["curves"]
        ]
        if lines:
            yield {
                "name": name,
                "group": "Each player",
                "title": term.label,
                "unit": term.unit,
                "means": term.means,
                "lines": lines,
                **({"least": 0, "most": 1} if term.unit == "0–1" else {"least": 0} if name == "density" else {}),
            }


def _of_pairs(pairs: Mapping[str, Any]) -> Iterator[Frame]:
    for pair, both in pairs.items():
        a, b = pair.split("-")
        one, other = _NAMES[a], _NAMES[b].lower()
        whole, curves = both["whole"], both["curves"]
        group = f"{one} and {other}"

        def line(name: str, label: str, player: str = "", curves: Mapping[str, Any] = curves) -> Frame:
            return {"player": player, "label": label, "values": curves[name]}

        yield {
            "name": f"{pair}.shared_pulse",
            "group": group,
            "title": "Shared pulse",
            "unit": "0–1",
            "means": "How strongly both repeat at one period.",
            "lines": [line("shared_pulse", "Both")],
            "band": _band(whole["shared_pulse_band"]),
        }
        for name, said in _LED.items():
            yield from _led(f"lead_lag_{name}".rstrip("_"), said, pair, group, whole, curves)
        for name, said in _IMITATED.items():
            yield {
                "name": f"{pair}.imitation_{name}",
                "group": group,
                "title": f"Imitation: {said}",
                "unit": "",
                "means": "How like one's later stretches are another's, from 20 s before to 20 s after.",
                "lines": [
                    line(f"imitation_{name}_a", f"{one} first", a),
                    line(f"imitation_{name}_b", f"{_NAMES[b]} first", b),
                ],
                "band": _band(whole[f"imitation_{name}_band"]),
            }
        for name, said, player in (
            ("together", "Both sound", ""),
            ("alone_a", f"{one} alone", a),
            ("alone_b", f"{_NAMES[b]} alone", b),
        ):
            yield {
                "name": f"{pair}.{name}",
                "group": group,
                "title": said,
                "unit": "0–1",
                "means": "Share of the last six seconds.",
                "lines": [line(name, "Share", player)],
                "chance": whole[f"{name}_chance"],
                "least": 0,
                "most": 1,
            }


def _led(
    name: str, said: str, pair: str, group: str, whole: Mapping[str, Any], curves: Mapping[str, Any]
) -> Iterator[Frame]:
    """Yield how alike two curves move at the best lag, and that lag wherever they are more alike than by chance."""
    values = curves[f"{name}_value"]
    band = whole[f"{name}_value_band"]
    yield {
        "name": f"{pair}.{name}_value",
        "group": group,
        "title": f"Likeness of movement: {said}",
        "unit": "Fisher’s z",
        "means": "How alike both move within 30 s, at the lag at which they are most alike.",
        "lines": [{"player": "", "label": "Both", "values": values}],
        "band": _band(band),
    }
    first, second = (_NAMES[label] for label in pair.split("-"))
    known = _band(band)
    yield {
        "name": f"{pair}.{name}",
        "group": group,
        "title": f"Who moved first: {said}",
        "unit": "s",
        "means": f"Above 0 the {second.lower()} follows the {first.lower()}, below 0 the other way. "
        "Drawn only where both move more alike than by chance.",
        "lines": [
            {
                "player": "",
                "label": "Lag",
                "values": [
                    lag if known is not None and value is not None and value > known["high"] else None
                    for lag, value in zip(curves[name], values, strict=True)
                ],
            }
        ],
        "least": -10,
        "most": 10,
    }


def _band(ends: list[float | None] | None) -> dict[str, float] | None:
    if ends is None or len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    return {"low": ends[0], "high": ends[1]}


def _any(frame: Frame) -> bool:
    """Return whether there is anything to draw, and for two players also what chance gives."""
    beside = frame.get("band", frame.get("chance", True)) is not None
    return beside and any(value is not None for line in frame["lines"] for value in line["values"])


def _short(value: Any) -> Any:
    """Return a value with as many digits as a curve shows, which makes an hour of curves half as long."""
    match value:
        case float():
            return float(f"{value:.5g}")
        case dict():
            return {name: _short(each) for name, each in value.items()}
        case list():
            return [_short(each) for each in value]
        case _:
            return value
