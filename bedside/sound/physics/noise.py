"""Short bursts of band-limited noise, for fingers, palms and mallets on skin, string and wood."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.sound.physics.modes import NEPERS_60_DB, antialias


def burst(rng: Generator, frames: int, rate: int, hz: float, octaves: float, t60: float) -> NDArray[np.float64]:
    """Return ``frames`` frames of decaying noise, with an RMS of 1 before its decay.

    Its spectrum is a Gaussian over log frequency around ``hz``, with a standard deviation of ``octaves``; its phases
    come from ``rng``; it decays by 60 dB in ``t60`` seconds.
    """
    bins = np.arange(1, frames // 2 + 1, dtype=np.float64) * (rate / frames)
    size = np.exp(-0.5 * (np.log2(bins / hz) / octaves) ** 2) * antialias(bins, rate)
    spectrum = np.concatenate(([0.0], size * np.exp(2j * np.pi * rng.random(bins.size))))
    steady = np.fft.irfft(spectrum, frames)
    steady /= np.sqrt(np.mean(steady**2))
    return np.asarray(steady * np.exp(-NEPERS_60_DB / (t60 * rate) * np.arange(frames)), dtype=np.float64)
