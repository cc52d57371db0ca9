"""The reed organ: two banks of free reeds a few cents apart, which beat slowly, and the wind of the bellows.

Free reeds after Fletcher & Rossing, *The Physics of Musical Instruments*, 2nd ed., chapter 13, and Cottingham,
Physics Today 64:3, 44 (2011): the reed cuts the air off once a period, so that many harmonics have nearly the same
strength.
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
from bedside.sound.physics.ensemble import strengths
from bedside.sound.physics.loop import STRETCH, harmonics, hiss, loop_length, random_modulation, synthesize, with_attack
from bedside.sound.physics.modes import antialias
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import Scaled, hertz

# Harmonics below this level, relative to the strongest, are omitted.
_LEAST = exact.decibels(-85.0)


@dataclass(frozen=True, slots=True)
class Reed:
    """Two reeds for each key.

    Harmonic n has the strength n to the power minus ``slope_soft`` or ``slope_bright``, and rolls off beyond
    ``edge_soft`` or ``edge_bright`` Hz. The second reed, at ``second_db`` relative to the first, is sharp by one beat
    per loop, and wanders by ``wander`` of a beat (RMS). The pressure of the bellows varies by ``breath`` dB (RMS) at up
    to ``breath_hz``; ``air_db`` is the noise of their wind. ``rise``, ``attack``, where the loop begins, and ``loop``
    are in seconds.
    """

    slope_soft: Annotated[float, Within(0, 4)]
    slope_bright: Annotated[float, Within(0, 4)]
    edge_soft: Annotated[Scaled, Within(100, 20000)]
    edge_bright: Annotated[Scaled, Within(100, 20000)]
    second_db: Annotated[float, Within(-60, 0)]
    wander: Annotated[float, Within(0, 0.3)]
    breath: Annotated[float, Within(0, 4)]
    breath_hz: Annotated[float, Within(0.5, 8)]
    air_db: Annotated[float, Within(-100, -10)]
    rise: Annotated[float, Within(0.01, 0.5)]
    attack: Annotated[float, Within(0.05, 1)]
    loop: Annotated[Scaled, Within(0.5, 8)]

    def __post_init__(self) -> None:
        if self.rise > self.attack:
            raise ValueError("a reed must have risen where the loop begins")

    def seconds(self, key: int) -> float:
        """Return the maximal length in seconds of a key's tables."""
        return self.attack + self.loop.at(key) * (1 + STRETCH)

    def sound(self, key: int, rate: int, rng: Generator) -> KeyTables:
        """Return the soft and the bright sound of a key; randomness comes from ``rng``."""
        return speak(self, key, rate, rng)


def speak(reed: Reed, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key, which loop; bellows, wander and wind come from ``rng``."""
    # The perceived pitch of two beating reeds is their mean, weighted by power.
    share = 1 / (1 + exact.decibels(-2 * reed.second_db))
    frames, periods = loop_length(hertz(key), reed.loop.at(key), rate, share)
    seconds = frames / rate
    fundamental = periods / seconds

    def weights(hz: NDArray[np.float64]) -> NDArray[np.float64]:
        n = np.maximum(hz / fundamental, 0.5)
        soft = strengths(n, hz, reed.slope_soft, reed.edge_soft.at(key))
        bright = strengths(n, hz, reed.slope_bright, reed.edge_bright.at(key))
        return np.array([soft, bright]) * antialias(hz, rate)

    n = np.arange(1.0, rate / 2 / fundamental)
    strong = weights(n * fundamental)
    n = n[np.any(strong > _LEAST * strong.max(axis=1, keepdims=True), axis=0)]

    level, hue, wander = random_modulation(rng, 3, 0.0, reed.breath_hz, seconds)
    bellows = exact.decibels(reed.breath * (level + 0.4 * exact.log2(n)[:, None] * (0.5 * level + 0.8 * hue)))
    first, second = rng.random((2, n.size, 1))
    beat = n[:, None] * reed.wander * wander
    spectrum = harmonics(n, periods, frames, turned(first) * bellows)
    beside = turned(second + beat, exact.decibels(reed.second_db) * bellows)
    spectrum = spectrum + harmonics(n, periods + 1, frames, beside)

    hz = np.arange(frames // 2 + 1) / seconds
    both = spectrum * weights(hz)
    wind = exact.exp(-0.5 * np.square(exact.log2(np.maximum(hz, 1.0) / 1200)))
    air = hiss(rng, wind, hz, rate) * exact.decibels(reed.air_db)
    both = both * (1 / np.sqrt(np.sum(both.square, axis=1, keepdims=True))) + air
    return KeyTables(with_attack(synthesize(both, frames), round(reed.attack * rate), round(reed.rise * rate)), frames)
