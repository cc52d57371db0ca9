"""Targets: how high a finger lies in one, how far outside, and which is nearest, from either side of the table."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.music.pad import Area, Pad, nearest

SQUARE = Pad(0, 60, 0, 100, 100, 80, 40)
ROUND = Pad(1, 62, 1, 100, 100, 80, 80, round=True)

PLACES = st.floats(-500, 500)


@pytest.mark.parametrize(("y", "lift"), [(200, 0), (120, 0), (110, 0.25), (100, 0.5), (80, 1), (-50, 1)])
def test_a_finger_rises_from_the_player_s_edge_to_the_other(y: float, lift: float) -> None:
    """Height in a pad is 0 at its lower edge, 1 at its upper and stays there; for who sits opposite it is reversed."""
    turned = Pad(0, 60, 0, 100, 100, 80, 40, turned=True)
    assert SQUARE.lift(y) == pytest.approx(lift)
    assert turned.lift(y) == pytest.approx(1 - lift)


@pytest.mark.parametrize(
    ("pad", "x", "y", "share", "away"),
    [
        (SQUARE, 130, 115, 1.0, 0),
        (SQUARE, 140, 120, 1.0, 0),
        (SQUARE, 143, 124, 1.0, 5),
        (SQUARE, 143, 100, 1.0, 3),
        (SQUARE, 100, 70, 1.0, 10),
        (SQUARE, 130, 100, 0.5, 10),
        (ROUND, 140, 100, 1.0, 0),
        (ROUND, 130, 140, 1.0, 10),
        (ROUND, 130, 140, 0.5, 30),
        (ROUND, 128, 128, 1.0, 0),
    ],
)
def test_outside_is_the_way_to_the_nearest_point(pad: Pad, x: float, y: float, share: float, away: float) -> None:
    """How far outside a point lies is measured to the edge of the pad, or of so much of its middle; 0 inside."""
    assert pad.outside(x, y, share) == pytest.approx(away)


def test_the_corner_of_a_round_pad_s_cell_lies_outside_it() -> None:
    """A circle has no corners: what lies there belongs to no pad, and sounds the nearest."""
    assert ROUND.outside(138, 138) == pytest.approx(math.hypot(38, 38) - 40)
    beside = Pad(2, 64, 2, 150, 150, 20, 20, round=True)
    assert nearest((ROUND, beside), 138, 138) is beside


@given(PLACES, PLACES, st.floats(0.1, 1))
def test_a_pad_is_the_same_from_all_sides(x: float, y: float, share: float) -> None:
    """A pad is symmetrical: the mirror images of a point lie as far outside it."""
    for pad in (SQUARE, ROUND):
        away = pad.outside(pad.x + x, pad.y + y, share)
        assert away >= 0
        assert pad.outside(pad.x - x, pad.y + y, share) == pytest.approx(away)
        assert pad.outside(pad.x + x, pad.y - y, share) == pytest.approx(away)


def test_the_lower_number_wins_a_tie() -> None:
    """Halfway between two pads, or where both hold the point, the first of them sounds."""
    left, right = Pad(0, 60, 0, 50, 50, 80, 80), Pad(1, 62, 1, 150, 50, 80, 80)
    assert nearest((left, right), 100, 50) is left
    assert nearest((left, right), 100.5, 50) is right
    assert nearest((SQUARE, ROUND), 100, 100) is SQUARE


@given(PLACES, PLACES, st.booleans())
def test_a_place_in_an_area_is_seen_from_its_player(x: float, y: float, turned: bool) -> None:
    """Left and top are the player's: for who sits opposite they are the screen's right and bottom."""
    area = Area(30, 40, 200, 100, turned)
    assert area.place(x, y) == ((230 - x, 140 - y) if turned else (30 + x, 40 + y))


@pytest.mark.parametrize(
    ("x", "y", "inside"),
    [(30, 40, True), (229.9, 139.9, True), (230, 100, False), (100, 140, False), (29.9, 100, False), (100, 39, False)],
)
def test_areas_that_touch_share_no_point(x: float, y: float, inside: bool) -> None:
    """An area holds its left and upper edge and not its right and lower one, whichever way round it is."""
    for turned in (False, True):
        assert Area(30, 40, 200, 100, turned).holds(x, y) is inside
