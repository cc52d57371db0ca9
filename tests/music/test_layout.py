"""Every layout in every rectangle: as many pads as fingers can tell apart, none lost outside and none over another."""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.music.layout import LAYOUTS, MOST_PADS, fit
from bedside.music.pad import Area, Pad, nearest
from effort import times
from music.rectangles import COUNTS, LEAST, NAMES, SCREENS, areas, laid

# Of the longer side, what rounding may amount to.
SLACK = 1e-9

SHARES = st.floats(-0.2, 1.2)


def inside(pad: Pad, area: Area) -> bool:
    slack = SLACK * (abs(area.x) + abs(area.y) + area.width + area.height)
    return (
        area.x - slack <= pad.x - pad.width / 2
        and pad.x + pad.width / 2 <= area.x + area.width + slack
        and area.y - slack <= pad.y - pad.height / 2
        and pad.y + pad.height / 2 <= area.y + area.height + slack
    )


@settings(max_examples=times(100), deadline=None)
@given(NAMES, COUNTS, areas(), LEAST)
def test_no_pad_is_smaller_than_a_finger_needs(name: str, count: int, area: Area, least: float) -> None:
    """Every pad is ``least`` wide and high at the least, unless it is the only one, and every one is a place."""
    pads = laid(name, count, area, least)
    assert 1 <= len(pads) <= count
    for pad in pads:
        assert len(pads) == 1 or min(pad.width, pad.height) >= least - 1e-6
        assert min(pad.width, pad.height) > 0


@pytest.mark.slow
@settings(max_examples=times(100), deadline=None)
@given(NAMES, COUNTS, areas(), LEAST)
def test_as_many_pads_as_fit_take_the_first_keys(name: str, count: int, area: Area, least: float) -> None:
    """Pads count from 0, with the keys from the first on; keys are left out only where no rows could hold one more."""
    pads = laid(name, count, area, least)
    keys = [40 + 2 * number for number in range(len(pads))]
    assert [(pad.number, pad.key, pad.degree) for pad in pads] == [
        (number, key, number % 5) for number, key in enumerate(keys)
    ]
    more = len(pads) + 1
    if more <= count:
        rows = max(min(area.width / math.ceil(more / lines), area.height / lines) for lines in range(1, more + 1))
        assert rows < least


@settings(max_examples=times(100), deadline=None)
@given(NAMES, COUNTS, areas(), LEAST)
def test_every_pad_lies_inside_its_area(name: str, count: int, area: Area, least: float) -> None:
    """No pad, and no part of one, lies outside the area, wherever that is on the screen."""
    assert [pad for pad in laid(name, count, area, least) if not inside(pad, area)] == []


@settings(max_examples=times(100), deadline=None)
@given(NAMES, COUNTS, areas(), LEAST)
def test_no_pad_lies_over_another(name: str, count: int, area: Area, least: float) -> None:
    """Round pads are at least as far apart as their two halves are wide; others share no more than an edge."""
    slack = SLACK * (area.width + area.height)
    for one, other in combinations(laid(name, count, area, least), 2):
        assert one.round == other.round
        if one.round:
            assert math.dist((one.x, one.y), (other.x, other.y)) >= (one.width + other.width) / 2 - slack
            assert one.width == one.height
        else:
            across = abs(one.x - other.x) - (one.width + other.width) / 2
            down = abs(one.y - other.y) - (one.height + other.height) / 2
            assert max(across, down) >= -slack


@pytest.mark.slow
@settings(max_examples=times(100), deadline=None)
@given(NAMES, COUNTS, areas(), LEAST, SHARES, SHARES)
def test_every_point_sounds_the_nearest_pad(
    name: str, count: int, area: Area, least: float, across: float, down: float
) -> None:
    """Wherever a finger lands, also between pads and beyond the area, the pad that is nearest to it sounds."""
    pads = laid(name, count, area, least)
    x, y = area.x + across * area.width, area.y + down * area.height

    def away(pad: Pad) -> float:
        if pad.round:
            return max(math.dist((x, y), (pad.x, pad.y)) - pad.width / 2, 0)
        near_x = min(max(x, pad.x - pad.width / 2), pad.x + pad.width / 2)
        near_y = min(max(y, pad.y - pad.height / 2), pad.y + pad.height / 2)
        return math.dist((x, y), (near_x, near_y))

    assert away(nearest(pads, x, y)) == pytest.approx(min(away(pad) for pad in pads), abs=1e-6)


