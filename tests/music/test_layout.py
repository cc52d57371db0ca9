import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.music.layout import MOST_PADS, fit, nearest

counts = st.integers(1, MOST_PADS)
sides = st.floats(200, 8000)


def made(count, width, height):
    return fit(list(range(count)), list(range(count)), width, height)


@given(counts, sides, sides)
def test_pads_share_out_the_rectangle(count, width, height):
    """The cells lie inside the rectangle, do not overlap, and leave nothing of it out."""
    pads = made(count, width, height)
    assert [pad.key for pad in pads] == list(range(count))
    area = sum(pad.width * pad.height for pad in pads)
    assert area == pytest.approx(width * height)
    for pad in pads:
        assert pad.x - pad.width / 2 >= -1e-6 * width
        assert pad.x + pad.width / 2 <= width * (1 + 1e-6)
        assert pad.y - pad.height / 2 >= -1e-6 * height
        assert pad.y + pad.height / 2 <= height * (1 + 1e-6)
    for pad in pads:
        for other in pads[: pad.number]:
            apart = abs(pad.x - other.x) >= (pad.width + other.width) / 2 * (1 - 1e-6)
            above = abs(pad.y - other.y) >= (pad.height + other.height) / 2 * (1 - 1e-6)
            assert apart or above


@given(counts, sides, sides, st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_every_point_belongs_to_the_pad_around_it(count, width, height, across, down):
    """The nearest pad of a point in a cell is the pad of that cell."""
    for pad in made(count, width, height):
        x = pad.x + (across - 0.5) * pad.width
        y = pad.y + (down - 0.5) * pad.height
        assert nearest(made(count, width, height), x, y).number == pad.number


def test_points_outside_sound_the_nearest_pad():
    """A touch beyond the edge plays the pad at that edge."""
    pads = made(4, 400, 100)
    assert [nearest(pads, x, 500).number for x in (-50, 110, 999)] == [0, 1, 3]


def test_a_wide_screen_has_wide_rows_and_a_tall_one_tall_columns():
    """Twelve pads stand four to a row on a wide screen, three to a row on a tall one, low keys at the bottom left."""
    wide, tall = made(12, 1200, 900), made(12, 900, 1200)
    assert len({pad.y for pad in wide}) == 3
    assert len({pad.y for pad in tall}) == 4
    assert (wide[0].x, wide[0].y) == (150, 750)
    assert wide[11].y < wide[0].y


def test_height_in_the_pad_runs_from_bottom_to_top():
    """The lift of a finger is 0 at the lower edge, 1 at the upper, and stays there beyond them."""
    (pad,) = made(1, 100, 100)
    assert [pad.lift(y) for y in (150, 100, 50, 0, -10)] == [0, 0, 0.5, 1, 1]


@pytest.mark.parametrize(("count", "width", "height"), [(0, 10, 10), (25, 10, 10), (3, 0, 10), (3, 10, float("nan"))])
def test_impossible_layouts_are_refused(count, width, height):
    """No pads, too many pads and no rectangle are a programmer's mistake."""
    with pytest.raises(ValueError, match="layout"):
        made(count, width, height)
