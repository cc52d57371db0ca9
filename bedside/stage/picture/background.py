"""The background of a scene: the painted world with its lanterns, without any lit note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pygame

from bedside.music.pad import Area, Pad
from bedside.music.smoothstep import smoothstep
from bedside.stage.input.seats import Side
from bedside.stage.picture import artwork, sprites
from bedside.stage.picture.look import Look
from bedside.stage.worlds import scenery
from bedside.stage.worlds.world import World

# Sizes as shares of the shortest edge of any pad.
LANTERN = 0.50
HALO = 1.15

# Where two skies meet, they darken over this share of the height, down to this brightness.
_SEAM, _DARK_SEAM = 0.15, 0.42


@dataclass(frozen=True, slots=True)
class Half:
    """The part of the picture that one player sees upright.

    ``horizon`` is the row of its horizon, ``depth`` the number of rows below it.
    """

    area: Area
    horizon: int
    depth: int

    def shore(self, y: float) -> int | None:
        """Return the row where the reflection of a light at row ``y`` begins; None for a light over the water."""
        above = y > self.horizon if self.area.turned else y < self.horizon
        return self.horizon if above else None


def half(world: World, whole: Area, pads: Sequence[Pad], size: tuple[int, int]) -> Half:
    """Return the half of the picture for a seat; two who sit side by side share the whole screen."""
    shares = whole.height == size[1]
    area = Area(0, 0, size[0], size[1]) if shares else Area(0, whole.y, size[0], whole.height, whole.turned)
    height = round(area.height)
    down = round(world.horizon * height)
    if not pads or not pads[0].round:
        down = _between(down, [_down(area, pad) for pad in pads], height)
    down = min(max(down, 1), height - 1)
    row = round(area.y + (area.height - down if area.turned else down))
    return Half(area, row, height - down)


def _down(area: Area, pad: Pad) -> float:
    """Return how far down a pad's farther edge lies, as its player sees it, in pixels."""
    if area.turned:
        return area.y + area.height - (pad.y + pad.height / 2)
    return pad.y - pad.height / 2 - area.y


def _between(own: int, edges: Sequence[float], height: int) -> int:
    """Return the gap between rows of pads that is nearest to the world's own horizon; ``own`` if none is near."""
    farthest = min(edges, default=0.0)
    gaps = [edge for edge in edges if edge > farthest + 1 and abs(edge - own) < 0.18 * height]
    nearest: float = min(gaps, key=lambda gap: abs(gap - own), default=own)
    return round(nearest)


def lantern_offset(pad: Pad, cell: float) -> float:
    """Return how far below its pad's centre a lantern hangs, in pixels, where the smallest pad measures ``cell``.

    Lanterns of uneven heights do not look like the keys of a keyboard. Round pads lie unevenly anyway.
    """
    return 0.0 if pad.round else cell * 0.07 * float(np.sin(pad.number * 2.4))


def paint(world: World, size: tuple[int, int], horizon: float, look: Look) -> pygame.Surface:
    """Return a world's backdrop of ``size`` pixels with its pictures; ``horizon`` is a share of the height."""
    levels = look.backdrop(scenery.paint_layers(world.layers, size, horizon, world.seed))
    made = sprites.surface(scenery.pack_pixels(levels, size, np.random.default_rng(world.seed)))
    for placed in world.placed:
        side = max(round(placed.size * min(size)), 2)
        drawn = artwork.full(placed.picture, side, look, placed.light)
        if placed.flip:
            drawn = pygame.transform.flip(drawn, True, False)
        made.blit(drawn, (round(placed.x * size[0] - side / 2), round(placed.y * size[1] - side)))
    return made


class Background:
    """The picture where nothing is lit, ``shown``, and a clean copy to restore it from."""

    def __init__(
        self,
        world: World,
        sides: Sequence[Side],
        halves: Sequence[Half],
        size: tuple[int, int],
        look: Look,
        cell: float,
        reflections: Sequence[pygame.Surface],
        rng: np.random.Generator,
    ) -> None:
        self._world = world
        self._plain = pygame.Surface(size).convert()
        painted: dict[tuple[float, float], pygame.Surface] = {}
        for each in halves:
            width, height = each.area.width, each.area.height
            if (width, height) not in painted:
                upright_size = (round(width), round(height + 0.49))
                painted[width, height] = paint(world, upright_size, 1 - each.depth / height, look)
            upright = painted[width, height]
            if each.area.turned:
                upright = pygame.transform.rotate(upright, 180)
            self._plain.blit(upright, (round(each.area.x), round(each.area.y)))
        if any(each.area.turned for each in halves):
            self._join(size)
        for side, each in zip(sides, halves, strict=True):
            self._hang(side, each, cell, reflections, rng)
        if len(halves) == 2 and halves[0].area == halves[1].area:
            self._divide(size)
        self.shown = self._plain.copy()

    def _join(self, size: tuple[int, int]) -> None:
        """Darken two skies towards each other, so that no edge shows between them."""
        reach = round(_SEAM * size[1])
        for row in range(reach):
            share = row / reach
            level = round(255 * (_DARK_SEAM + smoothstep(share, 1 - _DARK_SEAM)))
            for y in (size[1] // 2 - 1 - row, size[1] // 2 + row):
                self._plain.fill((level, level, level), (0, y, size[0], 1), pygame.BLEND_RGB_MULT)

    def _divide(self, size: tuple[int, int]) -> None:
        """Draw a thread of light between two who sit side by side."""
        width = max(round(0.012 * size[0]), 3)
        across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
        down = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
        thread = np.exp(-((across / 0.35) ** 2)) * (0.25 - 0.12 * down**2)
        sprite = sprites.grey(thread, np.random.default_rng(self._world.seed))
        self._plain.blit(sprite, (size[0] // 2 - width // 2, 0), special_flags=pygame.BLEND_RGB_ADD)

    def restore(self, rect: pygame.Rect) -> None:
        """Restore a rectangle that was drawn over."""
        self.shown.blit(self._plain, rect, rect)

    def _hang(
        self,
        side: Side,
        half: Half,
        cell: float,
        reflections: Sequence[pygame.Surface],
        rng: np.random.Generator,
    ) -> None:
        """Draw a lantern for each pad, with its glow, and its reflection where it hangs over the water."""
        halo = sprites.halo(max(round(cell * HALO), 4), rng)
        for pad in side.pads:
            tone = self._world.tones[pad.degree % len(self._world.tones)]
            size = max(round(cell * LANTERN), 4)
            y = pad.y + lantern_offset(pad, cell)
            glow = halo.copy()
            glow.fill(sprites.tint(tone.colour, 0.30), special_flags=pygame.BLEND_RGB_MULT)
            self._plain.blit(glow, glow.get_rect(center=(round(pad.x), round(y))), special_flags=pygame.BLEND_RGB_ADD)
            if reflections and half.shore(y) is None:
                below = reflections[half.area.turned].copy()
                below.fill(sprites.tint(tone.colour, 0.34), special_flags=pygame.BLEND_RGB_MULT)
                away = round(size * 0.45)
                top = round(y) - away - below.get_height() if half.area.turned else round(y) + away
                corner = (round(pad.x - below.get_width() / 2), top)
                self._plain.blit(below, corner, special_flags=pygame.BLEND_RGB_ADD)
            drawn = artwork.lantern(tone.picture, tone.colour, size)
            if half.area.turned:
                drawn = pygame.transform.rotate(drawn, 180)
            self._plain.blit(drawn, drawn.get_rect(center=(round(pad.x), round(y))))
