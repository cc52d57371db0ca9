"""A lawn below the horizon, with patches of light, and blades of grass close by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, Floats, value_noise


@dataclass(frozen=True, slots=True)
class Lawn:
    """Grass whose colour goes from ``far``, at the horizon, to ``near``; ``light`` lies on it in patches.

    ``patches`` is the strength of that light, ``blades`` the contrast of the single blades close by.
    """

    far: Colour
    near: Colour
    light: Colour
    patches: Annotated[float, Within(0, 1)] = 0.25
    blades: Annotated[float, Within(0, 1)] = 0.2

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""
        height, columns = canvas.levels.shape[:2]
        rows = height - canvas.horizon
        down = ((np.arange(rows, dtype=np.float32) + 0.5) / rows)[:, None]
        whole = np.ones((1, columns), np.float32)
        canvas.cover(self.far, np.ones_like(down) * whole, height - rows)
        canvas.cover(self.near, np.sqrt(down) * whole, height - rows)
        deep = down[:, 0] ** 0.55
        wide = max(round(7 * columns / height), 2)
        patches = value_noise(canvas.rng.random((11, wide + 2), dtype=np.float32), deep * 9, _along(wide, columns))
        tufts = max(round(260 * columns / height), 2)
        blades = value_noise(canvas.rng.random((34, tufts + 2), dtype=np.float32), deep * 32, _along(tufts, columns))
        light = self.patches * np.clip(patches * 2 - 0.8, 0, 1) * (1 - 0.6 * down)
        light += self.blades * (blades - 0.45) * down * (0.4 + patches)
        canvas.light(self.light, light, height - rows)


def _along(points: int, columns: int) -> Floats:
    return np.linspace(0, points, columns, dtype=np.float32)
