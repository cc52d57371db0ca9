"""The pitch under a finger that slides across pads, as on the ribbon of an ondes Martenot: nowhere does it jump."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Self

from bedside.music.layout import Pad

# The share of a pad's width, and of its height, around its centre within which a finger is in tune.
IN_TUNE = 0.6


@dataclass(frozen=True, slots=True)
class Ribbon:
    """Pads as a surface of pitch: their rows from top to bottom, each from left to right."""

    rows: tuple[tuple[Pad, ...], ...]

    @classmethod
    def of(cls, pads: Sequence[Pad]) -> Self:
        """Return the ribbon of pads that lie in rows."""
        ordered = sorted(pads, key=lambda pad: (pad.y, pad.x))
        return cls(tuple(tuple(row) for _, row in groupby(ordered, key=lambda pad: pad.y)))

    def pitch(self, x: float, y: float) -> float:
        """Return the pitch at a point, in MIDI keys.

        In the middle of a pad, `IN_TUNE` of it across and down, it is exactly the pad's key. Between two such middles
        it goes from the one to the other along a cubic that is level at both ends (smoothstep, Perlin's fade of 1985).
        """
        across = [_along([(pad.x, pad.width, pad.key) for pad in row], x) for row in self.rows]
        return _along([(row[0].y, row[0].height, pitch) for row, pitch in zip(self.rows, across, strict=True)], y)


def away(pad: Pad, x: float, y: float) -> float:
    """Return how far outside the middle of a pad a point lies, in pixels; 0 inside it."""
    over = max(abs(x - pad.x) - pad.width * IN_TUNE / 2, 0.0)
    up = max(abs(y - pad.y) - pad.height * IN_TUNE / 2, 0.0)
    return math.hypot(over, up)


def _along(cells: Sequence[tuple[float, float, float]], at: float) -> float:
    """Return the value at a place on a line of cells in order, each with its centre, size and value."""
    for (centre, size, value), (next_centre, next_size, next_value) in pairwise(cells):
        begin, end = centre + size * IN_TUNE / 2, next_centre - next_size * IN_TUNE / 2
        if at <= begin:
            return value
        if at < end:
            t = (at - begin) / (end - begin)
            return value + (next_value - value) * t * t * (3 - 2 * t)
    return cells[-1][2]
