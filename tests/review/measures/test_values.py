"""Measures are typed values: of a whole and a curve, of two players beside chance; JSON says the same by name."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from bedside.music.events import Player
from bedside.review.measures.measure import TakeMeasures, measure
from bedside.review.measures.surrogates import BesideChance, ChanceBand, surrogate_shifts, surrogate_steps
from bedside.review.measures.values import NumberMeasure, Pair
from bedside.review.measures.writer import measures_json
from review.measures.facts import improvised, take

PAIR = Pair(Player.CHILD, Player.THERAPIST)


@pytest.fixture(scope="module")
def measured() -> TakeMeasures:
    return measure(take(improvised(1), improvised(2), gaps=np.array([[30.0, 40.0]])))


def read_back(measured: TakeMeasures) -> Any:
    """Return measures as a reader of their JSON finds them."""
    return json.loads(json.dumps(measures_json(measured), allow_nan=False))


def test_every_curve_has_a_value_for_each_window(measured: TakeMeasures) -> None:
    """Numbers, shares of pitch classes and keys have as many values as there are windows."""
    for each in measured.players.values():
        assert {len(of.curve) for of in each.measures().values()} == {len(measured.seconds)}
        assert each.pitch_classes.curve.shape == (len(measured.seconds), 12)
        assert set(each.measures()) - set(each.numbers()) == {"pitch_classes", "key"}
    assert list(measured.pairs) == [PAIR]
    assert {len(each.curve) for each in measured.pairs[PAIR].sounding().values()} == {len(measured.seconds)}


def test_no_data_is_nan_in_values_and_null_in_json(measured: TakeMeasures) -> None:
    """Where sound was lost, numbers are NaN and names None; in JSON both are null."""
    child = measured.players[Player.CHILD]
    written = read_back(measured)["players"]["child"]["curves"]
    assert np.isnan(child.density.curve[35])
    assert child.key.curve[35] is None
    assert [written[name][35] for name in ("density", "key", "pitch_classes")] == [None] * 3


def test_json_has_every_value_by_its_name(measured: TakeMeasures) -> None:
    """Each number of a player and of a pair stands in JSON under its name, a pair's with chance, SD and z."""
    written = read_back(measured)
    for player, each in measured.players.items():
        whole = written["players"][player.label]["whole"]
        assert whole["notes"] == each.notes
        assert {name: whole[name] for name in each.numbers()} == {
            name: None if np.isnan(of.whole) else of.whole for name, of in each.numbers().items()
        }
    whole = written["pairs"]["child-therapist"]["whole"]
    for name, of in measured.pairs[PAIR].beside_chance().items():
        told = [whole[f"{name}{end}"] for end in ("", "_chance", "_chance_sd", "_z")]
        assert told == [None if np.isnan(each) else each for each in (of.value, of.chance, of.sd, of.z)]
    for name, led in measured.pairs[PAIR].lead_lag.items():
        assert isinstance(led.lag, NumberMeasure)
        label = f"lead_lag_{name}" if name else "lead_lag"
        assert whole[label] == led.lag.whole
        assert whole[f"{label}_value_band"] == [led.value.band.low, led.value.band.high]


def test_chance_is_mean_deviation_and_z_of_the_shifts() -> None:
    """5 among shifts of 1, 2 and 3 has chance 2, SD 1 and z 3; one known shift says nothing."""
    assert BesideChance.of(5.0, np.array([3.0, 1.0, np.nan, 2.0])) == BesideChance(5.0, 2.0, 1.0, 3.0)
    assert np.isnan(BesideChance.of(5.0, np.array([3.0, np.nan])).chance)
    assert np.isnan(BesideChance.of(5.0, np.array([3.0, 3.0])).z)


def test_the_band_holds_95_per_cent() -> None:
    """Of 0 to 1000 the band is 25 to 975, whatever is not known between them."""
    assert ChanceBand.of(np.append(np.arange(1001.0), np.nan)) == ChanceBand(25.0, 975.0)
    assert np.isnan(ChanceBand.of(np.empty(0)).low)


def test_shifts_stay_clear_of_the_music_as_it_was() -> None:
    """Shifts run from 5 s to 5 s less than all, and steps stay apart likewise; a short take has none."""
    assert surrogate_shifts(60.0)[[0, -1]].tolist() == [5.0, 55.0]
    assert len(surrogate_shifts(60.0)) == 200
    assert len(surrogate_shifts(10.0)) == 0
    assert surrogate_steps(100, 25)[[0, -1]].tolist() == [25, 75]
    assert len(surrogate_steps(50, 25)) == 0
