"""The night world on a screen that nobody looks at, in the hand of a test."""

from __future__ import annotations

import os

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import numpy as np
import pygame
from numpy.typing import NDArray

from bedside.music.events import NoteOff, NoteOn, Player, Source
from bedside.music.layout import Pad, fit
from bedside.music.scales import scale
from bedside.stage import world
from bedside.stage.scene import Scene

SIZES = ((1280, 800), (800, 480), (800, 1280))


def pads_of(night: world.World, size: tuple[int, int]) -> tuple[Pad, ...]:
    steps = scale(night.scale)
    count = len(steps.steps)
    keys = [steps.key(degree, night.root) for degree in range(night.pads)]
    return fit(keys, [degree % count for degree in range(night.pads)], *size)


class Screen:
    """A scene of the night world with its surface."""

    def __init__(self, size: tuple[int, int], pads: tuple[Pad, ...] | None = None) -> None:
        pygame.display.init()
        self.surface = pygame.display.set_mode(size)
        night = world.find("night")
        self.pads = pads or pads_of(night, size)
        self.scene = Scene(night, self.pads, size)

    def paint(self, now: float) -> int:
        """Paint a whole frame and return the number of its steps."""
        return sum(1 for _ in self.scene.paint(self.surface, now))

    def on(self, note: int, now: float, player: Player = Player.CHILD, at: tuple[float, float] | None = None) -> None:
        """Play the pad of this number."""
        key = self.pads[note % len(self.pads)].key
        self.scene.performed(NoteOn(player, note, key, 0.8, 0.5, Source.TOUCH), now, at)

    def off(self, note: int, now: float, player: Player = Player.CHILD) -> None:
        """Leave the pad of this number."""
        self.scene.performed(NoteOff(player, note), now, None)

    def levels(self) -> NDArray[np.int64]:
        """Return the levels of every pixel, 0–255, by column, row and channel."""
        return pygame.surfarray.array3d(self.surface).astype(np.int64)

    def light(self, x: float, y: float, reach: int = 8) -> float:
        """Return the mean level near a point."""
        near = self.levels()[int(x) - reach : int(x) + reach, int(y) - reach : int(y) + reach]
        return float(near.mean())


def idle(screen: Screen) -> None:
    screen.paint(0.0)
