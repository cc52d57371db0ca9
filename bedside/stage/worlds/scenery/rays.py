"""Rays: a narrow bundle of slanting light with soft edges, nearly parallel, as through leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, value_noise

_SHADES = 512


@dataclass(frozen=True, slots=True)
class Rays:
    """Rays of this colour that fall from ``at`` of the width at the top, to the left with a ``slant`` above 0.

    The bundle is ``wide`` of the width wide and reaches down to about ``low`` of the height; ``light`` is its strength.
    """

    colour: Colour
    at: Annotated[float, Within(-0.5, 1.5)] = 0.5
    slant: Annotated[float, Within(-2, 2)] = 0.2
    wide: Annotated[float, Within(0.02, 4)] = 0.2
    low: Annotated[float, Within(0.05, 2)] = 0.7
    light: Annotated[float, Within(0, 1)] = 0.3

    def paint(self, canvas: Canvas) -> None:
        """Paint them."""
        rows = min(round(canvas.levels.shape[0] * min(1.35 * self.low, 1)), canvas.levels.shape[0])
        down = canvas.down[:rows]
        # The rays spread a little on their way down.
        off = (canvas.across - self.at + self.slant * down) / (self.wide * (0.7 + 0.5 * down))
        lattice = canvas.rng.random((2, 18), dtype=np.float32)
        shades = value_noise(lattice, np.zeros(1, np.float32), np.linspace(0, 16, _SHADES, dtype=np.float32))[0]
        shafts = shades**2 * np.exp(-(np.linspace(-2, 2, _SHADES, dtype=np.float32) ** 2) * 1.6)
        at = np.clip((off + 2) * (_SHADES / 4), 0, _SHADES - 1).astype(np.int32)
        fade = np.clip(1 - down / (1.35 * self.low), 0, 1) * np.clip(down / 0.12, 0, 1)
        canvas.light(self.colour, self.light * shafts[at] * fade)
