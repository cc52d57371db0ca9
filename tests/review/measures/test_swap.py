"""One formula, both players: exchanged, they exchange their numbers and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.review.measures.columns import NoteColumns
from effort import times
from review.measures.facts import any_part, improvised, take, told

SIGNED = ("lead_lag", "lead_lag_density", "lead_lag_velocity", "lead_lag_pulse_period")

# The share of B's strokes is another number than that of A's; chance shifts the one round the other.
ONE_SIDED = ("coincidence",)
BESIDE = ("_chance", "_chance_sd", "_z", "_band")


def exchanged(name: str) -> str:
    """Return the name that a number of A has as a number of B, and the other way round."""
    ends = {"_a": "_b", "_b": "_a"}
    return name[:-2] + ends[name[-2:]] if name[-2:] in ends else name


def mirrored(value: Any) -> Any:
    if isinstance(value, list):
        return [mirrored(each) for each in value]
    return value if value is None else -value or 0.0


def check(one: NoteColumns, two: NoteColumns) -> None:
    there, back = told(take(one, two, seconds=70.0)), told(take(two, one, seconds=70.0))
    assert there["players"].get("child") == back["players"].get("therapist")
    assert there["players"].get("therapist") == back["players"].get("child")
    a, b = (each["pairs"]["child-therapist"] for each in (there, back))
    for name, curve in a["curves"].items():
        other = b["curves"][exchanged(name)]
        assert curve == (mirrored(other) if name in SIGNED else other), name
    for name, value in a["whole"].items():
        other = b["whole"][exchanged(name)]
        if name.endswith(BESIDE) or name in ONE_SIDED:
            continue
        if name == "autonomy":
            for each in ("density", "velocity", "pitch"):
                assert value[each]["a"]["roles"] == other[each]["b"]["roles"]
        elif name == "asynchrony" or name in SIGNED:
            assert value == mirrored(other), name
        else:
            assert value == (other if other is None else pytest.approx(other, rel=1e-12, abs=1e-15)), name


@pytest.mark.slow
@settings(max_examples=times(8), deadline=None)
@given(any_part(least=1), any_part(least=1))
def test_players_exchange_their_curves(one: NoteColumns, two: NoteColumns) -> None:
    """Whatever two play: exchanged, every curve is the other's bit for bit, and what has a sign has the other sign."""
    check(one, two)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_players_exchange_their_curves_in_lively_play(seed: int) -> None:
    """The same holds where all measures have data: a minute of dense play, the second partly after the first."""
    check(improvised(seed, 60.0, 0.2), improvised(seed + 10, 60.0, 0.3))


@pytest.mark.slow
@settings(max_examples=times(5), deadline=None)
@given(st.integers(0, 1000))
def test_chance_is_the_same_whoever_is_shifted(seed: int) -> None:
    """Of numbers that belong to both, chance levels are the same up to rounding whichever player is shifted round."""
    one, two = improvised(seed, 60.0, 0.3), improvised(seed + 1, 60.0, 0.4)
    a, b = (told(take(*parts, seconds=60.0))["pairs"]["child-therapist"]["whole"] for parts in ((one, two), (two, one)))
    for name in ("shared_pulse", "together", "neither", "overlap"):
        assert a[f"{name}_chance"] == pytest.approx(b[f"{name}_chance"], rel=1e-9, abs=1e-9), name
