"""Northern lights: curtains with a sharp lower hem that fade upwards into another colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, value_noise


@dataclass(frozen=True, slots=True)
class Aurora:
    """Curtains of light, ``low`` in colour at their hems and ``high`` above.

    The hems hang at about ``y`` of the way from the top to the horizon, and the light rises ``tall`` of that way. It is
    strongest at ``x`` of the width, where it is as bright as ``light``.
    """

    low: Colour
    high: Colour
    curtains: Annotated[int, Within(1, 6)] = 3
    x: Annotated[float, Within(-0.5, 1.5)] = 0.5
    y: Annotated[float, Within(0, 1)] = 0.6
    tall: Annotated[float, Within(0.02, 2)] = 0.35
    light: Annotated[float, Within(0, 1)] = 0.4

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""
        columns = canvas.levels.shape[1]
        rows = canvas.horizon
        down = ((np.arange(rows, dtype=np.float32) + 0.5) / rows)[:, None]
        across = canvas.across[0]
        for number in range(self.curtains):
            share = (number + 0.5) / self.curtains - 0.5
            turns, phase = 0.8 + 0.5 * canvas.rng.random(), canvas.rng.random()
            bend = across + 0.035 * np.sin(2 * np.pi * (2.3 * across + phase))
            hem = self.y + 0.30 * share + 0.13 * np.sin(2 * np.pi * (turns * bend + phase))
            hem += 0.035 * np.sin(2 * np.pi * (3.1 * bend - phase))
            # Broad and fine vertical rays, denser where the curtain bends away.
            rays = np.zeros(columns, np.float32)
            for many, weight in ((9, 0.50), (27, 0.32), (80, 0.18)):
                lattice = canvas.rng.random((2, many + 2), dtype=np.float32)
                lattice[1] = lattice[0]
                places = np.clip(bend, 0, 1) * many
                rays += weight * value_noise(lattice, np.zeros(1, np.float32), places.astype(np.float32))[0]
            near = np.exp(-(((across - self.x - 0.25 * share) / 0.42) ** 2))
            strong = self.light * near * (0.25 + 1.1 * rays**1.5)
            tall = self.tall * (0.55 + 0.75 * rays)
            up = hem[None, :] - down
            rise = 1 / (1 + np.exp(np.clip(-up / 0.022, -30, 30)))
            above = np.maximum(up, 0) / tall[None, :]
            fade = rise * np.exp(-above * 1.7) * np.clip(down / 0.30, 0, 1) * strong[None, :]
            green = np.exp(-above * 1.5)
            canvas.light(self.low, fade * green)
            canvas.light(self.high, fade * (1 - green) * 1.25)
