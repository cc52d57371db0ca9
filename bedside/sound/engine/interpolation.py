"""Interpolation between the samples of a table, by a windowed sinc."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bedside.sound import exact

TAPS = 8
_PHASES = 2048

# The kernel's edge as a share of half the rate; tables have nothing above 0.88.
_EDGE = 0.94
_BETA = 6.0


def kernels() -> NDArray[np.float32]:
    """Return kernels (taps, phases), Kaiser-windowed sincs, each of gain 1 at 0 Hz.

    Column p interpolates from tap 3 towards tap 4 by p / phases (Smith & Gossett, "A flexible sampling-rate conversion
    method", ICASSP 1984).
    """
    phase = np.arange(_PHASES) / _PHASES
    at = np.arange(TAPS)[:, None] - (TAPS // 2 - 1) - phase
    window = exact.bessel_i0(_BETA * np.sqrt(np.maximum(0.0, 1 - np.square(at / (TAPS // 2)))))
    kernel = exact.sinc(_EDGE * at) * window
    kernel /= kernel.sum(axis=0)
    return np.asarray(kernel, dtype=np.float32)


_KERNELS = kernels()


def interpolate(pool: NDArray[np.float32], whole: NDArray[np.int64], part: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the samples of a pool at positions: ``whole`` frames, (voices, tables, frames), and a fractional ``part``.

    The part, (voices, frames), is the same for all tables of a voice. The pool must extend four frames to either side.
    """
    phase = (part * _PHASES).astype(np.int64)
    at = whole - (TAPS // 2 - 1)
    # Tap by tap, over large arrays: to gather eight taps at a time would be far slower.
    samples: NDArray[np.float32] = pool.take(at) * _KERNELS[0].take(phase)[:, None]
    for kernel in _KERNELS[1:]:
        at += 1
        samples += pool.take(at) * kernel.take(phase)[:, None]
    return samples
