"""The pictures that an artist drew in grey as SVG, tinted with a pad's colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pygame

from bedside.errors import BedsideError
from bedside.places import shipped
from bedside.stage.world import Colour


def lantern(picture: str, colour: Colour, size: int) -> pygame.Surface:
    """Return a shipped picture as a square of ``size`` pixels with its own transparency.

    Black becomes a deep shade of the colour, grey the colour, white a pale one; all are dim enough to leave room for
    more light. Raises BedsideError for a picture that is missing or cannot be read.
    """
    return tinted(shipped("assets") / "pictures" / f"{picture}.svg", colour, size)


def tinted(path: Path, colour: Colour, size: int) -> pygame.Surface:
    """Return the picture of a file as `lantern` does."""
    try:
        drawn = pygame.image.load_sized_svg(path, (size, size)).convert_alpha()
    except (pygame.error, OSError) as error:
        raise BedsideError(f"The picture {path.name} cannot be shown; install the program again.") from error
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
