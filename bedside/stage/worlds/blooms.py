"""Blooms: the shapes of light that notes open into, one for each world, as pure functions on arrays.

A bloom gets its openness, 0–1, and for each pixel of the right half of a square the distance from the middle, 1 at the
edge, and the angle from up to down in `TURN` steps; the left half mirrors the right. It returns light of 0–1, soft at
every edge and dark at the edge of the square.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from bedside.music.smoothstep import smoothstep

Floats = NDArray[np.float32]
TurnsOfPoints = NDArray[np.int32]

TURN = 4096

# Called with the number of parts, their slenderness, the openness, the distances and the angles.
Bloom = Callable[[int, float, float, Floats, TurnsOfPoints], Floats]

_OUTER, _INNER = 0.24, 0.14


def flower(parts: int, point: float, openness: float, radius: Floats, turns: TurnsOfPoints) -> Floats:
    """Return a wreath of translucent petals around a smaller one."""
    angle = _angles() * (parts / 2)
    depth = 0.12 + 0.34 * openness
    outer = 0.91 - depth * (1 - np.abs(np.cos(angle)) ** point)
    inner = 0.57 - 0.62 * depth * (1 - np.abs(np.sin(angle)) ** point)
    petals = _OUTER * _petals(radius, outer[turns]) + _INNER * _petals(radius, inner[turns])
    light: Floats = _glow(openness, radius) + petals
    return light


def ripple(parts: int, point: float, openness: float, radius: Floats, turns: TurnsOfPoints) -> Floats:
    """Return rings that spread on water from a drop of light, about half as many as ``parts``, fainter outwards."""
    del turns
    rings = np.zeros_like(radius)
    count = min(max(parts // 2, 2), 5)
    for number in range(count):
        at = (0.24 + 0.64 * (number + 1) / count) * (0.55 + 0.45 * openness)
        width = 0.035 + 0.025 * number / count + 0.01 * point
        rings += (0.30 - 0.16 * number / count) * np.exp(-(((radius - at) / width) ** 2))
    return _glow(openness, radius) + rings * _edge(radius)


def bubble(parts: int, point: float, openness: float, radius: Floats, turns: TurnsOfPoints) -> Floats:
    """Return a bubble: a thin bright skin, a gleam at the top, and a soap film that shimmers in ``parts``."""
    size = 0.60 + 0.25 * openness
    within = np.clip((size - radius) / 0.06, 0, 1)
    inside = smoothstep(within)
    share = np.minimum(radius / size, 1)
    skin = np.exp(-(((radius - size) / 0.036) ** 2)) + 0.45 * np.exp(-(((radius - size) / 0.11) ** 2))
    film = (0.5 + 0.5 * np.cos(_angles() * parts)) ** max(point, 0.4)
    sheen = film[turns] * share**2 * np.clip((1 - share) / 0.30, 0, 1)
    gleam = np.exp(-(((share - 0.76) / 0.060) ** 2)) * np.clip(np.cos(_angles())[turns] * 1.9 - 0.95, 0, 1)
    glint = np.exp(-(((share - 0.80) / 0.040) ** 2)) * np.clip(-np.cos(_angles())[turns] * 2.6 - 1.9, 0, 1)
    middle = np.exp(-((radius / 0.26) ** 2)) * (0.14 + 0.18 * openness)
    light = 0.06 * inside + 0.13 * share**3 * inside + 0.17 * openness * sheen + 0.20 * skin
    whole: Floats = (light + 0.28 * gleam + 0.16 * glint + middle) * _edge(radius)
    return whole


def spark(parts: int, point: float, openness: float, radius: Floats, turns: TurnsOfPoints) -> Floats:
    """Return flames: long and short tongues around an ember, with sparks between them."""
    sector = math.pi / parts
    turn = _angles() / (2 * sector) + 0.5
    aside = np.abs(turn % 1 - 0.5) * 2 * sector
    off = radius * np.sin(aside)[turns]
    long = (0.56 + 0.34 * openness) * (1 - 0.16 * (np.floor(turn) % 2)).astype(np.float32)
    along = radius * np.cos(aside)[turns] / long[turns]
    widest = min(0.40 * math.tan(min(sector, 1.0)), 0.19) / max(point, 0.3) ** 0.25
    body, core = (
        _flame(off, (along - foot) / (tip - foot), wide)
        for foot, tip, wide in ((-0.08, 1.0, widest), (-0.04, 0.76, 0.5 * widest))
    )
    at = radius - (0.52 + 0.32 * openness)
    sparks = np.exp(-((at / 0.030) ** 2) - ((radius * np.sin(sector - aside)[turns]) / 0.030) ** 2)
    ember = np.exp(-((radius / 0.19) ** 2))
    warmth = np.clip(1 - radius, 0, 1) ** 2
    light = 0.23 * body + 0.14 * core + 0.38 * ember + 0.15 * warmth + 0.22 * openness * sparks
    flames: Floats = light * _edge(radius)
    return flames


def crystal(parts: int, point: float, openness: float, radius: Floats, turns: TurnsOfPoints) -> Floats:
    """Return a snow crystal: branched arms around a thin plate of ice; a higher ``point`` makes it more slender."""
    arms = max(parts, 3)
    sector = 2 * math.pi / arms
    angle = np.abs((_angles() / sector + 0.5) % 1 - 0.5) * sector
    off = radius * np.sin(angle)[turns]
    along = radius * np.cos(angle)[turns]
    slender = max(point, 0.3)
    reach = 0.54 + 0.38 * openness
    width = (0.018 + 0.012 / slender) * (1.35 - 0.6 * along / reach)
    arm = (np.exp(-((off / width) ** 2)) + 0.30 * np.exp(-((off / (3.2 * width)) ** 2))) * _within(along, reach, 0.30)
    branches = np.zeros_like(radius)
    for at, size in ((0.30, 0.20), (0.52, 0.27), (0.74, 0.17)):
        long = size * (0.45 + 0.55 * openness)
        slant = along - at * reach - 0.58 * off
        thin = (0.016 + 0.008 / slender) * (1.25 - 0.5 * np.minimum(off / long, 1))
        fine = np.exp(-((slant / thin) ** 2)) + 0.30 * np.exp(-((slant / (3.2 * thin)) ** 2))
        branches += fine * _within(off, long, 0.10)
    ice = (0.34 + 0.06 / slender) * reach
    plate = _within(along, ice, 0.16) * (0.5 + 0.5 * np.minimum(along / ice, 1))
    heart = np.exp(-((radius / 0.13) ** 2))
    glow = np.clip(1 - radius, 0, 1) ** 2
    light: Floats = (0.26 * arm + 0.22 * branches + 0.12 * plate + 0.16 * heart + 0.20 * glow) * _edge(radius)
    return np.minimum(light, 0.72)


def orb(parts: int, point: float, openness: float, radius: Floats, turns: TurnsOfPoints) -> Floats:
    """Return a distant sun: a soft ball, a glow around it, and long rays."""
    ball = 0.26 + 0.14 * openness
    body = 1 / (1 + np.exp(np.clip((radius - ball) / (0.10 * ball), -30, 30)))
    core = np.exp(-((radius / (0.40 * ball)) ** 2))
    out = np.clip(1 - radius, 0, 1)
    air = np.exp(-((radius / (2.0 * ball)) ** 2)) * np.minimum(out * 1.6, 1)
    rays = (0.5 + 0.5 * np.cos(_angles() * parts)) ** (2.5 * max(point, 0.3))
    rise = np.clip(radius / ball - 0.45, 0, 1)
    beams = smoothstep(rise, rays[turns]) * out**1.4
    light: Floats = 0.10 * body + 0.08 * core + 0.25 * air + 0.05 * out * out + (0.10 + 0.22 * openness) * beams
    return light * _edge(radius)


def circle(parts: int, point: float, openness: float, radius: Floats, turns: TurnsOfPoints) -> Floats:
    """Return a single soft disc, like a lamp behind rice paper."""
    del parts, turns
    size = 0.52 + 0.12 * openness
    paper = 1 / (1 + np.exp(np.clip((radius - size) / 0.055, -30, 30)))
    lamp = np.exp(-((radius / (0.60 * size)) ** 2))
    far = np.cos(np.minimum(radius, 1) * (math.pi / 2)) ** 2
    light: Floats = 0.25 * paper + 0.08 * max(point, 0.3) * lamp + 0.14 * far
    return light * _edge(radius)


def leaf(parts: int, point: float, openness: float, radius: Floats, turns: TurnsOfPoints) -> Floats:
    """Return a wreath of leaves with soft veins, like a clover seen from above."""
    sector = math.pi / parts
    aside = np.abs((_angles() / (2 * sector) + 0.5) % 1 - 0.5) * 2 * sector
    off = radius * np.sin(aside)[turns]
    along = np.clip(radius * np.cos(aside)[turns] / (0.52 + 0.38 * openness), 0, 1)
    # A leaf is widest below its middle and ends in a tip; slender leaves leave gaps.
    widest = min(0.62 * math.tan(min(sector, 1.0)), 0.27) / max(point, 0.3) ** 0.25
    edge = widest * np.clip(np.sin(math.pi * (0.12 + 0.88 * along) ** 0.9), 0, 1)
    within = np.clip((edge - off) / 0.10 + 0.12, 0, 1)
    blade = smoothstep(within)
    fade = np.clip(along / 0.3, 0, 1) * np.clip((1 - along) / 0.4, 0, 1)
    vein = np.exp(-((off / 0.018) ** 2))
    side = (0.5 + 0.5 * np.cos(2 * math.pi * (6 * along - 8 * off))) ** 4
    light = blade * (0.21 - 0.03 * along + fade * (0.10 * vein + 0.04 * side)) + 0.85 * _glow(openness, radius)
    leaves: Floats = light * _edge(radius)
    return leaves


BLOOMS: Mapping[str, Bloom] = {
    "flower": flower,
    "ripple": ripple,
    "bubble": bubble,
    "spark": spark,
    "crystal": crystal,
    "orb": orb,
    "circle": circle,
    "leaf": leaf,
}


def _angles() -> Floats:
    return np.linspace(0, math.pi, TURN, dtype=np.float32)


def _glow(openness: float, radius: Floats) -> Floats:
    """Return a soft glow with a light in the middle, which grows with the openness."""
    soft = np.clip(1 - radius, 0, 1)
    middle = (0.20 + 0.10 * openness) * np.exp(-((radius / 0.22) ** 2))
    glow: Floats = 0.18 * soft * soft + middle * (radius < 1)
    return glow


def _flame(off: Floats, along: Floats, widest: float) -> Floats:
    """Return a flame. ``along`` runs from its foot, 0, to its tip, 1; ``off`` is the distance from its axis."""
    way = np.linspace(0, 1, TURN, dtype=np.float32)
    # Round below, tapering above.
    edges = 2.92 * widest * way**0.55 * (1 - way) ** 1.15
    at = (np.clip(along, 0, 1) * (TURN - 1)).astype(np.int32)
    edge = edges[at]
    within = np.clip((edge - off) / (0.62 * widest + 0.01) + 0.14, 0, 1) * (edge > 0)
    flame: Floats = smoothstep(within) * (1 - 0.45 * way)[at]
    return flame


def _petals(radius: Floats, edge: Floats) -> Floats:
    """Return translucent petals, brightest along their rim; ``edge`` is their radius at each pixel's angle."""
    within = np.clip((edge - radius) * (1 / 0.13), 0, 1)
    along = np.minimum(radius / edge, 1)
    petals: Floats = smoothstep(within) * (0.55 + 0.45 * along * along)
    return petals


def _within(values: Floats, end: float, soft: float) -> Floats:
    """Return 1 for small values, falling to 0 at ``end`` over the last ``soft``."""
    within: Floats = smoothstep(np.clip((end - values) / soft, 0, 1))
    return within


def _edge(radius: Floats) -> Floats:
    """Return 1, falling to 0 just inside the edge of the square."""
    edge: Floats = smoothstep(np.clip((0.99 - radius) / 0.14, 0, 1))
    return edge
