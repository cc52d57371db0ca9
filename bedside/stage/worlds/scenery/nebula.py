"""A nebula: folded clouds of glowing gas with lanes of dark dust in front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.music.smoothstep import smoothstep
from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import REFERENCE_PIXELS, Canvas, Floats

# It is soft, so it is painted this many times coarser than the picture.
_COARSE = 4


@dataclass(frozen=True, slots=True)
class Nebula:
    """A band of gas; its middle crosses the picture's edges at ``left`` and ``right`` of the height.

    ``outer`` is its colour where it is thin, ``inner`` where it is dense, and ``heart`` in the brightest places. It is
    ``wide`` of the height wide and as bright as ``light``; ``dust``, 0–1, darkens it.
    """

    outer: Colour
    inner: Colour
    heart: Colour
    left: Annotated[float, Within(-1, 2)]
    right: Annotated[float, Within(-1, 2)]
    wide: Annotated[float, Within(0.02, 2)] = 0.3
    light: Annotated[float, Within(0, 1)] = 0.6
    dust: Annotated[float, Within(0, 1)] = 0.5

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""
        height, columns = canvas.levels.shape[:2]
        coarse = _COARSE if height * columns > REFERENCE_PIXELS / 4 else 1
        rows, wide = max(height // coarse, 2), max(columns // coarse, 2)
        # Gas is isotropic, so both coordinates are shares of the longer side.
        longer = max(rows, wide)
        y, x = np.mgrid[0:rows, 0:wide].astype(np.float32) / longer
        y, x = y + 0.14 * (_gas(canvas.rng, y, x, 4, 3) - 0.5), x + 0.20 * (_gas(canvas.rng, y, x, 4, 3) - 0.5)
        folds = _gas(canvas.rng, y, x, 5, 4)
        veils = 1 - np.abs(2 * _gas(canvas.rng, y + 0.10 * folds, x, 7, 4) - 1)
        dark = _gas(canvas.rng, y * 1.15, x + 0.12 * folds, 9, 3)
        along = x * (longer / wide)
        middle = self.left + (self.right - self.left) * along
        far = (y * (longer / rows) - middle) / self.wide
        dense = np.exp(-far * far) * (0.15 + 1.5 * folds * folds) * (0.30 + 0.9 * veils * veils * veils)
        dense *= 1 - self.dust * np.clip((dark - 0.44) * 4, 0, 1) * np.exp(-1.7 * far * far)
        dense = 1 - np.exp(-1.5 * dense)
        core = np.clip((dense - 0.22) / 0.50, 0, 1)
        heart = np.clip((dense - 0.50) / 0.40, 0, 1)
        out_y, out_x = _weights(height, rows), _weights(columns, wide).T
        for channel in range(3):
            tone = self.outer[channel] + (self.inner[channel] - self.outer[channel]) * core
            tone = tone + (self.heart[channel] - tone) * heart
            canvas.levels[:, :, channel] += out_y @ (tone * dense * self.light).astype(np.float32) @ out_x


def _weights(many: int, few: int) -> Floats:
    """Return the matrix, (many, few), that interpolates few values linearly at many places."""
    places = np.linspace(0, few - 1, many, dtype=np.float32)[:, None]
    weights: Floats = np.maximum(1 - np.abs(places - np.arange(few, dtype=np.float32)[None, :]), 0)
    return weights


def _gas(rng: np.random.Generator, y: Floats, x: Floats, many: int, sizes: int) -> Floats:
    """Return value noise of 0–1 at places of about 0–1: ``sizes`` octaves, the coarsest ``many`` cells to a side."""
    total = np.zeros_like(y)
    for times, weight in ((1, 0.52), (2, 0.27), (4, 0.14), (8, 0.07))[:sizes]:
        side = many * times
        lattice = rng.random((side, side), dtype=np.float32).ravel()
        row, column = y * side, x * side
        low_y, low_x = np.floor(row).astype(np.int32), np.floor(column).astype(np.int32)
        up, along = row - low_y, column - low_x
        up, along = smoothstep(up), smoothstep(along)
        first, second = (low_y % side) * side, ((low_y + 1) % side) * side
        left, right = low_x % side, (low_x + 1) % side
        upper = lattice[first + left] * (1 - along) + lattice[first + right] * along
        lower = lattice[second + left] * (1 - along) + lattice[second + right] * along
        total += weight * (upper * (1 - up) + lower * up)
    return total
