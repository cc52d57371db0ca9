"""The oscillators that an SFZ file may name instead of a sample: band-limited, one loop each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bedside.sound.fourier import real_inverse
from bedside.sound.phasors import silent

NAMES = ("*sine", "*saw", "*square", "*triangle", "*tri", "*noise", "*silence")

# A loop of about this length is in tune to 0.05 cents from the lowest key up.
_LOOP_SECONDS = 0.25
_NOISE_SECONDS = 3.0
_HIGHEST = 0.45
_LOWEST_HZ = 8.0


def loop_frames(name: str, hz: float, rate: int) -> int:
    """Return the length in frames of one loop of an oscillator."""
    if name == "*noise":
        return round(_NOISE_SECONDS * rate)
    if name == "*silence" or not _LOWEST_HZ <= hz <= _HIGHEST * rate:
        return 64
    return round(_cycles(hz) * rate / hz)


def loop(name: str, hz: float, rate: int) -> NDArray[np.float32]:
    """Return one loop of an oscillator at ``hz``, with the first harmonic of a wave of amplitude 1.

    Fourier series: a saw has all harmonics at 1/n, a square the odd ones at 1/n, a triangle the odd ones at 1/n² with
    alternating signs. Noise is white. A pitch outside 8 Hz to 0.45 of the rate is silent.
    """
    size = loop_frames(name, hz, rate)
    if name == "*noise":
        return (2 * np.random.default_rng(0).random(size) - 1).astype(np.float32)
    if name == "*silence" or not _LOWEST_HZ <= hz <= _HIGHEST * rate:
        return np.zeros(size, np.float32)
    harmonics = np.arange(1, int(_HIGHEST * rate / hz) + 1)
    odd = harmonics % 2
    levels = {
        "*sine": (harmonics == 1) * 1.0,
        "*saw": 2 / np.pi / harmonics,
        "*square": 4 / np.pi * odd / harmonics,
    }.get(name, 8 / (np.pi * np.pi) * odd * (1 - harmonics // 2 % 2 * 2) / np.square(harmonics))
    spectrum = silent(size // 2 + 1)
    spectrum.imag[harmonics * _cycles(hz)] = -0.5 * size * levels
    return real_inverse(spectrum, size).astype(np.float32)


def _cycles(hz: float) -> int:
    return max(1, round(_LOOP_SECONDS * hz))
