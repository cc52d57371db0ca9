"""Shafts of light that fall from above, through water, mist or leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, Floats, value_noise

# The light of a fan of shafts is looked up in a table of so many directions.
_DIRECTIONS = 4096


@dataclass(frozen=True, slots=True)
class Shafts:
    """A fan of shafts from a place at ``at`` of the width and ``above`` heights over the picture's upper edge.

    About ``count`` of them cross the picture; they fade over ``deep`` of the height, and are brightest where ``at``
    is. ``strength`` is how much of the colour they add.
    """

    colour: Colour
    at: Annotated[float, Within(-2, 3)] = 0.4
    above: Annotated[float, Within(0.05, 4)] = 0.6
    count: Annotated[int, Within(2, 60)] = 12
    deep: Annotated[float, Within(0.05, 4)] = 0.6
    wide: Annotated[float, Within(0.05, 4)] = 0.5
    strength: Annotated[float, Within(0, 1)] = 0.5

    def paint(self, canvas: Canvas) -> None:
        """Paint them."""
        down = canvas.down
        # How far to the side light has gone for each step down, the edges of the picture's top being at about ±1.
        slope = (canvas.across - self.at) * (self.above / (self.above + down))
        turns = np.clip((slope * 0.5 + 0.5) * (_DIRECTIONS - 1), 0, _DIRECTIONS - 1).astype(np.int32)
        # They blur on their way down.
        broad, fine = self._fan(canvas, 2 * self.count), self._fan(canvas, 5 * self.count)
        light = broad[turns] + (fine[turns] - 0.45) * (0.5 * np.clip(1 - down / self.deep, 0, 1))
        np.clip(light - 0.18, 0, 1, out=light)
        near = np.exp(-((slope / self.wide) ** 2))
        light *= near * np.exp(-((down / self.deep) ** 1.5)) * self.strength
        canvas.light(self.colour, light)

    def _fan(self, canvas: Canvas, count: int) -> Floats:
        """Return the light in each direction, 0–1, of so many shafts of all strengths."""
        lattice = canvas.rng.random((2, count + 1), dtype=np.float32) ** 1.6
        places = np.linspace(0, count, _DIRECTIONS, dtype=np.float32)
        fan: Floats = value_noise(lattice, np.zeros(1, np.float32), places)[0]
        return fan
