"""The room around the instruments: first reflections, and a feedback delay network of sixteen lines.

Every line is at least one block long, so that a block of all lines is one gather, one product and one write (Jot &
Chaigne, "Digital delay networks for designing artificial reverberators", AES 1991).
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

# Mutually prime lengths at 48 kHz, 23 to 83 ms, so that the lines' echoes do not fall together.
_LINES = (1103, 1231, 1361, 1499, 1637, 1787, 1949, 2111, 2287, 2473, 2659, 2861, 3079, 3331, 3617, 3989)

# First reflections of either side at 48 kHz, 4 to 41 ms, denser as they go; they also thicken what enters the lines.
_LEFT = (211, 419, 593, 757, 911, 1049, 1181, 1307, 1427, 1543, 1657, 1759)
_RIGHT = (263, 467, 631, 797, 941, 1087, 1213, 1361, 1483, 1601, 1721, 1973)
_SIGNS = (1, -1, -1, 1, -1, 1, 1, -1, 1, 1, -1, -1)

# How loud the first reflections are heard, beside what the lines give back.
_EARLY = 0.5

# A tail whose every block stays below this, −140 dB, for as long as the longest line is over.
_INAUDIBLE = 1e-7


class Room:
    """A reverberator: stereo in, stereo out, both (2, block) float32.

    ``seconds`` is the time in which low sounds fall by 60 dB, ``damping`` (0–1) how much faster high ones do, ``wet``
    the gain of what the room gives back.
    """

    def __init__(self, rate: int, block: int, seconds: float = 1.9, damping: float = 0.32, wet: float = 0.22) -> None:
        self.block = block
        lengths = np.array([max(block, round(delay * rate / 48000)) for delay in _LINES])
        reflections = np.array([round(delay * rate / 48000) for delay in (*_LEFT, *_RIGHT)])
        count = len(lengths)
        self._lines = _Delays(lengths, np.arange(count), block, earlier=1)
        sides = np.repeat([0, 1], [len(_LEFT), len(_RIGHT)])
        self._walls = _Delays(reflections, sides, block, earlier=0)
        loss = 10 ** (-3 * lengths / (seconds * rate))
        # A two-tap low-pass in each loop; longer lines lose more, so that all lines' highs fall together.
        tilt = 0.5 * damping * lengths / lengths.max()
        self._now = (loss * (1 - tilt)).astype(np.float32)[:, None]
        self._before = (loss * tilt).astype(np.float32)[:, None]
        self._sources = np.zeros((count + len(reflections), block), np.float32)
        self._mixing = _mixing(count, reflections, sides, wet)
        self._longest = int(lengths.max() + reflections.max()) + block
        self._quiet = self._longest
        self._faint = _INAUDIBLE**2

    @property
    def silent(self) -> bool:
        """Whether nothing is left in the room: every state is exactly zero."""
        return self._quiet >= self._longest

    def clear(self) -> None:
        """Empty the room."""
        self._lines.clear()
        self._walls.clear()
        self._quiet = self._longest

    def render(self, sound: NDArray[np.float32], out: NDArray[np.float32]) -> None:
        """Add the room's answer to a block of ``sound`` to ``out``."""
        loud = _energy(sound) > self._faint
        if self.silent and not loud:
            return
        self._walls.write(sound)
        count = len(self._now)
        sources = self._sources
        sources[count:] = self._walls.read()
        self._walls.step()
        echoes = self._lines.read()
        np.multiply(self._now, echoes[:, 1:], out=sources[:count])
        sources[:count] += self._before * echoes[:, :-1]
        mixed = self._mixing @ sources
        self._lines.write(mixed[:count])
        self._lines.step()
        out += mixed[count:]
        if loud or _energy(mixed) > self._faint:
            self._quiet = 0
        else:
            self._quiet += self.block
            if self.silent:
                self.clear()


def _mixing(count: int, reflections: NDArray[np.int64], sides: NDArray[np.int64], wet: float) -> NDArray[np.float32]:
    """Return what goes from lines and reflections (columns) into lines, left and right (rows)."""
    orthogonal = _hadamard(count) / np.sqrt(count)
    level = np.array(_SIGNS * 2) * np.exp(-reflections / reflections.max()) / np.sqrt(len(_SIGNS))
    mixing = np.zeros((count + 2, count + len(reflections)))
    mixing[:count, :count] = orthogonal
    # Each reflection enters the lines by a pattern of its own; lines leave by two more: all uncorrelated.
    for column in range(len(reflections)):
        mixing[:count, count + column] = orthogonal[column % count] * level[column]
    mixing[count:, :count] = wet * orthogonal[[3, 12]] * np.sqrt(count) / 2
    for column, side in enumerate(sides):
        mixing[count + side, count + column] = wet * _EARLY * level[column]
    return mixing.astype(np.float32)


def _hadamard(size: int) -> NDArray[np.float64]:
    """Return the Hadamard matrix of a size that is a power of two, ±1 in rows that are orthogonal (Sylvester 1867)."""
    matrix = np.ones((1, 1))
    while len(matrix) < size:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix


def _energy(block: NDArray[np.float32]) -> float:
    """Return the mean square of a contiguous block."""
    flat = block.reshape(-1)
    return float(flat @ flat) / flat.size


class _Delays:
    """Taps into delay lines that are written a block at a time.

    Tap ``i`` reads row ``rows[i]``, ``lengths[i]`` frames late, with ``earlier`` frames before the block; a tap shorter
    than a block reads what was written before the step.
    """

    def __init__(self, lengths: NDArray[np.int64], rows: NDArray[np.int64], block: int, earlier: int) -> None:
        self._block = block
        blocks = -(-(int(lengths.max()) + earlier) // block) + 1
        self._span = blocks * block
        # A block more than the ring holds, a copy of its first, so that no read is ever split.
        width = self._span + block + earlier
        self._ring = np.zeros((int(rows.max()) + 1, width), np.float32)
        self._windows = sliding_window_view(self._ring.reshape(-1), block + earlier)
        self._rows = rows * width
        self._lengths = lengths + earlier
        self._copied = block + earlier
        self._at = 0

    def clear(self) -> None:
        self._ring[:] = 0
        self._at = 0

    def read(self) -> NDArray[np.float32]:
        """Return the block of every tap, (taps, earlier + block)."""
        taken: NDArray[np.float32] = self._windows[self._rows + (self._at - self._lengths) % self._span]
        return taken

    def write(self, block: NDArray[np.float32]) -> None:
        """Write the next block of every line, (lines, block)."""
        start, end = self._at, self._at + self._block
        self._ring[:, start:end] = block
        if start < self._copied:
            copied = min(end, self._copied)
            self._ring[:, self._span + start : self._span + copied] = block[:, : copied - start]

    def step(self) -> None:
        """Go on to the next block."""
        self._at = (self._at + self._block) % self._span
