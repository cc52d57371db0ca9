"""Which keys an instrument's pads sound."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.music.compass import Compass, keys, tuned
from bedside.music.layout import MOST_PADS, fit
from bedside.music.pad import Area
from bedside.music.scales import SCALES, Scale, scale

PENTATONIC = scale("major pentatonic")


@st.composite
def compasses(draw: st.DrawFn, fewest: int = 12) -> Compass:
    """Return the compass of an instrument that has at least so many keys."""
    lowest = draw(st.integers(0, 127 - fewest))
    highest = draw(st.integers(lowest + fewest, 127))
    return Compass(lowest, highest, draw(st.integers(lowest, highest)))


@pytest.mark.parametrize(
    ("compass", "lowest"),
    [
        (None, 60),
        (Compass(24, 103, 60), 60),
        (Compass(24, 103, 65), 60),
        (Compass(24, 103, 67), 72),
        (Compass(28, 67, 31), 36),
        (Compass(79, 108, 84), 84),
        (Compass(62, 108, 61), 72),
        (Compass(48, 72, 60), 48),
    ],
    ids=str,
)
def test_pads_begin_in_the_register_of_the_instrument(compass: Compass | None, lowest: int) -> None:
    """Ten pads of C pentatonic begin on the C that is nearest to where the instrument sounds best and can."""
    sounding = keys(PENTATONIC, 60, 10, compass)
    assert sounding == tuple(lowest + step for step in (0, 2, 4, 7, 9, 12, 14, 16, 19, 21))


@given(st.sampled_from(SCALES), st.integers(24, 96), st.integers(1, MOST_PADS), compasses())
def test_pads_are_degrees_of_the_scale_from_the_instrument_s_lowest_keys_on(
    tones: Scale, root: int, count: int, compass: Compass
) -> None:
    """Keys are the scale's in whole octaves from the root, and rise; none is too low; none too high if that can be."""
    sounding = keys(tones, root, count, compass)
    assert len(sounding) == count
    assert (sounding[0] - root) % 12 == 0
    assert sounding == tuple(tones.key(degree, sounding[0]) for degree in range(count))
    assert all(low < high for low, high in pairwise(sounding))
    assert sounding[0] >= compass.lowest
    if sounding[-1] > compass.highest:
        assert sounding[0] <= compass.lowest + 11
    elif sounding[-1] + 12 <= compass.highest and sounding[0] - 12 >= compass.lowest:
        assert abs(sounding[0] - compass.register) <= 6


@given(st.integers(1, MOST_PADS), st.lists(st.integers(0, 127), min_size=1, max_size=12, unique=True).map(sorted))
def test_pads_of_a_set_are_its_pieces(count: int, pieces: list[int]) -> None:
    """Drums know no scale: each pad is the next piece, and after the last it is the first again."""
    sounding = keys(PENTATONIC, 60, count, Compass(0, 127, 60, tuple(pieces)))
    assert sounding == tuple((pieces * MOST_PADS)[:count])


def test_pads_take_other_keys_and_stay_where_they_are() -> None:
    """Tuned to another instrument a pad keeps its number, its degree and its place; every pad needs a key."""
    pads = fit("circle", [60, 62, 64, 67], [0, 1, 2, 3], Area(0, 0, 400, 300, turned=True))
    again = tuned(pads, [36, 38, 41, 43])
    assert [pad.key for pad in again] == [36, 38, 41, 43]
    assert tuned(again, [60, 62, 64, 67]) == pads
    with pytest.raises(ValueError, match="shorter"):
        tuned(pads, [60, 62, 64])
