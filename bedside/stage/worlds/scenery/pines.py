"""Pines: rows of trees on the horizon, with mist at their feet and a light on the nearer rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Count, Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas


@dataclass(frozen=True, slots=True)
class Pines:
    """Rows of pines in these colours, the farthest first: ``count`` trees in the farthest, fewer in nearer ones.

    ``tall`` and ``near`` are the heights of the farthest and the nearest, ``foot`` how far below the horizon they
    stand, as shares of the picture's height. They get lower towards a clearing at ``clear`` of the width, and none
    stands within ``wide`` of it. From there a light of the colour ``lit`` falls on the nearer rows. Their feet fade
    into the colour ``mist``.
    """

    colours: Annotated[tuple[Colour, ...], Count(1, 6)]
    count: Annotated[int, Within(1, 80)]
    tall: Annotated[float, Within(0.01, 1)]
    near: Annotated[float, Within(0.01, 1)]
    mist: Colour
    lit: Colour
    clear: Annotated[float, Within(-0.5, 1.5)] = 0.5
    wide: Annotated[float, Within(0, 1)] = 0.0
    foot: Annotated[float, Within(-0.2, 1)] = 0.0

    def paint(self, canvas: Canvas) -> None:
        """Paint them."""
        rng = canvas.rng
        rows = len(self.colours)
        for row, colour in enumerate(self.colours):
            near = row / max(rows - 1, 1)
            count = max(round(self.count * (1 - 0.5 * near)), 1)
            for number in rng.permutation(count).tolist():
                x = -0.03 + 1.06 * (number + 0.1 + 0.8 * rng.random()) / count
                if abs(x - self.clear) >= self.wide:
                    self._tree(canvas, colour, near, x)

    def _tree(self, canvas: Canvas, colour: Colour, near: float, x: float) -> None:
        rng = canvas.rng
        height, columns = canvas.levels.shape[:2]
        aside = abs(x - self.clear)
        tall = (self.tall + (self.near - self.tall) * near) * height
        tall *= (0.62 + 0.5 * rng.random()) * (1 - 0.55 * near * math.exp(-((aside / 0.24) ** 2)))
        foot = canvas.horizon + height * (self.foot + 0.012 * near + 0.3 * self.foot * (rng.random() - 0.5))
        top = max(int(foot - tall) - 2, 0)
        bottom = min(max(int(foot + 2), top + 1), height)
        up = np.clip((foot - np.arange(top, bottom, dtype=np.float32) - 0.5) / tall, 0, 1)[:, None]
        wide = tall * (0.155 + 0.05 * rng.random())
        left = max(int(x * columns - 1.1 * wide) - 2, 0)
        right = min(int(x * columns + 1.1 * wide) + 3, columns)
        if right <= left or bottom <= top:
            return
        off = np.arange(left, right, dtype=np.float32)[None, :] + 0.5 - x * columns
        across = off / wide
        # Tiers of boughs, closer together towards the top, drooping and a little ragged.
        tiers, shift = 6 + 2 * rng.random() + 14 * tall / height, rng.random()
        ragged = 0.10 * np.sin(across * 9 + 31 * up + 7 * shift) + 0.07 * np.sin(across * 23 - 47 * up)
        tier = ((1 - up) ** 0.8 * tiers - 0.55 * np.abs(across) + ragged + shift) % 1
        reach = (1 - up) ** 0.85 * (0.62 + 0.38 * tier) + 0.015
        cover = np.clip((reach - np.abs(across)) * wide / (1.2 * canvas.unit) + 0.5, 0, 1)
        # The lowest boughs end above the ground; only the trunk reaches it.
        lowest = 0.055 + 0.030 * across**2 + 0.18 * ragged * (0.3 + np.abs(across))
        trunk = np.clip((0.055 * wide - np.abs(off)) / canvas.unit + 0.5, 0, 1) * (up > 0) * (up < 0.3)
        cover = np.maximum(cover * np.clip((up - lowest) * tall / (1.5 * canvas.unit), 0, 1), trunk)
        fog = (0.60 - 0.34 * near) * np.exp(-up / (0.20 + 0.1 * (1 - near)))
        near_fire = math.exp(-aside / 0.45)
        side = np.clip(0.45 + 0.75 * across * math.copysign(1, self.clear - x), 0, 1)
        light = (0.35 + 0.5 * near) * near_fire * side * (0.35 + 0.65 * tier) * np.exp(-up / 0.42)
        part = canvas.levels[top:bottom, left:right]
        for channel in range(3):
            shade = colour[channel] * (0.80 + 0.34 * tier)
            shade = shade + (self.lit[channel] - shade) * light
            shade = shade + (self.mist[channel] - shade) * fog
            part[:, :, channel] += (shade - part[:, :, channel]) * cover
