"""A scene on a picture that nobody looks at, in the hand of a test."""

from __future__ import annotations

import os
from dataclasses import replace

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import numpy as np
import pygame
from numpy.typing import NDArray

from bedside.music.events import NoteOff, NoteOn, Player, Source
from bedside.stage.input.seats import LEAST_PIXELS, Side, Together
from bedside.stage.picture.arrangement import sides
from bedside.stage.picture.bedsetup import BedSetup
from bedside.stage.picture.look import PLAIN, Look
from bedside.stage.picture.scene import Scene
from bedside.stage.worlds import world as worlds
from stage.playroom import PLAYERS, canvas

SIZES = ((1280, 800), (800, 480), (800, 1280))


def motionless(name: str = "night") -> worlds.World:
    """Return a world in which nothing floats."""
    return replace(worlds.find(name), motes=())


def sides_of(
    world: worlds.World, size: tuple[int, int], together: Together = Together.ALONE, look: Look = PLAIN
) -> tuple[Side, ...]:
    """Return the sides of a world, tuned as its own scale lies."""
    setting = BedSetup(together, PLAYERS[together], min(LEAST_PIXELS, *size), look, Player.THERAPIST, free=True)
    return sides(world, setting, size, {})


class Screen:
    """A scene of a world, the night if no other is named, with its surface; without signs."""

    def __init__(
        self,
        size: tuple[int, int],
        world: worlds.World | None = None,
        together: Together = Together.ALONE,
        look: Look = PLAIN,
    ) -> None:
        self.surface = canvas(size)
        self.world = world or worlds.find("night")
        self.sides = sides_of(self.world, size, together, look)
        self.pads = self.sides[0].pads
        self.scene = Scene(self.world, self.sides, size, look)

    def paint(self, now: float) -> int:
        """Paint a whole frame and return the number of its steps."""
        return sum(1 for _ in self.scene.paint(self.surface, now))

    def paint_until(self, begin: float, end: float, rate: int = 30) -> None:
        """Paint frames, ``rate`` in a second, up to and with a time."""
        for frame in range(round((end - begin) * rate)):
            self.paint(begin + frame / rate)
        self.paint(end)

    def on(self, note: int, now: float, player: Player = Player.CHILD, at: tuple[float, float] | None = None) -> None:
        """Play the pad of this number."""
        key = self.pads[note % len(self.pads)].key
        self.scene.follow(NoteOn(player, note, key, 0.8, 0.5, Source.TOUCH), now, at)

    def off(self, note: int, now: float, player: Player = Player.CHILD) -> None:
        """Leave the pad of this number."""
        self.scene.follow(NoteOff(player, note), now, None)

    def levels(self) -> NDArray[np.int64]:
        """Return the levels of every pixel, 0–255, by column, row and channel."""
        return pygame.surfarray.array3d(self.surface).astype(np.int64)

    def light(self, x: float, y: float, reach: int = 8) -> float:
        """Return the mean level near a point."""
        near = self.levels()[int(x) - reach : int(x) + reach, int(y) - reach : int(y) + reach]
        return float(near.mean())
