"""The choir: singers who hold one vowel, each with a vibrato of its own, through one vocal tract.

Source, formants and vibrato after Sundberg, *The Science of the Singing Voice* (1987), chapters 2, 4 and 8; the spread
of pitch between singers after Ternström, Journal of Voice 7 (1993).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.schema import Within
from bedside.sound import exact, fourier, sums
from bedside.sound.phasors import Phasors, silent, turned
from bedside.sound.physics.loop import (
    GRID,
    STRETCH,
    harmonics,
    hiss,
    loop_length,
    random_modulation,
    synthesize,
    with_attack,
)
from bedside.sound.physics.modes import antialias
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import Scaled, hertz

# Singers whose phases cancel leave a gap that repeats with every loop. So this many sets of singers are drawn, each
# with as many sets of phases, and the one with the most even level is taken.
_CASTS = 32

# They are compared at every fourth point of the loop, and their power-weighted mean pitch may be off by this much.
_COARSE = 4
_CENTS = 0.7

# Harmonics below this level, relative to the strongest, are omitted.
_LEAST = exact.decibels(-85.0)


@dataclass(frozen=True, slots=True)
class Formant:
    """One resonance of the vocal tract: its frequency and its bandwidth at −3 dB, in Hz."""

    hz: Annotated[float, Within(100, 8000)]
    width: Annotated[float, Within(20, 1000)]


@dataclass(frozen=True, slots=True)
class Choir:
    """Singers of one vowel, ``singers`` of them, the first ahead of the others by ``lead_db``.

    Each has a vibrato of ``vibrato`` cents (RMS) at about ``vibrato_hz``, give or take a sixth, and drifts by ``drift``
    cents below 1.5 Hz. The glottis has a spectrum of n to the power minus ``slope_soft`` or ``slope_bright``, including
    the radiation of the mouth. ``formants`` shape it; the first two follow the first two harmonics if these are higher.
    The level of each voice varies by ``breath`` (RMS, a fraction) below 2.5 Hz. ``air_db`` is the breath noise relative
    to the whole. ``attack`` and ``loop`` are in seconds.
    """

    singers: Annotated[float, Within(1, 12)]
    lead_db: Annotated[float, Within(0, 20)]
    vibrato: Annotated[Scaled, Within(0, 60)]
    vibrato_hz: Annotated[float, Within(3, 8)]
    drift: Annotated[Scaled, Within(0, 30)]
    slope_soft: Annotated[Scaled, Within(0, 4)]
    slope_bright: Annotated[Scaled, Within(0, 4)]
    formants: tuple[Formant, ...]
    breath: Annotated[float, Within(0, 0.5)]
    air_db: Annotated[float, Within(-100, -10)]
    attack: Annotated[float, Within(0.02, 1)]
    loop: Annotated[Scaled, Within(0.5, 8)]

    def seconds(self, key: int) -> float:
        """Return the maximal length in seconds of a key's tables."""
        return self.attack + self.loop.at(key) * (1 + STRETCH)

    def sound(self, key: int, rate: int, rng: Generator) -> KeyTables:
        """Return the soft and the bright sound of a key; randomness comes from ``rng``."""
        return sing(self, key, rate, rng)


