"""Sprites of light: blooms, rings and reflections on black, made ahead and added to the picture.

They are computed as numbers and rounded with noise (dithered), so that no gradient shows bands.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pygame
from numpy.typing import NDArray

from bedside.music.smoothstep import smoothstep
from bedside.stage.worlds.blooms import BLOOMS, TURN
from bedside.stage.worlds.colours import Colour, luminance
from bedside.stage.worlds.world import Tone, World

Floats = NDArray[np.float32]
Sprites = tuple[pygame.Surface, ...]

# The number of sprites from the bud to the full flower.
STAGES = 16
BUD = 0.26
_RAMP = 1024
# How much weaker the light of a white tone is than that of a black one, 0–1.
PALE = 0.5


def breadth(openness: float) -> float:
    """Return a flower's width at an openness of 0–1, as a share of its full width."""
    return BUD + (1 - BUD) * math.sin(openness * math.pi / 2)


def stage(openness: float) -> int:
    """Return the number of the sprite that shows an openness of 0–1."""
    return round(openness * (STAGES - 1))


def blooms(world: World, tones: Sequence[Tone], diameter: int, rng: np.random.Generator) -> list[Sprites]:
    """Return each tone's bloom at each of the `STAGES`; the last sprite is ``diameter`` pixels wide.

    The world gives the shape, the tone its number of parts and their slenderness. A display mode must be set.
    """
    bloom = BLOOMS[world.bloom]
    ramps = [_ramp(tone.colour) for tone in tones]
    series: list[list[pygame.Surface]] = [[] for _ in tones]
    for number in range(STAGES):
        openness = number / (STAGES - 1)
        half = max(round(diameter * breadth(openness) / 2), 1)
        radius, turns = _radius(2 * half)[:, half:], _turns(half)
        noise = 6 * rng.random((2 * half, 2 * half), dtype=np.float32) - 3
        for tone, ramp, sprites in zip(tones, ramps, series, strict=True):
            # Full light on a pale picture would burn out to white.
            strength = 1 - PALE * luminance(tone.colour)
            right = bloom(tone.petals, tone.point, openness, radius, turns) * (strength * (_RAMP - 1))
            levels = np.concatenate((right[:, ::-1], right), axis=1)
            levels += noise * (levels > 1)
            sprites.append(surface(ramp[np.clip(levels, 0, _RAMP - 1).astype(np.int32)]))
    return [tuple(sprites) for sprites in series]


def rings(diameter: int, rng: np.random.Generator) -> tuple[pygame.Surface, ...]:
    """Return a soft white ring at each of the `STAGES`, to be tinted; the last is ``diameter`` pixels wide."""
    sprites = []
    for number in range(STAGES):
        size = max(round(diameter * breadth(number / (STAGES - 1))), 2)
        radius = _radius(size)
        rise = np.clip(radius / 0.82, 0, 1)
        fall = np.clip((1 - radius) / 0.18, 0, 1)
        sprites.append(grey(smoothstep(fall, rise**5), rng))
    return tuple(sprites)


def halo(diameter: int, rng: np.random.Generator) -> pygame.Surface:
    """Return a round white glow, to be tinted."""
    radius = _radius(diameter)
    return grey(np.clip(1 - radius, 0, 1) ** 2.2, rng)


def reflection(width: int, height: int, rng: np.random.Generator) -> pygame.Surface:
    """Return the white streak of a light on the water below it, broken by ripples, to be tinted."""
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    ripples = 0.5 + 0.5 * np.sin(2 * np.pi * (9 * down**0.7 + 0.35 * np.sin(5 * across + 11 * down)))
    spread = 0.35 + 0.5 * down
    light = np.exp(-((across / spread) ** 2) * 3) * (0.45 + 0.55 * ripples) * (1 - down) ** 1.5
    edge = np.clip((1 - np.abs(across)) / 0.25, 0, 1) * np.clip(down / 0.02, 0, 1)
    return grey(light * edge, rng)


def grey(light: Floats, rng: np.random.Generator) -> pygame.Surface:
    """Return light, (rows, columns) of 0–1, as a grey sprite, dithered where it is lit."""
    levels = light * 255
    noise = rng.random(light.shape, dtype=np.float32)
    whole = np.clip(levels + noise * (levels > 0), 0, 255).astype(np.uint32)
    return surface(whole * 0x010101)


def surface(pixels: NDArray[np.uint32]) -> pygame.Surface:
    """Return pixels, (rows, columns) of 0xRRGGBB, as a surface in the display's format."""
    height, width = pixels.shape
    made = pygame.Surface((width, height), depth=32, masks=(0xFF0000, 0xFF00, 0xFF, 0))
    pygame.surfarray.blit_array(made, pixels.T)
    return made.convert()


def tint(colour: Colour, light: float) -> Colour:
    """Return a colour dimmed to ``light``, 0–1."""
    red, green, blue = colour
    return round(red * light), round(green * light), round(blue * light)


def _radius(size: int) -> Floats:
    """Return each pixel's distance from the middle of a square, 1 at the edge."""
    line = ((np.arange(size) + 0.5) / size * 2 - 1).astype(np.float32)
    squares = line * line
    return np.sqrt(squares[None, :] + squares[:, None])


def _turns(half: int) -> NDArray[np.int32]:
    """Return each pixel's angle in the right half of a square: 0 is up, `TURN` − 1 is down."""
    x = np.arange(half, dtype=np.float32)[None, :] + 0.5
    y = half - np.arange(half, dtype=np.float32)[:, None] - 0.5
    upper = (np.arctan2(x, y) * ((TURN - 1) / math.pi)).astype(np.int32)
    return np.concatenate((upper, TURN - 1 - upper[::-1]))


def _ramp(colour: Colour) -> NDArray[np.uint32]:
    """Return a colour ramp of `_RAMP` steps, as 0xRRGGBB: black, a deep shade, the colour, nearly white.

    The deep shade keeps a warm light warm when it is added to a blue night.
    """
    light = np.linspace(0, 1, _RAMP, dtype=np.float32)[:, None]
    own = np.asarray(colour, dtype=np.float32)[None, :]
    deep = 255 * (own / 255) ** 2.4
    pale = own + (255 - own) * 0.7
    full = np.clip(light / 0.55, 0, 1)
    white = np.clip((light - 0.50) / 0.5, 0, 1) ** 1.5
    hue = deep + (own - deep) * full
    levels = np.clip((hue * (1 - white) + pale * white) * np.minimum(light * 1.55, 1), 0, 255)
    red, green, blue = (np.round(levels[:, channel]).astype(np.uint32) for channel in range(3))
    packed: NDArray[np.uint32] = red << 16 | green << 8 | blue
    return packed
