"""Curves of a take as frames: what is drawn of players and pairs, and what stands beside it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bedside.review.drawings.frames import Frame, FrameLine, curve_frames, frames_json
from bedside.review.measures.measure import TakeMeasures, measure
from bedside.review.measures.surrogates import ChanceBand
from review.measures.facts import improvised, part, take


@pytest.fixture(scope="module")
def measured() -> TakeMeasures:
    """Return a take in which the therapist repeats the child for a minute, then plays something else."""
    child, stranger = improvised(3), improvised(9)
    columns = [
        np.concatenate([one[child.onset < 60], other[stranger.onset >= 60]])
        for one, other in zip(
            (child.onset + 1.5, child.duration, child.pitch, child.velocity),
            (stranger.onset + 1.5, stranger.duration, stranger.pitch, stranger.velocity),
            strict=True,
        )
    ]
    return measure(take(child, part(np.stack(columns, 1))))


def test_a_lag_is_drawn_only_where_it_is_more_than_chance(measured: TakeMeasures) -> None:
    """Where the likeness at the best lag is above the band of chance the lag is drawn, and nowhere else."""
    frames = {frame.name: frame for frame in curve_frames(measured).frames}
    (lag,) = frames["child-therapist.lead_lag_density"].lines
    value = frames["child-therapist.lead_lag_density_value"]
    assert isinstance(value.beside, ChanceBand)
    above = value.lines[0].values > value.beside.high
    within = value.lines[0].values > value.beside.low
    assert 0 < above.sum() < within.sum(), "some are as alike as chance gives"
    np.testing.assert_array_equal(~np.isnan(lag.values), above)


def test_what_has_no_chance_is_not_drawn() -> None:
    """A frame of a pair that is too short for chance is left out, and so is one without a value."""
    line = FrameLine("Both", np.array([1.0, np.nan]))
    assert Frame("a", "b", "c", "", "", (line,)).drawable()
    assert Frame("a", "b", "c", "", "", (line,), beside=ChanceBand(0.0, 0.5)).drawable()
    assert not Frame("a", "b", "c", "", "", (line,), beside=ChanceBand(np.nan, np.nan)).drawable()
    assert not Frame("a", "b", "c", "", "", (line,), beside=np.nan).drawable()
    assert not Frame("a", "b", "c", "", "", (FrameLine("Both", np.full(2, np.nan)),)).drawable()
    short = measure(take(part([(0, 0.5, 60, 64), (1, 0.5, 62, 64)]), part([(2, 0.5, 60, 64)])))
    assert not any("child-therapist" in frame.name for frame in curve_frames(short).frames)


def test_frames_as_the_page_reads_them(measured: TakeMeasures) -> None:
    """Each frame has its scale and its lines, null for no data and five digits; a pair's has its band or chance."""
    made = json.loads(json.dumps(frames_json(curve_frames(measured)), allow_nan=False))
    frames = {frame["name"]: frame for frame in made["frames"]}
    density = frames["density"]
    assert [line["player"] for line in density["lines"]] == ["child", "therapist"]
    assert (density["least"], "most" in density, "band" in density) == (0, False, False)
    assert set(frames["child-therapist.shared_pulse"]["band"]) == {"low", "high"}
    together = frames["child-therapist.together"]
    assert (together["least"], together["most"], 0 < together["chance"] < 1) == (0, 1, True)
    loudness = [value for value in frames["velocity_mean"]["lines"][0]["values"] if value is not None]
    assert loudness
    assert all(value == float(f"{value:.5g}") for value in loudness)
    assert {len(line["values"]) for frame in made["frames"] for line in frame["lines"]} == {len(made["t"])}


def test_a_take_of_nobody_has_no_frames() -> None:
    """Without players there are neither times nor frames."""
    assert frames_json(curve_frames(measure(take()))) == {"t": [], "frames": []}
