"""The body of an instrument: a board that radiates low frequencies badly, and a few broad resonances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from bedside.schema import Within
from bedside.sound.phasors import Phasors, purely_real
from bedside.sound.physics.modes import NEPERS_60_DB, Modes


@dataclass(frozen=True, slots=True)
class Resonance:
    """One broad resonance of a body: its frequency in Hz, its quality factor and its gain over the plain board."""

    hz: Annotated[float, Within(40, 8000)]
    q: Annotated[float, Within(0.5, 60)]
    gain: Annotated[float, Within(0, 20)]

    def at(self, hz: NDArray[np.float64]) -> Phasors:
        """Return the response at ``hz`` against that at its own frequency: 1 / (1 + iQ (f / f₀ − f₀ / f))."""
        return Phasors(np.ones(hz.size), self.q * (hz / self.hz - self.hz / hz)).inverse


def radiation(body: tuple[Resonance, ...], hz: NDArray[np.float64]) -> Phasors:
    """Return the complex gain from the bridge to the ear at ``hz``: a board of gain 1 and its resonances.

    Below the lowest resonance, radiation falls by 6 dB an octave; Fletcher & Rossing, chapter 9.
    """
    gain = purely_real(np.ones(hz.size))
    for resonance in body:
        gain = gain + resonance.at(hz) * resonance.gain
    lowest = min((resonance.hz for resonance in body), default=0.0)
    low: NDArray[np.float64] = np.sqrt(1 + np.square(lowest / hz))
    return gain * (1 / low)


def knock(body: tuple[Resonance, ...], strength: NDArray[np.float64]) -> Modes:
    """Return the modes of the body after a knock of ``strength``, (sounds,)."""
    hz = np.array([resonance.hz for resonance in body])
    quality = np.array([resonance.q for resonance in body])
    gain = np.array([resonance.gain for resonance in body])
    # A resonance of quality Q at f decays by 60 dB in Q ln 1000 / (π f).
    return Modes(hz, quality * NEPERS_60_DB / (np.pi * hz), purely_real(strength[:, None] * gain).quarter_back)
