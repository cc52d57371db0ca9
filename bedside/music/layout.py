"""Ways to lay out pads in any rectangle, each pad large enough for a finger."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, pairwise

from bedside.music.pad import Area, Pad

MOST_PADS = 24

# A pad's place as its player sees it: centre, width and height, in pixels.
_Cell = tuple[float, float, float, float]

# The height of a strip of keys, as a share of its area's.
_STRIP = 0.62

# The share of its cell that a bubble fills; the rest lets it lie a little off the centre.
_BUBBLE = 0.80

# The widest round pad, as a share of the area's shorter side.
_WIDEST = 0.46

# The greatest ratio of the axes of a circle of pads.
_FLATTEST = 4.0

_GOLDEN = 0.6180339887498949


def fit(layout: str, keys: Sequence[int], degrees: Sequence[int], area: Area, least: float = 1.0) -> tuple[Pad, ...]:
    """Return a pad for each key, laid out in an area; only the first keys where not all fit at ``least`` pixels.

    Keys rise from left to right and away from the player. No pad is narrower or lower than ``least``, unless a single
    one would be. Raises ValueError unless there are 1 to `MOST_PADS` keys, as many degrees, a layout of `LAYOUTS`, and
    an area that is not empty.
    """
    if not 1 <= len(keys) <= MOST_PADS or len(keys) != len(degrees):
        raise ValueError(f"a layout has 1 to {MOST_PADS} keys and as many degrees, not {len(keys)} and {len(degrees)}")
    if layout not in LAYOUTS:
        raise ValueError(f"no layout is called {layout!r}; the layouts are {', '.join(LAYOUTS)}")
    if not (area.width > 0 and area.height > 0):
        raise ValueError(f"a layout needs a rectangle, not {area.width} × {area.height}")
    cells, is_round = _largest(layout, len(keys), area, least)
    return tuple(
        Pad(number, key, degree, *area.place(x, y), width, height, is_round, area.turned)
        for number, (key, degree, (x, y, width, height)) in enumerate(zip(keys, degrees, cells, strict=False))
    )


def _largest(layout: str, count: int, area: Area, least: float) -> tuple[list[_Cell], bool]:
    """Return the cells of a layout, or of a plainer one if more fit in it, and whether they are round."""
    found: list[tuple[list[_Cell], bool]] = []
    for name in dict.fromkeys((layout, *(("bubbles",) if LAYOUTS[layout][1] else ()), "rows")):
        lay, is_round = LAYOUTS[name]
        for number in range(count, 0, -1):
            cells = lay(number, area.width, area.height)
            if _smallest(cells) >= least - 1e-6:
                found.append((cells, is_round))
                break
    return max(found, key=lambda each: len(each[0]), default=(_rows(1, area.width, area.height), False))


def _smallest(cells: Sequence[_Cell]) -> float:
    """Return the smallest side of any cell."""
    return min(min(width, height) for _, _, width, height in cells)


def _rows(count: int, width: float, height: float) -> list[_Cell]:
    """Fill the rectangle with rows; as many of them as make the smallest side of any cell largest."""
    rows = max(_foldings(count), key=lambda rows: min(width / max(rows), height / len(rows)))
    tall = height / len(rows)
    return [
        ((column + 0.5) * width / columns, height - (row + 0.5) * tall, width / columns, tall)
        for row, columns in enumerate(rows)
        for column in range(columns)
    ]


def _strip(count: int, width: float, height: float) -> list[_Cell]:
    """Lay keys side by side at the player's edge, as on a piano."""
    wide = width / count
    tall = min(max(height * _STRIP, wide), height)
    return [((number + 0.5) * wide, height - tall / 2, wide, tall) for number in range(count)]


def _canvas(count: int, width: float, height: float) -> list[_Cell]:
    """Fill the whole rectangle with one instrument: across is pitch, up is brightness."""
    wide = width / count
    return [((number + 0.5) * wide, height / 2, wide, height) for number in range(count)]


def _bubbles(count: int, width: float, height: float) -> list[_Cell]:
    """Scatter round pads without overlap; a single one lies in the middle."""
    if count == 1:
        across = min(width, height) * _BUBBLE
        return [(width / 2, height / 2, across, across)]
    cells = []
    for number, (x, y, wide, tall) in enumerate(_rows(count, width, height)):
        across = min(wide, tall) * (_BUBBLE - 0.12 * (number * _GOLDEN * 3 % 1))
        aside = 2 * math.pi * (number * _GOLDEN % 1)
        cells.append(
            (
                x + (wide - across) / 2 * 0.9 * math.cos(aside),
                y + (tall - across) / 2 * 0.9 * math.sin(aside),
                across,
                across,
            )
        )
    return cells


