"""Targets for fingers, and the rectangle of the screen that belongs to one player."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in pixels, its upper left corner first; if ``turned``, its player sits at the upper edge."""

    x: float
    y: float
    width: float
    height: float
    turned: bool = False

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the point of the screen that its player sees at ``x`` from the left and ``y`` from the top."""
        if self.turned:
            return self.x + self.width - x, self.y + self.height - y
        return self.x + x, self.y + y

    def holds(self, x: float, y: float) -> bool:
        """Return whether a point of the screen lies in it."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(frozen=True, slots=True)
class Pad:
    """One target: its number, its MIDI key and degree, and in pixels the centre and size of its cell.

    A ``round`` one is a circle as wide as its cell; if ``turned``, its player sits at its upper edge.
    """

    number: int
    key: int
    degree: int
    x: float
    y: float
    width: float
    height: float
    round: bool = False
    turned: bool = False

    def lift(self, y: float) -> float:
        """Return the height of a point in the cell: 0 at or before the player's edge, 1 at the far edge or beyond."""
        lift = min(max((self.y + self.height / 2 - y) / self.height, 0.0), 1.0)
        return 1 - lift if self.turned else lift

    def outside(self, x: float, y: float, share: float = 1.0) -> float:
        """Return the distance in pixels of a point from the middle ``share`` of the cell; 0 inside it."""
        if self.round:
            return max(math.hypot(x - self.x, y - self.y) - self.width * share / 2, 0.0)
        across = max(abs(x - self.x) - self.width * share / 2, 0.0)
        down = max(abs(y - self.y) - self.height * share / 2, 0.0)
        return math.hypot(across, down)


def nearest(pads: Iterable[Pad], x: float, y: float) -> Pad:
    """Return the pad that holds a point, or else the nearest one; the lower number wins a tie."""
    return min(pads, key=lambda pad: pad.outside(x, y))
