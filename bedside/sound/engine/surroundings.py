"""The rooms: one is in use, or two during a crossfade."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bedside.sound.engine.room import SPACES, USUAL, Room

# The sound crossfades from one room into another in this time.
MOVE_SECONDS = 0.15


class Surroundings:
    """All rooms, built at the start, and the one in use; stereo in and out, (2, block) float64."""

    def __init__(self, rate: int, block: int) -> None:
        self._rooms = {name: Room(rate, block, space) for name, space in SPACES.items()}
        self._name = self.wanted = USUAL
        # The old room while it rings, the progress of the crossfade out of it, 0–1, and its gain.
        self._left: Room | None = None
        self._faded = self._left_gain = 1.0
        self._step = block / (MOVE_SECONDS * rate)
        self._steps = self._step * np.arange(1, block + 1) / block
        self._tail = np.zeros((2, block))

    @property
    def silent(self) -> bool:
        """Whether every room is silent."""
        return self._left is None and self._rooms[self._name].silent

    def clear(self) -> None:
        """Empty the rooms, and switch to the wanted one at once."""
        self._rooms[self._name].clear()
        if self._left is not None:
            self._left.clear()
            self._left = None
        self._faded = self._left_gain = 1.0
        self._name = self.wanted

    def enter(self, name: str) -> None:
        """Crossfade into the room of this name, if there is one; the old one rings out."""
        if name in self._rooms:
            self.wanted = name
            self._enter()

    def render(self, sound: NDArray[np.float64], out: NDArray[np.float64]) -> float:
        """Write a block of ``sound`` with its reverberation into ``out``; return a bound of its samples."""
        left = self._left
        if left is None:
            return self._rooms[self._name].render(sound, out)
        faded = np.minimum(self._faded + self._steps, 1)
        self._faded = min(self._faded + self._step, 1.0)
        bound = self._rooms[self._name].render(sound * faded, out)
        bound += left.render(sound * (1 - faded), self._tail)
        if self._faded == 1 and (self.wanted != self._name or self._left_gain < 1):
            # A third room is wanted: what still rings in the first fades out.
            self._tail *= np.maximum(self._left_gain - self._steps, 0)
            self._left_gain = max(self._left_gain - self._step, 0.0)
        out += self._tail
        if self._faded == 1 and (left.silent or self._left_gain == 0):
            left.clear()
            self._left = None
            self._left_gain = 1.0
            self._enter()
        return bound

    def _enter(self) -> None:
        if self.wanted == self._name or self._left is not None:
            return
        leaving = self._rooms[self._name]
        self._name = self.wanted
        if not leaving.silent:
            self._left, self._faded = leaving, 0.0
