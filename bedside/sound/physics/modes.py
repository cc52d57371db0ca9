"""Modal synthesis: sums of damped sinusoids, exact at every frame, computed as matrix products."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bedside.sound import exact, sums
from bedside.sound.phasors import Phasors, concatenated, turned

# A decay of 60 dB in nepers.
NEPERS_60_DB = 3 * exact.LN_10

# Partials fade out between these fractions of the sample rate, so that no aliasing is audible.
_PASS, _STOP = 0.38, 0.44

_BLOCK = 256

# The length of the first stretch in blocks; each later one is as long as all before it together.
_STRETCH = 16
_INAUDIBLE = exact.decibels(-130.0)
_TINY = 1e-100

_AUDIBLE = exact.decibels(-90.0)


@dataclass(frozen=True, slots=True, eq=False)
class Modes:
    """Damped sinusoids in one or more sounds: ``hz`` and ``t60``, the seconds to decay by 60 dB, (modes,) each.

    The complex ``amplitudes``, (sounds, modes), are level and phase at the first frame.
    """

    hz: NDArray[np.float64]
    t60: NDArray[np.float64]
    amplitudes: Phasors

    @property
    def nepers(self) -> NDArray[np.float64]:
        """The decay rate of each mode in nepers a second."""
        return np.asarray(NEPERS_60_DB / self.t60, dtype=np.float64)

    @property
    def strength(self) -> NDArray[np.float64]:
        """The initial RMS of each sound."""
        return np.asarray(np.sqrt(np.sum(self.amplitudes.square, axis=1) / 2), dtype=np.float64)

    def audible(self) -> Modes:
        """Return the modes that are above −90 dB, relative to the strongest, in any of the sounds."""
        size = self.amplitudes.size
        return self.select(np.max(size / np.max(size, axis=1, keepdims=True), axis=0) > _AUDIBLE)

    def select(self, kept: NDArray[np.bool_]) -> Modes:
        """Return the modes for which ``kept``, (modes,), is true."""
        return Modes(self.hz[kept], self.t60[kept], self.amplitudes[:, kept])


def joined(*several: Modes) -> Modes:
    """Concatenate sets of modes of the same sounds."""
    return Modes(
        np.concatenate([modes.hz for modes in several]),
        np.concatenate([modes.t60 for modes in several]),
        concatenated([modes.amplitudes for modes in several], axis=1),
    )


def antialias(hz: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Return the anti-aliasing gain of partials at ``hz``: 1, falling smoothly to 0 well below half of ``rate``."""
    across = np.clip((hz / rate - _PASS) / (_STOP - _PASS), 0.0, 1.0)
    gain = 1.0 - across
    between = (gain > 0) & (gain < 1)
    gain[between] = 0.5 + 0.5 * exact.cosine_sine(0.5 * across[between])[0]
    return gain


def ring(modes: Modes, frames: int, rate: int, lift: float = 0.0) -> NDArray[np.float64]:
    """Return the sounds of ``modes``, (sounds, frames), multiplied by exp(``lift`` t).

    With z = exp((lift − ln 1000 / t60 + 2πi hz) / rate), a frame n = kB + j is Re Σ A z^(kB) z^j; so the product of a
    (blocks, modes) and a (modes, B) matrix gives all frames. A mode is omitted once it is below −130 dB of the initial
    level.
    """
    falling = (modes.nepers - lift) / rate
    turning = modes.hz / rate
    blocks = -(-frames // _BLOCK)
    sounds = modes.amplitudes.shape[0]
    samples = np.zeros((sounds, blocks * _BLOCK))
    # The block at which each mode becomes inaudible; each stretch sums only modes that are still audible.
    size = np.max(modes.amplitudes.size / np.maximum(_loudest(modes), _TINY), axis=0)
    falls = np.maximum(modes.nepers, _TINY) * _BLOCK / rate
    last = exact.log(np.maximum(size / _INAUDIBLE, _TINY)) / falls
    within = powers(falling, turning, _BLOCK)
    begin = 0
    while begin < blocks and (kept := last >= begin).any():
        end = min(max(2 * begin, _STRETCH), blocks)
        frame = begin * _BLOCK
        rolled = modes.amplitudes[:, kept] * turned(frame * turning[kept], exact.exp(-frame * falling[kept]))
        steps = powers(_BLOCK * falling[kept], _BLOCK * turning[kept], end - begin)
        starts = rolled[:, None, :] * steps.transposed
        samples[:, frame : end * _BLOCK] = waves(starts, within[kept]).reshape(sounds, -1)
        begin = end
    return samples[:, :frames]


def powers(nepers: NDArray[np.float64], turns: NDArray[np.float64], count: int) -> Phasors:
    """Return damped sinusoids at frames 0 to ``count`` − 1, (modes, count), from a few exponentials.

    They fall by ``nepers`` and turn by ``turns`` of 2π a frame.
    """
    few = math.isqrt(count - 1) + 1
    low, high = np.arange(few), few * np.arange(-(-count // few))
    near = turned(turns[:, None] * low, exact.exp(-nepers[:, None] * low))
    far = turned(turns[:, None] * high, exact.exp(-nepers[:, None] * high))
    every = far[:, :, None] * near[:, None, :]
    return every.reshape(turns.size, few * high.size)[:, :count]


def waves(starts: Phasors, within: Phasors) -> NDArray[np.float64]:
    """Return Re Σ ``starts`` ``within`` over the modes: (sounds, blocks, modes) and (modes, B) to (sounds, blocks, B).

    It is one real matrix product.
    """
    left = np.concatenate((starts.real, starts.imag), axis=2).reshape(-1, 2 * within.shape[0])
    right = np.concatenate((within.real, -within.imag), axis=0)
    return sums.product(left, right).reshape(*starts.shape[:2], -1)


def _loudest(modes: Modes) -> NDArray[np.float64]:
    return np.asarray(np.max(modes.amplitudes.size, axis=1, keepdims=True, initial=0.0), dtype=np.float64)
