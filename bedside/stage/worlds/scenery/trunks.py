"""Trunks: rows of trees around a clearing, one behind the other; nearer trunks are thicker."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Count, Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, Floats, value_noise


@dataclass(frozen=True, slots=True)
class Trunks:
    """Rows of trunks in these colours, the farthest row first: ``count`` trees in it, fewer in nearer rows.

    ``thin`` and ``thick`` are the widths of the farthest and the nearest trunks, as shares of the shorter side;
    ``foot`` and ``root`` are how far below the horizon they stand, as shares of the height. They leave a clearing at
    ``clear`` of the width, ``wide`` of the width wide, from which a light of the colour ``gleam`` falls on their
    sides. Their feet fade into the colour ``mist``.
    """

    colours: Annotated[tuple[Colour, ...], Count(1, 8)]
    count: Annotated[int, Within(1, 60)]
    thin: Annotated[float, Within(0.002, 0.3)]
    thick: Annotated[float, Within(0.002, 0.5)]
    gleam: Colour
    mist: Colour
    clear: Annotated[float, Within(-0.5, 1.5)] = 0.5
    wide: Annotated[float, Within(0.01, 2)] = 0.2
    foot: Annotated[float, Within(-0.2, 1)] = 0.0
    root: Annotated[float, Within(-0.2, 1)] = 0.3
    gleam_strength: Annotated[float, Within(0, 1)] = 0.4

    def paint(self, canvas: Canvas) -> None:
        """Paint them."""
        rng = canvas.rng
        rows = len(self.colours)
        for row, colour in enumerate(self.colours):
            near = row / max(rows - 1, 1)
            count = max(round(self.count * (1 - 0.62 * near)), 1)
            for number in range(count):
                x = -0.06 + 1.12 * (number + 0.15 + 0.7 * rng.random()) / count
                aside = x - self.clear
                x += math.copysign(self.wide * math.exp(-((aside / (1.2 * self.wide)) ** 2)), aside)
                self._tree(canvas, colour, near, x)

    def _tree(self, canvas: Canvas, colour: Colour, near: float, x: float) -> None:
        rng = canvas.rng
        height, columns = canvas.levels.shape[:2]
        side = min(height, columns)
        width = side * self.thin * (self.thick / self.thin) ** near * (0.65 + 0.7 * rng.random())
        foot = canvas.horizon + height * (self.foot + (self.root - self.foot) * near + 0.03 * (rng.random() - 0.5))
        lean, bow, sway = 0.05 * rng.normal(), 0.05 * rng.normal(), rng.random()
        rows = min(max(int(foot + 0.35 * width), 1), height)
        up = (foot - np.arange(rows, dtype=np.float32) - 0.5) / height
        middle = x * columns + side * (lean * up + bow * up * up) + 0.12 * width * np.sin(6 * (up + sway))
        # The foot widens into roots, more to one side than to the other.
        flare = np.exp(-np.maximum(up * height, 0) / (0.55 * width)) + 0.4 * np.exp(-np.maximum(up, 0) / 0.16)
        middle += width * 0.22 * rng.normal() * flare**2
        half = 0.5 * width * (1 - 0.25 * np.clip(up, 0, 1)) * (1 + 0.42 * flare)
        half *= 1 + 0.04 * np.sin(19 * up + 9 * sway) + 0.03 * np.sin(47 * up + 5 * sway)
        self._shade(canvas, foot, x * columns, width)
        left = max(int((middle - half).min()) - 4, 0)
        right = min(int((middle + half).max()) + 5, columns)
        if right <= left:
            return
        off = np.arange(left, right, dtype=np.float32)[None, :] + 0.5 - middle[:, None]
        soft = canvas.unit * (1.3 + 2.2 * (1 - near))
        cover = np.clip((half[:, None] - np.abs(off)) / soft + 0.5, 0, 1)
        # Grass hides its foot.
        blades = 0.16 * width * rng.random(right - left, dtype=np.float32)[None, :]
        round_off = 0.30 * width * np.clip(off / (0.75 * width), -1, 1) ** 2
        cover *= np.clip((up[:, None] * height + 0.30 * width - blades - round_off) / (0.16 * width + 2), 0, 1)
        across = np.clip(off / half[:, None], -1, 1)
        bark = _bark(rng, rows, right - left, width / canvas.unit)
        towards = math.tanh((self.clear - x) * 9)
        gleam = np.clip(across * towards, 0, 1) ** 2.2 * (0.55 + 0.45 * bark) * math.exp(-abs(x - self.clear) / 0.55)
        high = np.exp(-(((up - 0.26) / 0.42) ** 2))[:, None]
        gleam = self.gleam_strength * gleam * high
        fog = (0.62 * (1 - near) + 0.16) * np.exp(-np.maximum(up, 0) / (0.13 - 0.06 * near))[:, None]
        part = canvas.levels[:rows, left:right]
        for channel in range(3):
            shade = colour[channel] * (0.86 + 0.28 * bark * (0.3 + 0.7 * near))
            shade = shade + (self.gleam[channel] - shade) * gleam
            shade = shade + (self.mist[channel] - shade) * fog
            part[:, :, channel] += (shade - part[:, :, channel]) * cover

    def _shade(self, canvas: Canvas, foot: float, x: float, width: float) -> None:
        """Darken the ground around a foot."""
        height, columns = canvas.levels.shape[:2]
        top, bottom = max(int(foot - 0.5 * width), canvas.horizon), min(int(foot + 0.8 * width), height)
        left, right = max(int(x - 2.2 * width), 0), min(int(x + 2.2 * width), columns)
        if bottom > top and right > left:
            down = (np.arange(top, bottom, dtype=np.float32)[:, None] - foot - 0.1 * width) / (0.30 * width)
            across = (np.arange(left, right, dtype=np.float32)[None, :] - x) / (1.0 * width)
            canvas.levels[top:bottom, left:right] *= 1 - 0.5 * np.exp(-(down**2) - across**2)[:, :, None]


def _bark(rng: np.random.Generator, rows: int, columns: int, width: float) -> Floats:
    """Return vertical streaks of 0–1; ``width`` is the trunk's, in pixels of a reference picture."""
    lines = int(min(max(width / 7, 2), 14))
    lattice = rng.random((9, lines + 2), dtype=np.float32)
    y = np.linspace(0, 7, rows, dtype=np.float32)
    return value_noise(lattice, y, np.linspace(0, lines, columns, dtype=np.float32))
