"""The curves of a take as frames: a chart for each measure, with all players in it, or a pair beside its chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bedside.music.events import Player
from bedside.review.measures.columns import Floats
from bedside.review.measures.measure import TakeMeasures
from bedside.review.measures.pair import PairMeasures, lead_lag_name
from bedside.review.measures.player import PlayerMeasures
from bedside.review.measures.surrogates import ChanceBand
from bedside.review.measures.values import LeadLagMeasure, Pair
from bedside.review.measures.writer import Json, number_json, numbers_json
from bedside.review.readings.terms import PAIR, PLAYER

_NAMES = {
    Player.CHILD: "Child",
    Player.CHILD2: "Second child",
    Player.THERAPIST: "Therapist",
    Player.PARTNER: "Partner",
}
_LED = {"": "all together", "density": "density", "velocity": "loudness", "pulse_period": "pulse period"}
_IMITATED = {"density": "density", "velocity": "loudness", "pitch": "pitch height"}


@dataclass(frozen=True, slots=True, eq=False)
class FrameLine:
    """A curve in a frame, (W,), NaN for no data: in the colour of a ``player``, or of none."""

    label: str
    values: Floats
    player: Player | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """Lines on one scale, with the ends ``least`` and ``most`` if they are fixed.

    For a pair, ``beside`` is the band or the mean that chance gives.
    """

    name: str
    group: str
    title: str
    unit: str
    means: str
    lines: tuple[FrameLine, ...]
    least: int | None = None
    most: int | None = None
    beside: ChanceBand | float | None = None

    def drawable(self) -> bool:
        """Return whether a value is known and, for a pair, its chance level."""
        match self.beside:
            case ChanceBand(low, high) if np.isnan([low, high]).any():
                return False
            case float() as chance if np.isnan(chance):
                return False
        return any(not np.isnan(line.values).all() for line in self.lines)


@dataclass(frozen=True, slots=True)
class CurveFrames:
    """The frames of a take, and the seconds, (W,), of all their curves."""

    seconds: Floats
    frames: tuple[Frame, ...]


def curve_frames(measured: TakeMeasures) -> CurveFrames:
    """Return the frames of all curves of a take that can be drawn."""
    made = [*_of_players(measured.players)]
    for pair, both in measured.pairs.items():
        made += _of_pair(pair, both)
    seconds = measured.seconds if measured.players else np.empty(0)
    return CurveFrames(seconds, tuple(frame for frame in made if frame.drawable()))


def frames_json(made: CurveFrames) -> dict[str, Json]:
    """Return frames as the take's page reads them: ``{"t": […], "frames": […]}``, numbers with five digits.

    Five digits are all that a curve shows, and they halve the size of an hour of curves.
    """
    return {"t": numbers_json(made.seconds), "frames": [_frame_json(frame) for frame in made.frames]}


def _of_players(players: dict[Player, PlayerMeasures]) -> Iterator[Frame]:
    numbers = {player: each.numbers() for player, each in players.items()}
    for name, term in PLAYER.items():
        lines = [
            FrameLine(_NAMES[player], each[name].curve, player) for player, each in numbers.items() if name in each
        ]
        if lines:
            yield Frame(
                name,
                "Each player",
                term.label,
                term.unit,
                term.means,
                tuple(lines),
                least=0 if term.unit == "0–1" or name == "density" else None,
                most=1 if term.unit == "0–1" else None,
            )


def _of_pair(pair: Pair, both: PairMeasures) -> Iterator[Frame]:
    one, other = _NAMES[pair.a], _NAMES[pair.b]
    group = f"{one} and {other.lower()}"
    yield Frame(
        f"{pair.label}.shared_pulse",
        group,
        "Shared pulse",
        "0–1",
        PAIR["shared_pulse"].means,
        (FrameLine("Both", both.shared_pulse.curve),),
        beside=both.shared_pulse.band,
    )
    for name, said in _LED.items():
        yield from _led(pair, group, lead_lag_name(name), said, both.lead_lag[name])
    for name, said in _IMITATED.items():
        imitated = both.imitation[name]
        yield Frame(
            f"{pair.label}.imitation_{name}",
            group,
            f"Imitation: {said}",
            "",
            "How closely 40 s of one player's curve match later ones of the other's, up to 20 s later.",
            (
                FrameLine(f"{one} first", imitated.a.curve, pair.a),
                FrameLine(f"{other} first", imitated.b.curve, pair.b),
            ),
            beside=imitated.band,
        )
    for name, said, share, player in (
        ("together", "Both sound", both.together, None),
        ("alone_a", f"{one} alone", both.alone_a, pair.a),
        ("alone_b", f"{other} alone", both.alone_b, pair.b),
    ):
        yield Frame(
            f"{pair.label}.{name}",
            group,
            said,
            "0–1",
            "Share of the last six seconds.",
            (FrameLine("Share", share.curve, player),),
            least=0,
            most=1,
            beside=share.whole.chance,
        )


def _led(pair: Pair, group: str, name: str, said: str, led: LeadLagMeasure) -> Iterator[Frame]:
    """Yield the frame of the likeness of two curves at the best lag, and that of this lag where it exceeds chance."""
    band = led.value.band
    yield Frame(
        f"{pair.label}.{name}_value",
        group,
        f"Likeness of movement: {said}",
        "Fisher’s z",
        "How alike both curves move within 30 s, at the best lag.",
        (FrameLine("Both", led.value.curve),),
        beside=band,
    )
    yield Frame(
        f"{pair.label}.{name}",
        group,
        f"Who moved first: {said}",
        "s",
        f"Above 0 the {_NAMES[pair.b].lower()} follows the {_NAMES[pair.a].lower()}, below 0 the other way. "
        "Drawn only where both move more alike than by chance.",
        (FrameLine("Lag", np.where(led.value.curve > band.high, led.lag.curve, np.nan)),),
        least=-10,
        most=10,
    )


def _frame_json(frame: Frame) -> Json:
    written: dict[str, Json] = {
        "name": frame.name,
        "group": frame.group,
        "title": frame.title,
        "unit": frame.unit,
        "means": frame.means,
        "lines": [_line_json(line) for line in frame.lines],
    }
    match frame.beside:
        case ChanceBand(low, high):
            written["band"] = {"low": _short(low), "high": _short(high)}
        case float() as chance:
            written["chance"] = _short(chance)
    if frame.least is not None:
        written["least"] = frame.least
    if frame.most is not None:
        written["most"] = frame.most
    return written


def _line_json(line: FrameLine) -> Json:
    player = line.player.label if line.player is not None else ""
    return {"player": player, "label": line.label, "values": [_short(value) for value in line.values.tolist()]}


def _short(value: float) -> float | None:
    return number_json(float(f"{value:.5g}"))
