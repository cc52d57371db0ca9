"""Seamless loops for held notes: spectra whose every line has a whole number of periods in the loop.

Modulation of pitch or level within a loop is drawn on a coarse grid and is periodic too, so that it leaves no seam.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.sound import fourier
from bedside.sound.phasors import Phasors, silent, turned
from bedside.sound.physics.envelope import rise
from bedside.sound.physics.modes import antialias

# A loop may be longer or shorter than asked for by this fraction, so that it holds whole periods.
STRETCH = 0.06

# Points of modulation in one loop; the sidebands of a harmonic reach half as many lines to either side.
GRID = 512


def loop_length(hz: float, seconds: float, rate: int, beside: float = 0.0) -> tuple[int, int]:
    """Return the frames of a loop about ``seconds`` long, and the number of periods of ``hz`` in it.

    Of the lengths with a fast Fourier transform, take the one in which a whole number of periods, plus the fraction
    ``beside`` of one more, is nearest to ``hz``.
    """
    longest = int(seconds * rate * (1 + STRETCH))
    lengths = [fourier.fast_length(int(seconds * rate * (1 - STRETCH)))]
    while (longer := fourier.fast_length(lengths[-1] + 1)) <= longest:
        lengths.append(longer)
    frames = np.array(lengths)
    periods = np.rint(hz * frames / rate - beside)
    best = int(np.argmin(np.abs((periods + beside) * rate / frames / hz - 1)))
    return int(frames[best]), int(periods[best])


def random_modulation(rng: Generator, rows: int, low_hz: float, high_hz: float, seconds: float) -> NDArray[np.float64]:
    """Return ``rows`` random modulations over one loop of ``seconds``, (rows, `GRID`), of RMS 1.

    Each is the sum of all lines from ``low_hz`` to ``high_hz``, at least two, of similar strength.
    """
    low = max(1, round(low_hz * seconds))
    lines = np.arange(low, max(low + 1, round(high_hz * seconds)) + 1)
    size = 0.7 + 0.3 * rng.random((rows, lines.size))
    spectrum = silent(rows, GRID // 2 + 1)
    drawn = turned(rng.random(size.shape), size)
    spectrum.real[:, lines], spectrum.imag[:, lines] = drawn.real, drawn.imag
    moves = fourier.real_inverse(spectrum, GRID)
    return np.asarray(moves / np.sqrt(np.mean(np.square(moves), axis=1, keepdims=True)), dtype=np.float64)


def harmonics(n: NDArray[np.float64], periods: int, frames: int, waves: Phasors) -> Phasors:
    """Return the spectrum, (frames // 2 + 1,), of harmonics ``n`` of a tone with ``periods`` periods in the loop.

    ``waves`` (harmonics, `GRID`) is the modulation of each harmonic over one loop.
    """
    lines = frames // 2 + 1
    spectrum = silent(lines)
    side = fourier.transform(waves)[:, np.arange(-GRID // 2, GRID // 2)] * (1 / GRID)
    for number, real, imag in zip(n, side.real, side.imag, strict=True):
        first = round(number) * periods - GRID // 2
        low, high = max(1, first), min(lines - 1, first + GRID)
        if low < high:
            spectrum.real[low:high] += real[low - first : high - first]
            spectrum.imag[low:high] += imag[low - first : high - first]
    return spectrum


def hiss(rng: Generator, shape: NDArray[np.float64], lines_hz: NDArray[np.float64], rate: int) -> Phasors:
    """Return a noise spectrum of ``shape``, with the power of one line of strength 1 and phases from ``rng``."""
    size = shape * antialias(lines_hz, rate)
    return turned(rng.random(size.size), size / np.sqrt(np.sum(np.square(size))))


def synthesize(spectrum: Phasors, frames: int) -> NDArray[np.float64]:
    """Return the loops, (…, frames), of spectra (…, frames // 2 + 1)."""
    return fourier.real_inverse(spectrum * float(frames), frames)


def with_attack(period: NDArray[np.float64], attack: int, rising: int) -> NDArray[np.float64]:
    """Return tables, (2, attack + frames), that lead into the loop ``period``, (2, frames), with an attack.

    They fade in over ``rising`` frames; the bright sound opens from the soft one over the whole attack.
    """
    frames = period.shape[1]
    samples = period[:, np.arange(-attack, frames) % frames]
    soft, bright = samples[:, :attack]
    samples[1, :attack] = soft + (bright - soft) * rise(attack)
    samples[:, :rising] *= rise(rising)
    return samples
