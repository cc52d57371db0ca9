"""The hammered string: two or three strings for each key, coupled through the bridge.

Hammer and board after Fletcher & Rossing, *The Physics of Musical Instruments*, 2nd ed., chapter 12; the strings of a
key after Weinreich, J. Acoust. Soc. Am. 62, 1474 (1977).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.schema import Within
from bedside.sound import exact
from bedside.sound.phasors import Phasors, concatenated, purely_real
from bedside.sound.physics.bar import contact
from bedside.sound.physics.body import Resonance, knock, radiation
from bedside.sound.physics.modes import NEPERS_60_DB, Modes, antialias, joined
from bedside.sound.physics.noise import burst
from bedside.sound.physics.ringing import ringing, table_seconds
from bedside.sound.physics.strings import decays, stiff
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import Scaled, hertz

# Newton steps to the real pole of three strings.
_STEPS = 12


@dataclass(frozen=True, slots=True)
class HammeredString:
    """A set of strings, two for each key and three from the key ``three_from`` up.

    While they move in phase, the fundamental decays by 60 dB in ``t60`` seconds; a string's own losses alone would take
    ``after`` times as long. ``loss_hz`` is where that own decay is half as long as at 0 Hz, ``stiffness`` the
    inharmonicity B. The strings of a key are ``cents`` apart. The hammer strikes at the fraction ``strike`` of the
    length and stays for ``contact_soft`` or ``contact_bright`` seconds; it is not quite level, and strikes the highest
    string harder by the fraction ``uneven`` and the lowest softer by as much. Its felt makes noise around ``thud_hz``
    for ``thud_t60`` seconds, at ``thud_db`` relative to the strings' RMS; ``knock_db`` is the board's transient.
    ``onset``, the maximal ``length`` of a table and the length of its ``loop`` are in seconds.
    """

    t60: Annotated[Scaled, Within(0.05, 30)]
    after: Annotated[float, Within(1.5, 10)]
    loss_hz: Annotated[Scaled, Within(200, 40000)]
    stiffness: Annotated[Scaled, Within(0, 0.02)]
    cents: Annotated[Scaled, Within(0, 3)]
    uneven: Annotated[float, Within(0, 1)]
    three_from: Annotated[float, Within(0, 128)]
    strike: Annotated[float, Within(0.02, 0.5)]
    contact_soft: Annotated[Scaled, Within(0, 0.02)]
    contact_bright: Annotated[Scaled, Within(0, 0.02)]
    body: tuple[Resonance, ...]
    knock_db: Annotated[float, Within(-80, 0)]
    thud_hz: Annotated[Scaled, Within(40, 8000)]
    thud_t60: Annotated[float, Within(0.01, 0.5)]
    thud_db: Annotated[float, Within(-80, 0)]
    onset: Annotated[float, Within(0.0005, 0.02)]
    length: Annotated[Scaled, Within(0.2, 6)]
    loop: Annotated[float, Within(0.1, 2)]

    def seconds(self, key: int) -> float:
        """Return the maximal length in seconds of a key's tables."""
        return table_seconds(self.t60.at(key) * self.after, self.length.at(key))

    def sound(self, key: int, rate: int, rng: Generator) -> KeyTables:
        """Return the soft and the bright sound of a key; randomness comes from ``rng``."""
        return hammer(self, key, rate, rng)


