"""Shafts: a fan of light across the whole picture from one point above it, as through water or mist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, Floats, value_noise

# The number of directions in the table that holds the light of a fan.
_DIRECTIONS = 4096


@dataclass(frozen=True, slots=True)
class Shafts:
    """A fan of shafts from a point at ``at`` of the width and ``above`` heights over the upper edge.

    About ``count`` shafts cross the picture. They fade over ``deep`` of the height and, sideways, over ``wide``;
    ``strength`` is how much of the colour they add.
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
        # The direction of the light at each place: its sideways step per step down, about ±1 at the upper corners.
        slope = (canvas.across - self.at) * (self.above / (self.above + down))
        turns = np.clip((slope * 0.5 + 0.5) * (_DIRECTIONS - 1), 0, _DIRECTIONS - 1).astype(np.int32)
        # Shafts blur on their way down: the fine ones fade first.
        broad, fine = self._fan(canvas, 2 * self.count), self._fan(canvas, 5 * self.count)
        light = broad[turns] + (fine[turns] - 0.45) * (0.5 * np.clip(1 - down / self.deep, 0, 1))
        np.clip(light - 0.18, 0, 1, out=light)
        near = np.exp(-((slope / self.wide) ** 2))
        light *= near * np.exp(-((down / self.deep) ** 1.5)) * self.strength
        canvas.light(self.colour, light)

    def _fan(self, canvas: Canvas, count: int) -> Floats:
        """Return the light, 0–1, in each direction, of ``count`` shafts of random strength."""
        lattice = canvas.rng.random((2, count + 1), dtype=np.float32) ** 1.6
        places = np.linspace(0, count, _DIRECTIONS, dtype=np.float32)
        fan: Floats = value_noise(lattice, np.zeros(1, np.float32), places)[0]
        return fan
