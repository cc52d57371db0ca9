"""The room around the instruments: first reflections, and a feedback delay network of twelve lines.

Every line is at least one block long, so that a block of all lines is one gather, one product and one write (Jot &
Chaigne, "Digital delay networks for designing artificial reverberators", AES 1991). The products are exact sums, so
that what circulates for seconds is the same on every processor.
"""

from __future__ import annotations

import math
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

# In samples.
_PAGE, _CACHE_LINE = 512, 8

# All samples in a room are usually below 2 to the first power, +6 dBFS, and all of a faint tail below 2 to the second,
# −72 dBFS: so far they are rounded to 2⁻²⁴ and 2⁻³⁷.
_USUAL, _FAINT = 1, -12

# The energies of a block of all lines that certainly has a sample of 2 to the power of `_FAINT`, and of one that has
# none of 2 to the power of `_USUAL`; it is at most 512 frames of sixteen rows.
_SOME, _MUCH = 5e-4, 3.9


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
        sides = np.repeat([0, 1], [len(_LEFT), len(_RIGHT)])
        loss = exact.decibels(-60 * lines / (space.seconds * rate))
        # A two-tap low-pass in each loop; longer lines lose more, so that high sounds decay at one rate in all lines.
        tilt = 0.5 * space.damping * lines / lines.max()
        self._mixing = sums.Matrix(_mixing(loss * (1 - tilt), loss * tilt, walls, sides, space.wet))
        # Taps: each line, each line a frame earlier, each reflection; the rows of the store are both sides, then lines.
        late = np.concatenate((lines, lines + 1, walls))
        rows = np.concatenate((2 + np.arange(count), 2 + np.arange(count), sides))
        # The delays are ring buffers of whole blocks; the first block is repeated behind the last, so no run wraps.
        around = (-(-int(late.max()) // block) + 1) * block
        # Rows whose addresses differ by whole pages would take each other's place in the processor's cache.
        length = around + block + (block + _CACHE_LINE - (around + block)) % _PAGE
        self._store = np.zeros((2 + count, length))
        self._runs = Runs(self._store, block)
        begins = np.arange(0, around, block)
        self._reading = rows * length + (begins[:, None] - late) % around
        *self._blocks, self._behind, _ = np.split(self._store, [*begins[1:], around, around + block], axis=1)
        # The block that enters, the lines, and the reverberation: one product writes the last two.
        rendered = np.zeros((2 + count + 2, block))
        self._entering, self._kept, self._mixed = rendered[:2], rendered[: 2 + count], rendered[2:]
        self._leaving, self._all = rendered[2 + count :], rendered.reshape(-1)
        self._rounded, self._sizes = np.zeros_like(self._kept), np.zeros_like(self._all)
        # Whether a reflection is nearer than a block, so that it repeats what enters with it.
        self._near = bool(walls.min() < block)
        self._longest = int(lines.max() + walls.max()) + block
        self.clear()

    @property
    def silent(self) -> bool:
        """Whether every state is exactly zero."""
        return self._quiet >= self._longest

    def clear(self) -> None:
        """Empty the room."""
        self._store[:] = 0
        # Each block of the store is below 2 to this power, and all are below the greatest, found again after so many.
        self._needs = [_FAINT] * len(self._blocks)
        self._exponent = _FAINT
        self._lasts = 0
        self._at = 0
        self._quiet = self._longest

    def render(self, sound: NDArray[np.float64], out: NDArray[np.float64]) -> float:
        """Write a block of ``sound`` with its reverberation into ``out``; return a bound of the samples of ``out``.

        Samples that are not finite become silence and absurd ones are clipped: they would stay in the room for ever.
        """
        entering = self._entering
        # −0 becomes 0: which of them a sum of nothing gives depends on the processor.
        np.add(sound, 0.0, out=entering)
        if self._near or self.silent:
            peak = self._scrub()
            if peak <= _INAUDIBLE and self.silent:
                out[:] = entering
                return peak
            if self._near:
                self._keep(_power(peak))
        self._mixing.times_rounded(self._runs.read(self._reading[self._at]), self._mixed)
        need = _USUAL
        # Within these limits, whatever its last digits, the energy alone says what is needed.
        if _SOME < float(np.vdot(self._all, self._all)) < _MUCH:
            self._quiet = 0
        else:
            need = _power(self._judge())
        self._keep(need)
        np.add(entering, self._leaving, out=out)
        self._at = (self._at + 1) % len(self._blocks)
        if self.silent:
            self.clear()
        return math.ldexp(2.0, need)

    def _judge(self) -> float:
        """Return the peak of the rendered block, without absurd samples; note whether it is quiet."""
        peak = self._peak()
        if not peak < _ABSURD:
            self._scrub()
            peak = self._peak()
        self._quiet = 0 if peak > _INAUDIBLE else self._quiet + self.block
        return peak

    def _peak(self) -> float:
        return float(np.maximum.reduce(np.abs(self._all, out=self._sizes)))

    def _scrub(self) -> float:
        """Return the peak of the block that enters, without its samples that are not finite or absurd."""
        entering = self._entering
        peak = float(np.abs(entering).max())
        if peak < _ABSURD:
            return peak
        np.nan_to_num(entering, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        np.clip(entering, -1, 1, out=entering)
        return float(np.abs(entering).max())

    def _keep(self, need: int) -> None:
        """Store the current block, which is below 2 to the power of ``need``, rounded so that products are exact."""
        self._needs[self._at] = need
        if need >= self._exponent:
            self._lasts = len(self._blocks)
            if need > self._exponent:
                # What is stored is too fine beside this.
                self._exponent = need
                sums.round_to(need - self._mixing.bits, self._store, out=self._store)
        elif self._lasts:
            self._lasts -= 1
        else:
            self._exponent = max(self._needs)
            self._lasts = len(self._blocks)
        sums.round_to(self._exponent - self._mixing.bits, self._kept, out=self._rounded)
        now = self._blocks[self._at]
        now[:] = self._rounded
        if self._at == 0:
            self._behind[:] = self._rounded


def _power(peak: float) -> int:
    """Return the power of 2 that a block with this peak is below: faint, usual, or its own."""
    _, exponent = math.frexp(peak)
    return _FAINT if exponent <= _FAINT else max(exponent, _USUAL)


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
