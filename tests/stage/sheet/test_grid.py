"""The grid of the staff's sheet: every tile is large enough, lies in its area, and apart from all others."""

from __future__ import annotations

from itertools import combinations

from hypothesis import example, given
from hypothesis import strategies as st

from bedside.music.pad import Area
from bedside.stage.sheet.grid import grid


@example(4, 181.0, 113.0, 50.0, True)
@given(st.integers(1, 40), st.floats(300, 4000), st.floats(200, 3000), st.floats(20, 110), st.booleans())
def test_no_tile_is_smaller_than_a_finger_needs(
    count: int, width: float, height: float, least: float, rightward: bool
) -> None:
    """On every leaf, of areas in which two tiles fit; together the leaves have every tile once."""
    area = Area(10, 20, width, height)
    # Cells with what lies between them, and wide enough for words.
    fitting = int(width // (1.6 * 1.12 * least)) * int(height // (1.12 * least))
    seen = 0
    for leaf in range(count + 1):
        laid = grid(count, area, least, leaf, rightward)
        if leaf < laid.leaves:
            seen += len(laid.areas) - (laid.leaves > 1)
        for one in laid.areas:
            assert min(one.width, one.height) >= least - 1e-6 or fitting < 2
            assert one.x >= 10 and one.y >= 20
            assert one.x + one.width <= 10 + width + 1e-6
            assert one.y + one.height <= 20 + height + 1e-6
        for one, other in combinations(laid.areas, 2):
            beside = one.x + one.width <= other.x + 1e-6 or other.x + other.width <= one.x + 1e-6
            assert beside or one.y + one.height <= other.y + 1e-6 or other.y + other.height <= one.y + 1e-6
    assert seen == count
