"""A hedge across the whole picture, with a gate under an arch that shows what lies behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Count, Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.blossoms import blossom
from bedside.stage.worlds.scenery.canvas import Canvas, Floats, value_noise


@dataclass(frozen=True, slots=True)
class Hedge:
    """A hedge of this colour; ``top`` is the light of the sky on its leaves, ``glow`` the light through its gate.

    It stands at ``foot`` of the height. The gate stands at ``gate`` of the width; ``tall``, ``gate_wide`` and
    ``gate_tall`` are shares of the shorter side. A hedge whose gate has no width has no gate. About ``count`` roses of
    these colours climb along the hedge, most of them over the gate.
    """

    colour: Colour
    top: Colour
    glow: Colour
    foot: Annotated[float, Within(0, 1.5)] = 0.64
    tall: Annotated[float, Within(0.01, 1)] = 0.15
    gate: Annotated[float, Within(-1, 2)] = 0.6
    gate_wide: Annotated[float, Within(0, 1)] = 0.12
    gate_tall: Annotated[float, Within(0, 1)] = 0.2
    light: Annotated[float, Within(0, 1)] = 0.4
    roses: Annotated[tuple[Colour, ...], Count(0, 8)] = ()
    count: Annotated[int, Within(0, 200)] = 60

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""
        height, columns = canvas.levels.shape[:2]
        side = min(height, columns)
        foot, tall = round(self.foot * height), self.tall * side
        arch = 0.42 * self.gate_wide * side
        highest = max(1.25 * tall, self.gate_tall * side + arch + 0.1 * tall)
        top, bottom = max(int(foot - highest), 0), min(foot, height)
        if top >= bottom:
            return
        rows = bottom - top
        rise = (foot - np.arange(top, bottom, dtype=np.float32) - 0.5)[:, None]
        leaves = _leaves(canvas, rows, columns)
        crest = tall * (1 + 0.13 * _waves(canvas, columns))[None, :] + (leaves - 0.5) * 0.036 * side
        inside = crest - rise
        if self.gate_wide:
            # An arch of leaves over the opening, whose sides are upright.
            off = (canvas.across - self.gate) * columns
            half, spring = self.gate_wide * side / 2, (self.gate_tall - self.gate_wide / 2) * side
            far = np.sqrt(off**2 + np.maximum(rise - spring, 0) ** 2)
            ring = half + arch - far + (leaves - 0.5) * 0.024 * side
            inside = np.minimum(np.maximum(inside, ring), far - half + (leaves - 0.5) * 0.018 * side)
            rim = np.exp(-np.maximum(far - half, 0) / (0.30 * arch)) * (rise > 0)
        # Its foot is hidden by grass.
        blades = np.clip(rise / (0.10 * tall) + (leaves - 0.5) * 2.2, 0, 1)
        cover = np.clip(inside / (1.6 * canvas.unit) + 0.5, 0, 1) * blades
        canvas.cover(self.colour, cover, top)
        shade = np.clip(rise / tall, 0, 1.3)
        sky = np.exp(-np.maximum(crest - rise, 0) / (0.20 * tall)) + 0.36 * shade
        tuft = np.clip(leaves * 4.2 - 1.6, 0, 1.1)
        canvas.cover(self.top, self.light * cover * sky * (0.20 + 0.80 * tuft) * 0.8, top)
        if self.gate_wide:
            canvas.light(self.glow, 0.55 * self.light * cover * rim * (0.3 + 0.7 * tuft), top)
        if self.roses:
            self._climb(canvas, foot, tall, side)

    def _climb(self, canvas: Canvas, foot: int, tall: float, side: int) -> None:
        """Paint the roses."""
        columns = canvas.levels.shape[1]
        half, arch = self.gate_wide * side / 2, 0.42 * self.gate_wide * side
        spring = self.gate_tall * side - half
        for number in range(self.count):
            radius = side * float(canvas.rng.uniform(0.0028, 0.0060))
            if number % 3 == 0 or not self.gate_wide:
                x = float(canvas.rng.random()) * columns
                y = foot - tall * float(canvas.rng.uniform(0.25, 1.0))
                if abs(x - self.gate * columns) < half + arch:
                    continue
            else:
                # Anywhere along the arch, from foot to foot.
                way = float(canvas.rng.uniform(-1, 1)) * (spring + half * np.pi / 2)
                out = half + arch * float(canvas.rng.uniform(0.15, 1.0))
                turn = np.clip((abs(way) - spring) / half, 0, np.pi / 2)
                x = self.gate * columns + float(np.sign(way) * out * np.cos(turn))
                y = foot - min(abs(way), spring) - float(out * np.sin(turn))
            blossom(canvas, (x, y), radius, self.roses, 0.74)


def _waves(canvas: Canvas, columns: int) -> Floats:
    count = max(round(7 * columns / canvas.levels.shape[0]), 3)
    lattice = canvas.rng.random((2, count + 2), dtype=np.float32) * 2 - 1
    line: Floats = value_noise(lattice, np.zeros(1, np.float32), np.linspace(0, count, columns, dtype=np.float32))[0]
    return line


def _leaves(canvas: Canvas, rows: int, columns: int) -> Floats:
    """Return tufts and leaves of 0–1, of the same size in every picture."""
    total = np.zeros((rows, columns), np.float32)
    for size, weight in ((40, 0.40), (15, 0.36), (7, 0.24)):
        high, wide = (max(round(length / (size * canvas.unit)), 1) for length in (rows, columns))
        lattice = canvas.rng.random((high + 2, wide + 2), dtype=np.float32)
        y, x = (np.linspace(0, count, length, dtype=np.float32) for count, length in ((high, rows), (wide, columns)))
        total += weight * value_noise(lattice, y, x)
    return total
