"""Air: a gradient from the top to the horizon or the bottom, with a low glow and a band of haze."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Count, Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, clouds


@dataclass(frozen=True, slots=True)
class GradientStop:
    """A colour at a place in the gradient, 0 at the top to 1 at the end."""

    at: Annotated[float, Within(0, 1)]
    colour: Colour


@dataclass(frozen=True, slots=True)
class Air:
    """A gradient of ``stops`` from the top to the horizon, or with ``whole`` to the bottom.

    ``glow`` lies above its end, at ``glow_at`` of the width, ``glow_wide`` and ``glow_high`` in size. ``haze`` is a
    slanting band of light.
    """

    stops: Annotated[tuple[GradientStop, ...], Count(2, 16)]
    glow: Colour
    glow_at: Annotated[float, Within(0, 1)]
    glow_strength: Annotated[float, Within(0, 1)] = 0.62
    glow_wide: Annotated[float, Within(0.02, 4)] = 0.42
    glow_high: Annotated[float, Within(0.01, 2)] = 0.10
    haze: Colour = (14, 15, 30)
    whole: bool = False

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""
        height, columns = canvas.levels.shape[:2]
        rows = height if self.whole else canvas.horizon
        down = ((np.arange(rows, dtype=np.float32) + 0.5) / rows)[:, None]
        places = [stop.at for stop in self.stops]
        for channel in range(3):
            shades = [stop.colour[channel] for stop in self.stops]
            canvas.levels[:rows, :, channel] = np.interp(down[:, 0], places, shades)[:, None]
        wide = np.exp(-(((canvas.across - self.glow_at) / self.glow_wide) ** 2))
        low = np.exp(-((1 - down) * rows / height / self.glow_high))
        haze = clouds(canvas.rng, rows, columns, 5, 7)
        slant = down * 0.9 + canvas.across * 0.55
        band = np.exp(-(((slant - 0.62) / 0.16) ** 2)) * (1 - down) * (0.35 + haze)
        canvas.cover(self.glow, wide * low * (0.85 + 0.3 * haze) * self.glow_strength)
        canvas.light(self.haze, band)