@pytest.mark.slow
@settings(max_examples=times(100), deadline=None)
@given(NAMES, COUNTS, areas(), LEAST, st.floats(-0.49, 0.49), st.floats(-0.49, 0.49))
def test_every_pad_sounds_all_over(name: str, count: int, area: Area, least: float, across: float, down: float) -> None:
    """A finger anywhere on a pad sounds that pad, and no other."""
    pads = laid(name, count, area, least)
    for pad in pads:
        share = 1 / math.sqrt(2) if pad.round else 1
        x, y = pad.x + share * across * pad.width, pad.y + share * down * pad.height
        assert nearest(pads, x, y).number == pad.number


@settings(max_examples=times(100), deadline=None)
@given(NAMES, COUNTS, areas((True,)), LEAST)
def test_a_turned_area_is_the_same_turned_round(name: str, count: int, area: Area, least: float) -> None:
    """Who sits at the upper edge sees exactly what they would see at the lower one: each place is a half turn away."""
    upright = Area(area.x, area.y, area.width, area.height)
    turned, plain = laid(name, count, area, least), laid(name, count, upright, least)
    assert len(turned) == len(plain)
    slack = SLACK * (area.x + area.y + area.width + area.height)
    for one, other in zip(turned, plain, strict=True):
        assert one.turned
        assert not other.turned
        assert (one.key, one.degree, one.width, one.height, one.round) == (
            other.key,
            other.degree,
            other.width,
            other.height,
            other.round,
        )
        assert one.x - area.x == pytest.approx(area.x + area.width - other.x, abs=slack)
        assert one.y - area.y == pytest.approx(area.y + area.height - other.y, abs=slack)


@settings(max_examples=times(100), deadline=None)
@given(st.sampled_from(("strip", "canvas")), COUNTS, areas((False,)))
def test_keys_rise_from_left_to_right(name: str, count: int, area: Area) -> None:
    """Strip and canvas: each key lies wholly to the right of the lower one, all in one row at the player's edge."""
    pads = laid(name, count, area)
    for low, high in pairwise(pads):
        assert high.x - low.x == pytest.approx(area.width / count)
    assert all(pad.y + pad.height / 2 == pytest.approx(area.y + area.height) for pad in pads)
    if name == "canvas":
        assert all(pad.height == area.height for pad in pads)


@settings(max_examples=times(60), deadline=None)
@given(COUNTS, areas((False,)))
def test_keys_rise_away_from_the_player(count: int, area: Area) -> None:
    """Rows and bubbles: the next key lies to the right in its row, or in the row that is farther away."""
    rows, bubbles = laid("rows", count, area), laid("bubbles", count, area)
    for low, high in pairwise(rows):
        farther = high.y <= low.y - high.height * 0.99
        assert farther or (high.x > low.x and high.y == low.y)
    for cell, bubble in zip(rows, bubbles, strict=True):
        assert abs(bubble.x - cell.x) <= (cell.width - bubble.width) / 2
        assert abs(bubble.y - cell.y) <= (cell.height - bubble.height) / 2


@settings(max_examples=times(60), deadline=None)
@given(COUNTS, st.sampled_from(SCREENS))
def test_keys_of_an_arc_rise_from_left_to_right_and_outward(count: int, size: tuple[int, int]) -> None:
    """On each arc keys rise to the right; a new arc begins at the left, and its ends lie farther from the elbow."""
    width, height = size
    pads = laid("arc", count, Area(0, 0, width, height))
    arcs = [[pads[0]]]
    for low, high in pairwise(pads):
        if high.x > low.x:
            arcs[-1].append(high)
        else:
            arcs.append([high])
    for near, far in pairwise(arcs):
        if len(near) > 1 and len(far) > 1:
            assert far[0].x < near[0].x
            assert far[-1].x > near[-1].x
    for arc in arcs:
        tops = [pad.y for pad in arc]
        at = tops.index(min(tops))
        # up to the middle of the arc and down again
        assert tops[: at + 1] == sorted(tops[: at + 1], reverse=True)
        assert tops[at:] == sorted(tops[at:])


