"""Thumbnails for the panels: one of every world, and a picture of every instrument."""

from __future__ import annotations

import numpy as np
import pygame

from bedside.errors import BedsideError
from bedside.places import shipped
from bedside.stage.picture import artwork, background
from bedside.stage.picture.look import Look
from bedside.stage.worlds.world import World

# The picture of an instrument that has none of its own.
_FOLDER = "folder"

# The radius of a thumbnail's corners, as a share of its shorter side.
_ROUND = 0.22


def world_thumbnail(world: World, size: tuple[int, int], look: Look) -> pygame.Surface:
    """Return a thumbnail of a world, of ``size`` pixels: its backdrop with one lantern, its corners rounded."""
    painted = background.paint(world, size, world.horizon, look)
    side = round(0.42 * min(size))
    tone = look.world(world).tones[0]
    drawn = artwork.lantern(tone.picture, tone.colour, max(side, 8))
    painted.blit(drawn, drawn.get_rect(center=(size[0] // 2, size[1] // 2)))
    made = painted.convert_alpha()
    alpha = pygame.surfarray.pixels_alpha(made)
    alpha[:] = (255 * _rounded(size)).astype(np.uint8).T
    del alpha
    return made


def instrument_picture(name: str, size: int, look: Look) -> pygame.Surface:
    """Return an instrument's picture by the picture's name, or that of a folder where there is none."""
    if not (shipped("assets") / "pictures" / "instruments" / f"{name}.svg").is_file():
        name = _FOLDER
    return _shown(f"instruments/{name}", size, look)


def control_picture(name: str, size: int, look: Look) -> pygame.Surface:
    """Return a control's picture; raise BedsideError if it is missing."""
    return _shown(f"controls/{name}", size, look)


def try_world_thumbnail(world: World, size: tuple[int, int], look: Look) -> pygame.Surface | None:
    """Return a world's thumbnail, or None where one of its pictures is damaged."""
    try:
        return world_thumbnail(world, size, look)
    except BedsideError:
        return None


def _shown(name: str, size: int, look: Look) -> pygame.Surface:
    drawn = artwork.full(name, size)
    if look.dim:
        levels = pygame.surfarray.pixels3d(drawn)
        levels[:] = look.picture(levels.astype(np.float32)).astype(np.uint8)
        del levels
    return drawn


def _rounded(size: tuple[int, int]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return a mask, (rows, columns): 1 inside a rectangle with round corners, 0 outside, with a soft edge."""
    width, height = size
    radius = _ROUND * min(size)
    x = np.abs(np.arange(width, dtype=np.float32)[None, :] + 0.5 - width / 2) - (width / 2 - radius)
    y = np.abs(np.arange(height, dtype=np.float32)[:, None] + 0.5 - height / 2) - (height / 2 - radius)
    far = np.hypot(np.maximum(x, 0), np.maximum(y, 0)) + np.minimum(np.maximum(x, y), 0)
    edge: np.ndarray[tuple[int, int], np.dtype[np.float32]] = np.clip((radius - far) / 2.5, 0, 1)
    return edge
