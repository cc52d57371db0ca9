"""Pictures to choose among: each a target large enough, all before the pads of the one who chooses."""

from __future__ import annotations

import os
from itertools import combinations

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import numpy as np
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bedside.music.events import Player
from bedside.music.layout import MOST_PADS
from bedside.music.pad import Area
from bedside.stage.input.seats import Seat, Together, seats
from bedside.stage.picture.chooser import Chooser, on_page
from bedside.stage.worlds import world

PLAYERS = {
    Together.ALONE: (Player.CHILD,),
    Together.BESIDE: (Player.CHILD, Player.THERAPIST),
    Together.FACING: (Player.CHILD, Player.THERAPIST),
}
SIZES = ((1280, 800), (800, 480), (2160, 3840))
LEAST = 96.0

SEATS = [
    pytest.param(seat, id=f"{together} {size[0]}×{size[1]} {seat.player.label}")
    for together, players in PLAYERS.items()
    for size in SIZES
    for seat in seats(together, players, size, LEAST)
]
COUNTS = (1, 2, 3, 5, 8, 17, 24, 40)


def seen(area: Area, whole: Area) -> tuple[float, float]:
    """Return where the corner of an area lies that its player sees as the upper left one."""
    if whole.turned:
        return whole.x + whole.width - area.x - area.width, whole.y + whole.height - area.y - area.height
    return area.x - whole.x, area.y - whole.y


def levels(surface: pygame.Surface) -> NDArray[np.int64]:
    return pygame.surfarray.array3d(surface).astype(np.int64)


def display() -> None:
    pygame.display.init()
    pygame.display.set_mode((64, 64))


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("seat", SEATS)
def test_every_picture_lies_where_its_player_plays(seat: Seat, count: int) -> None:
    """All targets are inside the player's own play area, apart from each other, and large enough for a finger."""
    chooser = Chooser(seat.play, count, LEAST)
    play = seat.play
    for area in chooser.areas:
        assert min(area.width, area.height) >= LEAST - 1e-6
        assert play.x - 1e-6 <= area.x
        assert play.y - 1e-6 <= area.y
        assert area.x + area.width <= play.x + play.width + 1e-6
        assert area.y + area.height <= play.y + play.height + 1e-6
    for one, other in combinations(chooser.areas, 2):
        across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
        down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
        assert min(across, down) <= 1e-6
    assert not any(button.area.holds(area.x + 1, area.y + 1) for button in seat.buttons for area in chooser.areas)


@pytest.mark.parametrize("seat", SEATS)
def test_every_world_can_be_chosen_on_every_screen(seat: Seat) -> None:
    """There is a picture for each world, also before half of the smallest screen."""
    assert len(Chooser(seat.play, len(world.names()), LEAST).areas) == len(world.names())


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("seat", SEATS)
def test_pictures_are_read_as_a_page_is(seat: Seat, count: int) -> None:
    """As their player sees them they go from left to right and from above down, also for who sits opposite."""
    chooser = Chooser(seat.play, count, LEAST)
    corners = [seen(area, seat.play) for area in chooser.areas]
    assert corners == sorted(corners, key=lambda corner: (round(corner[1]), corner[0]))
    assert 1 <= len(corners) <= min(count, MOST_PADS)


def test_a_touch_beside_all_pictures_is_on_none() -> None:
    """Between pictures that are large enough there is room to choose nothing."""
    play = Area(0, 108, 1280, 692)
    chooser = Chooser(play, 8, LEAST)
    assert not any(area.holds(play.x + 2, play.y + 2) for area in chooser.areas)
    middles = [(area.x + area.width / 2, area.y + area.height / 2) for area in chooser.areas]
    assert [
        next(number for number, area in enumerate(chooser.areas) if area.holds(*middle)) for middle in middles
    ] == list(range(8))


@pytest.mark.parametrize("turned", [False, True])
def test_the_panel_shows_the_pictures_where_they_are_touched(turned: bool) -> None:
    """Each picture is drawn in the middle of its target; the panel is as large as the play area and lies there."""
    display()
    play = Area(0, 0 if turned else 500, 600, 400, turned)
    chooser = Chooser(play, 6, LEAST)
    assert chooser.rect == pygame.Rect(0, 0 if turned else 500, 600, 400)
    shades = [(40 * number + 30, 250 - 40 * number, 90) for number in range(6)]
    pictures = []
    for shade in shades:
        drawn = pygame.Surface(chooser.size).convert()
        drawn.fill(shade)
        pictures.append(drawn)
    screen = pygame.Surface((600, 900)).convert()
    screen.fill((0, 0, 0))
    panel = chooser.panel(screen, pictures, None)
    assert panel.get_size() == chooser.rect.size
    for area, shade in zip(chooser.areas, shades, strict=True):
        x, y = round(area.x + area.width / 2 - play.x), round(area.y + area.height / 2 - play.y)
        assert tuple(panel.get_at((x, y)))[:3] == shade


def test_the_one_that_is_there_now_lies_in_a_light() -> None:
    """Around the chosen picture it is brighter than around any other."""
    display()
    chooser = Chooser(Area(0, 0, 1200, 600), 8, LEAST)
    pictures = [pygame.Surface((8, 8)).convert() for _ in range(8)]
    screen = pygame.Surface((1200, 600)).convert()

    def around(chosen: int | None) -> list[float]:
        shown = levels(chooser.panel(screen, pictures, chosen))
        return [
            float(shown[round(area.x) : round(area.x + area.width), round(area.y) : round(area.y + area.height)].mean())
            for area in chooser.areas
        ]

    for chosen in (0, 5):
        lit = around(chosen)
        assert lit.index(max(lit)) == chosen
        assert lit[chosen] > 1.2 * sorted(lit)[-2]
    assert max(around(None)) < 1.5 * min(around(None)) + 5


@pytest.mark.parametrize("turned", [False, True])
def test_the_world_behind_the_pictures_is_left_dim_and_whole_at_the_bar(turned: bool) -> None:
    """What was there stays to be seen behind, dimmed; on the side of the controls it goes over into the world."""
    display()
    play = Area(0, 0 if turned else 100, 400, 300, turned)
    screen = pygame.Surface((400, 400)).convert()
    screen.fill((200, 160, 120))
    before = levels(screen)
    panel = levels(Chooser(play, 1, LEAST).panel(screen, [], None))
    if turned:
        panel = panel[::-1, ::-1]
    assert panel[:, 0] == pytest.approx(np.full((400, 3), (200, 160, 120)), abs=3)
    column = panel[2].sum(axis=1)
    assert (np.diff(column) <= 0).all()
    assert column[-1] == pytest.approx(0.3 * 480, abs=4)
    assert (levels(screen) == before).all()


@given(st.integers(1, 60), st.integers(1, 24))
def test_every_picture_is_on_some_page(count: int, room: int) -> None:
    """Turned page by page, every picture is seen once, each page has room, and after the last comes the first."""
    pages = 1 if count <= room else -(-count // max(room - 1, 1))
    leaves = [on_page(count, room, page) for page in range(pages)]
    assert [number for each in leaves for number in each if number is not None] == list(range(count))
    assert max(len(each) for each in leaves) <= room
    assert on_page(count, room, pages) == leaves[0]
    assert all((None in each) == (count > room > 1) for each in leaves)
