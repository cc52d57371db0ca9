"""Wind chimes: a few tubes, struck at random by the wind.

A tube rings as a bar with free ends: Fletcher & Rossing, *The Physics of Musical Instruments*, 2nd ed., sections 2.15
and 19.10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.random import Generator

from bedside.schema import Within
from bedside.sound import exact
from bedside.sound.phasors import purely_real
from bedside.sound.physics.bar import contact
from bedside.sound.physics.envelope import faded
from bedside.sound.physics.modes import Modes, antialias, ring
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import Scaled, hertz

# Frequencies of a bar with free ends against its lowest: the squares of 3.0112, 5 and 7 (Fletcher & Rossing, 2.15).
FREE_RATIOS = np.square(np.array([3.0112, 5.0, 7.0]) / 3.0112)
_LEVELS = np.array([1.0, 0.5, 0.2])


@dataclass(frozen=True, slots=True)
class Chimes:
    """Tubes that lie ``intervals`` semitones above each key, ``strikes`` strokes of them within ``span`` seconds.

    The first stroke hits the first tube at once; the others are softer, at random times on random tubes. A tube's
    lowest mode decays by 60 dB in ``t60`` seconds, a mode at ratio r in 1 / r of that. The clapper touches for
    ``contact_soft`` or ``contact_bright`` seconds; ``onset`` and the ``length`` of a table are in seconds.
    """

    intervals: Annotated[tuple[float, ...], Within(-36, 48)]
    strikes: Annotated[float, Within(1, 16)]
    span: Annotated[float, Within(0, 4)]
    t60: Annotated[Scaled, Within(0.1, 8)]
    contact_soft: Annotated[float, Within(0, 0.02)]
    contact_bright: Annotated[float, Within(0, 0.02)]
    onset: Annotated[float, Within(0.0005, 0.02)]
    length: Annotated[float, Within(0.2, 6)]

    def __post_init__(self) -> None:
        if not self.intervals:
            raise ValueError("chimes need at least one tube")
        if self.span >= self.length:
            raise ValueError("the last stroke must come before the end")

    def seconds(self, _key: int) -> float:
        """Return the length in seconds of a key's tables."""
        return self.length

    def sound(self, key: int, rate: int, rng: Generator) -> KeyTables:
        """Return the soft and the bright sound of a key; randomness comes from ``rng``."""
        return stir(self, key, rate, rng)


def stir(chimes: Chimes, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key; ``rng`` picks the tubes, the times and the strengths."""
    frames = round(chimes.length * rate)
    onset = round(chimes.onset * rate)
    more = round(chimes.strikes) - 1
    tubes = np.concatenate(([0], rng.integers(len(chimes.intervals), size=more)))
    begins = np.concatenate(([0], np.sort(0.06 + 0.94 * rng.random(more)) * chimes.span * rate)).astype(np.int64)
    sizes = np.concatenate(([1.0], 0.25 + 0.45 * rng.random(more)))
    samples = np.zeros((2, frames))
    for tube, begin, size in zip(tubes, begins, sizes, strict=True):
        hz = hertz(key) * exact.exp2(chimes.intervals[tube] / 12) * FREE_RATIOS
        blows = np.array([contact(hz, chimes.contact_soft), contact(hz, chimes.contact_bright)])
        t60 = chimes.t60.at(key) / FREE_RATIOS
        modes = Modes(hz, t60, purely_real(size * _LEVELS * blows * antialias(hz, rate)).quarter_back)
        samples[:, begin:] += faded(ring(modes, frames - int(begin), rate), onset, 0)
    return KeyTables(faded(samples, 0, round(0.4 * frames)), 0)
