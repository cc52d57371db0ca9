"""Who sits where at one screen, and that every target is large enough for a finger."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.music.events import Player
from bedside.music.pad import Area
from bedside.stage.input.seats import LEAST_MM, LEAST_PIXELS, Control, Seat, Together, seats

CHILD, CHILD2, THERAPIST = Player.CHILD, Player.CHILD2, Player.THERAPIST

# Screens as they are at beds: of a tablet 10.1", of a Pi 7", of a tablet 13" with many pixels, held upright.
SCREENS = {
    (1280, 800): (217.0, 136.0),
    (800, 480): (155.0, 86.0),
    (2160, 3840): (165.0, 294.0),
}
SHARED = [(Together.ALONE, (CHILD,)), (Together.BESIDE, (CHILD, THERAPIST)), (Together.FACING, (CHILD, CHILD2))]


def twenty_mm(size: tuple[int, int]) -> float:
    """Return how many pixels are twenty millimetres."""
    return LEAST_MM * size[0] / SCREENS[size][0]


CASES = [
    pytest.param(together, players, size, least, id=f"{together} {size[0]}×{size[1]} {least:.0f}px")
    for together, players in SHARED
    for size in SCREENS
    for least in (LEAST_PIXELS, twenty_mm(size))
]


def targets(seat: Seat) -> list[Area]:
    return [*(button.area for button in seat.buttons), seat.play]


def within(inner: Area, outer: Area, slack: float = 1e-6) -> bool:
    return (
        outer.x - slack <= inner.x
        and outer.y - slack <= inner.y
        and inner.x + inner.width <= outer.x + outer.width + slack
        and inner.y + inner.height <= outer.y + outer.height + slack
    )


def overlap(one: Area, other: Area) -> float:
    """Return how many pixels two areas share, across or down, whichever is less."""
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return min(across, down)


@pytest.mark.parametrize(("together", "players", "size", "least"), CASES)
def test_every_target_is_large_enough(
    together: Together, players: tuple[Player, ...], size: tuple[int, int], least: float
) -> None:
    """Every control of every player, and what is played on, measures twenty millimetres, or 96 pixels, both ways."""
    for seat in seats(together, players, size, least):
        for area in targets(seat):
            assert min(area.width, area.height) >= least - 1e-6


@pytest.mark.parametrize(("together", "players", "size", "least"), CASES)
def test_nothing_lies_over_anything(
    together: Together, players: tuple[Player, ...], size: tuple[int, int], least: float
) -> None:
    """Controls and what is played on share no point, of one player or of two, and none lies outside the screen."""
    at = seats(together, players, size, least)
    everything = [area for seat in at for area in targets(seat)]
    assert [pair for pair in combinations(everything, 2) if overlap(*pair) > 1e-6] == []
    for seat in at:
        assert within(seat.whole, Area(0, 0, *size))
        assert all(within(area, seat.whole) for area in targets(seat))


@pytest.mark.parametrize(("together", "players", "size", "least"), CASES)
def test_each_player_has_every_control_once_at_the_far_edge(
    together: Together, players: tuple[Player, ...], size: tuple[int, int], least: float
) -> None:
    """The bar lies where no palm rests: at the edge of the seat that is farthest from its player, beyond the pads."""
    for seat, player in zip(seats(together, players, size, least), players, strict=True):
        assert seat.player is player
        assert sorted(button.control for button in seat.buttons) == sorted(Control)
        assert {button.player for button in seat.buttons} == {player}
        for button in seat.buttons:
            if seat.whole.turned:
                assert button.area.y >= seat.play.y + seat.play.height - 1e-6
            else:
                assert button.area.y + button.area.height <= seat.play.y + 1e-6
        areas = {button.control: button.area for button in seat.buttons}
        assert touches(areas[Control.HAND], *seat.whole.place(0, 0))


@pytest.mark.parametrize(("together", "players", "size", "least"), CASES)
def test_a_hand_lies_at_either_end_of_the_bar(
    together: Together, players: tuple[Player, ...], size: tuple[int, int], least: float
) -> None:
    """Whoever sees or reaches only one half of the seat can stop everything there."""
    for seat in seats(together, players, size, least):
        areas = {button.control: button.area for button in seat.buttons}
        hand, far = areas[Control.HAND], areas[Control.FAR_HAND]
        if hand.width < seat.whole.width - 1e-6:
            assert hand.y == far.y
            assert abs(hand.x - far.x) == pytest.approx(max(abs(hand.x - area.x) for area in areas.values()))


def touches(area: Area, x: float, y: float) -> bool:
    """Return whether a point is a corner of an area."""
    return x in (pytest.approx(area.x), pytest.approx(area.x + area.width)) and y in (
        pytest.approx(area.y),
        pytest.approx(area.y + area.height),
    )


@pytest.mark.parametrize(("together", "players", "size", "least"), CASES)
def test_play_has_most_of_the_screen_and_the_rest_is_controls(
    together: Together, players: tuple[Player, ...], size: tuple[int, int], least: float
) -> None:
    """All of a seat that is not its bar is to play on, from edge to edge."""
    for seat in seats(together, players, size, least):
        bar = len({button.area.y for button in seat.buttons}) * seat.buttons[0].area.height
        assert seat.play.width == seat.whole.width
        assert seat.play.height == pytest.approx(seat.whole.height - bar)
        assert seat.play.height >= seat.whole.height / 3 - 1e-6


def test_the_seats_of_a_shared_screen_are_its_halves() -> None:
    """One sits at all of it; of two side by side the first is on the left; face to face the first is below."""
    (alone,) = seats(Together.ALONE, (CHILD,), (1280, 800), 96)
    assert alone.whole == Area(0, 0, 1280, 800)
    left, right = seats(Together.BESIDE, (THERAPIST, CHILD), (1280, 800), 96)
    assert (left.player, left.whole) == (THERAPIST, Area(0, 0, 640, 800))
    assert (right.player, right.whole) == (CHILD, Area(640, 0, 640, 800))
    lower, upper = seats(Together.FACING, (CHILD, CHILD2), (1280, 800), 96)
    assert (lower.player, lower.whole) == (CHILD, Area(0, 400, 1280, 400))
    assert (upper.player, upper.whole) == (CHILD2, Area(0, 0, 1280, 400, turned=True))


@given(
    st.tuples(st.integers(480, 4000), st.integers(480, 4000)),
    st.floats(40, 120),
)
def test_who_sits_opposite_has_the_same_turned_round(size: tuple[int, int], least: float) -> None:
    """Face to face, each target of the upper player is the lower player's after half a turn of the screen."""
    width, height = size
    lower, upper = seats(Together.FACING, (CHILD, CHILD2), size, least)
    assert upper.whole.turned
    assert upper.play.turned
    for one, other in zip(targets(lower), targets(upper), strict=True):
        assert other.turned
        assert not one.turned
        assert (other.width, other.height) == (one.width, one.height)
        assert other.x == pytest.approx(width - one.x - one.width, abs=1e-6)
        assert other.y == pytest.approx(height - one.y - one.height, abs=1e-6)


