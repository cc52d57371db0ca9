"""A planet so close that only part of it shows: its lit limb, atmosphere, clouds and ring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, Floats, value_noise

# How far beyond the limb air and ring reach, in radii; and the flattening of the ring.
_REACH, _FLAT = 0.42, 0.92


@dataclass(frozen=True, slots=True)
class Planet:
    """A globe with its top at ``x`` of the width and ``y`` of the height; ``radius`` is a share of the width.

    The light comes from ``light_from``, in turns clockwise from up. ``lit`` is the colour of the day side, ``shade`` of
    the night side, ``air`` of the glow along the limb. A ``ring`` of dust with a strength of ``ring_strength`` arches
    over the globe, tilted by ``tilt`` turns.
    """

    x: Annotated[float, Within(-1, 2)]
    y: Annotated[float, Within(-1, 2)]
    radius: Annotated[float, Within(0.02, 4)]
    lit: Colour
    shade: Colour
    air: Colour
    light_from: Annotated[float, Within(-0.5, 0.5)] = -0.1
    ring: Colour = (150, 140, 170)
    ring_strength: Annotated[float, Within(0, 1)] = 0.0
    tilt: Annotated[float, Within(-0.25, 0.25)] = 0.04

    def paint(self, canvas: Canvas) -> None:
        """Paint it."""
        height, columns = canvas.levels.shape[:2]
        radius = self.radius * columns
        top = self.y * height
        first = min(max(int(top - _REACH * radius), 0), height - 1)
        x = (canvas.across - self.x) * (columns / radius)
        y = (canvas.down[first:] * height - top - radius) / radius
        far = np.sqrt(x * x + y * y)
        light_x, light_y = np.sin(2 * np.pi * self.light_from), -np.cos(2 * np.pi * self.light_from)
        day = np.clip(0.5 + 0.62 * (x * float(light_x) + y * float(light_y)) / np.maximum(far, 1e-3), 0, 1)
        day *= np.sqrt(day)
        if self.ring_strength > 0:
            canvas.light(self.ring, self._dust(x, y) * day, first)
        inside = np.clip((1 - far) * radius + 0.5, 0, 1)
        # The air glows on both sides of the limb; inside, the day fades into night.
        off = np.abs(far - 1)
        near, wide = np.exp(off * -60), np.exp(off * -13)
        bands = value_noise(
            canvas.rng.random((14, 4), dtype=np.float32), np.clip(y * 9 + 9, 0, 12)[:, 0], x[0] * 0.5 + 1.2
        )
        light = np.clip(day * (0.25 + 0.75 * np.sqrt(wide)) * (0.40 + 1.1 * bands), 0, 1)
        rim = 0.75 * day * near
        halo = day * (0.55 * near + 0.30 * wide) * (1 - inside)
        part = canvas.levels[first:]
        for channel in range(3):
            own = self.shade[channel] + (self.lit[channel] - self.shade[channel]) * light
            own += (self.air[channel] - own) * rim
            part[:, :, channel] += (own - part[:, :, channel]) * inside + self.air[channel] * halo

    def _dust(self, x: Floats, y: Floats) -> Floats:
        """Return the light of the ring at places measured from the globe's middle, in radii."""
        turn = 2 * np.pi * self.tilt
        along = x * float(np.cos(turn)) + y * float(np.sin(turn))
        up = y * float(np.cos(turn)) - x * float(np.sin(turn))
        out = np.sqrt(along * along + up * up * (1 / _FLAT**2))
        grooves = 0.78 + 0.14 * np.sin(out * 58) + 0.08 * np.sin(out * 131 + 1)
        dust: Floats = np.clip((out - 1.16) * 12, 0, 1) * np.clip((1.46 - out) * 4, 0, 1) * grooves
        return self.ring_strength * dust
