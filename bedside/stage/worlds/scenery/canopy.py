"""A canopy: leaves that hang into the picture from above, lower at the sides than over a clearing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.music.smoothstep import smoothstep
from bedside.schema import Count, Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, Floats, value_noise


@dataclass(frozen=True, slots=True)
class Canopy:
    """Leaves in these colours, the farthest first; they reach down ``low`` of the height at most.

    Over a clearing at ``clear`` of the width they reach only ``open`` times as far. Nearer leaves end higher.
    """

    colours: Annotated[tuple[Colour, ...], Count(1, 6)]
    low: Annotated[float, Within(0.02, 1)]
    clear: Annotated[float, Within(-0.5, 1.5)] = 0.5
    open: Annotated[float, Within(0, 1)] = 0.4

    def paint(self, canvas: Canvas) -> None:
        """Paint them."""
        height, columns = canvas.levels.shape[:2]
        away = 1 - np.exp(-(((canvas.across - self.clear) / 0.34) ** 2))
        count = len(self.colours)
        for row, colour in enumerate(self.colours):
            near = row / max(count - 1, 1)
            hang = self.low * (1 - 0.45 * near) * (self.open + (1 - self.open) * away)
            rows = min(max(round(1.5 * float(hang.max()) * height), 1), height)
            down = canvas.down[:rows]
            leaves = _leaves(canvas.rng, rows, columns, canvas.unit)
            soft = 0.75 - 0.35 * near
            dense = np.clip(((hang - down) / (0.45 * hang) + (leaves - 0.5) * 4.6) / soft + 0.5, 0, 1)
            canvas.cover(colour, smoothstep(dense) * (0.80 + 0.2 * near))


def _leaves(rng: np.random.Generator, rows: int, columns: int, unit: float) -> Floats:
    """Return boughs, twigs and leaves as value noise of 0–1."""
    noise = np.zeros((rows, columns), dtype=np.float32)
    for size, weight in ((190, 0.30), (70, 0.22), (26, 0.20), (11, 0.16), (6, 0.12)):
        high, wide = max(int(rows / unit / size), 1), max(int(columns / unit / size), 1)
        lattice = rng.random((high + 2, wide + 2), dtype=np.float32)
        y = np.linspace(0, high, rows, dtype=np.float32)
        noise += weight * value_noise(lattice, y, np.linspace(0, wide, columns, dtype=np.float32))
    return noise