def coupled(
    apart: NDArray[np.float64], own: NDArray[np.float64], bridge: NDArray[np.float64], strings: int, uneven: float
) -> tuple[Phasors, Phasors]:
    """Return the poles in 1/s about the common frequency, and the amplitudes, of partials, (partials, strings) each.

    For each partial, the outer strings are ``apart`` rad/s from the middle. Each string loses ``own`` nepers a second
    by itself, and ``bridge`` through the bridge, where all forces add up: ψ′ = (i ε − own) ψ − bridge Σ ψ (Weinreich,
    for a resistive bridge). The initial amplitudes sum to 1, the outer ones above and below the middle by the fraction
    ``uneven``; the returned ones are those at the bridge. Strings struck exactly alike would pass through silence
    before the aftersound.
    """
    # With x = pole + own the sum of the strings has the Laplace transform P(x) / D(x), and a pole where D is 0. Strings
    # in one tune are taken as all but so: they share a pole.
    apart = np.maximum(apart, 1e-12 * bridge)
    square = np.square(apart)
    if strings == 2:
        # D = x² + 2 b x + ε², P = x + i ε uneven.
        x = _roots(2 * bridge, square)
        above = Phasors(x.real, x.imag + (apart * uneven)[:, None])
        below = Phasors(2 * (x.real + bridge[:, None]), 2 * x.imag)
    else:
        # D = x³ + 3 b x² + ε² x + ε² b, P = x² + ε² / 3 + (2 / 3) i ε uneven x. One root is real, from −3 b to −b.
        alone = -3 * bridge
        for _ in range(_STEPS):
            value = ((alone + 3 * bridge) * alone + square) * alone + square * bridge
            alone = alone - value / ((3 * alone + 6 * bridge) * alone + square)
        x = concatenated((purely_real(alone[:, None]), _roots(3 * bridge + alone, -square * bridge / alone)), axis=1)
        twice = x * x
        share = (apart * uneven * (2 / 3))[:, None]
        above = Phasors(twice.real + (square / 3)[:, None] - share * x.imag, twice.imag + share * x.real)
        slope = twice * 3.0 + x * (6 * bridge)[:, None]
        below = Phasors(slope.real + square[:, None], slope.imag)
    return Phasors(x.real - own[:, None], x.imag), above * below.inverse


def _roots(p: NDArray[np.float64], q: NDArray[np.float64]) -> Phasors:
    """Return the two roots of x² + ``p`` x + ``q`` for each, where both are over 0, (…, 2)."""
    left = np.square(p) / 4 - q
    root = np.sqrt(np.abs(left))
    # The greater of two real roots loses no bits; their product is q.
    greater = -p / 2 - root
    real = np.where(left > 0, greater, -p / 2), np.where(left > 0, q / greater, -p / 2)
    imag = np.where(left > 0, 0.0, root)
    return Phasors(np.stack(real, axis=1), np.stack((imag, -imag), axis=1))


def hammer(string: HammeredString, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key; the felt's noise comes from ``rng``."""
    hz = stiff(key, string.stiffness.at(key), rate)
    n = np.arange(1, hz.size + 1)
    strings = 3 if key >= string.three_from else 2
    # The bridge accounts for the common decay beyond the string's own.
    common = NEPERS_60_DB / string.t60.at(key)
    own = NEPERS_60_DB / decays(key, string.t60.at(key) * string.after, string.loss_hz.at(key), hz)
    bridge = np.full(hz.size, common * (1 - 1 / string.after) / strings)
    # A hammer sets velocity; the force on the bridge depends on the partial only through the striking point.
    blows = np.array([contact(hz, seconds.at(key)) for seconds in (string.contact_soft, string.contact_bright)])
    force = radiation(string.body, hz) * (blows * exact.cosine_sine(0.5 * n * string.strike)[1] * antialias(hz, rate))
    apart = 2 * np.pi * hz * (exact.exp2(string.cents.at(key) / 1200) - 1)
    poles, amplitudes = coupled(apart, own, bridge, strings, string.uneven)
    strung = Modes(
        (hz[:, None] + poles.imag / (2 * np.pi)).reshape(-1),
        (-NEPERS_60_DB / poles.real).reshape(-1),
        (force.quarter_back[:, :, None] * amplitudes).reshape(2, -1),
    ).audible()
    board = knock(string.body, strung.strength * exact.decibels(string.knock_db))
    thud = burst(rng, round(1.2 * string.thud_t60 * rate), rate, string.thud_hz.at(key), 0.6, string.thud_t60)
    thuds = strung.strength[:, None] * exact.decibels(string.thud_db) * np.array([[0.7], [1.0]]) * thud
    tuned = int(np.argmin(np.abs(strung.hz - hertz(key))))
    return ringing(joined(strung, board), thuds, string.onset, string.length.at(key), string.loop, rate, tuned)
