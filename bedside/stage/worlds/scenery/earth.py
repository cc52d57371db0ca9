"""Earth: mossy, stony ground below the horizon, with a light on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, Floats, ridge, value_noise


@dataclass(frozen=True, slots=True)
class Earth:
    """Ground whose colour goes from ``far``, at the horizon, to ``near``; its edge varies by ``rough`` of the height.

    ``moss``, 0–1, is the contrast of dark and light patches. A light of the colour ``glow`` lies at ``glow_at`` of the
    width and ``glow_down`` of the height; ``glow_wide`` and ``glow_high`` are its size, as shares of the same.
    """

    far: Colour
    near: Colour
    rough: Annotated[float, Within(0, 0.2)] = 0.012
    moss: Annotated[float, Within(0, 1)] = 0.5
    glow: Colour = (0, 0, 0)
    glow_at: Annotated[float, Within(0, 1)] = 0.5
    glow_down: Annotated[float, Within(0, 1)] = 0.7
    glow_wide: Annotated[float, Within(0.02, 4)] = 0.3
    glow_high: Annotated[float, Within(0.01, 2)] = 0.2

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""
        height, columns = canvas.levels.shape[:2]
        rise = height * self.rough
        # The edge never falls below the horizon, where the canvas would stay bare.
        line = ridge(canvas.rng, columns, (1, 2, 3, 7, 17), 0.8)[None, :]
        edge = canvas.horizon - 3 - 0.5 * rise * (1 + np.clip(line, -1, 3))
        top = min(max(int(edge.min()) - 2, 0), height - 1)
        below = np.arange(top, height, dtype=np.float32)[:, None] + 0.5
        share = np.clip((below - edge) / max(2.0, 0.5 * rise) + 0.5, 0, 1)
        depth = np.clip((below - canvas.horizon) / (height - canvas.horizon), 0, 1)
        texture = 1 + self.moss * (_moss(canvas.rng, depth[:, 0], columns) - 0.5) * (0.35 + 0.65 * depth**0.5)
        away = ((canvas.across - self.glow_at) / self.glow_wide) ** 2
        away = away + ((below / height - self.glow_down) / self.glow_high) ** 2
        # Light falls off softly near its source; far away a little remains everywhere.
        light = 0.86 * np.exp(-away) + 0.14 / (1 + away)
        part = canvas.levels[top:]
        for channel in range(3):
            ground = self.far[channel] + (self.near[channel] - self.far[channel]) * depth**0.7
            shown = (ground + self.glow[channel] * light) * texture
            part[:, :, channel] += (shown - part[:, :, channel]) * share


def _moss(rng: np.random.Generator, depth: Floats, columns: int) -> Floats:
    """Return tufts of 0–1, wider than high, and finer towards the horizon."""
    noise = np.zeros((len(depth), columns), dtype=np.float32)
    for crests, lengths, weight in ((6, 5, 0.42), (18, 16, 0.28), (44, 70, 0.16), (90, 230, 0.14)):
        lattice = rng.random((crests + 2, lengths + 2), dtype=np.float32)
        across = np.linspace(0, lengths, columns, dtype=np.float32)
        noise += weight * value_noise(lattice, depth**0.55 * crests, across)
    contrast: Floats = np.clip((noise - 0.5) * 1.7 + 0.5, 0, 1)
    return contrast
