"""The layout and drawing of a panel: pictures to choose from, each of them one target."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pygame

from bedside.music.layout import MOST_PADS, fit
from bedside.music.pad import Area, Pad
from bedside.music.smoothstep import smoothstep
from bedside.stage.picture import sprites
from bedside.stage.worlds.colours import Colour

# How much of its cell a picture fills; a touch between pictures chooses nothing.
_FILLED = 0.86

# The brightness of the world behind the pictures.
_BEHIND = 0.30

# The panel fades into the world over this share of its height, next to the bar.
_EDGE = 0.14

# The glow around the current choice.
_NOW: Colour = (255, 226, 160)


class Chooser:
    """A panel of ``count`` pictures over a player's ``area``.

    ``areas`` are the targets in reading order, none smaller than ``least`` pixels where there is room; ``size`` is what
    each picture measures and ``rect`` what the panel covers, in pixels.
    """

    def __init__(self, area: Area, count: int, least: float) -> None:
        count = min(count, MOST_PADS)
        local = Area(0, 0, area.width, area.height)
        pads = fit("rows", list(range(count)), list(range(count)), local, least)
        # Reading order: from the top, each row from the left.
        ordered = sorted(pads, key=lambda pad: (pad.y, pad.x))
        self._cells = [
            Area(
                pad.x - pad.width * _FILLED / 2,
                pad.y - pad.height * _FILLED / 2,
                pad.width * _FILLED,
                pad.height * _FILLED,
            )
            for pad in ordered
        ]
        self._area = area
        self.areas = [_placed(area, _target(pad, least)) for pad in ordered]
        self.size = (round(self._cells[0].width), round(self._cells[0].height))
        self.rect = pygame.Rect(round(area.x), round(area.y), round(area.width), round(area.height))

    def panel(self, world: pygame.Surface, pictures: Sequence[pygame.Surface], chosen: int | None) -> pygame.Surface:
        """Draw the panel: pictures over the darkened world, the chosen one in a glow."""
        panel = pygame.Surface(self.rect.size).convert()
        panel.blit(world, (0, 0), self.rect)
        if self._area.turned:
            panel = pygame.transform.rotate(panel, 180)
        self._darken(panel)
        glow = sprites.halo(round(1.5 * max(self.size)), np.random.default_rng(1))
        for number, (cell, drawn) in enumerate(zip(self._cells, pictures, strict=False)):
            centre = (round(cell.x + cell.width / 2), round(cell.y + cell.height / 2))
            lit = glow.copy()
            lit.fill(sprites.tint(_NOW, 0.5 if number == chosen else 0.10), special_flags=pygame.BLEND_RGB_MULT)
            panel.blit(lit, lit.get_rect(center=centre), special_flags=pygame.BLEND_RGB_ADD)
            panel.blit(drawn, drawn.get_rect(center=centre))
        return pygame.transform.rotate(panel, 180) if self._area.turned else panel

    def _darken(self, panel: pygame.Surface) -> None:
        """Darken the world, but fade towards the bar, so that no edge shows there."""
        width, height = panel.get_size()
        edge = max(round(_EDGE * height), 1)
        for row in range(edge):
            level = round(255 * (1 - smoothstep(row / edge, 1 - _BEHIND)))
            panel.fill((level, level, level), (0, row, width, 1), pygame.BLEND_RGB_MULT)
        level = round(255 * _BEHIND)
        panel.fill((level, level, level), (0, edge, width, height - edge), pygame.BLEND_RGB_MULT)


def on_page(count: int, room: int, page: int) -> list[int | None]:
    """Return which of ``count`` pictures are on a page with ``room`` for some; None is the button to the next page.

    Pages count from 0, and the first follows the last.
    """
    if count <= room:
        return list(range(count))
    each = max(room - 1, 1)
    first = page % -(-count // each) * each
    return [*range(first, min(first + each, count)), *([None] if room > 1 else [])]


def _target(pad: Pad, least: float) -> Area:
    """Return a picture's target: all of it, and more where it is smaller than a finger needs."""
    width, height = (max(_FILLED * side, min(side, least)) for side in (pad.width, pad.height))
    return Area(pad.x - width / 2, pad.y - height / 2, width, height)


def _placed(area: Area, cell: Area) -> Area:
    one = area.place(cell.x, cell.y)
    other = area.place(cell.x + cell.width, cell.y + cell.height)
    return Area(min(one[0], other[0]), min(one[1], other[1]), cell.width, cell.height, area.turned)
