"""The pitch under a sliding finger: in tune where it should be, and nowhere a jump."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.music.layout import fit
from bedside.music.pad import Area, Pad, nearest
from bedside.music.ribbon import IN_TUNE, Ribbon
from effort import times
from music.rectangles import COUNTS, LEAST, NAMES, areas, laid

ROW = fit("rows", [60, 62, 64, 67], [0, 1, 2, 3], Area(0, 0, 400, 100))

LAYOUTS = st.builds(laid, NAMES, COUNTS, areas(), LEAST)
SHARES = st.floats(-0.5, 0.5)
WAYS = st.tuples(st.floats(-0.2, 1.2), st.floats(-0.2, 1.2))


def bounds(pads: tuple[Pad, ...]) -> tuple[float, float, float, float]:
    left, right = min(pad.x - pad.width / 2 for pad in pads), max(pad.x + pad.width / 2 for pad in pads)
    top, bottom = min(pad.y - pad.height / 2 for pad in pads), max(pad.y + pad.height / 2 for pad in pads)
    return left, top, right - left, bottom - top


def middle(pad: Pad, across: float, down: float) -> tuple[float, float]:
    """Return a point of the middle of a pad."""
    share = 0.99 * IN_TUNE * (0.5**0.5 if pad.round else 1)
    return pad.x + share * across * pad.width, pad.y + share * down * pad.height


@settings(max_examples=times(100), deadline=None)
@given(LAYOUTS, SHARES, SHARES)
def test_the_middle_of_every_pad_is_in_tune(pads: tuple[Pad, ...], across: float, down: float) -> None:
    """Anywhere in the middle of any pad of any layout, turned or not, the pitch is exactly its key."""
    ribbon = Ribbon.of(pads)
    assert [ribbon.pitch(*middle(pad, across, down)) for pad in pads] == [pad.key for pad in pads]


@pytest.mark.slow
@settings(max_examples=times(100), deadline=None)
@given(LAYOUTS, WAYS, WAYS)
def test_the_pitch_never_jumps(pads: tuple[Pad, ...], begin: tuple[float, float], end: tuple[float, float]) -> None:
    """Along any line over pads of any layout, and beyond their edges, ever smaller steps are ever smaller changes."""
    ribbon = Ribbon.of(pads)
    left, top, width, height = bounds(pads)
    keys = [pad.key for pad in pads]

    def pitch(way: float) -> float:
        x, y = (one + (other - one) * way for one, other in zip(begin, end, strict=True))
        return ribbon.pitch(left + x * width, top + y * height)

    steps = 128
    line = [pitch(step / steps) for step in range(steps + 1)]
    assert all(min(keys) - 1e-9 <= each <= max(keys) + 1e-9 for each in line)
    # Where it changes most the line is halved again and again: what stays as large however near is a jump.
    widest = max(range(steps), key=lambda step: abs(line[step + 1] - line[step]))
    low, high = widest / steps, (widest + 1) / steps
    for _ in range(40):
        half = (low + high) / 2
        if abs(pitch(half) - pitch(low)) >= abs(pitch(high) - pitch(half)):
            high = half
        else:
            low = half
    assert abs(pitch(high) - pitch(low)) < 1e-3


def test_halfway_between_two_pads_is_halfway_between_their_keys() -> None:
    """On the edge of two pads the pitch lies between their keys, and rises all the way from the one to the other."""
    ribbon = Ribbon.of(ROW)
    assert ribbon.pitch(200, 50) == 63
    line = [ribbon.pitch(180 + i, 50) for i in range(41)]
    assert line[0] == 62
    assert line[-1] == 64
    assert all(a < b for a, b in pairwise(line))


def test_halfway_between_two_round_pads_is_halfway_between_their_keys() -> None:
    """Two bubbles alone: the pitch rises all the way from the middle of the one to that of the other."""
    one, other = Pad(0, 60, 0, 100, 100, 80, 80, round=True), Pad(1, 64, 1, 300, 100, 80, 80, round=True)
    ribbon = Ribbon.of((one, other))
    assert ribbon.pitch(200, 100) == pytest.approx(62)
    edge = 80 * IN_TUNE / 2
    line = [ribbon.pitch(100 + edge + step, 100) for step in range(round(200 - 2 * edge) + 1)]
    assert line[0] == 60
    assert line[-1] == 64
    assert all(a < b for a, b in pairwise(line))


@pytest.mark.slow
@settings(max_examples=times(100), deadline=None)
@given(LAYOUTS, WAYS)
def test_outside_every_middle_no_pad_is_in_tune_alone(pads: tuple[Pad, ...], at: tuple[float, float]) -> None:
    """At most one pad holds a point in its middle, and where one does it is the nearest, whose key is heard."""
    left, top, width, height = bounds(pads)
    x, y = left + at[0] * width, top + at[1] * height
    tuned = [pad for pad in pads if pad.outside(x, y, IN_TUNE) == 0]
    assert len(tuned) <= 1
    for pad in tuned:
        assert nearest(pads, x, y) is pad
        assert Ribbon.of(pads).pitch(x, y) == pad.key
