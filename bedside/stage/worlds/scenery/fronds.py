"""Fronds: groups of tall plants that bend to one side, such as seaweed or grass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from bedside.schema import Count, Within
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.scenery.canvas import Canvas, Floats


@dataclass(frozen=True, slots=True)
class Fronds:
    """Plants of this colour, with tips of the colour ``tip``; one group stands around each place ``at`` of the width.

    They are up to ``tall`` high and ``wide`` wide, as shares of the shorter side; their feet stand at ``foot`` of the
    height. A group has ``count`` plants within ``spread`` of the width. ``leaves`` alternate on both sides; without
    leaves a plant is a ribbon. ``sway`` is how far they bend, ``mist`` how far they fade into the distance, ``soft``
    the width of their edges in pixels of a reference picture.
    """

    colour: Colour
    tip: Colour
    at: Annotated[tuple[Annotated[float, Within(-1, 2)], ...], Count(1, 24)]
    count: Annotated[int, Within(1, 120)] = 6
    tall: Annotated[float, Within(0.01, 2)] = 0.4
    wide: Annotated[float, Within(0.001, 0.2)] = 0.02
    foot: Annotated[float, Within(0, 1.5)] = 1.02
    spread: Annotated[float, Within(0, 1)] = 0.06
    leaves: Annotated[int, Within(0, 60)] = 0
    sway: Annotated[float, Within(-1, 1)] = 0.2
    mist: Annotated[float, Within(0, 1)] = 0.0
    soft: Annotated[float, Within(0.5, 20)] = 1.2

    def paint(self, canvas: Canvas) -> None:
        """Paint them."""
        height, columns = canvas.levels.shape[:2]
        side = min(height, columns)
        foot = self.foot * height
        top = max(round(foot - 1.05 * self.tall * side), 0)
        mask = np.zeros((max(height - top, 1), columns), np.float32)
        for place in self.at:
            for _ in range(self.count):
                x = (place + self.spread * float(np.clip(canvas.rng.normal(0, 0.45), -1, 1))) * columns
                tall = self.tall * side * float(canvas.rng.uniform(0.5, 1.0))
                self._plant(canvas, mask, (x, foot - top), tall, side)
        up: Floats = (foot - top - np.arange(len(mask), dtype=np.float32))[:, None] / max(self.tall * side, 1)
        mask *= 1 - self.mist
        canvas.cover(self.colour, mask, top)
        mask *= np.clip(up, 0, 1) ** 1.5
        canvas.cover(self.tip, mask, top)

    def _plant(self, canvas: Canvas, mask: Floats, foot: tuple[float, float], tall: float, side: int) -> None:
        """Paint one plant on the mask."""
        rng = canvas.rng
        bend = self.sway * tall * float(rng.uniform(0.4, 1.2))
        wave, phase = tall * 0.05 * float(rng.uniform(0.4, 1.3)), float(rng.uniform(0, 2 * np.pi))

        def line(share: Floats) -> Floats:
            x: Floats = foot[0] + bend * share**2 + wave * share * np.sin(phase + 5.5 * share)
            return x

        first, last = max(int(foot[1] - tall), 0), min(int(foot[1]) + 1, len(mask))
        if first >= last:
            return
        share = (foot[1] - np.arange(first, last, dtype=np.float32) - 0.5) / tall
        middle = line(share)
        wide = self.wide * side * (0.25 if self.leaves else float(rng.uniform(0.6, 1.1)))
        half = wide / 2 * np.clip(1 - share, 0, 1) ** 0.6 * np.clip(0.45 + 2.2 * share, 0, 1)
        left = max(int(middle.min() - wide - self.soft), 0)
        right = min(int(middle.max() + wide + self.soft) + 2, mask.shape[1])
        if left >= right:
            return
        away = np.abs(np.arange(left, right, dtype=np.float32)[None, :] + 0.5 - middle[:, None])
        soft = self.soft * max(canvas.unit, 0.6)
        cover = np.clip((half[:, None] - away) / soft + 0.5, 0, 1) * (half[:, None] > 0)
        part = mask[first:last, left:right]
        np.maximum(part, cover, out=part)
        places: Floats = np.linspace(0.10, 0.98, 2 * self.leaves + 1, dtype=np.float32)[1::2]
        for number, (place, x) in enumerate(zip(places, line(places), strict=True)):
            at = float(place)
            out = 1 if number % 2 else -1
            length = (
                self.wide * side * 2.4 * (0.5 + 0.7 * float(np.sin(np.pi * at**0.8))) * float(rng.uniform(0.8, 1.15))
            )
            angle = float(rng.uniform(0.55, 0.85)) - 0.35 * at
            root = (float(x), foot[1] - at * tall)
            _leaf(mask, root, length, (out * np.sin(angle), -np.cos(angle)), 0.15 * length, soft, out)


def _leaf(
    mask: Floats,
    root: tuple[float, float],
    length: float,
    towards: tuple[float, float],
    half: float,
    soft: float,
    out: int,
) -> None:
    """Paint one leaf on the mask, pointed at both ends and drooping a little."""
    end = (root[0] + towards[0] * length, root[1] + towards[1] * length)
    margin = half + 2 + 0.2 * length
    left, right = int(min(root[0], end[0]) - margin), int(max(root[0], end[0]) + margin) + 1
    top, bottom = int(min(root[1], end[1]) - margin), int(max(root[1], end[1]) + margin) + 1
    left, right = max(left, 0), min(right, mask.shape[1])
    top, bottom = max(top, 0), min(bottom, mask.shape[0])
    if left >= right or top >= bottom:
        return
    x = np.arange(left, right, dtype=np.float32)[None, :] + 0.5 - root[0]
    y = np.arange(top, bottom, dtype=np.float32)[:, None] + 0.5 - root[1]
    along = (x * towards[0] + y * towards[1]) / length
    aside = x * towards[1] - y * towards[0] + out * 0.20 * length * along * along
    within = half * np.sqrt(np.clip(along, 0, 1)) * np.clip(1 - along, 0, 1) ** 0.7 * 1.7
    cover = np.clip((within - np.abs(aside)) / soft + 0.5, 0, 1) * (within > 0)
    part = mask[top:bottom, left:right]
    np.maximum(part, cover, out=part)
