"""Lamplight: a soft glow around a place in the picture, as of a lamp, the moon or the sun through water."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas


@dataclass(frozen=True, slots=True)
class Lamplight:
    """Light of this colour at ``x`` and ``y`` of the width and the height.

    It stands ``aside`` to the right of there and ``rise`` higher, in shares of the shorter side, as does a lamp in a
    picture that is placed there. It fades over ``wide`` and ``high`` of the shorter side; ``strength`` is how much of
    the colour it adds.
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
