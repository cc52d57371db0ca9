"""The plucked string: its excitation, its losses, its two polarisations, and the body.

Pluck, stiffness and the two polarisations after Fletcher & Rossing, *The Physics of Musical Instruments*, 2nd ed.,
chapters 2, 9 and 11.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.schema import Within
from bedside.sound import exact
from bedside.sound.physics.body import Resonance, knock, radiation
from bedside.sound.physics.modes import Modes, antialias, joined
from bedside.sound.physics.noise import burst
from bedside.sound.physics.ringing import ringing, table_seconds
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import Scaled, hertz


@dataclass(frozen=True, slots=True)
class PluckedString:
    """A set of strings, one for each key.

    ``t60`` is the decay of the fundamental in seconds, ``loss_hz`` the frequency at which the decay is half as long as
    at 0 Hz, ``stiffness`` the inharmonicity B, ``metres`` the sounding length. ``pluck`` is the plucking point as a
    fraction of that length; the fingers are ``finger_soft`` and ``finger_bright`` metres wide. The second polarisation
    is at ``second_db``, decays ``second_t60`` times as long and lies ``second_cents`` higher. ``knock_db`` is the
    body's own transient, ``slip_db`` the noise of the finger (at ``slip_hz``), each relative to the string's RMS.
    ``onset``, the maximal ``length`` of a table and the length of its ``loop`` are in seconds.
    """

    t60: Annotated[Scaled, Within(0.05, 16)]
    loss_hz: Annotated[Scaled, Within(200, 40000)]
    stiffness: Annotated[Scaled, Within(0, 0.01)]
    metres: Annotated[Scaled, Within(0.02, 3)]
    pluck: Annotated[float, Within(0.02, 0.5)]
    finger_soft: Annotated[Scaled, Within(0, 0.2)]
    finger_bright: Annotated[Scaled, Within(0, 0.2)]
    second_db: Annotated[float, Within(-60, 0)]
    second_t60: Annotated[float, Within(0.2, 5)]
    second_cents: Annotated[float, Within(-5, 5)]
    body: tuple[Resonance, ...]
    knock_db: Annotated[float, Within(-80, 0)]
    slip_hz: Annotated[float, Within(100, 8000)]
    slip_db: Annotated[float, Within(-80, 0)]
    onset: Annotated[float, Within(0.0005, 0.02)]
    length: Annotated[Scaled, Within(0.2, 6)]
    loop: Annotated[float, Within(0.1, 2)]

    def seconds(self, key: int) -> float:
        """Return the maximal length in seconds of a key's tables."""
        return table_seconds(self.t60.at(key) * max(1.0, self.second_t60), self.length.at(key))

    def sound(self, key: int, rate: int, rng: Generator) -> KeyTables:
        """Return the soft and the bright sound of a key; randomness comes from ``rng``."""
        return pluck(self, key, rate, rng)


def stiff(key: int, stiffness: float, rate: int) -> NDArray[np.float64]:
    """Return the frequencies in Hz of a stiff string's partials, as far as ``rate`` allows; the first is in tune.

    f_n = n f₁ √((1 + B n²) / (1 + B)); Fletcher & Rossing, chapter 2.
    """
    f1 = hertz(key)
    n = np.arange(1, int(rate / 2 / f1) + 1, dtype=np.float64)
    hz = n * f1 * np.sqrt((1 + stiffness * np.square(n)) / (1 + stiffness))
    return np.asarray(hz[antialias(hz, rate) > 0], dtype=np.float64)


def decays(key: int, t60: float, half: float, hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the T60 in seconds of partials at ``hz``, where the fundamental's is ``t60``.

    Losses to the air and in the string grow with the square of frequency, 1/τ = b₁ + b₃ f², and double from 0 to
    ``half`` Hz: Chaigne & Askenfelt, J. Acoust. Soc. Am. 95, 1112 (1994).
    """
    return np.asarray(t60 * (1 + np.square(hertz(key) / half)) / (1 + np.square(hz / half)), dtype=np.float64)


def excitation(string: PluckedString, key: int, width: float, count: int) -> NDArray[np.float64]:
    """Return the force of partials 1 to ``count`` on the bridge, plucked by a finger ``width`` metres wide.

    An ideal pluck at β gives sin(nπβ)/n; a Gaussian finger rounds the corner.
    """
    n = np.arange(1, count + 1, dtype=np.float64)
    corner = exact.exp(-0.5 * np.square(np.pi * n * width / string.metres.at(key)))
    return np.asarray(exact.cosine_sine(0.5 * n * string.pluck)[1] / n * corner, dtype=np.float64)


def pluck(string: PluckedString, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key; the finger's noise comes from ``rng``."""
    hz = stiff(key, string.stiffness.at(key), rate)
    t60 = decays(key, string.t60.at(key), string.loss_hz.at(key), hz)
    fingers = (string.finger_soft, string.finger_bright)
    force = np.array([excitation(string, key, width.at(key), hz.size) for width in fingers])
    first = Modes(hz, t60, radiation(string.body, hz) * (force * antialias(hz, rate))).audible()
    second = Modes(
        first.hz * exact.exp2(string.second_cents / 1200),
        first.t60 * string.second_t60,
        first.amplitudes * exact.decibels(string.second_db),
    )
    board = knock(string.body, first.strength * exact.decibels(string.knock_db))
    slip = burst(rng, round(0.08 * rate), rate, string.slip_hz, 0.6, 0.05)
    slips = first.strength[:, None] * exact.decibels(string.slip_db) * np.array([[0.5], [1.0]]) * slip
    return ringing(joined(first, second, board), slips, string.onset, string.length.at(key), string.loop, rate)
