"""Sums of damped sinusoids, exact at every frame, as one matrix product."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Energy falls by 60 dB while the amplitude falls by this many nepers.
NEPERS_60_DB = math.log(1000.0)

# Partials fade out between these fractions of the sample rate, so that no skirt of theirs folds back audibly.
_PASS, _STOP = 0.38, 0.44

_BLOCK = 256

# Frames of a first stretch, in blocks; each later one is as long as all before it.
_STRETCH = 16
_INAUDIBLE = 10 ** (-130 / 20)
_TINY = 1e-100

_AUDIBLE = 10 ** (-90 / 20)


@dataclass(frozen=True, slots=True, eq=False)
class Modes:
    """Damped sinusoids: ``hz`` and ``t60``, the seconds to fall by 60 dB, (modes,), in one or more sounds.

    ``amplitudes`` (sounds, modes), complex, carry level and phase at the first frame.
    """

    hz: NDArray[np.float64]
    t60: NDArray[np.float64]
    amplitudes: NDArray[np.complex128]

    @property
    def nepers(self) -> NDArray[np.float64]:
        """The decay of each in nepers a second."""
        return np.asarray(NEPERS_60_DB / self.t60, dtype=np.float64)

    @property
    def strength(self) -> NDArray[np.float64]:
        """The RMS of each sound at its beginning."""
        return np.asarray(np.sqrt(np.sum(np.abs(self.amplitudes) ** 2, axis=1) / 2), dtype=np.float64)

    def audible(self) -> Modes:
        """Return those of them that lie above −90 dB of the strongest, in any of the sounds."""
        size = np.abs(self.amplitudes)
        return self.select(np.max(size / np.max(size, axis=1, keepdims=True), axis=0) > _AUDIBLE)

    def select(self, kept: NDArray[np.bool_]) -> Modes:
        """Return those of them for which ``kept`` (modes,) is true."""
        return Modes(self.hz[kept], self.t60[kept], self.amplitudes[:, kept])


def joined(*several: Modes) -> Modes:
    """Return modes of the same sounds as one set, in the order given."""
    return Modes(
        np.concatenate([modes.hz for modes in several]),
        np.concatenate([modes.t60 for modes in several]),
        np.concatenate([modes.amplitudes for modes in several], axis=1),
    )


def antialias(hz: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Return the gain, 1 falling smoothly to 0, that keeps partials at ``hz`` well below half of ``rate``."""
    across = np.clip((hz / rate - _PASS) / (_STOP - _PASS), 0.0, 1.0)
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * across), dtype=np.float64)


def ring(modes: Modes, frames: int, rate: int, lift: float = 0.0) -> NDArray[np.float64]:
    """Return the sounds of ``modes`` as an array (sounds, frames), multiplied by exp(``lift`` t).

    With z = exp((lift − ln 1000 / t60 + 2πi hz) / rate) a frame n = kB + j is Re Σ A z^(kB) z^j, so that blocks times
    modes by modes times B gives all frames. What has fallen to −130 dB of a sound's beginning is left out.
    """
    pole = np.asarray((lift - modes.nepers + 2j * np.pi * modes.hz) / rate, dtype=np.complex128)
    blocks = -(-frames // _BLOCK)
    sounds = modes.amplitudes.shape[0]
    samples = np.zeros((sounds, blocks * _BLOCK))
    # So late, in blocks, is the last of a mode heard; each stretch is made of those that still are.
    size = np.max(np.abs(modes.amplitudes) / np.maximum(_loudest(modes), _TINY), axis=0)
    falls = np.maximum(modes.nepers, _TINY) * _BLOCK / rate
    last = np.log(np.maximum(size / _INAUDIBLE, _TINY)) / falls
    within = powers(pole, _BLOCK)
    begin = 0
    while begin < blocks and (kept := last >= begin).any():
        end = min(max(2 * begin, _STRETCH), blocks)
        rolled = modes.amplitudes[:, kept] * np.exp(begin * _BLOCK * pole[kept])
        starts = rolled[:, None, :] * powers(_BLOCK * pole[kept], end - begin).T
        samples[:, begin * _BLOCK : end * _BLOCK] = waves(starts, within[kept]).reshape(sounds, -1)
        begin = end
    return samples[:, :frames]


def powers(pole: NDArray[np.complex128], count: int) -> NDArray[np.complex128]:
    """Return exp(``pole`` n) for n from 0 to ``count`` − 1, (poles, count), as products of few exponentials."""
    few = math.isqrt(count - 1) + 1
    low = np.exp(pole[:, None] * np.arange(few))
    high = np.exp(pole[:, None] * (few * np.arange(-(-count // few))))
    every = (high[:, :, None] * low[:, None, :]).reshape(pole.size, high.shape[1] * few)
    return np.asarray(every[:, :count], dtype=np.complex128)


def waves(starts: NDArray[np.complex128], within: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Return Re Σ ``starts`` ``within`` over the modes: (sounds, blocks, modes) and (modes, B) to (sounds, blocks, B).

    All is one real matrix product.
    """
    left = np.concatenate((starts.real, starts.imag), axis=2).reshape(-1, 2 * within.shape[0])
    right = np.concatenate((within.real, -within.imag), axis=0)
    return np.asarray((left @ right).reshape(*starts.shape[:2], -1), dtype=np.float64)


def _loudest(modes: Modes) -> NDArray[np.float64]:
    return np.asarray(np.max(np.abs(modes.amplitudes), axis=1, keepdims=True, initial=0.0), dtype=np.float64)
