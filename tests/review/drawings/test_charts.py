"""Charts: no data is a gap, values lie where the axis says, and texts are escaped."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bedside.music.events import Player
from bedside.music.notes import Note
from bedside.review.drawings.charts import ChartCurve, Point, course_chart, overlay, roll_chart
from bedside.review.drawings.drawing import Axis, Box, Dot, Line, Picture, Words, minutes, time_ticks
from bedside.review.drawings.svg import svg

NOTHING = math.nan


def traces(picture: Picture) -> list[Line | Dot]:
    """Return the marks that are of curves or values."""
    return [mark for mark in picture.marks if isinstance(mark, Line | Dot) and "child" in mark.style]


def test_no_data_is_a_gap() -> None:
    """A curve of 3 values, a gap and 1 value is a line of three points and a dot, and nothing at 0."""
    drawn = traces(
        overlay([ChartCurve(np.arange(5.0), np.array([1.0, 2.0, 1.5, np.nan, 2.0]), "child")], 0, 4, "words")
    )
    assert [len(mark.points) if isinstance(mark, Line) else 1 for mark in drawn] == [3, 1]
    assert traces(overlay([ChartCurve(np.arange(3.0), np.full(3, np.nan), "child")], 0, 2, "words")) == []


def test_a_session_without_a_value_parts_the_line() -> None:
    """Values in sessions 1, 2 and 4 are three points, and the line joins the first two only."""
    points = [Point("a", 1.0), Point("b", 2.0), Point("c", NOTHING), Point("d", 3.0)]
    drawn = traces(course_chart(points, "child", "words"))
    assert [len(mark.points) for mark in drawn if isinstance(mark, Line)] == [2]
    assert len([mark for mark in drawn if isinstance(mark, Dot)]) == 3


def test_the_band_lies_around_the_median() -> None:
    """The band of a median of 2 and a MAD of 1 reaches from where 3 lies to where 1 does; without one there is none."""
    picture = course_chart([Point("a", 0.0), Point("b", 4.0, NOTHING, 2.0, 1.0)], "child", "words")
    (box,) = [mark for mark in picture.marks if isinstance(mark, Box)]
    (low, high) = [mark for mark in traces(picture) if isinstance(mark, Dot)]
    per_unit = (low.y - high.y) / 4
    assert box.y == pytest.approx(low.y - 3 * per_unit)
    assert box.height == pytest.approx(2 * per_unit)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
@example([0.0, -4e-12])
def test_every_value_lies_on_the_axis(values: list[float]) -> None:
    """The axis holds all values between its ends, and its ticks are few, rising and within it."""
    axis = Axis.around(values, 200.0, 10.0)
    for value in values:
        assert 10 - 1e-6 <= axis.at(value) <= 200 + 1e-6
    ticks = axis.ticks()
    assert 2 <= len(ticks) <= 8
    assert ticks == sorted(ticks)
    assert axis.at(ticks[0]) == pytest.approx(200)


@pytest.mark.parametrize("values", [[], [NOTHING], [0.0], [5.0, 5.0]])
def test_an_axis_of_nothing_or_of_one_value_has_a_span(values: list[float]) -> None:
    """No value, or one alone, still gives an axis with room; what is not below 0 does not reach below it."""
    axis = Axis.around(values, 100.0, 0.0)
    assert axis.high > axis.low >= 0


def test_time_has_round_ticks() -> None:
    """Ten minutes are marked every two, half a minute every five seconds, negative times too."""
    assert [minutes(each) for each in time_ticks(0, 600, 6)] == ["0:00", "2:00", "4:00", "6:00", "8:00", "10:00"]
    assert [minutes(each) for each in time_ticks(-12, 5, 5)] == ["−0:10", "−0:05", "0:00", "0:05"]


def test_a_roll_shows_who_played_when() -> None:
    """A later note lies farther right, a higher one higher, each in its player's colour; nobody is drawn as nothing."""
    notes = [Note(Player.CHILD, 1.0, 0.5, 60, 0.5), Note(Player.THERAPIST, 5.0, 2.0, 72, 0.5)]
    one, other = [mark for mark in roll_chart(notes, 10.0, "words").marks if isinstance(mark, Box)]
    assert (one.style, other.style) == ("child", "therapist")
    assert other.x > one.x
    assert other.y < one.y
    assert other.width == pytest.approx(4 * one.width)
    assert not [mark for mark in roll_chart([], 10.0, "words").marks if isinstance(mark, Box)]


def test_childrens_notes_are_thicker_and_a_long_take_is_thinned_out() -> None:
    """A child's note is taller than an adult's; of 5000 notes 2500 are drawn, from the first to nearly the last."""
    notes = [Note(Player.CHILD, 1.0, 0.5, 60, 0.5), Note(Player.THERAPIST, 5.0, 2.0, 72, 0.5)]
    child, adult = [mark for mark in roll_chart(notes, 10.0, "words").marks if isinstance(mark, Box)]
    assert child.height > 1.5 * adult.height
    many = [Note(Player.CHILD, number * 0.1, 0.05, 60, 0.5) for number in range(5000)]
    drawn = [mark for mark in roll_chart(many, 500.0, "words").marks if isinstance(mark, Box)]
    assert len(drawn) == 2500
    assert drawn[0].x < 20
    assert drawn[-1].x > 700


def test_svg_has_a_name_and_no_style() -> None:
    """The element is a picture with its words as its name; whatever is in it is escaped, and nothing is styled."""
    script = '"><script>'
    marks = (Words(1, 1, script, "start", script), Line(((0, 0), (1, 1)), script), Dot(1, 1, 1, script))
    drawn = str(svg(Picture(10, 10, (*marks, Box(0, 0, 1, 1, script)), script)))
    assert 'role="img"' in drawn
    assert 'aria-label="&quot;&gt;&lt;script&gt;"' in drawn
    assert "<script" not in drawn
    assert "style" not in drawn