def tract(formants: tuple[Formant, ...], lowest: float, hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gain at ``hz`` of a vocal tract whose first two formants lie at least at ``lowest`` Hz and twice that.

    Singers tune them so (Garnier et al., J. Acoust. Soc. Am. 127, 3771 (2010)). The resonances are in series, each with
    gain 1 at low frequencies (Fant, *Acoustic Theory of Speech Production*, 1960).
    """
    gain = np.ones(hz.size)
    for number, formant in enumerate(formants):
        centre = max(formant.hz, (number + 1) * lowest) if number < 2 else formant.hz
        square = centre * centre
        gain *= square / np.sqrt(np.square(square - np.square(hz)) + np.square(formant.width * hz))
    return gain


def sing(choir: Choir, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key, which loop; vibrato, drift and breath come from ``rng``."""
    frames, periods = loop_length(hertz(key), choir.loop.at(key), rate)
    seconds = frames / rate
    fundamental = periods / seconds

    def weights(hz: NDArray[np.float64]) -> NDArray[np.float64]:
        # A frequency below the fundamental counts as the first harmonic.
        octaves = exact.log2(np.maximum(hz / fundamental, 1.0))
        voice = tract(choir.formants, fundamental, hz) * antialias(hz, rate)
        slopes = np.array([[choir.slope_soft.at(key)], [choir.slope_bright.at(key)]])
        return np.asarray(exact.exp2(octaves * -slopes) * voice, dtype=np.float64)

    n = np.arange(1.0, rate / 2 / fundamental)
    strong = weights(n * fundamental)
    n = n[np.any(strong > _LEAST * strong.max(axis=1, keepdims=True), axis=0)]

    loudness = weights(n * fundamental)[1]
    turns, swells, phases = _cast(choir, key, n, loudness, periods, seconds, rng)
    waves = silent(n.size, GRID)
    for turn, phase, swell in zip(turns, phases, swells, strict=True):
        waves = waves + turned(n[:, None] * turn + phase[:, None], swell)

    hz = np.arange(frames // 2 + 1) / seconds
    spectrum = harmonics(n, periods, frames, waves) * weights(hz)
    power = np.sqrt(np.sum(spectrum.square, axis=1, keepdims=True))
    breath = hiss(rng, tract(choir.formants, fundamental, hz) * (hz > 60), hz, rate)
    spectrum = spectrum * (1 / power) + breath * exact.decibels(choir.air_db)
    attack = round(choir.attack * rate)
    return KeyTables(with_attack(synthesize(spectrum, frames), attack, attack), frames)


def _turns(choir: Choir, key: int, rows: int, periods: int, seconds: float, rng: Generator) -> NDArray[np.float64]:
    """Return the phase in turns of ``rows`` singers relative to the pitch, over one loop, (rows, `GRID`)."""
    rate = choir.vibrato_hz
    # A frequency deviation of d Hz, modulated at f Hz, is a phase deviation of d / f radians.
    tremor = random_modulation(rng, rows, rate / 1.17, rate * 1.17, seconds) * (choir.vibrato.at(key) / rate)
    drift = random_modulation(rng, rows, 0.0, 1.5, seconds) * choir.drift.at(key)
    return np.asarray((tremor + drift) * (periods / seconds * exact.LN_2 / 1200 / exact.TAU), dtype=np.float64)


def _cast(
    choir: Choir,
    key: int,
    n: NDArray[np.float64],
    loudness: NDArray[np.float64],
    periods: int,
    seconds: float,
    rng: Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the phases and levels of singers over time, (singers, `GRID`), and the phases of harmonics ``n``.

    Phases are in turns.

    Of several random sets of singers that are in tune, take the one whose fundamental has the most even level. Then,
    for each further harmonic of ``loudness``, take the initial phases that keep the sum most even.
    """
    singers = round(choir.singers)
    sizes = np.concatenate(([1.0], np.full(singers - 1, exact.decibels(-choir.lead_db))))
    turns = _turns(choir, key, _CASTS * singers, periods, seconds, rng).reshape(_CASTS, singers, GRID)
    breaths = choir.breath * random_modulation(rng, _CASTS * singers, 0.0, 2.5, seconds).reshape(turns.shape)
    swells = sizes[:, None] * exact.exp(breaths)
    phases = rng.random((_CASTS, singers, n.size))

    def sung(casts: slice, at: int) -> Phasors:
        """Return a harmonic over time, for each set of singers and of initial phases, (casts, phases, points)."""
        waves = turned(n[at] * turns[casts, :, ::_COARSE], swells[casts, :, ::_COARSE])
        return _together(turned(phases[:, :, at]), waves)

    first = sung(slice(None), 0)
    power = first.square
    lines = fourier.transform(first).square
    points = lines.shape[-1]
    line = np.concatenate((np.arange(points // 2), np.arange(-points // 2, 0)))
    off = np.sum(lines * line, axis=-1) / np.sum(lines, axis=-1)
    off *= 1200 / exact.LN_2 / periods
    evenness = np.where(np.abs(off) < _CENTS, power.min(axis=-1) / power.max(axis=-1), -np.abs(off))
    cast, start = (int(best) for best in np.unravel_index(np.argmax(evenness), evenness.shape))
    chosen = phases[start].copy()
    whole = np.square(loudness[0]) * power[cast, start]
    for at in range(1, min(n.size, 6)):
        with_it = whole + np.square(loudness[at]) * sung(slice(cast, cast + 1), at)[0].square
        best = int(np.argmax(with_it.min(axis=-1) / with_it.max(axis=-1)))
        chosen[:, at], whole = phases[best, :, at], with_it[best]
    return turns[cast], swells[cast], chosen


def _together(phases: Phasors, waves: Phasors) -> Phasors:
    """Return the sums over singers: (phases, singers) and (casts, singers, points) to (casts, phases, points)."""
    casts, singers, points = waves.shape
    left = np.concatenate(
        (np.concatenate((phases.real, -phases.imag), axis=1), np.concatenate((phases.imag, phases.real), axis=1))
    )
    right = np.concatenate((waves.real, waves.imag), axis=1).transpose(1, 0, 2).reshape(2 * singers, -1)
    both = sums.product(left, right).reshape(2, -1, casts, points).transpose(0, 2, 1, 3)
    return Phasors(both[0], both[1])
