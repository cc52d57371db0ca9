"""The body of an instrument: a board that radiates low frequencies badly, and a few broad resonances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from bedside.schema import Within
from bedside.sound.physics.modes import Modes


@dataclass(frozen=True, slots=True)
class Resonance:
    """One broad resonance of a body: its frequency in Hz, its quality factor and its gain over the plain board."""

    hz: Annotated[float, Within(40, 8000)]
    q: Annotated[float, Within(0.5, 60)]
    gain: Annotated[float, Within(0, 20)]


def radiation(body: tuple[Resonance, ...], hz: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Return the complex gain from the bridge to the ear at ``hz``: a board of gain 1 and its resonances.

    Below the lowest resonance, radiation falls by 6 dB an octave; Fletcher & Rossing, chapter 9.
    """
    gain = np.ones(hz.size, dtype=np.complex128)
    for resonance in body:
        gain += resonance.gain / (1 + 1j * resonance.q * (hz / resonance.hz - resonance.hz / hz))
    lowest = min((resonance.hz for resonance in body), default=0.0)
    return np.asarray(gain / np.sqrt(1 + (lowest / hz) ** 2), dtype=np.complex128)


def knock(body: tuple[Resonance, ...], strength: NDArray[np.float64]) -> Modes:
    """Return the modes of the body after a knock of ``strength``, (sounds,)."""
    hz = np.array([resonance.hz for resonance in body])
    quality = np.array([resonance.q for resonance in body])
    gain = np.array([resonance.gain for resonance in body])
    # A resonance of quality Q at f decays by 60 dB in Q ln 1000 / (π f).
    return Modes(hz, quality * np.log(1000.0) / (np.pi * hz), -1j * strength[:, None] * gain)
