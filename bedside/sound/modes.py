"""Sums of damped sinusoids, exact at every frame, as one matrix product."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

# Energy falls by 60 dB while the amplitude falls by this many nepers.
NEPERS_60_DB = math.log(1000.0)

# Partials fade out between these fractions of the sample rate, so that no skirt of theirs folds back audibly.
_PASS, _STOP = 0.38, 0.44

_BLOCK = 256


def headroom(hz: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Return the gain, 1 falling smoothly to 0, that keeps partials at ``hz`` well below half of ``rate``."""
    across = np.clip((hz / rate - _PASS) / (_STOP - _PASS), 0.0, 1.0)
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * across), dtype=np.float64)


def ring(
    hz: NDArray[np.float64],
    t60: NDArray[np.float64],
    amplitudes: NDArray[np.complex128],
    frames: int,
    rate: int,
) -> NDArray[np.float64]:
    """Return sounds of ``modes`` damped sinusoids as an array (sounds, frames).

    ``hz`` and ``t60`` (seconds to fall by 60 dB) have shape (modes,); ``amplitudes`` (sounds, modes) carry level and
    phase. With z = exp((−ln 1000 / t60 + 2πi hz) / rate) a frame n = kB + j is Re Σ A z^(kB) z^j, so that blocks times
    modes by modes times B gives all frames.
    """
    pole = (-NEPERS_60_DB / t60 + 2j * np.pi * hz) / rate
    blocks = -(-frames // _BLOCK)
    within = np.exp(pole[:, None] * np.arange(_BLOCK))
    starts = np.exp(np.arange(0, blocks * _BLOCK, _BLOCK)[:, None] * pole)
    weighted = (amplitudes[:, None, :] * starts).reshape(-1, hz.size)
    left = np.concatenate((weighted.real, weighted.imag), axis=1)
    right = np.concatenate((within.real, -within.imag), axis=0)
    sounds: NDArray[np.float64] = (left @ right).reshape(amplitudes.shape[0], blocks * _BLOCK)
    return sounds[:, :frames]
