"""Mist: a bank at, above or below the horizon, thinner in places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, clouds


@dataclass(frozen=True, slots=True)
class Mist:
    """A bank of this colour, ``high`` thick, its middle ``up`` above the horizon, as shares of the height.

    ``strength`` is its density, ``torn``, 0–1, how much the density varies. It is densest at ``at`` of the width and
    ``wide`` of the width wide.
    """

    colour: Colour
    up: Annotated[float, Within(-1, 1)] = 0.0
    high: Annotated[float, Within(0.01, 2)] = 0.1
    strength: Annotated[float, Within(0, 1)] = 0.5
    torn: Annotated[float, Within(0, 1)] = 0.6
    at: Annotated[float, Within(-0.5, 1.5)] = 0.5
    wide: Annotated[float, Within(0.05, 8)] = 4.0

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""
        height, columns = canvas.levels.shape[:2]
        middle = canvas.horizon / height - self.up
        reach = 2.2 * self.high
        top = min(max(int((middle - reach) * height), 0), height - 1)
        bottom = max(min(int((middle + reach) * height), height), top + 1)
        off = (canvas.down[top:bottom] - middle) / self.high
        bank = np.clip(np.exp(-(off**2)) - 0.008, 0, 1)
        thin = clouds(canvas.rng, bottom - top, columns, 4, 6)
        dense = 1 - self.torn + self.torn * np.clip((thin - 0.28) * 2.2, 0, 1)
        along = np.exp(-(((canvas.across - self.at) / self.wide) ** 2))
        canvas.cover(self.colour, self.strength * bank * dense * along, top)
