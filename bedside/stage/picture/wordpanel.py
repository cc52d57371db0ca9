"""A small panel with sentences for staff, which comes when they ask for it and goes by itself.

It stops nobody: a touch on it is a touch on what lies below.
"""

from __future__ import annotations

from collections.abc import Sequence

import pygame

from bedside.stage.picture.look import Look
from bedside.stage.worlds.colours import Colour

# The height of a letter and the widest panel, as shares of the screen's shorter and longer side.
_LETTER, _WIDE = 0.030, 0.40

# Lengths of the panel in letters: around the words, between two sentences, of its corners.
_PADDING, _BETWEEN, _ROUND = 0.9, 0.55, 0.8

# Letters are drawn this many times larger and then scaled down: small ones stand unevenly.
_FINE = 3

_GROUND: Colour = (14, 20, 64)
_EDGE: Colour = (70, 82, 156)
_WORDS: Colour = (238, 241, 255)


def panel(
    sentences: Sequence[str], size: tuple[int, int], corner: tuple[int, int], look: Look
) -> tuple[pygame.Surface, pygame.Rect]:
    """Return a panel with sentences, and where it lies on a screen of ``size`` pixels: its upper right at ``corner``.

    It is moved as far as it must be to lie on the screen.
    """
    pygame.font.init()
    letter = max(round(_LETTER * min(size)), 12)
    padding, between = round(_PADDING * letter), round(_BETWEEN * letter)
    widest = max(min(round(_WIDE * max(size)), size[0] - 2 * padding), 8 * letter) - 2 * padding
    font = pygame.font.Font(None, round(1.25 * letter * _FINE))
    written = [_written(font, sentence, widest) for sentence in sentences]
    wide = max(each.get_width() for each in written) + 2 * padding
    tall = sum(each.get_height() for each in written) + between * (len(written) - 1) + 2 * padding
    made = pygame.Surface((wide, tall), pygame.SRCALPHA)
    bend = round(_ROUND * letter)
    pygame.draw.rect(made, (*_EDGE, 255), made.get_rect(), border_radius=bend)
    pygame.draw.rect(made, (*_GROUND, 244), made.get_rect().inflate(-4, -4), border_radius=bend - 2)
    y = padding
    for each in written:
        made.blit(each, (padding, y))
        y += each.get_height() + between
    if look.dim:
        made.fill((*look.colour((255, 255, 255)), 255), special_flags=pygame.BLEND_RGBA_MULT)
    rect = pygame.Rect(corner[0] - wide, corner[1], wide, tall)
    return made, rect.clamp(pygame.Rect(0, 0, *size).inflate(-letter, -letter))


def _written(font: pygame.font.Font, sentence: str, widest: int) -> pygame.Surface:
    large = font.render(sentence, True, _WORDS, None, widest * _FINE)
    return pygame.transform.smoothscale(large, (large.get_width() // _FINE, large.get_height() // _FINE))
