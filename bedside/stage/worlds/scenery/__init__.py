"""The backdrops of worlds: kinds of layers, and how layers become the pixels of a screen.

A layer is a frozen dataclass. An artist states its fields in a world's file; ``paint`` paints it on a canvas, over what
is there. The same seed paints the same picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bedside.schema import SchemaError
from bedside.stage.worlds.reading import read
from bedside.stage.worlds.scenery.air import Air
from bedside.stage.worlds.scenery.arch import Arch
from bedside.stage.worlds.scenery.aurora import Aurora
from bedside.stage.worlds.scenery.blossoms import Blossoms
from bedside.stage.worlds.scenery.canopy import Canopy
from bedside.stage.worlds.scenery.canvas import REFERENCE_PIXELS, Canvas, Floats
from bedside.stage.worlds.scenery.earth import Earth
from bedside.stage.worlds.scenery.fronds import Fronds
from bedside.stage.worlds.scenery.halo import Halo
from bedside.stage.worlds.scenery.hedge import Hedge
from bedside.stage.worlds.scenery.hills import Hills
from bedside.stage.worlds.scenery.lamplight import Lamplight
from bedside.stage.worlds.scenery.lawn import Lawn
from bedside.stage.worlds.scenery.mist import Mist
from bedside.stage.worlds.scenery.mounds import Mounds
from bedside.stage.worlds.scenery.nebula import Nebula
from bedside.stage.worlds.scenery.path import Path
from bedside.stage.worlds.scenery.pines import Pines
from bedside.stage.worlds.scenery.planet import Planet
from bedside.stage.worlds.scenery.rays import Rays
from bedside.stage.worlds.scenery.sand import Sand
from bedside.stage.worlds.scenery.shafts import Shafts
from bedside.stage.worlds.scenery.snow import Snow
from bedside.stage.worlds.scenery.stars import Stars
from bedside.stage.worlds.scenery.trunks import Trunks
from bedside.stage.worlds.scenery.water import Water

__all__ = ["KINDS", "Layer", "pack_pixels", "paint_layers", "read_layer"]

# Larger pictures are painted at this many pixels and enlarged: layers are soft, and painting takes time.
_MOST_PAINTED = round(1.25 * REFERENCE_PIXELS)

# The number of rows packed at once.
_BAND = 64


class Layer(Protocol):
    """One layer of a backdrop."""

    def paint(self, canvas: Canvas) -> None:
        """Paint it over what is there."""


# The kinds of layers that a world's file may name.
KINDS: Mapping[str, type[Layer]] = {
    "air": Air,
    "arch": Arch,
    "aurora": Aurora,
    "blossoms": Blossoms,
    "canopy": Canopy,
    "earth": Earth,
    "fronds": Fronds,
    "halo": Halo,
    "hedge": Hedge,
    "hills": Hills,
    "lamplight": Lamplight,
    "lawn": Lawn,
    "mist": Mist,
    "mounds": Mounds,
    "nebula": Nebula,
    "path": Path,
    "pines": Pines,
    "planet": Planet,
    "rays": Rays,
    "sand": Sand,
    "shafts": Shafts,
    "snow": Snow,
    "stars": Stars,
    "trunks": Trunks,
    "water": Water,
}


def read_layer(table: Mapping[str, Any], path: str) -> Layer:
    """Read a layer from a table of a world's file; raise SchemaError for an invalid one."""
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise SchemaError(f"“{path}.kind” must be one of {', '.join(sorted(KINDS))}")
    return read(KINDS[kind], {name: value for name, value in table.items() if name != "kind"}, path)


def paint_layers(layers: Sequence[Layer], size: tuple[int, int], horizon: float, seed: int) -> Floats:
    """Paint layers; return levels, (rows, columns, 3) float32. Large pictures are painted smaller than ``size``.

    ``size`` is in pixels, ``horizon`` a share of the height.
    """
    width, height = size
    shrink = max(width * height / _MOST_PAINTED, 1.0) ** 0.5
    columns, rows = max(round(width / shrink), 2), max(round(height / shrink), 2)
    row = min(max(round(horizon * rows), 1), rows - 1)
    painted = Canvas(np.zeros((rows, columns, 3), np.float32), row, np.random.default_rng(seed))
    for layer in layers:
        layer.paint(painted)
    return painted.levels


def pack_pixels(levels: Floats, size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.uint32]:
    """Return levels enlarged to ``size``, as rows of 0xRRGGBB, dithered so that no gradient shows bands."""
    width, height = size
    # Channel by channel, and across first: rows lie contiguously in memory.
    wide = [_stretched(np.ascontiguousarray(levels[:, :, channel].T), width).T.copy() for channel in range(3)]
    low, share = _between(len(levels), height)
    noise = rng.random((_BAND, width), dtype=np.float32) + rng.random((_BAND, width), dtype=np.float32) - 0.5
    out = np.zeros((height, width), dtype=np.uint32)
    for top in range(0, height, _BAND):
        band = slice(top, min(top + _BAND, height))
        rows, part = low[band], share[band, None]
        for values, shift in zip(wide, (16, 8, 0), strict=True):
            drawn = values[rows]
            drawn += (values[rows + 1] - drawn) * part
            # The noise is shifted from band to band, because the eye finds what repeats.
            drawn += np.roll(noise[: len(drawn)], top * 7 + shift * 31, axis=1)
            out[band] |= np.clip(drawn, 0, 255, out=drawn).astype(np.uint32) << shift
    return out


def _stretched(values: Floats, length: int) -> Floats:
    """Return rows of values interpolated linearly to ``length`` rows."""
    if len(values) == length:
        return values
    low, share = _between(len(values), length)
    drawn: Floats = values[low] + (values[low + 1] - values[low]) * share[:, None]
    return drawn


def _between(count: int, length: int) -> tuple[NDArray[np.int64], Floats]:
    """Return for each of ``length`` places the row of ``count`` before it, and its share of the way to the next."""
    at = np.clip((np.arange(length, dtype=np.float32) + 0.5) * count / length - 0.5, 0, count - 1)
    low = np.minimum(at.astype(np.int64), count - 2)
    return low, (at - low).astype(np.float32)
