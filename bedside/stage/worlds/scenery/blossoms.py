"""Blossoms: beds of small flowers seen from a distance, each a dab of colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Count, Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, value_noise

# The light of the sky on leaves, added to their colour.
_LEAF_LIGHT = np.asarray((60, 82, 62), np.float32)


@dataclass(frozen=True, slots=True)
class Blossoms:
    """Flowers in these colours, over leaves of the colour ``leaf`` if one is given.

    One bed lies around each place ``at`` of the width. The beds stand at ``foot`` of the height, are ``tall`` of the
    shorter side high and reach over ``spread`` of the width; each has ``count`` flowers of about ``size`` of the
    shorter side. ``light`` dims them, 0–1.
    """

    colours: Annotated[tuple[Colour, ...], Count(1, 8)]
    at: Annotated[tuple[Annotated[float, Within(-1, 2)], ...], Count(1, 16)]
    leaf: Colour | None = None
    foot: Annotated[float, Within(0, 1.5)] = 0.8
    tall: Annotated[float, Within(0.005, 1)] = 0.08
    spread: Annotated[float, Within(0.01, 1)] = 0.15
    count: Annotated[int, Within(1, 200)] = 40
    size: Annotated[float, Within(0.002, 0.2)] = 0.012
    light: Annotated[float, Within(0, 1)] = 0.8

    def paint(self, canvas: Canvas) -> None:
        """Paint them."""
        for place in self.at:
            if self.leaf is not None:
                self._leaves(canvas, self.leaf, place)
            across = np.clip(canvas.rng.normal(0, 0.5, self.count), -1, 1)
            # From back to front: the farthest stand highest.
            up = np.sort(canvas.rng.random(self.count))[::-1]
            for number in range(self.count):
                hill = 0.35 + 0.65 * (1 - across[number] ** 2)
                self._blossom(canvas, place + self.spread * across[number], float(up[number] * hill))

    def _leaves(self, canvas: Canvas, leaf: Colour, place: float) -> None:
        """Paint the dark leaves behind a bed's flowers."""
        height, columns = canvas.levels.shape[:2]
        side = min(height, columns)
        foot, tall = self.foot * height, 1.15 * self.tall * side
        top, bottom = max(int(foot - tall), 0), min(int(foot + 0.25 * tall), height)
        if top >= bottom:
            return
        up = ((foot - np.arange(top, bottom, dtype=np.float32) - 0.5) / tall)[:, None]
        reach = 1.15 * self.spread
        left, right = (min(max(round((place + out * reach) * columns), 0), columns) for out in (-1, 1))
        if left >= right:
            return
        off = (canvas.across[:, left:right] - place) / reach
        rough = value_noise(
            canvas.rng.random((7, 40), dtype=np.float32),
            np.linspace(0, 5, bottom - top, dtype=np.float32),
            np.linspace(0, 38, right - left, dtype=np.float32),
        )
        crest = 0.80 * np.sqrt(np.clip(1 - off * off, 0, 1)) + 0.55 * (rough - 0.45)
        cover = np.clip((crest - up) / 0.20, 0, 1) * np.clip((up + 0.25) / 0.30, 0, 1)
        cover *= np.clip((1 - np.abs(off)) * 6, 0, 1)
        lit = cover * np.clip(rough * 2 - 0.9, 0, 1) * np.clip(up, 0, 1) * 0.4
        part = canvas.levels[top:bottom, left:right]
        part += (np.asarray(leaf, np.float32) - part) * (0.9 * cover)[:, :, None]
        part += lit[:, :, None] * _LEAF_LIGHT

    def _blossom(self, canvas: Canvas, x: float, up: float) -> None:
        height, columns = canvas.levels.shape[:2]
        side = min(height, columns)
        radius = self.size * side * (1.15 - 0.45 * up) * float(canvas.rng.uniform(0.6, 1.25)) / 2
        blossom(canvas, (x * columns, self.foot * height - up * self.tall * side), radius, self.colours, self.light)


def blossom(canvas: Canvas, at: tuple[float, float], radius: float, colours: tuple[Colour, ...], light: float) -> None:
    """Paint one flower in one of the colours, dimmed to ``light``; ``at`` and ``radius`` are in pixels."""
    rng = canvas.rng
    radius = max(radius, 0.8)
    colour = np.asarray(colours[int(rng.integers(len(colours)))], np.float32) * (light * float(rng.uniform(0.72, 1.08)))
    petals, turn = int(rng.integers(5, 8)), float(rng.uniform(0, 2 * np.pi))
    reach = int(radius * 1.3) + 2
    left, top = max(int(at[0]) - reach, 0), max(int(at[1]) - reach, 0)
    patch = canvas.levels[top : max(int(at[1]) + reach + 1, 0), left : max(int(at[0]) + reach + 1, 0)]
    if not patch.size:
        return
    across = np.arange(left, left + patch.shape[1], dtype=np.float32)[None, :] + 0.5 - at[0]
    down = (np.arange(top, top + patch.shape[0], dtype=np.float32)[:, None] + 0.5 - at[1]) * 1.25
    far = np.sqrt(across**2 + down**2)
    edge = radius * (0.84 + 0.16 * np.cos(petals * np.arctan2(down, across) + turn))
    cover = np.clip((edge - far) / max(0.3 * radius, 1.0) + 0.4, 0, 1)[:, :, None]
    heart = 0.80 + 0.35 * np.clip(far / radius, 0, 1)
    patch += (np.minimum(colour * heart[:, :, None], 235) - patch) * cover * 0.92