@settings(max_examples=times(60), deadline=None)
@given(st.integers(3, MOST_PADS), st.sampled_from(SCREENS))
def test_the_lowest_of_a_circle_is_in_the_middle_or_before_the_player(count: int, size: tuple[int, int]) -> None:
    """The first drum of each ring lies straight before the player, or in the middle, and those after go clockwise."""
    width, height = size
    pads = laid("circle", count, Area(0, 0, width, height))
    assert pads[0].x == pytest.approx(width / 2)
    assert pads[0].y >= height / 2 - 1e-6
    rings: list[list[float]] = []
    for pad in pads:
        across, down = pad.x - width / 2, pad.y - height / 2
        if math.hypot(across, down) < 1:
            continue
        # clockwise from the bottom, as seen
        turn = math.atan2(-across, down) % (2 * math.pi)
        if turn < 1e-6 or turn > 2 * math.pi - 1e-6:
            rings.append([0.0])
        else:
            rings[-1].append(turn)
    assert all(ring == sorted(ring) for ring in rings)


def test_two_pads_or_one_of_a_circle_lie_side_by_side() -> None:
    """There is no circle of two: they lie where two bubbles lie."""
    area = Area(0, 0, 800, 384)
    for count in (1, 2):
        assert laid("circle", count, area) == laid("bubbles", count, area)


@pytest.mark.parametrize("name", sorted(LAYOUTS))
@pytest.mark.parametrize("size", SCREENS, ids=lambda size: "×".join(map(str, size)))
def test_ten_pads_of_twenty_millimetres_fit_wherever_ten_squares_do(name: str, size: tuple[int, int]) -> None:
    """Asked for ten pads of 96 pixels, every layout has them on every screen where ten squares would fit in rows."""
    width, height = size
    squares = int(width / 96) * int(height / 96)
    assert len(laid(name, 10, Area(0, 0, width, height), 96.0)) == min(10, squares)


def test_a_screen_too_small_for_one_pad_has_one_all_the_same() -> None:
    """Where not even one pad is as large as it should be, there is one, as large as can be."""
    for name, (_, is_round) in LAYOUTS.items():
        (pad,) = laid(name, 7, Area(0, 0, 300, 120), 500.0)
        assert pad.key == 40
        assert pad.height >= (40 if is_round else 0.62 * 120)


def test_a_wide_screen_has_wide_rows_and_a_tall_one_tall_columns() -> None:
    """Twelve pads stand four to a row on a wide screen, three to a row on a tall one, low keys at the bottom left."""
    wide, tall = (laid("rows", 12, Area(0, 0, *size)) for size in ((1200, 900), (900, 1200)))
    assert len({pad.y for pad in wide}) == 3
    assert len({pad.y for pad in tall}) == 4
    assert (wide[0].x, wide[0].y) == (150, 750)
    assert wide[11].y < wide[0].y


@pytest.mark.parametrize(
    ("name", "count", "degrees", "size"),
    [
        ("rows", 0, 0, (10, 10)),
        ("rows", 25, 25, (10, 10)),
        ("rows", 3, 2, (10, 10)),
        ("rows", 3, 3, (0, 10)),
        ("rows", 3, 3, (10, float("nan"))),
        ("spiral", 3, 3, (10, 10)),
    ],
)
def test_impossible_layouts_are_refused(name: str, count: int, degrees: int, size: tuple[float, float]) -> None:
    """No pads, too many, degrees that are not as many, no rectangle and no layout are a programmer's mistake."""
    with pytest.raises(ValueError, match="layout"):
        fit(name, range(count), range(degrees), Area(0, 0, *size))
