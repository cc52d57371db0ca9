"""Short bursts of band-limited noise, for fingers, palms and mallets on skin, string and wood."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.sound import exact, fourier
from bedside.sound.phasors import concatenated, silent, turned
from bedside.sound.physics.modes import NEPERS_60_DB, antialias


def burst(rng: Generator, frames: int, rate: int, hz: float, octaves: float, t60: float) -> NDArray[np.float64]:
    """Return ``frames`` frames of decaying noise, with an RMS of 1 before its decay.

    Its spectrum is a Gaussian over log frequency around ``hz``, with a standard deviation of ``octaves``; its phases
    come from ``rng``; it decays by 60 dB in ``t60`` seconds.
    """
    bins = np.arange(1, frames // 2 + 1, dtype=np.float64) * (rate / frames)
    size = exact.exp(-0.5 * np.square(exact.log2(bins / hz) / octaves)) * antialias(bins, rate)
    spectrum = concatenated((silent(1), turned(rng.random(bins.size), size)), axis=0)
    steady = fourier.real_inverse(spectrum, frames)
    steady /= np.sqrt(np.mean(np.square(steady)))
    return np.asarray(steady * exact.falling(NEPERS_60_DB / (t60 * rate), frames), dtype=np.float64)
