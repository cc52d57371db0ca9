"""Where the tiles of a page lie: a grid in which each is large enough for a finger, on further leaves if need be."""

from __future__ import annotations

from dataclasses import dataclass

from bedside.music.pad import Area

# The least side of a target on the sheet in millimetres, and what lies between two, as a share of that.
LEAST_TILE_MM = 15.0
_GAP = 0.12

# A tile is about so many times as wide as high.
_SHAPE = 1.7

# Wording need this much width on the smallest tile, as a multiple of its height.
_LEAST_SHAPE = 1.6


@dataclass(frozen=True, slots=True)
class Grid:
    """A leaf of a page: the areas of its tiles, the number of the first of them, and how many ``leaves`` there are.

    Where there are several, the last area is for turning to the next.
    """

    areas: tuple[Area, ...]
    begin: int
    leaves: int


def grid(count: int, area: Area, least: float, leaf: int, rightward: bool, wished: int | None = None) -> Grid:
    """Return where the tiles lie on a leaf, ``count`` in all, each at least ``least`` pixels wide and high.

    The first is at the upper left, or at the upper right where words are not ``rightward``. There are as many columns
    as are ``wished``, where they fit.
    """
    least *= 1 + _GAP
    most = max(int(area.width // (_LEAST_SHAPE * least)), 1) * max(int(area.height // least), 1)
    if count <= most:
        return Grid(_laid(count, area, least, rightward, wished), 0, 1)
    each = max(most - 1, 1)
    leaves = -(-count // each)
    begin = leaf % leaves * each
    return Grid(_laid(min(each, count - begin) + 1, area, least, rightward, wished), begin, leaves)


def _laid(count: int, area: Area, least: float, rightward: bool, wished: int | None) -> tuple[Area, ...]:
    if not count:
        return ()
    fitting = range(1, min(max(int(area.width // (_LEAST_SHAPE * least)), 1), count) + 1)

    def badness(columns: int) -> float:
        rows = -(-count // columns)
        wide, tall = area.width / columns, area.height / rows
        small = max(least / tall, 1.0)
        return (small - 1) * 100 + abs(wide / tall / _SHAPE - 1) + 0.3 * (rows * columns - count) / count

    fits = wished in fitting and area.height / -(-count // (wished or 1)) >= least
    columns = wished if wished is not None and fits else min(fitting, key=badness)
    rows = -(-count // columns)
    wide, tall = area.width / columns, area.height / rows
    # Of the least cell, as much as was added to the tile.
    gap = min(least * _GAP / (1 + _GAP), wide * _GAP, tall * _GAP)
    places = []
    for number in range(count):
        row, column = divmod(number, columns)
        if not rightward:
            column = columns - 1 - column
        places.append(
            Area(area.x + column * wide + gap / 2, area.y + row * tall + gap / 2, wide - gap, tall - gap),
        )
    return tuple(places)
