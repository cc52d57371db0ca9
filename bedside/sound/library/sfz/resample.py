"""Resample to another pitch: band-limited, and exactly periodic in a loop."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bedside.sound import exact

# Taps on each side of a sinc with a Kaiser window of 80 dB (Kaiser and Schafer, 1980): aliases and images are that far
# down, and the passband reaches 0.8 of the lower of the two Nyquist frequencies.
REACH = 24
_BETA = 0.1102 * (80 - 8.7)
_CUT = 1 - (80 - 8) / (2.285 * math.pi * 2 * REACH) / 2

# Linear interpolation between two phases of the kernel has an error of −106 dB.
_PHASES = 512
_CHUNK = 524_288

# Eight octaves up.
STEEPEST = 256.0


def reach(step: float) -> int:
    """Return how many source frames on each side contribute to one frame, at a pitch ratio ``step``."""
    return math.ceil(REACH * max(1.0, step))


def resampled(source: NDArray[np.float32], step: float, frames: int, loop: int = 0) -> NDArray[np.float64]:
    """Return ``frames`` frames of ``source``, from its first, read at ``step`` source frames per frame.

    The last ``loop`` frames of the source repeat; with 0 it is followed by silence. Raises ValueError unless ``step``
    is over 0 and at most `STEEPEST`.
    """
    if not 0 < step <= STEEPEST:
        raise ValueError(f"a step is over 0 and at most {STEEPEST:g}, not {step}")
    side = reach(step)
    padded = np.append(source, np.float32(0))
    out = np.empty(frames)
    straight = step == 1.0
    kernel = None if straight else _kernel(step, side)
    chunk = max(1, _CHUNK // (2 * side))
    for first in range(0, frames, chunk):
        at = np.arange(first, min(first + chunk, frames)) * step
        whole = np.floor(at).astype(np.int64)
        begin = int(whole[0]) - side + 1
        span = _wrapped(np.arange(begin, int(whole[-1]) + side + 1), source.size, loop)
        near = padded[span]
        if kernel is None:
            out[first : first + at.size] = near[whole - begin]
            continue
        windows = np.lib.stride_tricks.sliding_window_view(near, 2 * side)[whole - whole[0]]
        phase = (at - whole) * (len(kernel) - 1)
        low = np.minimum(phase.astype(np.int64), len(kernel) - 2)
        part = phase - low
        below = np.sum(windows * kernel[low], axis=1)
        above = np.sum(windows * kernel[low + 1], axis=1)
        out[first : first + at.size] = below + part * (above - below)
    return out


def _wrapped(at: NDArray[np.int64], size: int, loop: int) -> NDArray[np.int64]:
    """Return the source index of each frame; ``size``, one past the end, stands for silence."""
    if loop:
        at = np.where(at < size, at, size - loop + (at - size) % loop)
    return np.where((at < 0) | (at > size), size, at)


def _kernel(step: float, side: int) -> NDArray[np.float32]:
    """Return the taps for each phase between two frames, (phases + 1, 2·side); each row sums to 1."""
    phases = max(16, math.ceil(_PHASES / max(1.0, step)))
    phase = np.arange(phases + 1)[:, None] / phases
    time = np.arange(-side + 1, side + 1) - phase
    window = exact.bessel_i0(_BETA * np.sqrt(np.maximum(0, 1 - np.square(time / side))))
    taps = exact.sinc(time * _CUT / max(1.0, step)) * window
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), dtype=np.float32)
