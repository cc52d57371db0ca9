"""Charts as marks on a plane, which a page draws as SVG and a PDF as paths.

Each mark has a style name (``axis``, ``band``, ``child``); page and PDF say how a style looks. No data is a gap in a
line, never a point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    style: str


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    style: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A round mark."""

    x: float
    y: float
    radius: float
    style: str


@dataclass(frozen=True, slots=True)
class Words:
    """Text whose baseline starts, is centred or ends at a point: ``anchor`` is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    style: str = "label"


Mark = Line | Box | Dot | Words


@dataclass(frozen=True, slots=True)
class Picture:
    """Marks on a plane of a given size, and ``alternative``, a description in words."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    alternative: str


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear map from a span of values to a span of the plane, which may run the other way."""

    low: float
    high: float
    begin: float
    end: float

    @classmethod
    def around(cls, values: Sequence[float], begin: float, end: float) -> Axis:
        """Return an axis between two round numbers that holds all finite values."""
        known = [value for value in values if math.isfinite(value)]
        low, high = (min(known), max(known)) if known else (0.0, 1.0)
        if high - low < 1e-9 * max(abs(low), abs(high), 1e-3):
            low, high = low - max(abs(low), 1.0) / 4, high + max(abs(high), 1.0) / 4
            low = 0.0 if known and min(known) >= 0 > low else low
        step = _step(high - low)
        return cls(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, begin, end)

    def at(self, value: float) -> float:
        """Return the position of a value."""
        return self.begin + (value - self.low) / (self.high - self.low) * (self.end - self.begin)

    def ticks(self) -> list[float]:
        """Return a few round values along the axis."""
        step = _step(self.high - self.low)
        count = math.floor((self.high - self.low) / step + 1e-6) + 1
        digits = max(10, 2 - math.floor(math.log10(step)))
        return [round(self.low + step * number, digits) for number in range(count)]


def runs(points: Sequence[tuple[float, float]]) -> list[tuple[tuple[float, float], ...]]:
    """Split points into runs at those without data."""
    found: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if math.isfinite(y):
            found[-1].append((x, y))
        elif found[-1]:
            found.append([])
    return [tuple(run) for run in found if run]


def curve(points: Sequence[tuple[float, float]], style: str) -> list[Mark]:
    """Return the marks of a curve: a line for each run, or a dot for a single point."""
    return [Line(run, style) if len(run) > 1 else Dot(run[0][0], run[0][1], 1.6, style) for run in runs(points)]


def tick(value: float) -> str:
    """Format a value of an axis with as few digits as it needs."""
    return f"{value:.6g}".replace("-", "−")


def minutes(seconds: float) -> str:
    """Format a time as media players do: 0:07, −0:30, 12:40."""
    whole = abs(round(seconds))
    return f"{'−' if seconds < -0.5 else ''}{whole // 60}:{whole % 60:02}"


def time_span(first: float, last: float) -> str:
    """Return a moment or a span as people write it: 1:05 or 1:05–1:20."""
    return minutes(first) if last <= first else f"{minutes(first)}–{minutes(last)}"


def time_ticks(begin: float, end: float, most: int) -> list[float]:
    """Return at most ``most`` round times from ``begin`` to ``end``, in seconds."""
    span = max(end - begin, 1e-9)
    step = next(
        each for each in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 1e9) if span <= each * most
    )
    first = math.ceil(begin / step - 1e-9)
    return [number * step for number in range(first, math.floor(end / step + 1e-9) + 1)]


def _step(span: float) -> float:
    """Return a round step of which three to six fit into a span."""
    rough = max(span, 1e-12) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    return next(each * power for each in (1, 2, 2.5, 5, 10) if rough <= each * power * (1 + 1e-9))