@given(
    st.sampled_from(SHARED),
    st.tuples(st.integers(320, 4000), st.integers(320, 4000)),
    st.floats(10, 400),
)
def test_on_any_screen_nothing_overlaps_and_something_is_left_to_play_on(
    shared: tuple[Together, tuple[Player, ...]], size: tuple[int, int], least: float
) -> None:
    """Also where the targets would be too large for the screen, all are there, apart, inside, with room to play."""
    together, players = shared
    at = seats(together, players, size, least)
    everything = [area for seat in at for area in targets(seat)]
    assert len(everything) == (len(Control) + 1) * len(players)
    assert all(min(area.width, area.height) > 0 for area in everything)
    assert [pair for pair in combinations(everything, 2) if overlap(*pair) > 1e-6] == []
    assert all(within(area, Area(0, 0, *size)) for area in everything)
    for seat in at:
        whole = seat.whole
        if whole.width >= least and whole.height >= (len(Control) + 1) * least:
            assert all(min(area.width, area.height) >= least - 1e-6 for area in targets(seat))


@pytest.mark.parametrize(("together", "players"), [(Together.ALONE, (CHILD, CHILD2)), (Together.FACING, (CHILD,))])
def test_as_many_sit_there_as_there_are_seats(together: Together, players: tuple[Player, ...]) -> None:
    """One too many or one too few is a mistake."""
    with pytest.raises(ValueError, match=f"shared {together}, not {len(players)}"):
        seats(together, players, (1280, 800), 96)
