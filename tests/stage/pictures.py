"""Every world in every variant and size, as single pictures and on one contact sheet: ``make pictures``.

The sheet has a row for each world and a column for each variant; in each field lie the three sizes.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame

from bedside.stage.stderr import silenced_stderr
from bedside.stage.worlds import world as worlds
from stage.variants import SIZES, VARIANTS, played

# Where on a field of the sheet each size lies, and how large it is there.
PLACES = {(1280, 800): (0, 0, 640, 400), (800, 480): (0, 426, 640, 384), (2160, 3840): (648, 0, 456, 810)}

_FIELD = (1104, 810)
_GAP = 36
_PAPER, _INK = (24, 24, 28), (210, 210, 214)


def main(folder: Path) -> None:
    """Write the pictures and the sheet into a folder."""
    with silenced_stderr():
        pygame.display.init()
        pygame.font.init()
    folder.mkdir(parents=True, exist_ok=True)
    names = worlds.names()
    wide, tall = _FIELD[0] + _GAP, _FIELD[1] + 2 * _GAP
    sheet = pygame.Surface((len(VARIANTS) * wide + _GAP, len(names) * tall + _GAP))
    sheet.fill(_PAPER)
    for row, name in enumerate(names):
        for column, variant in enumerate(VARIANTS):
            left, top = _GAP + column * wide, _GAP + row * tall
            write(sheet, f"{name}, {variant}", (left, top))
            for size, (x, y, *shown) in PLACES.items():
                picture = played(name, variant, size)
                pygame.image.save(picture, folder / f"{name}-{variant}-{size[0]}x{size[1]}.png")
                sheet.blit(pygame.transform.smoothscale(picture, shown), (left + x, top + _GAP + y))
        print(f"{name}: {len(VARIANTS) * len(SIZES)} pictures", flush=True)
    pygame.image.save(sheet, folder / "sheet.png")
    print(f"{folder / 'sheet.png'}: {sheet.get_width()} × {sheet.get_height()} pixels")


def write(sheet: pygame.Surface, words: str, place: tuple[int, int]) -> None:
    """Write small words for adults on the sheet."""
    sheet.blit(pygame.font.Font(None, 28).render(words, True, _INK), place)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
