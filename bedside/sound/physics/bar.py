"""The struck bar: a few modes, a mallet with a contact time, and a resonator tube below.

Modes after Fletcher & Rossing, *The Physics of Musical Instruments*, 2nd ed., chapter 19 (marimbas, glockenspiels).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.schema import Within
from bedside.sound import exact
from bedside.sound.phasors import concatenated, purely_real
from bedside.sound.physics.modes import Modes, antialias
from bedside.sound.physics.noise import burst
from bedside.sound.physics.ringing import ringing, table_seconds
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import Scaled, hertz


@dataclass(frozen=True, slots=True)
class Bar:
    """A set of bars, one for each key.

    Mode i lies at ``ratios[i]`` times the fundamental, decays by 60 dB in ``t60[i]`` seconds and is struck with
    ``levels[i]``. The mallet touches for ``contact_soft`` or ``contact_bright`` seconds. The tube adds ``tube_gain``
    times the fundamental and builds up within ``tube_t60`` seconds. ``thud_db`` is the level of the mallet's noise
    (around ``thud_hz``, ``thud_t60`` seconds) relative to the bar's RMS. ``onset``, the maximal ``length`` of a table
    and the length of its ``loop`` are in seconds.
    """

    ratios: Annotated[tuple[float, ...], Within(1, 30)]
    levels: Annotated[tuple[float, ...], Within(0, 10)]
    t60: Annotated[tuple[Scaled, ...], Within(0.02, 16)]
    contact_soft: Annotated[Scaled, Within(0, 0.02)]
    contact_bright: Annotated[Scaled, Within(0, 0.02)]
    tube_gain: Annotated[float, Within(0, 10)]
    tube_t60: Annotated[Scaled, Within(0.005, 1)]
    thud_hz: Annotated[Scaled, Within(40, 8000)]
    thud_t60: Annotated[float, Within(0.01, 0.5)]
    thud_db: Annotated[float, Within(-80, 0)]
    onset: Annotated[float, Within(0.0005, 0.02)]
    length: Annotated[Scaled, Within(0.2, 6)]
    loop: Annotated[float, Within(0.1, 2)]

    def __post_init__(self) -> None:
        if not 0 < len(self.ratios) == len(self.levels) == len(self.t60):
            raise ValueError("a bar needs a ratio, a level and a t60 for each of its modes")

    def seconds(self, key: int) -> float:
        """Return the maximal length in seconds of a key's tables."""
        return table_seconds(max(decay.at(key) for decay in self.t60), self.length.at(key))

    def sound(self, key: int, rate: int, rng: Generator) -> KeyTables:
        """Return the soft and the bright sound of a key; randomness comes from ``rng``."""
        return strike(self, key, rate, rng)


def contact(hz: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
    """Return how strongly a half-sine blow of ``seconds`` excites modes at ``hz``.

    The pulse has the spectrum cos(πfτ) / (1 − (2fτ)²). Its envelope 1 / (1 + (2fτ)²) omits the zeros, which differ from
    blow to blow.
    """
    return np.asarray(1 / (1 + np.square(2 * hz * seconds)), dtype=np.float64)


def strike(bar: Bar, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key; the mallet's noise comes from ``rng``."""
    hz = hertz(key) * np.array(bar.ratios)
    t60 = np.array([decay.at(key) for decay in bar.t60])
    blows = np.array([contact(hz, seconds.at(key)) for seconds in (bar.contact_soft, bar.contact_bright)])
    # A blow sets velocity, not displacement: hence sines.
    struck = purely_real(blows * np.array(bar.levels) * antialias(hz, rate)).quarter_back
    # The tube's sound builds up as its transient decays: the difference of two decays at one pitch.
    tube = struck[:, :1] * bar.tube_gain
    both = struck[:, :1] + tube
    modes = Modes(
        np.concatenate((hz, hz[:1])),
        np.concatenate((t60, [min(bar.tube_t60.at(key), t60[0] / 2)])),
        concatenated((both, struck[:, 1:], -tube), axis=1),
    )
    strength = both.size / np.sqrt(2)
    thud = burst(rng, round(1.2 * bar.thud_t60 * rate), rate, bar.thud_hz.at(key), 0.5, bar.thud_t60)
    thuds = strength * exact.decibels(bar.thud_db) * np.array([[0.4], [1.0]]) * thud
    return ringing(modes, thuds, bar.onset, bar.length.at(key), bar.loop, rate)
