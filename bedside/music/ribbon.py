"""The pitch under a finger that slides across pads, as on the ribbon of an ondes Martenot: it never jumps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Self

from bedside.music.pad import Pad
from bedside.music.smoothstep import smoothstep

# The middle share of a pad's width and height in which a finger is exactly in tune.
IN_TUNE = 0.6

# Between round pads, the exponent of the inverse distance by which each is weighted.
_NEARNESS = 4


@dataclass(frozen=True, slots=True)
class Ribbon:
    """Pads as a surface of pitch: rows from the top, each from left to right; round, ``scattered`` pads are one row."""

    rows: tuple[tuple[Pad, ...], ...]
    scattered: bool

    @classmethod
    def of(cls, pads: Sequence[Pad]) -> Self:
        """Return the ribbon of pads in rows, or of round pads anywhere."""
        if pads and pads[0].round:
            return cls((tuple(pads),), True)
        ordered = sorted(pads, key=lambda pad: (pad.y, pad.x))
        return cls(tuple(tuple(row) for _, row in groupby(ordered, key=lambda pad: pad.y)), False)

    def pitch(self, x: float, y: float) -> float:
        """Return the pitch at a point, in MIDI keys.

        In the middle of a pad, `IN_TUNE` of it, it is exactly the pad's key. Between two pads in rows it is a
        `smoothstep`; among round pads it is the mean of all, weighted by inverse distance (Shepard 1968).
        """
        if self.scattered:
            return _among(self.rows[0], x, y)
        across = [_along([(pad.x, pad.width, pad.key) for pad in row], x) for row in self.rows]
        return _along([(row[0].y, row[0].height, pitch) for row, pitch in zip(self.rows, across, strict=True)], y)


def _among(pads: Sequence[Pad], x: float, y: float) -> float:
    """Return the mean of the pads' keys, weighted by the inverse distance of a point from the middle of each."""
    whole = keys = 0.0
    for pad in pads:
        away = pad.outside(x, y, IN_TUNE)
        if away == 0:
            return pad.key
        weight = (pad.width / away) ** _NEARNESS
        whole += weight
        keys += weight * pad.key
    return keys / whole


def _along(cells: Sequence[tuple[float, float, float]], at: float) -> float:
    """Return the value at a place on a line of cells in order, each with its centre, size and value."""
    for (centre, size, value), (next_centre, next_size, next_value) in pairwise(cells):
        begin, end = centre + size * IN_TUNE / 2, next_centre - next_size * IN_TUNE / 2
        if at <= begin:
            return value
        if at < end:
            return value + smoothstep((at - begin) / (end - begin), next_value - value)
    return cells[-1][2]
