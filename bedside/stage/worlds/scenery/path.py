"""A path that winds from the horizon to the lower edge, wet after rain and shining."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.music.smoothstep import smoothstep
from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, clouds, value_noise


@dataclass(frozen=True, slots=True)
class Path:
    """A path of this colour from ``start`` of the width, at the horizon, to ``end``, at the bottom.

    It is ``narrow`` wide at the horizon, ``wide`` at the bottom, and winds by ``wind``, all shares of the width.
    ``sheen`` is the colour of the light on it, brightest in the distance and in puddles; ``wet`` is its strength.
    """

    colour: Colour
    sheen: Colour
    start: Annotated[float, Within(-1, 2)] = 0.6
    end: Annotated[float, Within(-1, 2)] = 0.45
    narrow: Annotated[float, Within(0.001, 1)] = 0.02
    wide: Annotated[float, Within(0.01, 2)] = 0.3
    wind: Annotated[float, Within(-1, 1)] = 0.08
    wet: Annotated[float, Within(0, 1)] = 0.5

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""
        height, columns = canvas.levels.shape[:2]
        top = canvas.horizon
        rows = height - top
        down = (np.arange(rows, dtype=np.float32) + 0.5) / rows
        middle = self.start + (self.end - self.start) * down + self.wind * np.sin(np.pi * 1.9 * down**0.75) * down**0.5
        half = (self.narrow + (self.wide - self.narrow) * down**1.3) / 2
        stones = value_noise(
            canvas.rng.random((38, 62), dtype=np.float32),
            down**0.55 * 36,
            np.linspace(0, 60, columns, dtype=np.float32),
        )
        away = np.abs(canvas.across - middle[:, None]) / half[:, None] + 0.16 * (stones - 0.5)
        soft = 0.10 + 0.012 / half[:, None] / columns * 100
        cover = np.clip((1 - away) / soft + 0.5, 0, 1)
        cover = smoothstep(cover)
        canvas.cover(self.colour, cover * 0.85, top)
        puddles = np.clip((clouds(canvas.rng, rows, columns, 7, 5) - 0.50) * 6, 0, 1)
        flat = np.clip(1.25 - away, 0, 1)
        sheen = (0.30 * np.exp(-3.0 * down) + 0.10)[:, None] * (0.7 + 0.6 * stones)
        sheen = sheen + (0.45 * np.exp(-1.1 * down))[:, None] * puddles
        canvas.light(self.sheen, self.wet * sheen * flat * cover, top)
