"""Rectangles of every shape, and every layout in them."""

from __future__ import annotations

from hypothesis import strategies as st

from bedside.music.layout import LAYOUTS, MOST_PADS, fit
from bedside.music.pad import Area, Pad

# What is left to play on: of a Pi's screen with two rows of controls, of tablets, of half a tablet, of 4K upright.
SCREENS = (
    (800, 144),
    (800, 384),
    (400, 384),
    (1280, 692),
    (640, 692),
    (1280, 292),
    (2160, 3548),
    (2160, 1628),
    (1080, 3548),
    (3840, 1868),
)

COUNTS = st.integers(1, MOST_PADS)
NAMES = st.sampled_from(sorted(LAYOUTS))
LEAST = st.sampled_from((1.0, 48.0, 96.0, 160.0, 283.5))


@st.composite
def areas(draw: st.DrawFn, turned: tuple[bool, ...] = (False, True)) -> Area:
    """Return a rectangle anywhere on a screen: a real one, or one of any shape."""
    sides = st.floats(60, 4000)
    width, height = draw(st.one_of(st.sampled_from(SCREENS), st.tuples(sides, sides)))
    x, y = draw(st.sampled_from(((0.0, 0.0), (0.0, 96.0), (640.0, 0.0), (12.5, 1920.25))))
    return Area(x, y, width, height, draw(st.sampled_from(turned)))


def laid(name: str, count: int, area: Area, least: float = 1.0) -> tuple[Pad, ...]:
    """Return pads whose keys go up by whole tones from 40, and whose degrees are those of five steps."""
    return fit(name, range(40, 40 + 2 * count, 2), [number % 5 for number in range(count)], area, least)
