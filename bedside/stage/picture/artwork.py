"""The SVG pictures that artists drew: in their own colours, or drawn in grey and tinted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pygame

from bedside.errors import BedsideError
from bedside.places import shipped
from bedside.stage.picture.look import PLAIN, Look
from bedside.stage.worlds.colours import Colour


def lantern(picture: str, colour: Colour, size: int) -> pygame.Surface:
    """Return a shipped picture, tinted, as a square of ``size`` pixels with its own transparency.

    Black becomes a deep shade of the colour, grey the colour itself, white a pale shade. All stay dim enough for light
    to be added. Raises BedsideError for a picture that is missing or cannot be read.
    """
    return tinted(shipped("assets") / "pictures" / f"{picture}.svg", colour, size)


def tinted(path: Path, colour: Colour, size: int) -> pygame.Surface:
    """Return the picture in a file, tinted as `lantern` does."""
    drawn = _drawn(path, size)
    levels = pygame.surfarray.pixels3d(drawn)
    grey = levels[:, :, :1].astype(np.float32) / 255
    own = np.asarray(colour, dtype=np.float32)
    deep = 255 * (own / 255) ** 2.2 * np.asarray((0.40, 0.42, 0.62), dtype=np.float32)
    pale = (own + (255 - own) * 0.45) * 0.96
    below, above = np.minimum(grey * 1.6, 1), np.maximum(grey - 0.625, 0) / 0.375
    shade = deep + (own * 0.86 - deep) * below
    levels[:] = (shade + (pale - shade) * above * 0.85).astype(np.uint8)
    del levels
    return drawn


def full(picture: str, size: int, look: Look = PLAIN, light: float = 1.0) -> pygame.Surface:
    """Return a shipped picture in its own colours, adapted to a look, as a square of ``size`` pixels.

    ``light``, 0–1, dims it. Raises BedsideError for a picture that is missing or cannot be read.
    """
    drawn = _drawn(shipped("assets") / "pictures" / f"{picture}.svg", size)
    if light < 1 or look != PLAIN:
        levels = pygame.surfarray.pixels3d(drawn)
        shown = look.backdrop(levels.astype(np.float32)) * light
        levels[:] = np.clip(shown, 0, 255).astype(np.uint8)
        del levels
    return drawn


def _drawn(path: Path, size: int) -> pygame.Surface:
    try:
        drawn = pygame.image.load_sized_svg(path, (size, size)).convert_alpha()
    except (pygame.error, OSError) as error:
        raise BedsideError(f"The picture {path.name} cannot be shown; install the program again.") from error
    if drawn.get_size() == (size, size):
        return drawn
    # At some sizes SDL_image returns one row or column too many.
    exact = pygame.Surface((size, size), pygame.SRCALPHA).convert_alpha()
    exact.blit(drawn, (0, 0), special_flags=pygame.BLEND_RGBA_MAX)
    return exact
