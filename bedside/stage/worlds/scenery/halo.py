"""A halo: a Gaussian glow, such as the moon behind mist or the light around a window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas


@dataclass(frozen=True, slots=True)
class Halo:
    """A glow of this colour around ``x`` of the width and ``y`` of the height.

    It has faded to 1/e at a distance of ``wide`` and ``high``: shares of the shorter side, or with ``spread`` of the
    width and the height. ``light`` is its strength in the middle.
    """

    colour: Colour
    x: Annotated[float, Within(-0.5, 1.5)]
    y: Annotated[float, Within(-0.5, 1.5)]
    wide: Annotated[float, Within(0.01, 4)]
    high: Annotated[float, Within(0.01, 4)]
    light: Annotated[float, Within(0, 1)] = 0.5
    spread: bool = False

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""
        rows, columns = canvas.levels.shape[:2]
        across, down = (columns, rows) if self.spread else (min(rows, columns),) * 2
        along = np.exp(-(((canvas.across - self.x) * (columns / across / self.wide)) ** 2))
        upright = np.exp(-(((canvas.down - self.y) * (rows / down / self.high)) ** 2))
        canvas.light(self.colour, upright * along * self.light)
