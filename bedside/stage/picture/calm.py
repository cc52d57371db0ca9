"""The picture of a wipe-down: dark and still, a cloth, and a row of drops that go out one after the other."""

from __future__ import annotations

import math
from contextlib import suppress

import pygame

from bedside.errors import BedsideError
from bedside.stage.picture import artwork
from bedside.stage.picture.look import Look
from bedside.stage.worlds.colours import Colour

DROPS = 12

# The cloth's size and the drops' radius and distance, as shares of the screen's shorter side.
_CLOTH, _DROP, _APART = 0.34, 0.011, 0.048

# A smear is seen best on a dark and even ground.
_GROUND: Colour = (9, 12, 38)
_LIT: Colour = (150, 176, 255)
_OUT: Colour = (34, 42, 92)


def drops_lit(left: float) -> int:
    """Return how many drops are lit while a share, 1 down to 0, is left."""
    return min(max(math.ceil(left * DROPS), 0), DROPS)


def calm(size: tuple[int, int], lit: int, look: Look) -> pygame.Surface:
    """Return the picture for a screen of ``size`` pixels, with so many drops lit, 0 to `DROPS`."""
    made = pygame.Surface(size).convert()
    made.fill(look.colour(_GROUND))
    shorter = min(size)
    side = round(_CLOTH * shorter)
    middle = size[0] // 2, round(0.44 * size[1])
    # A picture that is missing must not keep the screen from being wiped.
    with suppress(BedsideError):
        cloth = artwork.full("staff/wipe", side)
        if look.dim:
            cloth.fill((*look.colour((255, 255, 255)), 255), special_flags=pygame.BLEND_RGBA_MULT)
        made.blit(cloth, cloth.get_rect(center=middle))
    apart, radius = _APART * shorter, max(round(_DROP * shorter), 2)
    y = round(middle[1] + 0.62 * side)
    for number in range(DROPS):
        x = round(middle[0] + (number - (DROPS - 1) / 2) * apart)
        pygame.draw.circle(made, look.colour(_LIT if number < lit else _OUT), (x, y), radius)
    return made
