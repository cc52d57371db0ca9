from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bedside.music.layout import MOST_PADS, fit, nearest
from bedside.music.ribbon import IN_TUNE, Ribbon, away

ROW = fit([60, 62, 64, 67], [0, 1, 2, 3], 400, 100)
layouts = st.builds(
    lambda count, width, height: fit(range(48, 48 + 2 * count, 2), [0] * count, width, height),
    st.integers(1, MOST_PADS),
    st.integers(100, 2000),
    st.integers(100, 2000),
)
shares = st.floats(-0.5, 0.5)


@given(layouts, st.integers(0, MOST_PADS - 1), shares, shares)
def test_the_middle_of_every_pad_is_in_tune(pads, number, across, down):
    """Anywhere in the middle of any pad of any layout the pitch is exactly its key."""
    pad = pads[number % len(pads)]
    x, y = pad.x + 0.99 * IN_TUNE * across * pad.width, pad.y + 0.99 * IN_TUNE * down * pad.height
    assert Ribbon.of(pads).pitch(x, y) == pad.key
    assert away(pad, x, y) == 0


@given(layouts, shares, shares, shares, shares)
def test_the_pitch_never_jumps(pads, x0, y0, x1, y1):
    """Along any line over the pads, and beyond their edges, a small step is a small change of pitch."""
    ribbon = Ribbon.of(pads)
    right, bottom = max(pad.x + pad.width / 2 for pad in pads), max(pad.y + pad.height / 2 for pad in pads)
    steps = 400
    line = [
        ribbon.pitch(
            (0.5 + 1.2 * (x0 + (x1 - x0) * i / steps)) * right, (0.5 + 1.2 * (y0 + (y1 - y0) * i / steps)) * bottom
        )
        for i in range(steps + 1)
    ]
    keys = [pad.key for pad in pads]
    assert all(min(keys) <= pitch <= max(keys) for pitch in line)
    # A cubic is at most half as steep again as a line, across the narrowest gap, and two may meet in a corner.
    narrowest = min(min(pad.width / right, pad.height / bottom) for pad in pads) * (1 - IN_TUNE)
    steepest = 1.5 * (max(keys) - min(keys)) / narrowest
    assert max(abs(a - b) for a, b in pairwise(line)) <= 2 * steepest * 1.2 / steps + 1e-9


def test_halfway_between_two_pads_is_halfway_between_their_keys():
    """On the edge of two pads the pitch lies between their keys, and rises all the way from the one to the other."""
    ribbon = Ribbon.of(ROW)
    assert ribbon.pitch(200, 50) == 63
    line = [ribbon.pitch(180 + i, 50) for i in range(41)]
    assert line[0] == 62
    assert line[-1] == 64
    assert all(a < b for a, b in pairwise(line))


@given(layouts, shares, shares)
def test_outside_the_middle_is_as_far_as_it_looks(pads, across, down):
    """How far a point is from a pad's middle is 0 for a pad that is in tune there, and more for its neighbours."""
    x, y = (0.5 + across) * 300, (0.5 + down) * 300
    ribbon = Ribbon.of(pads)
    pad = nearest(pads, x, y)
    if away(pad, x, y) == 0:
        assert ribbon.pitch(x, y) == pad.key
        assert all(away(other, x, y) > 0 for other in pads if other is not pad)
