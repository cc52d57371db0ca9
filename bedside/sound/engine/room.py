"""The room around the instruments: first reflections, and a feedback delay network of twelve lines.

Every line is at least one block long, so that a block of all lines is one gather, one product and one write (Jot &
Chaigne, "Digital delay networks for designing artificial reverberators", AES 1991). The products are exact sums, so
that what circulates for seconds is the same on every processor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bedside.sound import exact, sums
from bedside.sound.engine.runs import Runs

# Mutually prime lengths at 48 kHz, 23 to 90 ms, so that the lines' echoes do not fall together.
_LINES = (1103, 1259, 1433, 1621, 1831, 2053, 2297, 2579, 2887, 3253, 3739, 4327)

# First reflections of either side at 48 kHz, 4 to 41 ms, denser with time; they also feed the lines.
_LEFT = (211, 419, 593, 757, 911, 1049, 1181, 1307, 1427, 1543, 1657, 1759)
_RIGHT = (263, 467, 631, 797, 941, 1087, 1213, 1361, 1483, 1601, 1721, 1973)
_SIGNS = (1, -1, -1, 1, -1, 1, 1, -1, 1, 1, -1, -1)

# The gain of the first reflections relative to the output of the lines.
_EARLY = 0.5

# A tail ends once no sample exceeds this, −140 dB, for the length of the longest line.
_INAUDIBLE = 1e-7

# Louder than any instruments could be.
_ABSURD = 2000.0


@dataclass(frozen=True, slots=True)
class Space:
    """A room.

    ``size`` is relative to the usual one, 0.5–1.5; ``seconds`` is the reverberation time (60 dB) of low sounds,
    ``damping`` (0–1) how much faster high ones decay, and ``wet`` the gain of the reverberation.
    """

    size: float
    seconds: float
    damping: float
    wet: float


# By the names that worlds and takes use; the first is the usual one.
SPACES: dict[str, Space] = {
    "hall": Space(size=1.0, seconds=1.9, damping=0.32, wet=0.22),
    "nearby": Space(size=0.55, seconds=0.5, damping=0.5, wet=0.12),
    "chamber": Space(size=0.75, seconds=1.1, damping=0.38, wet=0.18),
    "wood": Space(size=0.85, seconds=1.3, damping=0.62, wet=0.2),
    "water": Space(size=1.2, seconds=2.8, damping=0.55, wet=0.28),
    "snow": Space(size=0.9, seconds=0.9, damping=0.8, wet=0.14),
    "space": Space(size=1.5, seconds=4.5, damping=0.36, wet=0.32),
}
USUAL = "hall"


class Room:
    """A reverberator: stereo in and out, both (2, block) float64; the output includes the dry sound."""

    def __init__(self, rate: int, block: int, space: Space = SPACES[USUAL]) -> None:
        self.block = block
        scale = space.size * rate / 48000
        lines = np.array([max(block, round(delay * scale)) for delay in _LINES])
        walls = np.array([round(delay * scale) for delay in (*_LEFT, *_RIGHT)])
        count = len(lines)
        self._count = count
        sides = np.repeat([count, count + 1], [len(_LEFT), len(_RIGHT)])
        loss = exact.decibels(-60 * lines / (space.seconds * rate))
        # A two-tap low-pass in each loop; longer lines lose more, so that high sounds decay at one rate in all lines.
        tilt = 0.5 * space.damping * lines / lines.max()
        # Taps: each line, each line a frame earlier, each reflection.
        late = np.concatenate((lines, lines + 1, walls))
        rows = np.concatenate((np.arange(count), np.arange(count), sides))
        mixing = _mixing(loss * (1 - tilt), loss * tilt, walls, sides - count, space.wet)
        self._mixing = sums.Matrix(mixing)
        # The delays are ring buffers of whole blocks; the first block is repeated behind the last, so no run wraps.
        around = (-(-int(late.max()) // block) + 1) * block
        self._store = np.zeros((count + 2, around + block))
        self._runs = Runs(self._store, block)
        begins = np.arange(0, around, block)
        self._reading = rows * (around + block) + (begins[:, None] - late) % around
        *self._blocks, self._behind = np.split(self._store, [*begins[1:], around], axis=1)
        # The greatest sample in each block of the store.
        self._peaks = [0.0] * len(begins)
        self._mixed = np.zeros((count + 2, block))
        self._sizes = np.zeros((count + 2, block))
        self._at = 0
        self._longest = int(lines.max() + walls.max()) + block
        self._quiet = self._longest

    @property
    def silent(self) -> bool:
        """Whether every state is exactly zero."""
        return self._quiet >= self._longest

    def clear(self) -> None:
        """Empty the room."""
        self._store[:] = 0
        self._peaks = [0.0] * len(self._peaks)
        self._at = 0
        self._quiet = self._longest

    def render(self, sound: NDArray[np.float64], out: NDArray[np.float64]) -> None:
        """Write a block of ``sound`` with its reverberation into ``out``.

        Samples that are not finite become silence and absurd ones are clipped: they would stay in the room for ever.
        """
        at, count, sizes = self._at, self._count, self._sizes
        peak = float(np.maximum.reduce(np.abs(sound, out=sizes[:2]), axis=None))
        if not peak < _ABSURD:
            np.nan_to_num(sound, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
            np.clip(sound, -1, 1, out=sound)
            peak = float(np.abs(sound).max())
        if peak <= _INAUDIBLE and self.silent:
            out[:] = sound
            return
        now, mixed = self._blocks[at], self._mixed
        now[count:] = sound
        if at == 0:
            self._behind[count:] = sound
        self._peaks[at] = peak
        self._mixing.times(self._runs.read(self._reading[at]), max(self._peaks), mixed)
        lines = mixed[:count]
        now[:count] = lines
        if at == 0:
            self._behind[:count] = lines
        np.add(sound, mixed[count:], out=out)
        self._at = (at + 1) % len(self._blocks)
        self._peaks[at] = peak = max(peak, float(np.maximum.reduce(np.abs(mixed, out=sizes), axis=None)))
        if peak > _INAUDIBLE:
            self._quiet = 0
        else:
            self._quiet += self.block
            if self.silent:
                self.clear()


def _mixing(
    now: NDArray[np.float64],
    before: NDArray[np.float64],
    walls: NDArray[np.int64],
    sides: NDArray[np.int64],
    wet: float,
) -> NDArray[np.float64]:
    """Return the matrix from lines, lines a frame earlier, and reflections to lines, left and right."""
    count = len(now)
    orthogonal = _hadamard() / np.sqrt(count)
    level = np.array(_SIGNS * 2) * exact.exp(-walls / walls.max()) / np.sqrt(len(_SIGNS))
    given = np.zeros((count + 2, count))
    given[:count] = orthogonal
    # Each reflection enters the lines, and the lines leave to either side, by rows of their own: all uncorrelated.
    given[count:] = wet * orthogonal[[3, 8]] * np.sqrt(count) / 2
    reflected = np.zeros((count + 2, len(walls)))
    for number, side in enumerate(sides):
        reflected[:count, number] = orthogonal[number % count] * level[number]
        reflected[count + side, number] = wet * _EARLY * level[number]
    return np.concatenate((given * now, given * before, reflected), axis=1)


def _hadamard() -> NDArray[np.float64]:
    """Return the Hadamard matrix of order twelve: orthogonal rows of ±1 (Paley's construction mod 11, 1933)."""
    squares = {number * number % 11 for number in range(1, 11)}
    matrix = np.ones((12, 12))
    for row in range(11):
        for column in range(11):
            matrix[row + 1, column + 1] = 1.0 if (column - row) % 11 in squares else -1.0
    return matrix
