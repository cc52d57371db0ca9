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

    def heard(self) -> Modes:
        """Return those of them that lie above −90 dB of the strongest, in any of the sounds."""
        size = np.abs(self.amplitudes)
        return self.only(np.max(size / np.max(size, axis=1, keepdims=True), axis=0) > _AUDIBLE)

    def only(self, kept: NDArray[np.bool_]) -> Modes:
        """Return those of them for which ``kept`` (modes,) is true."""
        return Modes(self.hz[kept], self.t60[kept], self.amplitudes[:, kept])


def together(*several: Modes) -> Modes:
    """Return modes of the same sounds as one set, in the order given."""
    return Modes(
        np.concatenate([modes.hz for modes in several]),
        np.concatenate([modes.t60 for modes in several]),
        np.concatenate([modes.amplitudes for modes in several], axis=1),
    )


def headroom(hz: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Return the gain, 1 falling smoothly to 0, that keeps partials at ``hz`` well below half of ``rate``."""
    across = np.clip((hz / rate - _PASS) / (_STOP - _PASS), 0.0, 1.0)
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * across), dtype=np.float64)


def ring(modes: Modes, frames: int, rate: int, lift: float = 0.0) -> NDArray[np.float64]:
    """Return the sounds of ``modes`` as an array (sounds, frames), multiplied by exp(``lift`` t).

    With z = exp((lift − ln 1000 / t60 + 2πi hz) / rate) a frame n = kB + j is Re Σ A z^(kB) z^j, so that blocks times
    modes by modes times B gives all frames.
    """
    pole = (lift - modes.nepers + 2j * np.pi * modes.hz) / rate
    blocks = -(-frames // _BLOCK)
    within = np.exp(pole[:, None] * np.arange(_BLOCK))
    starts = np.exp(np.arange(0, blocks * _BLOCK, _BLOCK)[:, None] * pole)
    sounds = modes.amplitudes.shape[0]
    weighted = (modes.amplitudes[:, None, :] * starts).reshape(sounds * blocks, modes.hz.size)
    left = np.concatenate((weighted.real, weighted.imag), axis=1)
    right = np.concatenate((within.real, -within.imag), axis=0)
    samples: NDArray[np.float64] = (left @ right).reshape(sounds, blocks * _BLOCK)
    return samples[:, :frames]
