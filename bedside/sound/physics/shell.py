"""The ringing shell: metal bowls, bells and pans, which are not quite round, so that every mode is a beating pair.

Fletcher & Rossing, *The Physics of Musical Instruments*, 2nd ed., chapters 20 and 21.
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
from bedside.sound.physics.modes import Modes, antialias, joined
from bedside.sound.physics.noise import burst
from bedside.sound.physics.ringing import ringing, table_seconds
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import Scaled, hertz


@dataclass(frozen=True, slots=True)
class Shell:
    """A set of shells, one for each key.

    Mode i lies at ``ratios[i]`` times the pitch, decays by 60 dB in ``t60[i]`` seconds and is struck with
    ``levels[i]``. It is a pair, ``beats[i]`` Hz apart, the higher one at ``twin_db``; its frequency is the mean of
    both, weighted by power. The mode of index ``tuned`` is kept in tune. The mallet or hand touches for
    ``contact_soft`` or ``contact_bright`` seconds; its noise lies around ``thud_hz``, decays in ``thud_t60`` seconds,
    and is at ``thud_db`` relative to the shell's RMS. ``onset``, the maximal ``length`` of a table and the length of
    its ``loop`` are in seconds.
    """

    ratios: Annotated[tuple[float, ...], Within(0.2, 30)]
    levels: Annotated[tuple[float, ...], Within(0, 10)]
    t60: Annotated[tuple[Scaled, ...], Within(0.05, 60)]
    beats: Annotated[tuple[Scaled, ...], Within(0, 12)]
    twin_db: Annotated[float, Within(-80, 0)]
    tuned: Annotated[float, Within(0, 15)]
    contact_soft: Annotated[Scaled, Within(0, 0.02)]
    contact_bright: Annotated[Scaled, Within(0, 0.02)]
    thud_hz: Annotated[Scaled, Within(40, 8000)]
    thud_t60: Annotated[float, Within(0.01, 0.5)]
    thud_db: Annotated[float, Within(-80, 0)]
    onset: Annotated[float, Within(0.0005, 0.02)]
    length: Annotated[Scaled, Within(0.2, 6)]
    loop: Annotated[Scaled, Within(0.1, 4)]

    def __post_init__(self) -> None:
        if not 0 < len(self.ratios) == len(self.levels) == len(self.t60) == len(self.beats):
            raise ValueError("a shell needs a ratio, a level, a t60 and a beat for each of its modes")
        if self.tuned != int(self.tuned) or self.tuned >= len(self.ratios):
            raise ValueError("a shell needs the number of a mode, counted from 0, as the one that is tuned")

    def seconds(self, key: int) -> float:
        """Return the maximal length in seconds of a key's tables."""
        return table_seconds(max(decay.at(key) for decay in self.t60), self.length.at(key))

    def sound(self, key: int, rate: int, rng: Generator) -> KeyTables:
        """Return the soft and the bright sound of a key; randomness comes from ``rng``."""
        return toll(self, key, rate, rng)


def toll(shell: Shell, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key; the mallet's noise comes from ``rng``."""
    hz = hertz(key) * np.array(shell.ratios)
    t60 = np.array([decay.at(key) for decay in shell.t60])
    blows = np.array([contact(hz, seconds.at(key)) for seconds in (shell.contact_soft, shell.contact_bright)])
    # A blow sets velocity, not displacement: hence sines.
    apart = np.array([beat.at(key) for beat in shell.beats])
    share = 1 / (1 + exact.decibels(-2 * shell.twin_db))
    blown = purely_real(blows * np.array(shell.levels) * antialias(hz, rate)).quarter_back
    struck = Modes(hz - share * apart, t60, blown)
    twins = Modes(hz + (1 - share) * apart, t60, struck.amplitudes * exact.decibels(shell.twin_db))
    thud = burst(rng, round(1.2 * shell.thud_t60 * rate), rate, shell.thud_hz.at(key), 0.6, shell.thud_t60)
    thuds = struck.strength[:, None] * exact.decibels(shell.thud_db) * np.array([[0.4], [1.0]]) * thud
    modes = joined(struck, twins)
    return ringing(modes, thuds, shell.onset, shell.length.at(key), shell.loop.at(key), rate, int(shell.tuned))
