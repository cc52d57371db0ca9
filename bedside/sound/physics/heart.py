"""A calm heartbeat, as through a pillow: two soft sounds and a rest, which repeat and decay.

The first sound is lower and longer; the second follows after a third of a second, a little higher and shorter: Leng et
al., The electronic stethoscope, BioMedical Engineering OnLine 14:66 (2015). Times and resonances are estimated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.random import Generator

from bedside.schema import Within
from bedside.sound import exact
from bedside.sound.phasors import turned
from bedside.sound.physics.envelope import faded
from bedside.sound.physics.modes import Modes, ring
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import Scaled

# The resonances of the chest; those above the lowest are audible on small loudspeakers too.
_RATIOS = np.array([1.0, 1.6, 2.3, 3.1])


@dataclass(frozen=True, slots=True)
class Heart:
    """A heart that beats ``rate`` times a minute, and decays by itself.

    The first sound lies at ``hz`` and decays by 60 dB in ``t60`` seconds. The second comes ``systole`` seconds later,
    at ``second_db`` relative to it, and is 25 % higher and shorter. Higher resonances are weaker by ``slope_soft`` or
    ``slope_bright`` dB an octave. Each sound rises over ``onset`` seconds; all decay by ``fall`` dB a second.
    """

    rate: Annotated[float, Within(30, 120)]
    systole: Annotated[float, Within(0.1, 0.5)]
    hz: Annotated[Scaled, Within(30, 400)]
    t60: Annotated[float, Within(0.05, 0.6)]
    second_db: Annotated[float, Within(-20, 0)]
    slope_soft: Annotated[float, Within(0, 40)]
    slope_bright: Annotated[float, Within(0, 40)]
    onset: Annotated[float, Within(0.005, 0.1)]
    fall: Annotated[float, Within(0.5, 20)]

    def __post_init__(self) -> None:
        if self.systole + self.t60 > 60 / self.rate:
            raise ValueError("the second sound must be over before the next beat")

    def seconds(self, _key: int) -> float:
        """Return the length in seconds of a key's tables."""
        return 60 / self.rate

    def sound(self, key: int, rate: int, rng: Generator) -> KeyTables:
        """Return the soft and the bright sound of a key; randomness comes from ``rng``."""
        return pulse(self, key, rate, rng)


def pulse(heart: Heart, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key: one loop with both sounds; their phases come from ``rng``."""
    frames = round(60 / heart.rate * rate)
    samples = np.zeros((2, frames))
    slopes = np.array([[heart.slope_soft], [heart.slope_bright]])
    sizes = turned(rng.random(_RATIOS.size), exact.decibels(-slopes * exact.log2(_RATIOS)))
    beats = (0.0, 1.0, 0.0), (heart.systole, 1.25, heart.second_db)
    for begin, higher, db in beats:
        at = round(begin * rate)
        length = round(heart.t60 / higher * rate)
        decay = np.full(_RATIOS.size, heart.t60 / higher)
        modes = Modes(heart.hz.at(key) * higher * _RATIOS, decay, sizes * exact.decibels(db))
        samples[:, at : at + length] += faded(ring(modes, length, rate), round(heart.onset * rate), length // 2)
    return KeyTables(samples, frames, heart.fall)
