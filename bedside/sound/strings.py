"""The plucked string: where and how softly it is plucked, how it loses its sound, and the body that carries it.

Pluck, stiffness and the two polarisations after Fletcher & Rossing, *The Physics of Musical Instruments*, 2nd ed.,
chapters 2 and 11.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.sound.envelope import edged
from bedside.sound.modes import headroom, ring
from bedside.sound.noise import burst
from bedside.sound.table import Table
from bedside.sound.tuning import Scaled, Within, hertz

_AUDIBLE = 10 ** (-90 / 20)


@dataclass(frozen=True, slots=True)
class Resonance:
    """One broad resonance of a body: its frequency in Hz, its quality factor and its gain over the plain board."""

    hz: Annotated[float, Within(40, 8000)]
    q: Annotated[float, Within(0.5, 60)]
    gain: Annotated[float, Within(0, 20)]


@dataclass(frozen=True, slots=True)
class PluckedString:
    """A set of strings, one for each key.

    ``t60`` seconds is the decay of the fundamental, ``loss_hz`` the frequency at which decay takes half as long as at
    0 Hz, ``stiffness`` the inharmonicity B, ``metres`` the sounding length. ``pluck`` is the plucking point as a part
    of that length; the fingers are ``finger_soft`` and ``finger_bright`` metres wide. The second polarisation is
    weaker by ``second_db``, decays ``second_t60`` times as long and lies ``second_cents`` higher. ``knock_db`` is the
    body's own transient, ``slip_db`` the noise of the finger (at ``slip_hz``), each against the string's RMS. ``onset``
    is in seconds; a table ends where its fundamental has fallen by ``fall_db``.
    """

    t60: Annotated[Scaled, Within(0.05, 12)]
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
    fall_db: Annotated[float, Within(20, 90)]

    def seconds(self, key: int) -> float:
        """Return how long the tables of a key are."""
        return self.t60.at(key) * self.fall_db / 60

    def sound(self, key: int, rate: int, rng: Generator) -> Table:
        """Return the soft and the bright sound of a key; chance comes from ``rng``."""
        return pluck(self, key, rate, rng)


def partials(string: PluckedString, key: int, rate: int) -> NDArray[np.float64]:
    """Return the frequencies in Hz of a key's partials below the limit of ``rate``, the first exactly in tune.

    Stiff string: f_n = n f₁ √((1 + B n²) / (1 + B)); Fletcher & Rossing, chapter 2.
    """
    f1, b = hertz(key), string.stiffness.at(key)
    n = np.arange(1, int(rate / 2 / f1) + 1, dtype=np.float64)
    hz = n * f1 * np.sqrt((1 + b * n**2) / (1 + b))
    return np.asarray(hz[headroom(hz, rate) > 0], dtype=np.float64)


def decays(string: PluckedString, key: int, hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the T60 in seconds of partials at ``hz``.

    Losses to the air and within nylon or gut grow with the square of frequency, 1/τ = b₁ + b₃ f²: Chaigne & Askenfelt,
    J. Acoust. Soc. Am. 95, 1112 (1994).
    """
    half = string.loss_hz.at(key)
    return np.asarray(string.t60.at(key) * (1 + (hertz(key) / half) ** 2) / (1 + (hz / half) ** 2), dtype=np.float64)


def excitation(string: PluckedString, key: int, width: float, count: int) -> NDArray[np.float64]:
    """Return the force of partials 1 to ``count`` on the bridge, plucked by a finger ``width`` metres wide.

    An ideal pluck at β gives sin(nπβ)/n; a finger of Gaussian profile rounds the corner.
    """
    n = np.arange(1, count + 1, dtype=np.float64)
    corner = np.exp(-0.5 * (np.pi * n * width / string.metres.at(key)) ** 2)
    return np.asarray(np.sin(np.pi * n * string.pluck) / n * corner, dtype=np.float64)


def radiation(body: tuple[Resonance, ...], hz: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Return the complex gain from bridge to ear at ``hz``: a plain board of gain 1 and its resonances."""
    gain = np.ones(hz.size, dtype=np.complex128)
    for resonance in body:
        gain += resonance.gain / (1 + 1j * resonance.q * (hz / resonance.hz - resonance.hz / hz))
    return gain


def pluck(string: PluckedString, key: int, rate: int, rng: Generator) -> Table:
    """Return the soft and the bright sound of a key; the finger's noise comes from ``rng``."""
    frames = round(string.seconds(key) * rate)
    hz = partials(string, key, rate)
    t60 = decays(string, key, hz)
    carried = radiation(string.body, hz) * headroom(hz, rate)
    force = np.array(
        [excitation(string, key, width.at(key), hz.size) for width in (string.finger_soft, string.finger_bright)]
    )
    first = force * carried
    heard = np.max(np.abs(first), axis=0) > _AUDIBLE * np.max(np.abs(first))
    hz, t60, first = hz[heard], t60[heard], first[:, heard]
    second = first * 10 ** (string.second_db / 20)
    strength = np.sqrt(np.sum(np.abs(first) ** 2, axis=1, keepdims=True) / 2)

    board = np.array([r.hz for r in string.body])
    knock = strength * 10 ** (string.knock_db / 20) * np.array([r.gain for r in string.body]) * -1j
    # A resonance of quality Q at f falls by 60 dB in Q ln 1000 / (π f).
    board_t60 = np.array([r.q for r in string.body]) * np.log(1000.0) / (np.pi * board)

    samples = ring(
        np.concatenate((hz, hz * 2 ** (string.second_cents / 1200), board)),
        np.concatenate((t60, t60 * string.second_t60, board_t60)),
        np.concatenate((first, second, knock), axis=1),
        frames,
        rate,
    )
    slip = burst(rng, min(frames, round(0.08 * rate)), rate, string.slip_hz, 0.6, 0.05)
    samples[:, : slip.size] += strength * 10 ** (string.slip_db / 20) * np.array([[0.5], [1.0]]) * slip
    return Table(edged(samples, round(string.onset * rate), round(0.45 * frames)), 0)
