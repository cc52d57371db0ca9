"""Sand under water: rippled dunes that fade into the distance, under a net of light (caustics)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, Floats, ridge, value_noise


@dataclass(frozen=True, slots=True)
class Sand:
    """Sand from about ``top`` of the height to the bottom; its colour goes from ``far`` to ``near``.

    A net of ``light`` lies on it, brightest at ``at`` of the width; ``net`` is its strength. ``dunes`` is the height of
    the dunes, as a share of the shorter side.
    """

    far: Colour
    near: Colour
    light: Colour
    top: Annotated[float, Within(0, 1)] = 0.72
    at: Annotated[float, Within(-1, 2)] = 0.4
    net: Annotated[float, Within(0, 1)] = 0.3
    dunes: Annotated[float, Within(0, 0.3)] = 0.05

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""
        height, columns = canvas.levels.shape[:2]
        side = min(height, columns)
        begin = round(self.top * height)
        count = 3
        for number in range(count):
            near = number / (count - 1)
            base = begin + (height - begin) * (0.0, 0.20, 0.52)[number]
            line = base - ridge(canvas.rng, columns, (1, 2, 3), 1.2) * self.dunes * side * (0.45 + 0.55 * near)
            top = min(max(int(line.min()) - 2, 0), height - 1)
            rows = np.arange(top, height, dtype=np.float32)[:, None] + 0.5
            below = rows - line[None, :]
            cover = np.clip(below / ((7 - 4 * near) * canvas.unit) + 0.5, 0, 1)
            deep = np.clip((rows - begin) / max(height - begin, 1), 0, 1)
            shade = np.asarray(self.far, np.float32) + (np.asarray(self.near, np.float32) - self.far) * near
            canvas.cover(tuple(shade), cover * (0.86 + 0.14 * near), top)
            # The crest of a dune catches the light.
            back = np.exp(-np.maximum(below, 0) / (0.05 * side)) * cover
            glow = 0.35 + 0.65 * np.exp(-(((canvas.across - self.at) / 0.45) ** 2))
            ripples = _ripples(canvas, below, deep, columns, side)
            net = _net(canvas, deep, columns, side) if self.net else np.zeros_like(cover)
            shine = (0.20 * back + 0.10 * ripples * cover + self.net * net * cover) * glow * (0.35 + 0.65 * near)
            canvas.light(self.light, shine * (1 - 0.35 * deep), top)


def _ripples(canvas: Canvas, below: Floats, deep: Floats, columns: int, side: int) -> Floats:
    """Return ripples of the sand, −0.5 to 0.5, finer in the distance."""
    lattice = canvas.rng.random((8, 12), dtype=np.float32)
    bend = value_noise(
        lattice, np.linspace(0, 6, len(deep), dtype=np.float32), np.linspace(0, 10, columns, dtype=np.float32)
    )
    waves = np.sin(below / side * 150 / (0.35 + deep) ** 0.8 + 16 * bend)
    fade: Floats = 0.5 * waves * np.clip(bend * 2.2 - 0.5, 0, 1) * np.clip(below / (0.02 * side), 0, 1)
    return fade


def _net(canvas: Canvas, deep: Floats, columns: int, side: int) -> Floats:
    """Return a net of light, 0–1, on the floor, in perspective."""
    down = (deep[:, 0] ** 0.6).astype(np.float32)
    high, wide = 9, max(round(13 * columns / side / 1.6), 2)
    total = np.zeros((len(deep), columns), np.float32)
    for times, weight in ((1, 0.65), (1.8, 0.35)):
        rows, across = int(high * times), int(wide * times)
        lattice = canvas.rng.random((rows + 2, across + 2), dtype=np.float32)
        values = value_noise(lattice, down * rows, np.linspace(0, across, columns, dtype=np.float32))
        total += weight * np.clip(1 - np.abs(values - 0.5) * 5.5, 0, 1) ** 2
    return total
