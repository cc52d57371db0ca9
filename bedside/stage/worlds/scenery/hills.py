"""Hills: ridges above the horizon with mist at their feet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Count, Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, ridge


@dataclass(frozen=True, slots=True)
class Hills:
    """Ridges in these colours, the farthest first, lower in a valley at ``valley`` of the width.

    ``tall`` and ``near`` are the heights of the farthest and the nearest ridge, as shares of the picture's height.
    """

    colours: Annotated[tuple[Colour, ...], Count(1, 8)]
    valley: Annotated[float, Within(-1, 2)] = 0.4
    tall: Annotated[float, Within(0.01, 0.6)] = 0.067
    near: Annotated[float, Within(0.01, 0.6)] = 0.046
    mist: Annotated[float, Within(0, 1)] = 0.55

    def paint(self, canvas: Canvas) -> None:
        """Paint them."""
        height, columns = canvas.levels.shape[:2]
        rows = canvas.horizon
        up = (rows - np.arange(rows, dtype=np.float32) - 0.5)[:, None]
        count = len(self.colours)
        for layer, colour in enumerate(self.colours):
            near = (layer + 1) / count
            line = ridge(canvas.rng, columns, (1, 2, 3, 5, 8, 13, 21), 1.15)
            valley = np.exp(-(((canvas.across[0] - self.valley) / (0.22 + 0.10 * near)) ** 2))
            share = layer / max(count - 1, 1)
            tall = height * (self.tall + (self.near - self.tall) * share)
            crest = np.maximum(tall * (1 + 0.42 * line) * (1 - 0.70 * valley * near), 0)[None, :]
            top = rows - min(int(crest.max()) + 2, rows)
            rise = up[top:]
            cover = np.clip(crest - rise + 0.5, 0, 1)
            mist = self.mist * (1 - near) + 0.35 * np.exp(-rise / (height * 0.018))
            canvas.cover(colour, cover * (1 - mist), top)
