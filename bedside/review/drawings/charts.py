"""The charts of pages and reports: a measure over sessions, curves over time, and piano rolls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bedside.music.events import Player
from bedside.music.notes import Note
from bedside.review.drawings.drawing import (
    Axis,
    Box,
    Dot,
    Line,
    Mark,
    Picture,
    Words,
    curve,
    minutes,
    runs,
    tick,
    time_ticks,
)
from bedside.review.measures.columns import Floats

_CHILDREN = (Player.CHILD, Player.CHILD2)

# The most notes that are drawn, evenly sampled: more would share the same pixels.
_MOST = 2500


@dataclass(frozen=True, slots=True)
class Point:
    """A session in a course: its ``value`` and ``chance``, and ``median`` and ``mad`` of earlier ones; NaN for no data.

    ``alike`` is whether its circumstances are those of the earlier ones.
    """

    label: str
    value: float
    chance: float = math.nan
    median: float = math.nan
    mad: float = math.nan
    alike: bool = True


@dataclass(frozen=True, slots=True)
class ChartCurve:
    """A curve over time in seconds, both (W,), NaN for no data; ``style`` tells whose it is.

    A ``later`` one belongs to the second take, and is drawn broken.
    """

    seconds: Floats
    values: Floats
    style: str
    later: bool = False


def course_chart(
    points: Sequence[Point],
    style: str,
    alternative: str,
    width: float = 400.0,
    height: float = 200.0,
    whole: tuple[float, ...] = (),
) -> Picture:
    """Return the picture of a measure over sessions: values, the band of earlier sessions, and chance.

    The axis includes the values in ``whole``.
    """
    spread = [edge for each in points for edge in (each.median - each.mad, each.median + each.mad)]
    known = [*whole, *(each.value for each in points), *(each.chance for each in points), *spread]
    up = Axis.around(known, height - 26, 12)
    marks = _grid(up, 46, width - 8)
    step = (width - 62) / max(len(points), 1)

    def across(number: int) -> float:
        return 54 + step * (number + 0.5)

    for number, each in enumerate(points):
        left, x = 54 + step * number, across(number)
        if math.isfinite(each.median):
            top, bottom = up.at(each.median + each.mad), up.at(each.median - each.mad)
            marks.append(Box(left, top, step, max(bottom - top, 1.5), "band"))
            marks.append(Line(((left, up.at(each.median)), (left + step, up.at(each.median))), "median"))
        if math.isfinite(each.chance):
            half = min(step / 2, 12)
            marks.append(Line(((x - half, up.at(each.chance)), (x + half, up.at(each.chance))), "chance"))
    line = [(across(number), up.at(each.value)) for number, each in enumerate(points)]
    marks += [Line(run, f"course {style}") for run in runs(line) if len(run) > 1]
    for (x, y), each in zip(line, points, strict=True):
        if math.isfinite(y):
            marks.append(Dot(x, y, 4.5, f"point {style}" if each.alike else f"point unlike {style}"))
    every = max(1, math.ceil(len(points) * 52 / max(width - 62, 1)))
    for number, each in enumerate(points):
        if (len(points) - 1 - number) % every == 0:
            marks.append(Words(across(number), height - 8, each.label, "middle"))
    return Picture(width, height, tuple(marks), alternative)


def overlay(
    traces: Sequence[ChartCurve],
    begin: float,
    end: float,
    alternative: str,
    width: float = 960.0,
    height: float = 260.0,
    at: float | None = None,
) -> Picture:
    """Return the picture of curves on one time axis, from ``begin`` to ``end`` in seconds; ``at`` marks a moment."""
    known = [value for trace in traces for value in trace.values.tolist()]
    up = Axis.around(known, height - 30, 12)
    along = Axis(begin, max(end, begin + 1e-6), 50, width - 12)
    marks = _grid(up, 50, width - 12)
    for seconds in time_ticks(begin, end, max(3, round(width / 90))):
        x = along.at(seconds)
        marks.append(Line(((x, height - 30), (x, height - 26)), "axis"))
        marks.append(Words(x, height - 10, minutes(seconds), "middle"))
    if at is not None and begin <= at <= end:
        marks.append(Line(((along.at(at), 12), (along.at(at), height - 30)), "moment"))
    for trace in traces:
        points = [
            (along.at(x), up.at(y))
            for x, y in zip(trace.seconds.tolist(), trace.values.tolist(), strict=True)
            if begin - 1e-9 <= x <= end + 1e-9
        ]
        marks += curve(points, f"trace {trace.style}{' later' if trace.later else ''}")
    return Picture(width, height, tuple(marks), alternative)


def roll_chart(
    notes: Sequence[Note], seconds: float, alternative: str, width: float = 720.0, height: float = 150.0
) -> Picture:
    """Return a piano roll, each note in its player's colour; adults' notes are thinner."""
    drawn = notes if len(notes) <= _MOST else [notes[number * len(notes) // _MOST] for number in range(_MOST)]
    keys = [note.key for note in drawn] or [60]
    low, high = min(keys) - 2, max(keys) + 2
    floor = height - 26
    tall = (floor - 8) / (high - low + 1)
    along = Axis(0.0, max(seconds, 1e-6), 18, width - 18)
    marks: list[Mark] = [Line(((18, floor), (width - 18, floor)), "grid")]
    for at in time_ticks(0.0, seconds, max(3, round(width / 90))):
        marks.append(Line(((along.at(at), floor), (along.at(at), floor + 4)), "axis"))
        marks.append(Words(along.at(at), height - 8, minutes(at), "middle"))
    for note in drawn:
        x = along.at(note.onset)
        long = max(along.at(note.onset + note.duration) - x, 1.0)
        thick = max(tall * (0.9 if note.player in _CHILDREN else 0.5), 1.4)
        marks.append(Box(x, floor - (note.key - low + 0.5) * tall - thick / 2, long, thick, note.player.label))
    return Picture(width, height, tuple(marks), alternative)


def _grid(up: Axis, left: float, right: float) -> list[Mark]:
    marks: list[Mark] = []
    for value in up.ticks():
        y = up.at(value)
        marks.append(Line(((left, y), (right, y)), "grid"))
        marks.append(Words(left - 6, y + 4, tick(value), "end"))
    return marks
