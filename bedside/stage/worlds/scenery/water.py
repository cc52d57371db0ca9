"""Still water below the horizon: a soft mirror of what was painted above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, Floats, value_noise


@dataclass(frozen=True, slots=True)
class Water:
    """Water of this colour with a path of light of the colour ``glow`` at ``glow_at`` of the width."""

    colour: Colour
    glow: Colour
    glow_at: Annotated[float, Within(0, 1)]

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""
        above = canvas.horizon
        air, water = canvas.levels[:above], canvas.levels[above:]
        rows, columns = water.shape[:2]
        down = (np.arange(rows, dtype=np.float32) + 0.5) / rows
        total = np.zeros_like(water)
        offsets = np.linspace(-1, 1, 7)
        for offset in offsets:
            source = above - 1 - (np.arange(rows) * 0.85 + offset * (1 + 14 * down * rows / 260)).astype(np.int64)
            total += air[np.clip(np.abs(source), 0, above - 1)]
        total /= len(offsets)
        keep = (0.66 - 0.40 * down**0.8)[:, None]
        ripples = _ripples(canvas.rng, down, columns)
        path = np.exp(-(((canvas.across - self.glow_at) / (0.10 + 0.14 * down[:, None])) ** 2))
        shimmer = path * np.clip(ripples - 0.45, 0, 1) * (1 - down[:, None]) ** 1.4
        shore = np.exp(-down * rows / (0.006 * (rows + above)))[:, None]
        for channel in range(3):
            mixed = total[:, :, channel] * keep + self.colour[channel] * (1 - keep)
            mixed *= 0.86 + 0.28 * ripples
            mixed += shimmer * self.glow[channel] * 0.55
            mixed += shore * 0.10 * self.glow[channel] * (0.4 + 0.6 * path)
            water[:, :, channel] = mixed


def _ripples(rng: np.random.Generator, down: Floats, columns: int) -> Floats:
    """Return ripples of 0–1, wider than high, and finer towards the horizon."""
    noise = np.zeros((len(down), columns), dtype=np.float32)
    for crests, lengths, weight in ((22, 9, 0.6), (46, 19, 0.4)):
        lattice = rng.random((crests + 2, lengths + 2), dtype=np.float32)
        noise += weight * value_noise(lattice, down**0.55 * crests, np.linspace(0, lengths, columns, dtype=np.float32))
    return noise
