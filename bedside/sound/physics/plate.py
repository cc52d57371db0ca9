"""The cymbal: a thin plate whose modes pass energy upwards, so that its shimmer builds up after the stroke.

Modal density and the slow growth of the high modes after Fletcher & Rossing, *The Physics of Musical Instruments*,
2nd ed., section 3.6 and chapter 20.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.schema import Within
from bedside.sound import exact
from bedside.sound.phasors import turned
from bedside.sound.physics.envelope import faded
from bedside.sound.physics.modes import NEPERS_60_DB, Modes, antialias, joined, ring
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import MIDDLE_C


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate of ``modes`` modes, evenly spaced from ``lowest`` to ``highest`` Hz, each with a random offset.

    All shift by the fraction ``follow`` of the key's distance from middle C. A mode at f Hz decays by 60 dB in ``t60``
    seconds times f / 1 kHz to the power minus ``damping``, and builds up within ``growth`` seconds times f / 1 kHz to
    the power ``delay``. Its strength is f to the power minus ``slope_soft`` or ``slope_bright``. A table lasts
    ``length`` seconds and fades in over ``onset``.
    """

    modes: Annotated[float, Within(20, 500)]
    lowest: Annotated[float, Within(60, 2000)]
    highest: Annotated[float, Within(1000, 16000)]
    follow: Annotated[float, Within(0, 1)]
    t60: Annotated[float, Within(0.05, 12)]
    damping: Annotated[float, Within(0, 2)]
    growth: Annotated[float, Within(0.001, 2)]
    delay: Annotated[float, Within(0, 2)]
    slope_soft: Annotated[float, Within(0, 4)]
    slope_bright: Annotated[float, Within(0, 4)]
    onset: Annotated[float, Within(0.0005, 0.1)]
    length: Annotated[float, Within(0.1, 6)]

    def seconds(self, _key: int) -> float:
        """Return the length in seconds of a key's tables."""
        return self.length

    def sound(self, key: int, rate: int, rng: Generator) -> KeyTables:
        """Return the soft and the bright sound of a key; randomness comes from ``rng``."""
        return shimmer(self, key, rate, rng)


def spectrum(
    plate: Plate, key: int, rng: Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the frequencies in Hz of a key's modes, their decay (60 dB) and their build-up in seconds."""
    count = round(plate.modes)
    even = (np.arange(count) + rng.random(count)) / count
    plain = plate.lowest + (plate.highest - plate.lowest) * even
    scale = plain / 1000
    t60 = plate.t60 * exact.power(scale, -plate.damping)
    growth = np.minimum(plate.growth * exact.power(scale, plate.delay), t60 / 9)
    return plain * exact.exp2(plate.follow * (key - MIDDLE_C) / 12), t60, growth


def shimmer(plate: Plate, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key; the offsets and phases of its modes come from ``rng``."""
    hz, t60, growth = spectrum(plate, key, rng)
    turns = rng.random(hz.size)
    slopes = np.array([[plate.slope_soft], [plate.slope_bright]])
    struck = turned(turns, exact.power(hz / 1000, -slopes) * antialias(hz, rate))
    # A build-up within τ is the difference of two decays: exp(−at) (1 − exp(−t / τ)).
    grown = 1 / (1 / growth / NEPERS_60_DB + 1 / t60)
    modes = joined(Modes(hz, t60, struck), Modes(hz, grown, -struck))
    samples = ring(modes, round(plate.length * rate), rate)
    return KeyTables(faded(samples, round(plate.onset * rate), round(0.4 * samples.shape[1])), 0)
