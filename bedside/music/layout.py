"""Pads that share out any rectangle, so that every point of it sounds one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_PADS = 24


@dataclass(frozen=True, slots=True)
class Pad:
    """One target: its number, its MIDI key and degree, and in pixels the centre and size of its cell."""

    number: int
    key: int
    degree: int
    x: float
    y: float
    width: float
    height: float

    def lift(self, y: float) -> float:
        """Return how high in the cell a point lies: 0 at the bottom edge or below, 1 at the top edge or above."""
        return min(max((self.y + self.height / 2 - y) / self.height, 0.0), 1.0)


def fit(keys: Sequence[int], degrees: Sequence[int], width: float, height: float) -> tuple[Pad, ...]:
    """Return one pad for each key, in rows that fill a rectangle of this size in pixels.

    Keys rise from left to right and from the bottom row to the top, as on a keyboard that is folded. The number of rows
    is the one that makes the smallest side of any cell largest. Raises ValueError unless there are 1 to `MOST_PADS`
    keys, as many degrees, and a rectangle of some size.
    """
    if not 1 <= len(keys) <= MOST_PADS or len(keys) != len(degrees):
        raise ValueError(f"a layout has 1 to {MOST_PADS} keys and as many degrees, not {len(keys)} and {len(degrees)}")
    if not (width > 0 and height > 0):
        raise ValueError(f"a layout needs a rectangle, not {width} × {height}")
    rows = max(_foldings(len(keys)), key=lambda rows: min(width / max(rows), height / len(rows)))
    pads: list[Pad] = []
    row_height = height / len(rows)
    for row, columns in enumerate(rows):
        cell = width / columns
        for column in range(columns):
            number = len(pads)
            pads.append(
                Pad(
                    number=number,
                    key=keys[number],
                    degree=degrees[number],
                    x=(column + 0.5) * cell,
                    y=height - (row + 0.5) * row_height,
                    width=cell,
                    height=row_height,
                )
            )
    return tuple(pads)


def nearest(pads: Sequence[Pad], x: float, y: float) -> Pad:
    """Return the pad whose cell a point lies in, or else the one whose cell is nearest; lower numbers win ties."""

    def distance(pad: Pad) -> float:
        across = max(abs(x - pad.x) - pad.width / 2, 0.0)
        down = max(abs(y - pad.y) - pad.height / 2, 0.0)
        return across * across + down * down

    return min(pads, key=distance)


def _foldings(count: int) -> list[list[int]]:
    """Return the ways to lay pads in rows, each as the pads per row from the bottom, as equal as can be."""
    ways = []
    for rows in range(1, count + 1):
        base, extra = divmod(count, rows)
        ways.append([base + 1] * extra + [base] * (rows - extra))
    return ways
