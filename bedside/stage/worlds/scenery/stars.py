"""Stars: points of light of many sizes, fewer and fainter towards the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import REFERENCE_PIXELS, Canvas


@dataclass(frozen=True, slots=True)
class Stars:
    """Warm and cold stars, ``count`` in a reference picture; with ``whole`` also below the horizon."""

    count: Annotated[int, Within(0, 2000)]
    cold: Colour = (205, 215, 255)
    warm: Colour = (245, 227, 220)
    light: Annotated[float, Within(0, 2)] = 0.8
    whole: bool = False

    def paint(self, canvas: Canvas) -> None:
        """Paint them."""
        rng = canvas.rng
        height, columns = canvas.levels.shape[:2]
        rows = height if self.whole else canvas.horizon
        count = round(self.count * min(columns * height / REFERENCE_PIXELS, 1.0))
        scale = max(canvas.unit, 0.75)
        x, y = rng.random(count) * columns, rng.random(count) ** 1.25 * rows * (1.0 if self.whole else 0.93)
        brightness = 0.20 + 0.80 * rng.random(count) ** 3.2
        warmth = rng.random(count)
        cold, warm = (np.asarray(colour, dtype=np.float32) for colour in (self.cold, self.warm))
        for at_x, at_y, bright, share in zip(x, y, brightness, warmth, strict=True):
            spread = (0.55 + 0.75 * bright) * scale
            reach = int(spread * 4) + 1
            left, top = max(int(at_x) - reach, 0), max(int(at_y) - reach, 0)
            patch = canvas.levels[top : min(int(at_y) + reach + 1, rows), left : int(at_x) + reach + 1]
            across = np.arange(left, left + patch.shape[1]) - at_x
            down = np.arange(top, top + patch.shape[0]) - at_y
            far = (down[:, None] ** 2 + across[None, :] ** 2) / spread**2
            light = np.exp(-far) + 0.10 * bright * np.exp(-far / 7)
            fade = 1.0 if self.whole else 1 - 0.75 * (at_y / rows) ** 2
            patch += (light * bright * fade * self.light)[:, :, None] * (cold + (warm - cold) * share)
