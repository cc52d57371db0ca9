"""A gentle parallax: motes float before the backdrop and shift against it towards the playing hands.

They move slowly, and only while hands play.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pygame

from bedside.stage.picture import artwork, sprites
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.world import Motes

# How far the nearest motes shift when the hands are at the edge, as a share of the shorter side.
_REACH = 0.045

# The time constant of the shift: two thirds of the way are gone after it.
_LEAN_SECONDS = 2.5

# The sizes that motes come in, as factors of their kind's size.
_SIZES = (0.6, 0.8, 1.0, 1.25)


@dataclass(slots=True)
class _Mote:
    sprite: pygame.Surface
    x: float
    y: float
    depth: float
    glows: bool
    rect: pygame.Rect


class Parallax:
    """All motes of a world on a screen of ``size`` pixels, placed with ``rng``. A display mode must be set."""

    def __init__(self, kinds: Sequence[Motes], size: tuple[int, int], rng: np.random.Generator) -> None:
        self._size = size
        self._side = min(size)
        self._lean = (0.0, 0.0)
        self._now = 0.0
        self._motes = [mote for kind in kinds for mote in self._made(kind, rng)]
        self.place()

    def lean(self, hands: Sequence[tuple[float, float]], now: float) -> bool:
        """Shift towards the hands, in pixels, at ``now`` seconds; return whether any mote moved by a pixel."""
        seconds, self._now = max(now - self._now, 0.0), max(now, self._now)
        if not hands or not self._motes:
            return False
        width, height = self._size
        wanted = (
            sum(x for x, _ in hands) / len(hands) / width * 2 - 1,
            sum(y for _, y in hands) / len(hands) / height * 2 - 1,
        )
        share = 1 - math.exp(-min(seconds, 0.1) / _LEAN_SECONDS)
        self._lean = (
            self._lean[0] + (wanted[0] - self._lean[0]) * share,
            self._lean[1] + (wanted[1] - self._lean[1]) * share,
        )
        return self.place()

    def place(self) -> bool:
        """Put every mote where the current shift has it; return whether any moved by a pixel."""
        moved = False
        for mote in self._motes:
            far = _REACH * self._side * mote.depth
            corner = (
                round(mote.x - self._lean[0] * far - mote.rect.w / 2),
                round(mote.y - self._lean[1] * far * 0.6 - mote.rect.h / 2),
            )
            moved |= corner != mote.rect.topleft
            mote.rect.topleft = corner
        return moved

    @property
    def rects(self) -> list[pygame.Rect]:
        """The rectangles of all motes, as copies."""
        return [mote.rect.copy() for mote in self._motes]

    def draw(self, surface: pygame.Surface) -> None:
        """Draw all motes."""
        for mote in self._motes:
            surface.blit(mote.sprite, mote.rect, special_flags=pygame.BLEND_RGB_ADD if mote.glows else 0)

    def _made(self, kind: Motes, rng: np.random.Generator) -> Iterator[_Mote]:
        width, height = self._size
        sprites = [_sprite(kind, max(round(kind.size * self._side * size), 3), rng) for size in _SIZES]
        for number in range(kind.count):
            # One mote to a column: no seed leaves half of the sky empty.
            x = (number + rng.random()) / kind.count * width
            y = (kind.top + (kind.bottom - kind.top) * rng.random()) * height
            near = int(rng.integers(len(sprites)))
            sprite = sprites[near]
            depth = kind.depth * (0.55 + 0.45 * near / (len(sprites) - 1))
            yield _Mote(sprite, x, y, depth, kind.picture is None, sprite.get_rect())


def _sprite(kind: Motes, size: int, rng: np.random.Generator) -> pygame.Surface:
    if kind.picture is None:
        glow = sprites.halo(size, rng)
        glow.fill(_dimmed(kind.colour, kind.light), special_flags=pygame.BLEND_RGB_MULT)
        return glow
    drawn = artwork.lantern(kind.picture, kind.colour, size)
    drawn = pygame.transform.rotate(drawn, float(rng.uniform(0, 360)))
    drawn.set_alpha(round(255 * kind.light))
    return drawn


def _dimmed(colour: Colour, share: float) -> Colour:
    return sprites.tint(colour, share)