def _arc(count: int, width: float, height: float) -> list[_Cell]:
    """Lay round pads on arcs around the middle of the player's edge, within reach of one arm."""

    def arcs(size: float) -> list[tuple[float, float, float, float]]:
        """Return the arcs, from the nearest to the farthest, as centre, half width and height."""
        found = []
        across, up = width / 2 - size / 2, height - size
        while across >= size * 0.75 and up >= 0:
            found.append((width / 2, height - size / 2, across, up))
            across, up = across - size, up - size
        return found[::-1]

    return _on_curves(count, width, height, arcs, math.pi, 0.0)


def _circle(count: int, width: float, height: float) -> list[_Cell]:
    """Lay round pads in circles around one in the middle, as drums around a drummer."""
    if count < 3:
        return _bubbles(count, width, height)

    def rings(size: float) -> list[tuple[float, float, float, float]]:
        found = []
        across, up = width / 2 - size / 2, height / 2 - size / 2
        across = min(across, up * _FLATTEST) if up > 0 else across
        up = min(up, across * _FLATTEST)
        while across >= size * 0.9 and up >= size * 0.9:
            found.append((width / 2, height / 2, across, up))
            across, up = across - size, up - size
        return [(width / 2, height / 2, 0.0, 0.0), *found[::-1]]

    return _on_curves(count, width, height, rings, 1.5 * math.pi, -0.5 * math.pi)


# Each layout with whether its pads are round.
LAYOUTS: Mapping[str, tuple[Callable[[int, float, float], list[_Cell]], bool]] = {
    "rows": (_rows, False),
    "strip": (_strip, False),
    "arc": (_arc, True),
    "bubbles": (_bubbles, True),
    "circle": (_circle, True),
    "canvas": (_canvas, False),
}


def _foldings(count: int) -> list[list[int]]:
    """Return the ways to divide pads into rows as equal as possible: the pads in each row, from the bottom."""
    ways = []
    for rows in range(1, count + 1):
        base, extra = divmod(count, rows)
        ways.append([base + 1] * extra + [base] * (rows - extra))
    return ways


def _on_curves(
    count: int,
    width: float,
    height: float,
    curves: Callable[[float], list[tuple[float, float, float, float]]],
    begin: float,
    end: float,
) -> list[_Cell]:
    """Return ``count`` round cells on curves, as large as possible; ``curves`` returns those for a size of cell.

    A curve is part of an ellipse from the angle ``begin`` to ``end``, a whole one where they are a turn apart.
    """
    closed = math.isclose(begin - end, 2 * math.pi)
    best: list[tuple[float, float]] = [(width / 2, height / 2)]
    widest = 0.0
    size = min(width, height) * _WIDEST
    while size > widest:
        lines = [_line(curve, begin, end) for curve in curves(size)]
        rooms = [_room(line, size, closed) for line in lines]
        if sum(rooms) >= count:
            places = [
                _at(line, _way(number, taken, closed) * line[-1][0])
                for line, taken in zip(lines, _shared(count, rooms), strict=True)
                for number in range(taken)
            ]
            apart = min((math.dist(one, other) for one, other in combinations(places, 2)), default=size)
            if min(size, apart) > widest:
                best, widest = places, min(size, apart)
        size *= 0.97
        if size < 1:
            break
    return [(x, y, widest, widest) for x, y in best]


def _way(number: int, count: int, closed: bool) -> float:
    """Return the place of one of ``count`` cells along a curve, 0–1."""
    if closed:
        return number / count
    return 0.5 if count == 1 else number / (count - 1)


def _line(curve: tuple[float, float, float, float], begin: float, end: float) -> list[tuple[float, float, float]]:
    """Return points of a curve, each with its distance along it."""
    x, y, across, up = curve
    steps = 180
    points: list[tuple[float, float, float]] = []
    way = 0.0
    for step in range(steps + 1):
        angle = begin + (end - begin) * step / steps
        point = (x + across * math.cos(angle), y - up * math.sin(angle))
        if points:
            way += math.dist(points[-1][1:], point)
        points.append((way, *point))
    return points


def _room(line: list[tuple[float, float, float]], size: float, closed: bool) -> int:
    """Return how many cells of a size fit on a line, or nearly fit."""
    if line[-1][0] < size:
        return 1
    return int(line[-1][0] * 1.05 / size) + (0 if closed else 1)


def _shared(count: int, rooms: list[int]) -> list[int]:
    """Return how many cells go on each line, in proportion to how many fit."""
    whole = sum(rooms)
    taken = [min(room, count * room // whole) for room in rooms] if whole else []
    for number in sorted(range(len(rooms)), key=lambda number: taken[number] - rooms[number]):
        if sum(taken) < count:
            taken[number] += min(rooms[number] - taken[number], count - sum(taken))
    return taken


def _at(line: list[tuple[float, float, float]], way: float) -> tuple[float, float]:
    """Return the point of a line at a distance along it."""
    for (before, x, y), (after, next_x, next_y) in pairwise(line):
        if way <= after:
            share = (way - before) / (after - before) if after > before else 0.0
            return x + (next_x - x) * share, y + (next_y - y) * share
    return line[-1][1:]
