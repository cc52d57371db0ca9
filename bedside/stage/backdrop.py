"""The quiet night behind the pads: sky, stars, far hills and still water, the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bedside.stage.light import Floats
from bedside.stage.world import Sky

# The picture for which an artist chose the number of stars, in pixels.
_FIELD = 1280 * 800


def paint(sky: Sky, width: int, height: int, horizon: int) -> NDArray[np.uint32]:
    """Return rows of 0xRRGGBB; ``horizon`` is the row where the water begins, at least 1 and below ``height``."""
    rng = np.random.default_rng(sky.seed)
    levels = np.empty((height, width, 3), dtype=np.float32)
    air, water = levels[:horizon], levels[horizon:]
    _air(air, sky, height, rng)
    _stars(air, sky.stars, height, rng)
    _hills(air, sky, height, rng)
    _water(water, air, sky, rng)
    noise = rng.random((height, width), dtype=np.float32) + rng.random((height, width), dtype=np.float32) - 0.5
    packed = np.zeros((height, width), dtype=np.uint32)
    for channel, shift in enumerate((16, 8, 0)):
        packed |= np.clip(levels[:, :, channel] + noise, 0, 255).astype(np.uint32) << shift
    return packed


def _air(air: Floats, sky: Sky, height: int, rng: np.random.Generator) -> None:
    rows, columns = air.shape[:2]
    down = (np.arange(rows, dtype=np.float32) + 0.5) / rows
    places = [place for place, _ in sky.stops]
    shades = np.asarray([colour for _, colour in sky.stops], dtype=np.float32)
    air[:] = np.stack([np.interp(down, places, shades[:, each]) for each in range(3)], axis=1)[:, None, :]
    across = (np.arange(columns, dtype=np.float32) + 0.5) / columns
    wide = np.exp(-(((across - sky.glow_at) / 0.42) ** 2))[None, :]
    low = np.exp(-((1 - down) * rows / height / 0.10))[:, None]
    haze = _clouds(rng, rows, columns, 5, 7)
    slant = down[:, None] * 0.9 + across[None, :] * 0.55
    band = np.exp(-(((slant - 0.62) / 0.16) ** 2)) * (1 - down[:, None]) * (0.35 + haze)
    glow = wide * low * (0.85 + 0.3 * haze)
    for channel in range(3):
        air[:, :, channel] += (sky.glow[channel] - air[:, :, channel]) * (glow * 0.62)
        air[:, :, channel] += band * (14, 15, 30)[channel]


def _stars(air: Floats, count: int, height: int, rng: np.random.Generator) -> None:
    rows, columns = air.shape[:2]
    count = round(count * columns * height / _FIELD) if columns * height < _FIELD else count
    scale = max(min(columns, height) / 800, 0.75)
    x, y = rng.random(count) * columns, rng.random(count) ** 1.25 * rows * 0.93
    brightness = 0.20 + 0.80 * rng.random(count) ** 3.2
    warmth = rng.random(count)
    for at_x, at_y, bright, warm in zip(x, y, brightness, warmth, strict=True):
        spread = (0.55 + 0.75 * bright) * scale
        reach = int(spread * 4) + 1
        left, top = max(int(at_x) - reach, 0), max(int(at_y) - reach, 0)
        patch = air[top : int(at_y) + reach + 1, left : int(at_x) + reach + 1]
        across = np.arange(left, left + patch.shape[1]) - at_x
        down = np.arange(top, top + patch.shape[0]) - at_y
        far = (down[:, None] ** 2 + across[None, :] ** 2) / spread**2
        light = np.exp(-far) + 0.10 * bright * np.exp(-far / 7)
        fade = 1 - 0.75 * (at_y / rows) ** 2
        shade = np.asarray((205 + 40 * warm, 215 + 12 * warm, 255 - 35 * warm), dtype=np.float32)
        patch += (light * bright * fade * 0.8)[:, :, None] * shade


def _hills(air: Floats, sky: Sky, height: int, rng: np.random.Generator) -> None:
    rows, columns = air.shape[:2]
    across = (np.arange(columns, dtype=np.float32) + 0.5) / columns
    up = (rows - np.arange(rows, dtype=np.float32) - 0.5)[:, None]
    for layer, colour in enumerate(sky.hills):
        near = (layer + 1) / len(sky.hills)
        ridge = sum(
            np.sin(2 * np.pi * (across * wave * (0.8 + 0.4 * rng.random()) + rng.random())) / wave**1.15
            for wave in (1, 2, 3, 5, 8, 13, 21)
        )
        valley = np.exp(-(((across - sky.glow_at - 0.10) / (0.22 + 0.10 * near)) ** 2))
        tall = height * (0.088 - 0.042 * near) * (1 + 0.42 * ridge) * (1 - 0.70 * valley * near)
        crest = np.maximum(tall, 0)[None, :]
        top = rows - min(int(crest.max()) + 2, rows)
        rise = up[top:]
        cover = np.clip(crest - rise + 0.5, 0, 1)
        mist = 0.55 * (1 - near) + 0.35 * np.exp(-rise / (height * 0.018))
        for channel in range(3):
            part = air[top:, :, channel]
            misty = colour[channel] * (1 - mist) + part * mist
            part += (misty - part) * cover


def _water(water: Floats, air: Floats, sky: Sky, rng: np.random.Generator) -> None:
    rows, columns = water.shape[:2]
    above = len(air)
    down = (np.arange(rows, dtype=np.float32) + 0.5) / rows
    total = np.zeros_like(water)
    offsets = np.linspace(-1, 1, 7)
    for offset in offsets:
        source = above - 1 - (np.arange(rows) * 0.85 + offset * (1 + 14 * down * rows / 260)).astype(np.int64)
        total += air[np.clip(np.abs(source), 0, above - 1)]
    total /= len(offsets)
    keep = (0.66 - 0.40 * down**0.8)[:, None]
    ripples = _ripples(rng, down, columns)
    across = (np.arange(columns, dtype=np.float32) + 0.5) / columns
    path = np.exp(-(((across[None, :] - sky.glow_at) / (0.10 + 0.14 * down[:, None])) ** 2))
    shimmer = path * np.clip(ripples - 0.45, 0, 1) * (1 - down[:, None]) ** 1.4
    for channel in range(3):
        mixed = total[:, :, channel] * keep + sky.water[channel] * (1 - keep)
        mixed *= 0.86 + 0.28 * ripples
        water[:, :, channel] = mixed + shimmer * sky.glow[channel] * 0.55
    shore = np.exp(-down * rows / (0.006 * (rows + above)))[:, None]
    for channel in range(3):
        water[:, :, channel] += shore * 0.10 * sky.glow[channel] * (0.4 + 0.6 * path)


def _ripples(rng: np.random.Generator, down: Floats, columns: int) -> Floats:
    """Return ripples of 0–1, finer towards the horizon and long from left to right."""
    field = np.zeros((len(down), columns), dtype=np.float32)
    for crests, lengths, weight in ((22, 9, 0.6), (46, 19, 0.4)):
        lattice = rng.random((crests + 2, lengths + 2), dtype=np.float32)
        x = np.linspace(0, lengths, columns, dtype=np.float32)
        field += weight * _interpolated(lattice, down**0.55 * crests, x)
    return field


def _clouds(rng: np.random.Generator, rows: int, columns: int, high: int, wide: int) -> Floats:
    """Return soft clouds of 0–1 in three sizes, the largest ``high`` by ``wide`` of them."""
    field = np.zeros((rows, columns), dtype=np.float32)
    for times, weight in ((1, 0.55), (2, 0.3), (4, 0.15)):
        lattice = rng.random((high * times + 2, wide * times + 2), dtype=np.float32)
        y = np.linspace(0, high * times, rows, dtype=np.float32)
        field += weight * _interpolated(lattice, y, np.linspace(0, wide * times, columns, dtype=np.float32))
    return field


def _interpolated(lattice: Floats, y: Floats, x: Floats) -> Floats:
    """Return a lattice of values at every pair of places, smooth between its points."""
    return (_weights(y, lattice.shape[0]) @ lattice @ _weights(x, lattice.shape[1]).T).astype(np.float32, copy=False)


def _weights(places: Floats, points: int) -> Floats:
    whole = np.minimum(places.astype(np.int64), points - 2)
    share = places - whole.astype(np.float32)
    share = share * share * (3 - 2 * share)
    weights: Floats = np.zeros((len(places), points), dtype=np.float32)
    each = np.arange(len(places))
    weights[each, whole] = 1 - share
    weights[each, whole + 1] = share
    return weights


def horizon(sky: Sky, height: int, gaps: Sequence[float]) -> int:
    """Return the row of the horizon: the gap between rows of pads that is nearest to the world's own.

    ``gaps`` are in pixels from the top; only those from 0.5 to 0.8 of the height count, and without one the world's own
    horizon stands.
    """
    own = sky.horizon * height
    near = [gap for gap in gaps if 0.5 * height <= gap <= 0.8 * height]
    distances = [abs(gap - own) for gap in near]
    return round(near[distances.index(min(distances))] if near else own)
