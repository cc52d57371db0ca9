"""The plucked steel tongue: the tooth of a music box or the tine of a kalimba, and its small body.

The clamped bar after Fletcher & Rossing, *The Physics of Musical Instruments*, 2nd ed., chapter 2; tines over
a bridge after a kalimba that Holdaway measured (kalimbamagic.com, tips of 8 and 22 December 2006).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.random import Generator

from bedside.schema import Within
from bedside.sound import exact
from bedside.sound.phasors import turned
from bedside.sound.physics.body import Resonance, knock, radiation
from bedside.sound.physics.modes import Modes, antialias, joined
from bedside.sound.physics.noise import burst
from bedside.sound.physics.ringing import ringing, table_seconds
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import Scaled, hertz


@dataclass(frozen=True, slots=True)
class Tine:
    """A set of tongues, one for each key.

    Mode i lies at ``ratios[i]`` times the fundamental, decays by 60 dB in ``t60[i]`` seconds and is plucked with
    ``levels[i]``; the plectrum is round, which rolls off beyond ``edge_soft`` or ``edge_bright`` Hz. The tongue
    rattles once a period, around ``buzz_hz``, for ``buzz_t60`` seconds, at ``buzz_db`` relative to its RMS.
    ``knock_db`` is the body's own transient, ``slip_db`` the noise of the thumb or the pin, around ``slip_hz``.
    ``onset``, the maximal ``length`` of a table and the length of its ``loop`` are in seconds.
    """

    ratios: Annotated[tuple[float, ...], Within(1, 60)]
    levels: Annotated[tuple[float, ...], Within(0, 10)]
    t60: Annotated[tuple[Scaled, ...], Within(0.01, 16)]
    edge_soft: Annotated[Scaled, Within(100, 20000)]
    edge_bright: Annotated[Scaled, Within(100, 20000)]
    buzz_hz: Annotated[float, Within(200, 12000)]
    buzz_t60: Annotated[float, Within(0.02, 2)]
    buzz_db: Annotated[float, Within(-120, 0)]
    body: tuple[Resonance, ...]
    knock_db: Annotated[float, Within(-80, 0)]
    slip_hz: Annotated[float, Within(100, 12000)]
    slip_db: Annotated[float, Within(-80, 0)]
    onset: Annotated[float, Within(0.0005, 0.02)]
    length: Annotated[Scaled, Within(0.2, 6)]
    loop: Annotated[float, Within(0.1, 2)]

    def __post_init__(self) -> None:
        if not 0 < len(self.ratios) == len(self.levels) == len(self.t60):
            raise ValueError("a tine needs a ratio, a level and a t60 for each of its modes")

    def seconds(self, key: int) -> float:
        """Return the maximal length in seconds of a key's tables."""
        return table_seconds(max(decay.at(key) for decay in self.t60), self.length.at(key))

    def sound(self, key: int, rate: int, rng: Generator) -> KeyTables:
        """Return the soft and the bright sound of a key; randomness comes from ``rng``."""
        return twang(self, key, rate, rng)


def twang(tine: Tine, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key; the rattle and the noise of the thumb come from ``rng``."""
    hz = hertz(key) * np.array(tine.ratios)
    edges = np.array([[tine.edge_soft.at(key)], [tine.edge_bright.at(key)]])
    carried = radiation(tine.body, hz) * antialias(hz, rate)
    plucked = carried.quarter_back * (np.array(tine.levels) / (1 + np.square(hz / edges)))
    tongue = Modes(hz, np.array([decay.at(key) for decay in tine.t60]), plucked)

    rattles = hertz(key) * np.arange(2, max(3, int(rate / 2 / hertz(key))), dtype=np.float64)
    band = exact.exp(-0.5 * np.square(exact.log2(rattles / tine.buzz_hz) / 0.5)) * antialias(rattles, rate)
    band *= np.sqrt(2 / np.sum(np.square(band))) * exact.decibels(tine.buzz_db)
    hard = tongue.strength[:, None] * np.array([[0.5], [1.0]])
    buzz = Modes(rattles, np.full(rattles.size, tine.buzz_t60), turned(rng.random(rattles.size), hard * band))

    board = knock(tine.body, tongue.strength * exact.decibels(tine.knock_db))
    slip = burst(rng, round(0.04 * rate), rate, tine.slip_hz, 0.6, 0.025)
    slips = hard * exact.decibels(tine.slip_db) * slip
    modes = joined(tongue, buzz.audible(), board)
    return ringing(modes, slips, tine.onset, tine.length.at(key), tine.loop, rate)
