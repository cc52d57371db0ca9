"""Lamplight: a glow with a bright core and long tails, such as a lamp or the sun through water."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas


@dataclass(frozen=True, slots=True)
class Lamplight:
    """A glow of this colour near ``x`` of the width and ``y`` of the height.

    Its middle lies ``aside`` to the right of that point and ``rise`` above it, like the lamp in a picture that stands
    there. It fades exponentially over ``wide`` and ``high``; all four are shares of the shorter side. ``strength`` is
    how much of the colour it adds in the middle.
    """

    colour: Colour
    x: Annotated[float, Within(-1, 2)]
    y: Annotated[float, Within(-1, 2)]
    aside: Annotated[float, Within(-2, 2)] = 0.0
    rise: Annotated[float, Within(-2, 2)] = 0.0
    wide: Annotated[float, Within(0.01, 4)] = 0.3
    high: Annotated[float, Within(0.01, 4)] = 0.3
    strength: Annotated[float, Within(0, 1)] = 0.5

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""
        height, columns = canvas.levels.shape[:2]
        side = min(height, columns)
        across = ((canvas.across - self.x) * columns - self.aside * side) / (self.wide * side)
        down = ((canvas.down - self.y) * height + self.rise * side) / (self.high * side)
        top, bottom = (int(np.searchsorted(down[:, 0], edge)) for edge in (-3.0, 3.0))
        if top < bottom:
            far = np.sqrt(across**2 + down[top:bottom] ** 2)
            fade = np.clip(1 - far / 3, 0, 1)
            canvas.light(self.colour, self.strength * np.exp(-1.6 * far) * fade * fade, top)
