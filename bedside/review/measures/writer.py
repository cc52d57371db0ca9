"""The only writer of measures as JSON: it names the keys for the command, for files and for the pages.

Missing data is null. A curve has one value for each ``t``, the end of a window in seconds.
"""

from __future__ import annotations

import math

import numpy as np

from bedside.review.measures.columns import Floats
from bedside.review.measures.measure import TakeMeasures
from bedside.review.measures.pair import PairMeasures, lead_lag_name
from bedside.review.measures.player import Measure, PlayerMeasures
from bedside.review.measures.roles import NEAR
from bedside.review.measures.surrogates import BesideChance, ChanceBand
from bedside.review.measures.values import AutonomyMeasure, RoleMeasure, SharesMeasure

Json = dict[str, "Json"] | list["Json"] | str | float | None


def measures_json(measured: TakeMeasures) -> dict[str, Json]:
    """Return the measures of a take as JSON.

    ``{"id": …, "take": …, "players": {"child": {"whole": {…}, "curves": {"t": […], …}}}, "pairs": {"child-therapist":
    …}}``; ``take`` repeats the id, as earlier versions named it. In a pair, A is the player named first.
    """
    seconds = numbers_json(measured.seconds)
    return {
        "id": measured.id,
        "take": measured.id,
        "players": {player.label: _player(each, seconds) for player, each in measured.players.items()},
        "pairs": {pair.label: _pair(each, seconds) for pair, each in measured.pairs.items()},
    }


def numbers_json(curve: Floats) -> list[Json]:
    """Return a curve, (W,), as a list, None if there is no data."""
    known = curve.astype(object)
    known[np.isnan(curve)] = None
    return [*known.tolist()]


def number_json(value: float) -> float | None:
    """Return a number, None if there is no data."""
    return None if math.isnan(value) else value


def _player(of: PlayerMeasures, seconds: list[Json]) -> dict[str, Json]:
    measures = of.measures()
    return {
        "whole": {"notes": of.notes, **{name: _whole(each) for name, each in measures.items()}},
        "curves": {"t": seconds, **{name: _curve(each) for name, each in measures.items()}},
    }


def _whole(measure: Measure) -> Json:
    match measure.whole:
        case float() as value:
            return number_json(value)
        case np.ndarray() as shares:
            return _shares(shares)
        case name:
            return name


def _curve(measure: Measure) -> list[Json]:
    if isinstance(measure, SharesMeasure):
        return [_shares(row) for row in measure.curve]
    return [*measure.curve] if isinstance(measure.curve, list) else numbers_json(measure.curve)


def _shares(shares: Floats) -> Json:
    """Return twelve shares, or None where one of them is no data."""
    return None if np.isnan(shares).any() else [*shares.tolist()]


def _pair(of: PairMeasures, seconds: list[Json]) -> dict[str, Json]:
    whole: dict[str, Json] = {}
    for name, each in of.whole().items():
        whole |= _beside_chance(name, each) if isinstance(each, BesideChance) else {name: number_json(each)}
    curves: dict[str, Json] = {"t": seconds}
    for name, led in of.lead_lag.items():
        label = lead_lag_name(name)
        whole[f"{label}_value_band"] = _band(led.value.band)
        curves |= {label: numbers_json(led.lag.curve), f"{label}_value": numbers_json(led.value.curve)}
    whole["shared_pulse_band"] = _band(of.shared_pulse.band)
    curves["shared_pulse"] = numbers_json(of.shared_pulse.curve)
    for name, imitated in of.imitation.items():
        whole[f"imitation_{name}_band"] = _band(imitated.band)
        for who, one in (("a", imitated.a), ("b", imitated.b)):
            curves[f"imitation_{name}_{who}"] = numbers_json(one.curve)
    curves |= {name: numbers_json(each.curve) for name, each in of.sounding().items()}
    for name, roles in of.autonomy.items():
        curves |= {f"autonomy_{name}_a": [*roles.a.curve], f"autonomy_{name}_b": [*roles.b.curve]}
    return {"whole": {**whole, "autonomy": _autonomy(of.autonomy)}, "curves": curves}


def _beside_chance(name: str, of: BesideChance) -> dict[str, Json]:
    return {
        name: number_json(of.value),
        f"{name}_chance": number_json(of.chance),
        f"{name}_chance_sd": number_json(of.sd),
        f"{name}_z": number_json(of.z),
    }


def _band(of: ChanceBand) -> list[Json]:
    return [number_json(of.low), number_json(of.high)]


def _autonomy(of: dict[str, AutonomyMeasure]) -> dict[str, Json]:
    proposed: dict[str, Json] = {"proposal": "for the therapist to accept or reject", "near": NEAR}
    return proposed | {name: {"a": _roles(each.a), "b": _roles(each.b)} for name, each in of.items()}


def _roles(of: RoleMeasure) -> dict[str, Json]:
    return {
        **_beside_chance("affirmative", of.whole.affirmative),
        **_beside_chance("contradictive", of.whole.contradictive),
        **_beside_chance("neutral", of.whole.neutral),
        "roles": {role: number_json(share) for role, share in of.whole.role_shares().items()},
    }
