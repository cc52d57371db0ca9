"""Mounds: rows of rounded masses, such as bushes, rocks or corals, painted from back to front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Count, Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, Floats, value_noise

# Each row is made of this many heaps, each lower than the last, which makes it look round.
_HEAPS = 3


@dataclass(frozen=True, slots=True)
class Mounds:
    """Rows in these colours, the farthest first; ``top`` is the colour of the light on their tops.

    The farthest row is ``tall`` high and stands at ``far`` of the height; the nearest is ``near`` high and stands at
    ``foot``. Heights, and the width ``wide`` of a lump, are shares of the shorter side. The rows leave a gap at ``gap``
    of the width, ``open`` wide. ``rough`` is how leafy their edges are, ``mist`` hides the feet of the farther rows.
    """

    colours: Annotated[tuple[Colour, ...], Count(1, 6)]
    top: Colour
    tall: Annotated[float, Within(0.01, 1.5)] = 0.25
    near: Annotated[float, Within(0.01, 1.5)] = 0.15
    far: Annotated[float, Within(0, 1.5)] = 0.6
    foot: Annotated[float, Within(0, 1.5)] = 0.7
    wide: Annotated[float, Within(0.02, 1)] = 0.16
    gap: Annotated[float, Within(-1, 2)] = 0.5
    open: Annotated[float, Within(0, 1)] = 0.15
    rough: Annotated[float, Within(0, 1)] = 0.3
    mist: Annotated[float, Within(0, 1)] = 0.5
    light: Annotated[float, Within(0, 1)] = 0.4

    def paint(self, canvas: Canvas) -> None:
        """Paint them."""
        height, columns = canvas.levels.shape[:2]
        side = min(height, columns)
        count = len(self.colours)
        for row, colour in enumerate(self.colours):
            near = row / max(count - 1, 1)
            foot = round((self.far + (self.foot - self.far) * near) * height)
            tall = (self.tall + (self.near - self.tall) * near) * side
            gap = 1 - np.exp(-(((canvas.across[0] - self.gap) / max(self.open, 1e-3)) ** 2))
            soft = 1.0 + 1.5 * (1 - near) * canvas.unit
            wide = max(round(140 * columns / height), 8)
            lattice = canvas.rng.random((34, wide + 2), dtype=np.float32)
            span = np.linspace(0, wide, columns, dtype=np.float32)
            for heap in range(_HEAPS):
                share = 1 - 0.30 * heap
                lumps = _lumps(canvas, self.wide * side * (1 - 0.2 * heap), self.rough)
                crest = (tall * share * (0.55 + 0.45 * lumps) * gap)[None, :]
                top = max(foot - int(crest.max()) - 3, 0)
                bottom = min(foot, height)
                if top >= bottom:
                    continue
                rise = (foot - np.arange(top, bottom, dtype=np.float32) - 0.5)[:, None]
                below = crest - rise
                cover = np.clip(below / soft + 0.5, 0, 1)
                mist = self.mist * (1 - 0.6 * near) * np.exp(-rise / (0.45 * tall))
                canvas.cover(colour, cover * (1 - mist) * (1.0 if heap == 0 else 0.8), top)
                lit = np.exp(-np.maximum(below, 0) / (0.16 * tall)) * cover * self.light
                if self.rough:
                    leaves = value_noise(np.roll(lattice, 7 * heap, 1), rise[:, 0] * (32 / (1.7 * tall)), span)
                    lit *= (1 - self.rough) + self.rough * np.clip(leaves * 2 - 0.3, 0, 1.6)
                canvas.cover(self.top, lit * (0.35 + 0.65 * near), top)


def _lumps(canvas: Canvas, wide: float, rough: float) -> Floats:
    """Return the height, 0–1, of a row of lumps at each column; each is about ``wide`` pixels wide."""
    columns = canvas.levels.shape[1]
    count = max(round(1.5 * columns / wide), 3)
    places = (np.arange(count) + canvas.rng.uniform(-0.35, 0.35, count)) * columns / (count - 1)
    radii = wide * canvas.rng.uniform(0.75, 1.35, count)
    tops = canvas.rng.uniform(0.55, 1.0, count)
    across = np.arange(columns, dtype=np.float32)[None, :] + 0.5
    away = (across - places[:, None]) / radii[:, None]
    line = (np.sqrt(np.clip(1 - away * away, 0, 1)) * tops[:, None]).max(axis=0)
    # Leaves have the same size, however large the lumps are.
    leaf = max(round(columns / (9 * canvas.unit)), 2)
    leaves = np.interp(np.linspace(0, leaf, columns), np.arange(leaf + 1), canvas.rng.random(leaf + 1))
    twigs = np.interp(np.linspace(0, 3 * leaf, columns), np.arange(3 * leaf + 1), canvas.rng.random(3 * leaf + 1))
    return np.asarray(line + 0.12 * rough * (0.6 * leaves + 0.4 * twigs - 0.5), np.float32)
