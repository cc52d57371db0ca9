"""Snow: one snow-covered hill, lit from one side, with shaded hollows and mist over its foot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.music.smoothstep import smoothstep
from bedside.schema import Count, Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, Floats, ridge, value_noise


@dataclass(frozen=True, slots=True)
class Snow:
    """A hill; ``crest`` is its height above the horizon at even distances across, as shares of the picture's height.

    ``lit`` is its colour where it faces ``light_at`` of the width, ``shade`` where it faces away. ``mist`` is the
    colour of a mist that thickens downwards. ``drifts`` is how much the wind has shaped the snow.
    """

    crest: Annotated[tuple[Annotated[float, Within(-1, 1)], ...], Count(2, 24)]
    lit: Colour
    shade: Colour
    light_at: Annotated[float, Within(-1, 2)] = 0.5
    mist: Colour = (60, 80, 130)
    mist_strength: Annotated[float, Within(0, 1)] = 0.0
    drifts: Annotated[float, Within(0, 1)] = 0.35

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""
        height, columns = canvas.levels.shape[:2]
        fine = 0.0022 * ridge(canvas.rng, columns, (5, 9, 14, 23), 0.8)
        share = canvas.horizon / height - (_through(self.crest, columns) + fine)
        top = int(np.clip(np.floor(share.min() * height) - 1, 0, height))
        if top >= height:
            return
        lattice = canvas.rng.random((14, 8), dtype=np.float32) - 0.5
        rows = canvas.down[top:]
        wind = value_noise(lattice, rows[:, 0] * 12, canvas.across[0] * 6)
        deep = rows - share[None, :]
        below = np.maximum(deep, 0)
        fading = np.exp(below * -10)
        # How much the slope faces the light; on the crest the wind's drifts count too.
        away = np.clip((canvas.across[0] - self.light_at) * 4, -1, 1)
        slope = np.clip(np.gradient(share, 1 / columns) * away * -1.6, -1, 1)
        crest = 0.62 * np.clip(0.55 + 0.55 * slope + 0.9 * wind[0], 0.12, 1)
        light = crest[None, :] * np.exp(below * -90) + (0.42 + 0.40 * slope)[None, :] * fading
        light += self.drifts * 1.4 * wind * np.minimum(below * 25, 1)
        light = smoothstep(np.clip(light, 0, 1))
        mist = self.mist_strength * (1 - fading)
        cover = np.clip(deep * height + 0.5, 0, 1)
        part = canvas.levels[top:]
        for channel in range(3):
            own = light * (self.lit[channel] - self.shade[channel]) + self.shade[channel]
            own += (self.mist[channel] - own) * mist
            part[:, :, channel] += (own - part[:, :, channel]) * cover


def _through(points: tuple[float, ...], columns: int) -> Floats:
    """Return a Catmull–Rom spline through points at even distances (Catmull and Rom, 1974)."""
    ends = np.asarray((points[0], *points, points[-1]), np.float32)
    along = (np.arange(columns, dtype=np.float32) + 0.5) / columns * (len(points) - 1)
    before = np.minimum(along.astype(np.int64), len(points) - 2)
    t = along - before
    p0, p1, p2, p3 = (ends[before + number] for number in range(4))
    bent: Floats = p1 + 0.5 * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)))
    return bent
