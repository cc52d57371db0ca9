"""Where everybody plays: one room, or for a while two, when the players walk from one into another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bedside.sound.engine.room import SPACES, USUAL, Room

# The players walk from one room into another in this time.
MOVE_SECONDS = 0.15


class Surroundings:
    """All rooms there are, made at the start, and the one that is played in; stereo in and out, (2, block) float32."""

    def __init__(self, rate: int, block: int) -> None:
        self._rooms = {name: Room(rate, block, space) for name, space in SPACES.items()}
        self._name = self.wanted = USUAL
        # The room that was left, how far the players have come on the way out of it, 0–1, and how much of it is heard.
        self._left: Room | None = None
        self._way = self._heard = 1.0
        self._step = block / (MOVE_SECONDS * rate)
        self._steps = self._step * np.arange(1, block + 1) / block
        self._tail = np.zeros((2, block), np.float32)

    @property
    def silent(self) -> bool:
        """Whether nothing is left in any room."""
        return self._left is None and self._rooms[self._name].silent

    def clear(self) -> None:
        """Empty the rooms, and be in the one that is wanted."""
        self._rooms[self._name].clear()
        if self._left is not None:
            self._left.clear()
            self._left = None
        self._way = self._heard = 1.0
        self._name = self.wanted

    def enter(self, name: str) -> None:
        """Walk into the room of this name, if there is one; what still rings in the one that is left rings out."""
        if name in self._rooms:
            self.wanted = name
            self._enter()

    def render(self, sound: NDArray[np.float32], out: NDArray[np.float32]) -> None:
        """Write a block of ``sound`` and what answers it into ``out``."""
        left = self._left
        if left is None:
            self._rooms[self._name].render(sound, out)
            return
        way = np.minimum(self._way + self._steps, 1).astype(np.float32)
        self._way = min(self._way + self._step, 1.0)
        self._rooms[self._name].render(sound * way, out)
        left.render(sound * (1 - way), self._tail)
        if self._way == 1 and (self.wanted != self._name or self._heard < 1):
            # Somebody goes on to a third room: what still rings in the first makes way, and goes on doing so.
            self._tail *= np.maximum(self._heard - self._steps, 0).astype(np.float32)
            self._heard = max(self._heard - self._step, 0.0)
        out += self._tail
        if self._way == 1 and (left.silent or self._heard == 0):
            left.clear()
            self._left = None
            self._heard = 1.0
            self._enter()

    def _enter(self) -> None:
        if self.wanted == self._name or self._left is not None:
            return
        leaving = self._rooms[self._name]
        self._name = self.wanted
        if not leaving.silent:
            self._left, self._way = leaving, 0.0
