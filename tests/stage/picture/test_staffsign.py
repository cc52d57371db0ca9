"""The sign for staff: found by them, calm for the child, and in nobody's way."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pygame
import pytest

from bedside.stage.input.seats import Control, Seat, Together, seats
from bedside.stage.picture import staffsign
from bedside.stage.picture.look import PLAIN, Look
from bedside.stage.picture.staffsign import StaffSign, Trouble
from bedside.stage.worlds import world as worlds
from stage import hazards
from stage.mash import Drum, watch
from stage.playroom import PLAYERS, Playroom, canvas

FULL = Trouble("memory", "The disk is full.", 12)
SILENT = Trouble("sound", "No sound card responds.")

SIZES = ((1280, 800), (800, 480), (800, 1280), (600, 600), (2160, 3840))


def sign() -> StaffSign:
    canvas((8, 8))
    return StaffSign(pygame.Rect(20, 20, 48, 68), PLAIN)


def shown(sign: StaffSign) -> np.ndarray:
    surface = canvas((90, 110))
    surface.fill((0, 0, 0))
    sign.draw(surface)
    return pygame.surfarray.array3d(surface).astype(np.int64)


def test_without_trouble_there_is_nothing() -> None:
    """Nothing is drawn, nothing can be pressed, and nothing asks for another frame."""
    quiet = sign()
    quiet.advance(5.0, 1.0)
    assert not quiet.changed
    assert not quiet.moving
    assert quiet.target is None
    assert not shown(quiet).any()


def test_it_comes_and_goes_as_a_slope() -> None:
    """It appears within about a second without a jump, stays, and leaves in the same way."""
    there = sign()
    there.advance(1.0, 1.0)
    light = []
    for number in range(120):
        there.tell([FULL] if number < 60 else [])
        there.advance(1.0 + number / 30, 1.0)
        light.append(shown(there).mean())
    assert light[0] == light[-1] == 0
    assert light[55] == max(light) > 10
    assert max(abs(b - a) for a, b in pairwise(light)) < 0.06 * max(light)


def test_the_number_is_that_of_minutes() -> None:
    """Another minute is another picture, at once; the same trouble told again changes nothing; 0 is a number too."""
    there = sign()
    pictures = []
    for minutes in (None, 0, 1, 12, 999, 5000):
        there.tell([Trouble("memory", "", minutes)])
        there.advance(100.0, 1.0)
        assert there.changed
        pictures.append(shown(there))
        there.tell([Trouble("memory", "Said otherwise.", minutes)])
        assert not there.changed
    assert (pictures[-1] == pictures[-2]).all()
    for one, other in pairwise(pictures[:-1]):
        assert (one != other).any()


def test_the_first_trouble_is_shown() -> None:
    """Of several the first has the sign; each kind has a picture of its own that is installed."""
    there = sign()
    faces = []
    for name in ("memory", "second", "later", "notice", "sound"):
        there.tell([Trouble(name, ""), SILENT])
        there.advance(100.0, 1.0)
        faces.append(shown(there))
    there.tell([Trouble("no such picture", "")])
    bare = shown(there)
    for face in faces:
        assert (face != bare).sum() > 300
    for one, other in pairwise(faces):
        assert (one != other).sum() > 300


def test_it_is_seen_in_a_world_that_sleeps() -> None:
    """It dims with the world and stays visible."""
    there = sign()
    there.tell([FULL])
    there.advance(10.0, 1.0)
    awake = shown(there).max()
    there.advance(20.0, 0.1)
    assert 90 < shown(there).max() < awake


def seat_cases() -> list[Seat]:
    return [
        seat
        for size in SIZES
        for together in Together
        for seat in seats(together, PLAYERS[together], size, min(96.0, *size))
    ]


@pytest.mark.parametrize("seat", seat_cases())
def test_it_lies_in_the_bar_and_hides_no_control(seat: Seat) -> None:
    """It lies in a corner of the bar, not on the control that acts when it is touched, and off the control's middle."""
    rect = staffsign.place(seat)
    cells = {button.control: button.area for button in seat.buttons}
    cell = next(control for control, area in cells.items() if area.holds(*rect.center))
    assert cell is not Control.HAND
    area = cells[cell]
    assert area.holds(*rect.topleft)
    assert area.holds(rect.right - 1, rect.bottom - 1)
    side = min(area.width, area.height)
    assert abs(rect.centerx - area.x - area.width / 2) > 0.3 * side
    inner = pygame.Rect(0, 0, round(0.26 * side), round(0.26 * side))
    inner.center = (round(area.x + area.width / 2), round(area.y + area.height / 2))
    assert not rect.colliderect(inner)


@pytest.mark.parametrize("name", worlds.names())
@pytest.mark.parametrize("look", [PLAIN, Look(dim=True)], ids=["plain", "dim"])
def test_staff_see_it_in_every_world(name: str, look: Look) -> None:
    """Its picture stands out from what is around it by more than 3 to 1, in its brightest parts."""
    room = Playroom(worlds.find(name), (800, 480), look=look)
    room.paint(0.1)
    before = room.levels()
    room.playground.tell([FULL])
    room.paint_until(3.0, rate=10)
    rect = room.playground.view.staff.rect
    seen = room.levels()[rect.left : rect.right, rect.top : rect.bottom]
    assert (seen != before[rect.left : rect.right, rect.top : rect.bottom]).any()
    light = hazards.luminance(hazards._LINEAR[seen].reshape(-1, 3).astype(float))
    assert (np.percentile(light, 98) + 0.05) / (np.median(light) + 0.05) > 3


@pytest.mark.slow
def test_trouble_that_comes_and_goes_harms_no_eyes() -> None:
    """A disk that fails and recovers five times a second, with another number each time, does not flash."""
    room = Playroom(worlds.find("still"), (800, 480))

    def flapping(frame: int) -> None:
        if frame % 6 == 0:
            room.playground.tell([Trouble("memory", "Full.", frame)] if frame % 12 else [])

    seen = watch(room, 4.0, Drum(room, 5.0), flapping)
    assert seen.harmless, str(seen)
