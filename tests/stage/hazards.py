"""What in moving pictures can harm eyes and brains that are easily overwhelmed: flashes, red flashes and stripes."""

from __future__ import annotations

import numpy as np
import pygame
from numpy.typing import NDArray

from bedside.stage.worlds.colours import linear

Floats = NDArray[np.float64]

# The side of an area that is looked at for flashes, in pixels.
AREA = 32

# A change of luminance counts from here on, where the darker state lies below `BRIGHT` (WCAG 2.2, 2.3.1; BT.1702).
CHANGE, BRIGHT = 0.1, 0.8

# A red is saturated where it is this share of all light, and counts where 320 × (R − G − B) changes by more (WCAG 2.2).
SATURATED, RED_CHANGE = 0.8, 20.0

# Stripes are more light–dark pairs than these, none of them `UNEVEN` times as wide as another, on this share of the
# screen (BT.1702, annex 1).
PAIRS, UNEVEN, STRIPED = 5, 1.5, 0.4

# Every so many pixels are looked at, in rows and in columns: for the light of an area, and for stripes.
STEP, FINE = 4, 2

_LINEAR = np.asarray([linear(level) for level in range(256)], np.float32)
_LUMINANCE = np.asarray((0.2126, 0.7152, 0.0722), np.float32)


def light(surface: pygame.Surface) -> Floats:
    """Return the linear red, green and blue, 0–1, of every area of a picture, in one row of areas."""
    pixels = pygame.surfarray.pixels3d(surface)[::STEP, ::STEP]
    side = AREA // STEP
    columns, rows = pixels.shape[0] // side, pixels.shape[1] // side
    linears = _LINEAR[pixels[: columns * side, : rows * side]]
    lines = linears.reshape(columns, side, rows * side * 3).sum(axis=1)
    mean: Floats = lines.reshape(columns, rows, side, 3).sum(axis=2).reshape(-1, 3).astype(float) / side**2
    return mean


def luminance(areas: Floats) -> Floats:
    """Return the relative luminance, 0–1, of linear colours."""
    shown: Floats = areas @ _LUMINANCE
    return shown


def flashes(levels: Floats, rate: int) -> int:
    """Return the most flashes that any column has in any second: pairs of opposing changes of luminance.

    Rows are frames, ``rate`` a second.
    """
    return _most(turns(levels, CHANGE, BRIGHT), rate)


def red_flashes(areas: Floats, rate: int) -> int:
    """Return the most flashes in any second to or from a saturated red; areas are frames by areas by linear colour."""
    whole = areas.sum(axis=2)
    saturated = areas[:, :, 0] >= SATURATED * np.maximum(whole, 1e-9)
    redness = 320 * np.clip(areas[:, :, 0] - areas[:, :, 1] - areas[:, :, 2], 0, None)
    return _most(turns(np.where(saturated, redness, 0), RED_CHANGE, np.inf), rate)


def turns(levels: Floats, change: float, bright: float) -> NDArray[np.int8]:
    """Return where columns have risen, 1, or fallen, −1, by ``change`` since they last went the other way.

    A change between two states above ``bright`` is none.
    """
    low, high = levels[0].copy(), levels[0].copy()
    direction = np.zeros(levels.shape[1], np.int8)
    turned = np.zeros(levels.shape, np.int8)
    for frame, level in enumerate(levels):
        np.minimum(low, level, out=low)
        np.maximum(high, level, out=high)
        fell = (direction >= 0) & (high - level >= change) & (level < bright)
        rose = ~fell & (direction <= 0) & (level - low >= change) & (low < bright)
        direction[fell], direction[rose] = -1, 1
        low[fell], high[rose] = level[fell], level[rose]
        turned[frame] = direction * (fell | rose)
    return turned


def striped(surface: pygame.Surface) -> float:
    """Return the share of a picture that lies in lines with regular stripes across them, the larger of both ways.

    Slanting stripes cross rows or columns, or both.
    """
    levels = _LINEAR[pygame.surfarray.pixels3d(surface)[::FINE, ::FINE]] @ _LUMINANCE
    return max(_crossed(levels), _crossed(levels.T))


def _crossed(levels: Floats) -> float:
    """Return the share of all columns' pixels that lie within regular stripes."""
    # A column that rises more than `PAIRS` times by `CHANGE` rises by so much in all; most never do.
    may = np.maximum(np.diff(levels, axis=0), 0).sum(axis=0) > (PAIRS + 1) * CHANGE * 0.999
    if not may.any():
        return 0.0
    column, row = np.nonzero(turns(levels[:, may], CHANGE, BRIGHT).T == 1)
    if len(row) <= PAIRS:
        return 0.0
    widths = np.diff(row)
    windows = np.lib.stride_tricks.sliding_window_view(widths, PAIRS)
    # Rises are in order of their columns: a window whose ends lie in one column is of that column.
    regular = (column[PAIRS:] == column[:-PAIRS]) & (windows.max(axis=1) <= UNEVEN * windows.min(axis=1))
    within = np.zeros(len(widths), bool)
    for first in range(PAIRS):
        within[first : first + len(regular)] |= regular
    return float(widths[within].sum()) / levels.size


def _most(turned: NDArray[np.int8], rate: int) -> int:
    """Return the most pairs of turns that any column has in any second."""
    counted = np.vstack([np.zeros((1, turned.shape[1]), int), np.cumsum(turned != 0, axis=0)])
    ends = np.minimum(np.arange(len(turned)) + rate, len(turned))
    return int((counted[ends] - counted[:-1]).max()) // 2
