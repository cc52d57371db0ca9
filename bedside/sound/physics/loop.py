"""The loop of a held note: a spectrum whose every line is a whole number of periods, so that it goes round for ever.

What moves within a loop, the pitch of a voice or its strength, is drawn on a coarse grid of one turn, and is periodic
itself: a note may breathe and tremble and still have no seam.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.sound.physics.envelope import rise
from bedside.sound.physics.modes import antialias

# How far a loop may be from the length asked for, in search of one that holds whole periods.
STRETCH = 0.06

# Points of one turn at which slow movements are drawn: side lines reach half as many to either side of a harmonic.
GRID = 512


def loop_length(hz: float, seconds: float, rate: int, beside: float = 0.0) -> tuple[int, int]:
    """Return the frames of a loop about ``seconds`` long, and how many periods of ``hz`` it holds.

    Of the lengths that transform quickly the one is taken in which whole periods, and the part ``beside`` of one more,
    lie nearest to ``hz``.
    """
    from scipy.fft import next_fast_len  # at the top it would slow the start of every engine

    longest = int(seconds * rate * (1 + STRETCH))
    lengths = [next_fast_len(int(seconds * rate * (1 - STRETCH)))]
    while (longer := next_fast_len(lengths[-1] + 1)) <= longest:
        lengths.append(longer)
    frames = np.array(lengths)
    periods = np.rint(hz * frames / rate - beside)
    best = int(np.argmin(np.abs((periods + beside) * rate / frames / hz - 1)))
    return int(frames[best]), int(periods[best])


def random_modulation(rng: Generator, rows: int, low_hz: float, high_hz: float, seconds: float) -> NDArray[np.float64]:
    """Return ``rows`` irregular movements over one turn of ``seconds``, (rows, `GRID`), of RMS 1.

    Each is made of all lines from ``low_hz`` to ``high_hz``, at least the two nearest, none much stronger than another.
    """
    low = max(1, round(low_hz * seconds))
    lines = np.arange(low, max(low + 1, round(high_hz * seconds)) + 1)
    size = 0.7 + 0.3 * rng.random((rows, lines.size))
    spectrum = np.zeros((rows, GRID // 2 + 1), dtype=np.complex128)
    spectrum[:, lines] = size * np.exp(2j * np.pi * rng.random(size.shape))
    moves = np.fft.irfft(spectrum, GRID, axis=1)
    return np.asarray(moves / np.sqrt(np.mean(moves**2, axis=1, keepdims=True)), dtype=np.float64)


def harmonics(
    n: NDArray[np.float64], periods: int, frames: int, waves: NDArray[np.complex128]
) -> NDArray[np.complex128]:
    """Return the spectrum, (frames // 2 + 1,), of harmonics ``n`` of a tone of ``periods`` in the loop.

    ``waves`` (harmonics, `GRID`) says over one turn how far each is turned and how strong it is.
    """
    spectrum = np.zeros(frames // 2 + 1, dtype=np.complex128)
    side = np.fft.fftshift(np.fft.fft(waves, axis=1) / GRID, axes=1)
    for number, row in zip(n, side, strict=True):
        first = round(number) * periods - GRID // 2
        low, high = max(1, first), min(spectrum.size - 1, first + GRID)
        if low < high:
            spectrum[low:high] += row[low - first : high - first]
    return spectrum


def hiss(
    rng: Generator, shape: NDArray[np.float64], lines_hz: NDArray[np.float64], rate: int
) -> NDArray[np.complex128]:
    """Return steady noise as a spectrum of ``shape``, of the power of a line of strength 1, at phases from ``rng``."""
    size = shape * antialias(lines_hz, rate)
    size = size / np.sqrt(np.sum(size**2))
    return np.asarray(size * np.exp(2j * np.pi * rng.random(size.size)), dtype=np.complex128)


def synthesize(spectrum: NDArray[np.complex128], frames: int) -> NDArray[np.float64]:
    """Return one turn of the loops of spectra (…, frames // 2 + 1)."""
    from scipy.fft import irfft  # at the top it would slow the start of every engine

    return np.asarray(irfft(spectrum, frames, axis=-1, norm="forward"), dtype=np.float64)


def with_attack(period: NDArray[np.float64], attack: int, rising: int) -> NDArray[np.float64]:
    """Return the tables, (2, attack + frames), of a note that goes over into the loop ``period``, (2, frames).

    They rise over ``rising`` frames; what the bright sound has more than the soft one opens over the whole attack.
    """
    frames = period.shape[1]
    samples = period[:, np.arange(-attack, frames) % frames]
    soft, bright = samples[:, :attack]
    samples[1, :attack] = soft + (bright - soft) * rise(attack)
    samples[:, :rising] *= rise(rising)
    return samples
