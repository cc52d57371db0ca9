"""The sustained ensemble: players a few cents apart, as one spectrum whose every line fits the loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.schema import Within
from bedside.sound import exact
from bedside.sound.phasors import Phasors, concatenated, purely_real, silent, turned
from bedside.sound.physics.envelope import rise
from bedside.sound.physics.loop import STRETCH, loop_length, synthesize
from bedside.sound.physics.modes import antialias
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import Scaled, hertz


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Players who hold one note together.

    One leads at the pitch, with level 1; pairs of others lie ``cents`` above and below it, each pair at one of
    ``levels``. Harmonic n has the strength n to the power minus ``slope_soft`` or ``slope_bright``, and rolls off
    beyond ``edge_soft`` or ``edge_bright`` Hz. The level of each harmonic varies by the fraction ``breath``, at up to
    ``breath_hz``. ``air_db`` is the noise of bows and breath relative to the fundamental. ``attack`` and ``loop`` are
    in seconds.
    """

    cents: Annotated[tuple[float, ...], Within(0, 50)]
    levels: Annotated[tuple[float, ...], Within(0, 1)]
    slope_soft: Annotated[float, Within(0, 6)]
    slope_bright: Annotated[float, Within(0, 6)]
    edge_soft: Annotated[Scaled, Within(100, 20000)]
    edge_bright: Annotated[Scaled, Within(100, 20000)]
    breath: Annotated[float, Within(0, 0.9)]
    breath_hz: Annotated[float, Within(0, 8)]
    air_hz: Annotated[float, Within(100, 8000)]
    air_db: Annotated[float, Within(-100, -10)]
    attack: Annotated[float, Within(0.02, 2)]
    loop: Annotated[Scaled, Within(0.5, 8)]

    def __post_init__(self) -> None:
        if not 0 < len(self.cents) == len(self.levels):
            raise ValueError("an ensemble needs a level for each pair of players")

    def seconds(self, key: int) -> float:
        """Return the maximal length in seconds of a key's tables."""
        return self.attack + self.loop.at(key) * (1 + STRETCH)

    def sound(self, key: int, rate: int, rng: Generator) -> KeyTables:
        """Return the soft and the bright sound of a key; randomness comes from ``rng``."""
        return hold(self, key, rate, rng)


def strengths(n: NDArray[np.float64], hz: NDArray[np.float64], slope: float, edge: float) -> NDArray[np.float64]:
    """Return the strength of harmonics ``n`` at ``hz``: a power of n, with a second-order rolloff at ``edge`` Hz."""
    return np.asarray(exact.power(n, -slope) / (1 + np.square(hz / edge)), dtype=np.float64)


def hold(ensemble: Ensemble, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key, which loop; phases and breath come from ``rng``.

    Every spectral line has a whole number of periods in the loop, so the loop is seamless.
    """
    frames, periods = loop_length(hertz(key), ensemble.loop.at(key), rate)
    n = np.arange(1, int(frames / 2 / periods) + 1, dtype=np.float64)
    hz = n * periods * rate / frames
    n, hz = n[antialias(hz, rate) > 0], hz[antialias(hz, rate) > 0]
    weights = np.array(
        [
            strengths(n, hz, ensemble.slope_soft, ensemble.edge_soft.at(key)),
            strengths(n, hz, ensemble.slope_bright, ensemble.edge_bright.at(key)),
        ]
    ) * antialias(hz, rate)

    lines, parts = _section(ensemble, n, periods, frames / rate, rng)
    spectrum = silent(2, frames // 2 + 1)
    for row, weight in enumerate(weights):
        np.add.at(spectrum.real[row], lines, weight[:, None] * parts.real)
        np.add.at(spectrum.imag[row], lines, weight[:, None] * parts.imag)
    air = np.arange(1, frames // 2)
    air_hz = air * rate / frames
    hush = exact.exp(-0.5 * np.square(exact.log2(air_hz / ensemble.air_hz))) * antialias(air_hz, rate)
    hush *= exact.decibels(ensemble.air_db) / np.sqrt(np.sum(np.square(hush)))
    drawn = turned(rng.random(air.size), hush)
    spectrum.real[:, air] += weights[:, :1] * drawn.real
    spectrum.imag[:, air] += weights[:, :1] * drawn.imag

    period = synthesize(spectrum, frames)
    attack = round(ensemble.attack * rate)
    samples = period[:, np.arange(attack + frames) % frames]
    samples[:, :attack] *= rise(attack)
    return KeyTables(samples, frames)


def _section(
    ensemble: Ensemble, n: NDArray[np.float64], periods: int, seconds: float, rng: Generator
) -> tuple[NDArray[np.int64], Phasors]:
    """Return the spectral lines of harmonics ``n``, and their amplitudes, each (harmonics, lines).

    Each line has a whole number of periods in the loop of ``seconds``. The two players of a pair are in quadrature to
    the leader, so that they modulate pitch and not level (narrow-band phase modulation): players with random phases
    would cancel each other for seconds.
    """
    apart = periods * (exact.exp2(np.array(ensemble.cents) / 1200) - 1)
    leader = turned(rng.random((n.size, 1)))
    turn = turned(rng.random((n.size, apart.size)))
    # If no nearer line fits the loop, a pair lies too far off; its level is reduced in proportion.
    wanted = n[:, None] * apart
    levels = np.array(ensemble.levels) * np.minimum(1.0, wanted / np.maximum(np.rint(wanted), 1e-9))
    pairs = -leader.quarter_back * levels
    players = concatenated((leader, pairs * turn, pairs * turn.conjugate), axis=1)
    beside = np.rint(n[:, None] * np.concatenate(([0.0], apart, -apart))).astype(np.int64)

    swells = np.arange(1, max(1, round(ensemble.breath_hz * seconds)) + 1)
    depth = 0.5 * ensemble.breath / np.sqrt(swells.size)
    swing = turned(rng.random((n.size, 1, swells.size)), depth)
    breath = concatenated((purely_real(np.ones((n.size, 1, 1))), swing, swing.conjugate), axis=2)
    lines = n.astype(np.int64)[:, None, None] * periods + beside[..., None] + np.concatenate(([0], swells, -swells))
    return lines.reshape(n.size, -1), (players[:, :, None] * breath).reshape(n.size, -1)
