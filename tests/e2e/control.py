"""What a child decides beside the music, done with a finger on the screen, and what the ledger has of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pygame
from numpy.typing import NDArray

from bedside.archive.store.store import Choice, Store
from bedside.music.events import Player
from bedside.stage.bed import least
from bedside.stage.input.seats import Control
from bedside.stage.picture.chooser import Chooser
from e2e.bed import button, sides
from e2e.rig.program import Program
from e2e.rig.touchscreen import Touchscreen

# How far around a place its light is looked at, in pixels.
_REACH = 20


def press(screen: Touchscreen, control: Control, finger: int = 9) -> None:
    """Touch one of the child's controls."""
    screen.tap(finger, *button(screen, sides(screen)[Player.CHILD], control))


def pick(screen: Touchscreen, number: int, count: int) -> None:
    """Touch the picture of this number, of so many that hang before the child's pads."""
    area = Chooser(sides(screen)[Player.CHILD].seat.play, count, least(screen.size, None)).areas[number]
    screen.tap(9, (area.x + area.width / 2) / screen.size[0], (area.y + area.height / 2) / screen.size[1])


def ledger(data: Path) -> list[Choice]:
    """Return what was chosen in the session of the last take."""
    with Store.open(data) as store:
        return store.choices(store.takes()[-1].session)


def until_chosen(program: Program, what: str, which: str, by: str, number: int = 1) -> Choice:
    """Wait until the ledger has so many choices of this kind, and return the last of them."""

    def chosen() -> list[Choice]:
        found = [
            choice for choice in ledger(program.data) if (choice.what, choice.which, choice.by) == (what, which, by)
        ]
        return found if len(found) >= number else []

    return program.wait_for(chosen, 30, f"{what} {which} by {by} in the ledger")[-1]


class Glance:
    """A look at the whole screen; `light` says how bright it is at a place."""

    def __init__(self, screen: Touchscreen, folder: Path) -> None:
        path = folder / "glance.bmp"
        screen.screenshot(path)
        self._levels: NDArray[np.float64] = pygame.surfarray.array3d(pygame.image.load(path)).astype(float).mean(axis=2)
        path.unlink()

    def light(self, screen: Touchscreen, place: tuple[float, float]) -> float:
        """Return the mean level, 0–255, around a place given as shares of the screen."""
        x, y = (round(share * pixels) for share, pixels in zip(place, screen.size, strict=True))
        return float(self._levels[x - _REACH : x + _REACH, y - _REACH : y + _REACH].mean())

    def difference(self, other: Glance, screen: Touchscreen, place: tuple[float, float]) -> float:
        """Return the mean difference from another look around a place."""
        x, y = (round(share * pixels) for share, pixels in zip(place, screen.size, strict=True))
        part = np.s_[x - _REACH : x + _REACH, y - _REACH : y + _REACH]
        return float(np.abs(self._levels[part] - other._levels[part]).mean())
