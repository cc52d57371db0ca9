"""What a note looks like: for each world another shape of light that opens, as pure fields of numbers.

A bloom is a function of how far it is open, 0–1, the distance of each pixel from the middle, 1 at the edge, and its
angle from upwards to downwards in `TURN` steps, for the right half of a square; the left half mirrors it. It returns
light of 0–1. All are soft at every edge, and dark at the edge of the square.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Turns = NDArray[np.int32]

TURN = 4096

# How many parts a bloom has, and how slender they are.
Bloom = Callable[[int, float, float, Floats, Turns], Floats]

_OUTER, _INNER = 0.24, 0.14


def flower(parts: int, point: float, openness: float, radius: Floats, turns: Turns) -> Floats:
    """A wreath of translucent petals around a smaller one."""
    angle = _angles() * (parts / 2)
    depth = 0.12 + 0.34 * openness
    outer = 0.91 - depth * (1 - np.abs(np.cos(angle)) ** point)
    inner = 0.57 - 0.62 * depth * (1 - np.abs(np.sin(angle)) ** point)
    light = _glow(openness, radius)
    return light + _OUTER * _petals(radius, outer[turns]) + _INNER * _petals(radius, inner[turns])


def ripple(parts: int, point: float, openness: float, radius: Floats, turns: Turns) -> Floats:
    """Rings that spread on water from a drop of light; ``parts`` of them, the outer the fainter."""
    del turns
    rings = np.zeros_like(radius)
    count = min(max(parts // 2, 2), 5)
    for number in range(count):
        at = (0.24 + 0.64 * (number + 1) / count) * (0.55 + 0.45 * openness)
        width = 0.035 + 0.025 * number / count + 0.01 * point
        rings += (0.30 - 0.16 * number / count) * np.exp(-(((radius - at) / width) ** 2))
    return _glow(openness, radius) + rings * _edge(radius)


def bubble(parts: int, point: float, openness: float, radius: Floats, turns: Turns) -> Floats:
    """A bubble: a thin bright skin, a breath of light inside, and a gleam above."""
    del parts
    size = 0.62 + 0.24 * openness
    inside = np.clip((size - radius) / 0.05, 0, 1)
    skin = np.exp(-(((radius - size) / 0.045) ** 2))
    curve = np.clip(radius / size, 0, 1) ** (2.5 * max(point, 0.4))
    gleam = np.exp(-(((radius - 0.68 * size) / 0.07) ** 2)) * np.clip(np.cos(_angles())[turns] * 1.6 - 0.7, 0, 1)
    middle = 0.10 * np.exp(-((radius / 0.20) ** 2)) * (1 + openness)
    return (0.20 * curve * inside + 0.26 * skin + 0.30 * gleam + middle + 0.07 * inside) * _edge(radius)


def spark(parts: int, point: float, openness: float, radius: Floats, turns: Turns) -> Floats:
    """Return flames: tongues of light that lick outwards from an ember."""
    angle = _angles()
    tongue = 0.62 + 0.26 * openness * (0.5 + 0.5 * np.cos(angle * parts)) ** max(point, 0.3)
    tongue += 0.08 * np.sin(angle * (parts / 2 + 1) + 1.1)
    edge = np.clip(tongue, 0.2, 0.92)[turns]
    within = np.clip((edge - radius) / (0.30 * edge + 0.05), 0, 1)
    body = within * within * (3 - 2 * within)
    ember = 0.34 * np.exp(-((radius / 0.26) ** 2))
    light: Floats = (0.30 * body + ember + 0.10 * np.clip(1 - radius, 0, 1) ** 1.5) * _edge(radius)
    return light


def crystal(parts: int, point: float, openness: float, radius: Floats, turns: Turns) -> Floats:
    """A snow crystal: slender arms, each with branches, around a small bright plate."""
    arms = max(parts, 3)
    angle = np.abs((_angles() * arms / (2 * math.pi) + 0.5) % 1 - 0.5) * 2 * math.pi / arms
    off = radius * np.sin(angle)[turns]
    along = radius * np.cos(angle)[turns]
    reach = 0.50 + 0.40 * openness
    width = 0.030 + 0.015 / max(point, 0.3)
    arm = np.exp(-((off / width) ** 2)) * np.clip((reach - along) / 0.12, 0, 1)
    branches = np.zeros_like(radius)
    for at, size in ((0.34, 0.20), (0.56, 0.15), (0.74, 0.09)):
        place = at * reach / 0.9
        slant = along - place - 0.6 * np.abs(off)
        branches += np.exp(-((slant / 0.030) ** 2)) * np.clip((size - np.abs(off)) / 0.05, 0, 1)
    plate = 0.22 * np.exp(-((radius / 0.17) ** 2))
    glow = 0.15 * np.clip(1 - radius, 0, 1) ** 2
    return (0.30 * arm + 0.24 * branches + plate + glow) * _edge(radius)


def orb(parts: int, point: float, openness: float, radius: Floats, turns: Turns) -> Floats:
    """A far sun: a soft ball, and rays that come and go around it."""
    ball = 0.24 + 0.16 * openness
    body = 0.42 * np.clip((ball - radius) / (0.6 * ball) + 0.4, 0, 1)
    corona = 0.34 * np.exp(-np.maximum(radius - ball, 0) / (0.10 + 0.12 * openness))
    rays = (0.5 + 0.5 * np.cos(_angles() * parts)) ** (2 * max(point, 0.3))
    beams = 0.26 * rays[turns] * np.clip(1 - radius, 0, 1) ** 1.3 * np.clip(radius / ball - 0.7, 0, 1)
    return (body + corona + openness * beams) * _edge(radius)


def circle(parts: int, point: float, openness: float, radius: Floats, turns: Turns) -> Floats:
    """One soft disc of light, and nothing else."""
    del parts, turns
    size = 0.55 + 0.30 * openness
    disc = np.clip((size - radius) / 0.35 + 0.4, 0, 1)
    return (0.34 * disc * disc * (3 - 2 * disc) + 0.12 * point * np.exp(-((radius / 0.4) ** 2))) * _edge(radius)


def leaf(parts: int, point: float, openness: float, radius: Floats, turns: Turns) -> Floats:
    """Return a wreath of leaves with soft veins, as of a clover or a fern seen from above."""
    sector = math.pi / parts
    aside = np.abs((_angles() / (2 * sector) + 0.5) % 1 - 0.5) * 2 * sector
    off = radius * np.sin(aside)[turns]
    along = np.clip(radius * np.cos(aside)[turns] / (0.52 + 0.38 * openness), 0, 1)
    # A leaf is widest before its middle and ends in a tip; slender ones leave gaps.
    widest = min(0.62 * math.tan(min(sector, 1.0)), 0.27) / max(point, 0.3) ** 0.25
    edge = widest * np.clip(np.sin(math.pi * (0.12 + 0.88 * along) ** 0.9), 0, 1)
    within = np.clip((edge - off) / 0.10 + 0.12, 0, 1)
    blade = within * within * (3 - 2 * within)
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
    """Return a soft glow, and the light in the middle, strongest in the bud."""
    soft = np.clip(1 - radius, 0, 1)
    middle = (0.20 + 0.10 * openness) * np.exp(-((radius / 0.22) ** 2))
    glow: Floats = 0.18 * soft * soft + middle * (radius < 1)
    return glow


def _petals(radius: Floats, edge: Floats) -> Floats:
    """Return translucent petals, brightest along their own edge; ``edge`` is where they end at each pixel's angle."""
    within = np.clip((edge - radius) * (1 / 0.13), 0, 1)
    along = np.minimum(radius / edge, 1)
    petals: Floats = within * within * (3 - 2 * within) * (0.55 + 0.45 * along * along)
    return petals


def _edge(radius: Floats) -> Floats:
    """Return 1, but a soft way to 0 just inside the edge of the square."""
    rim = np.clip((0.99 - radius) / 0.14, 0, 1)
    edge: Floats = rim * rim * (3 - 2 * rim)
    return edge
