"""A distant arch of rock with soft edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, clouds


@dataclass(frozen=True, slots=True)
class Arch:
    """An arch of this colour, of the colour ``tip`` at its top; its foot stands at ``x`` and ``foot`` of the picture.

    ``wide``, ``tall`` and the softness of its edges, ``soft``, are shares of the shorter side; ``mist`` hides its foot.
    """

    colour: Colour
    tip: Colour
    x: Annotated[float, Within(-1, 2)]
    foot: Annotated[float, Within(0, 1.5)] = 0.75
    wide: Annotated[float, Within(0.05, 3)] = 0.9
    tall: Annotated[float, Within(0.05, 2)] = 0.5
    soft: Annotated[float, Within(0.001, 0.2)] = 0.01
    mist: Annotated[float, Within(0, 1)] = 0.5

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""
        height, columns = canvas.levels.shape[:2]
        side = min(height, columns)
        foot = round(self.foot * height)
        tall, wide = self.tall * side, self.wide * side
        top, bottom = max(int(foot - 1.25 * tall), 0), min(foot, height)
        left = max(int(self.x * columns - 0.75 * wide), 0)
        right = min(int(self.x * columns + 0.75 * wide) + 1, columns)
        if top >= bottom or left >= right:
            return
        rock = clouds(canvas.rng, bottom - top, right - left, 6, 8) - 0.5
        up = ((foot - np.arange(top, bottom, dtype=np.float32) - 0.5) / tall)[:, None]
        aside = ((np.arange(left, right, dtype=np.float32) + 0.5 - self.x * columns) / (wide / 2))[None, :]
        # The top slopes down to the left; the opening lies a little to the right.
        outer = np.abs(aside * (1 + 0.10 * up)) ** 2.6 + np.abs(up * (1 - 0.16 * aside)) ** 2.4 - 1 + 0.75 * rock
        inner = np.abs((aside - 0.10) / (0.50 - 0.05 * up)) ** 2.2 + np.abs(up / 0.66) ** 2.2 - 1 - 0.85 * rock
        edge = self.soft * side / tall * 3
        cover = np.clip(0.5 - outer / edge, 0, 1) * np.clip(0.5 + inner / edge, 0, 1)
        cover *= 1 - self.mist * np.exp(-np.maximum(up, 0) * 3.2)
        part = canvas.levels[top:bottom, left:right]
        lit = cover * np.clip(up, 0, 1) ** 2 * np.clip(0.5 + 1.2 * rock, 0, 1)
        part += (np.asarray(self.colour, np.float32) - part) * cover[:, :, None]
        part += (np.asarray(self.tip, np.float32) - part) * lit[:, :, None]
