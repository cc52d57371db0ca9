"""Measurements of a sound that know nothing of how it was made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len


def peak_hz(sound: NDArray[np.float64], rate: int, hz: float, around: float) -> float:
    """Return the frequency of the strongest line within ``around`` (a part) of ``hz``."""
    size = next_fast_len(8 * sound.size)
    level = np.log(np.abs(np.fft.rfft(sound * np.blackman(sound.size), size)) + 1e-15)
    low, high = (int(hz * (1 + side * around) * size / rate) for side in (-1, 1))
    top = low + int(np.argmax(level[low : high + 1]))
    left, middle, right = level[top - 1 : top + 2]
    return float((top + 0.5 * (left - right) / (left - 2 * middle + right)) * rate / size)


def envelope(sound: NDArray[np.float64], rate: int, hz: float, width_hz: float) -> NDArray[np.complex128]:
    """Return the complex envelope of the line at ``hz``, all that is ``width_hz`` or more away taken out."""
    turned = sound * np.exp(-2j * np.pi * hz / rate * np.arange(sound.size))
    window = np.hanning(2 * int(2 * rate / width_hz) // 2 + 1)
    return np.convolve(turned, window / window.sum(), mode="valid")


def t60(sound: NDArray[np.float64], rate: int, hz: float, width_hz: float) -> float:
    """Return the seconds in which the line at ``hz`` would fall by 60 dB, from a straight line through its decay."""
    level = 20 * np.log10(np.abs(envelope(sound, rate, hz, width_hz)))
    return float(-60 / (np.polyfit(np.arange(level.size) / rate, level, 1)[0]))


def cents(measured: float, wanted: float) -> float:
    """Return the interval from ``wanted`` to ``measured`` in cents."""
    return 1200 * float(np.log2(measured / wanted))


def decibels(part: float, whole: float) -> float:
    """Return the ratio of two powers in decibels."""
    return 10 * float(np.log10(part / whole + 1e-300))
