"""The canvas that a backdrop's layers are painted on, and the noise that many of them are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bedside.music.smoothstep import smoothstep

Floats = NDArray[np.float32]

# The size of the picture that an artist's numbers are chosen for, in pixels.
REFERENCE_PIXELS = 1280 * 800


@dataclass(frozen=True, slots=True)
class Canvas:
    """The picture as ``levels``: (rows, columns, 3) float32, sRGB 0–255, clipped only at the end.

    ``horizon`` is the row where the ground or the water begins, 1 to rows − 1. ``rng`` is the only source of
    randomness.
    """

    levels: Floats
    horizon: int
    rng: np.random.Generator

    @property
    def unit(self) -> float:
        """The size of one pixel of a reference picture, 800 pixels high, in pixels of this one."""
        return float(max(min(self.levels.shape[:2]) / 800, 0.5))

    @property
    def down(self) -> Floats:
        """How far down each row lies, 0–1, as a column."""
        rows = self.levels.shape[0]
        down: Floats = ((np.arange(rows, dtype=np.float32) + 0.5) / rows)[:, None]
        return down

    @property
    def across(self) -> Floats:
        """How far right each column lies, 0–1, as a row."""
        columns = self.levels.shape[1]
        across: Floats = ((np.arange(columns, dtype=np.float32) + 0.5) / columns)[None, :]
        return across

    def cover(self, colour: tuple[float, float, float], share: Floats, top: int = 0) -> None:
        """Blend a colour over the rows from ``top`` on; ``share``, 0–1, is its opacity at each place."""
        part = self.levels[top : top + share.shape[0]]
        for channel in range(3):
            part[:, :, channel] += (colour[channel] - part[:, :, channel]) * share

    def light(self, colour: tuple[float, float, float], share: Floats, top: int = 0) -> None:
        """Add a colour to the rows from ``top`` on; ``share`` is its strength at each place."""
        part = self.levels[top : top + share.shape[0]]
        for channel in range(3):
            part[:, :, channel] += colour[channel] * share


def clouds(rng: np.random.Generator, rows: int, columns: int, high: int, wide: int) -> Floats:
    """Return clouds of 0–1: three octaves of value noise, the coarsest ``high`` by ``wide`` cells."""
    noise = np.zeros((rows, columns), dtype=np.float32)
    for times, weight in ((1, 0.55), (2, 0.3), (4, 0.15)):
        lattice = rng.random((high * times + 2, wide * times + 2), dtype=np.float32)
        y = np.linspace(0, high * times, rows, dtype=np.float32)
        noise += weight * value_noise(lattice, y, np.linspace(0, wide * times, columns, dtype=np.float32))
    return noise


def ridge(rng: np.random.Generator, columns: int, waves: tuple[int, ...], rough: float) -> Floats:
    """Return the height of a ridge at each column, about −1 to 1: a sum of sines, ``waves`` of them to the width.

    Each sine is divided by its number of waves to the power of ``rough``.
    """
    across = (np.arange(columns, dtype=np.float32) + 0.5) / columns
    line = np.zeros(columns, np.float32)
    for wave in waves:
        line += np.sin(2 * np.pi * (across * wave * (0.8 + 0.4 * rng.random()) + rng.random())) / wave**rough
    return line


def value_noise(lattice: Floats, y: Floats, x: Floats) -> Floats:
    """Return value noise, (len(y), len(x)): a lattice interpolated by `smoothstep` at every pair of places."""
    return (_weights(y, lattice.shape[0]) @ lattice @ _weights(x, lattice.shape[1]).T).astype(np.float32, copy=False)


def _weights(places: Floats, points: int) -> Floats:
    whole = np.minimum(places.astype(np.int64), points - 2)
    share = places - whole.astype(np.float32)
    share = smoothstep(share)
    weights: Floats = np.zeros((len(places), points), dtype=np.float32)
    each = np.arange(len(places))
    weights[each, whole] = 1 - share
    weights[each, whole + 1] = share
    return weights
