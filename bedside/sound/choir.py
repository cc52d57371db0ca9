"""Singers who hold one vowel together: the glottis of each, trembling as it will, through one vocal tract.

Source, formants and vibrato after Sundberg, *The Science of the Singing Voice* (1987), chapters 2, 4 and 8; how far
singers of a choir lie apart after Ternström, Journal of Voice 7 (1993).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.sound.loop import STRETCH, begun, cycle, harmonics, hiss, sway, turned
from bedside.sound.modes import headroom
from bedside.sound.table import Table
from bedside.sound.tuning import Scaled, Within, hertz

# Singers whose phases happen to cancel leave a hole that comes again with every turn: of so many casts, each begun
# in as many ways, the most even one is taken.
_CASTS = 32

# Harmonics this far below the strongest are left out.
_LEAST = 10 ** (-85 / 20)


@dataclass(frozen=True, slots=True)
class Formant:
    """One resonance of the vocal tract: its frequency and its width at −3 dB, in Hz."""

    hz: Annotated[float, Within(100, 8000)]
    width: Annotated[float, Within(20, 1000)]


@dataclass(frozen=True, slots=True)
class Choir:
    """Singers of one vowel, ``singers`` of them, the first ahead of the others by ``lead_db``.

    Each trembles by ``vibrato`` cents (RMS) around ``vibrato_hz``, which wanders by a sixth, and drifts by ``drift``
    cents below 1.5 Hz. The glottis has a spectrum of n to the power minus ``slope_soft`` or ``slope_bright``, the
    radiation of the mouth included. ``formants`` shape it; the first two follow the first two harmonics where these are
    higher. The voices swell by ``breath`` (RMS, a part of their level) below 2.5 Hz. ``air_db`` is the breath heard
    against the whole. ``attack`` and ``loop`` are in seconds.
    """

    singers: Annotated[float, Within(1, 12)]
    lead_db: Annotated[float, Within(0, 20)]
    vibrato: Annotated[float, Within(0, 60)]
    vibrato_hz: Annotated[float, Within(3, 8)]
    drift: Annotated[float, Within(0, 30)]
    slope_soft: Annotated[float, Within(0, 4)]
    slope_bright: Annotated[float, Within(0, 4)]
    formants: tuple[Formant, ...]
    breath: Annotated[float, Within(0, 0.5)]
    air_db: Annotated[float, Within(-100, -10)]
    attack: Annotated[float, Within(0.02, 1)]
    loop: Annotated[Scaled, Within(0.5, 8)]

    def seconds(self, key: int) -> float:
        """Return how long the tables of a key are, at most."""
        return self.attack + self.loop.at(key) * (1 + STRETCH)

    def sound(self, key: int, rate: int, rng: Generator) -> Table:
        """Return the soft and the bright sound of a key; chance comes from ``rng``."""
        return sing(self, key, rate, rng)


def tract(formants: tuple[Formant, ...], lowest: float, hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gain at ``hz`` of a vocal tract whose first two formants lie at ``lowest`` Hz and twice that at least.

    So singers tune them (Garnier et al., J. Acoust. Soc. Am. 127, 3771 (2010)). Resonances stand one behind the other,
    each of gain 1 at low frequencies (Fant, *Acoustic Theory of Speech Production*, 1960).
    """
    gain = np.ones(hz.size)
    for number, formant in enumerate(formants):
        centre = max(formant.hz, (number + 1) * lowest) if number < 2 else formant.hz
        gain *= centre**2 / np.abs(centre**2 - hz**2 + 1j * formant.width * hz)
    return gain


def sing(choir: Choir, key: int, rate: int, rng: Generator) -> Table:
    """Return the soft and the bright sound of a key, which loop; tremor, drift and breath come from ``rng``."""
    frames, periods = cycle(hertz(key), choir.loop.at(key), rate)
    seconds = frames / rate
    fundamental = periods / seconds

    def weights(hz: NDArray[np.float64]) -> NDArray[np.float64]:
        # A line below the fundamental belongs to the first harmonic.
        n = np.maximum(hz / fundamental, 1.0)
        voice = tract(choir.formants, fundamental, hz) * headroom(hz, rate)
        return np.array([n**-choir.slope_soft, n**-choir.slope_bright]) * voice

    n = np.arange(1.0, rate / 2 / fundamental)
    strong = weights(n * fundamental)
    n = n[np.any(strong > _LEAST * strong.max(axis=1, keepdims=True), axis=0)]

    singers = round(choir.singers)
    sizes = np.concatenate(([1.0], np.full(singers - 1, 10 ** (-choir.lead_db / 20))))
    turns, phases = _cast(choir, sizes, n, periods, seconds, rng)
    swells = sizes[:, None] * np.exp(choir.breath * sway(rng, singers, 0.0, 2.5, seconds))
    waves = np.zeros((n.size, turns.shape[1]), dtype=np.complex128)
    for turn, phase, swell in zip(turns, phases, swells, strict=True):
        waves += swell * np.exp(1j * (n[:, None] * turn + phase[:, None]))

    hz = np.arange(frames // 2 + 1) / seconds
    weight = weights(hz)
    spectrum = weight * harmonics(n, periods, frames, waves)
    power = np.sqrt(np.sum(np.abs(spectrum) ** 2, axis=1, keepdims=True))
    breath = hiss(rng, tract(choir.formants, fundamental, hz) * (hz > 60), hz, rate)
    spectrum += power * 10 ** (choir.air_db / 20) * breath
    spectrum /= power
    attack = round(choir.attack * rate)
    return Table(begun(turned(spectrum, frames), attack, attack), frames)


def _turns(choir: Choir, singers: int, periods: int, seconds: float, rng: Generator) -> NDArray[np.float64]:
    """Return by how many radians each singer is ahead of the pitch, over one turn of the loop, (singers, grid)."""
    rate = choir.vibrato_hz
    # A deviation of d Hz at f Hz is a swing of d / f radians.
    tremor = sway(rng, singers, rate / 1.17, rate * 1.17, seconds) * (choir.vibrato / rate)
    drift = sway(rng, singers, 0.0, 1.5, seconds) * choir.drift
    return np.asarray((tremor + drift) * (periods / seconds * np.log(2) / 1200), dtype=np.float64)


def _cast(
    choir: Choir, sizes: NDArray[np.float64], n: NDArray[np.float64], periods: int, seconds: float, rng: Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the turns of singers, (singers, grid), of ``sizes``, and phases of their harmonics, (singers, harmonics).

    Of several casts the one is taken whose fundamental is the most even, then for each other harmonic the best phases.
    """
    turns = np.array([_turns(choir, sizes.size, periods, seconds, rng) for _ in range(_CASTS)])
    phases = 2 * np.pi * rng.random((_CASTS, sizes.size, n.size))

    def evenness(turns: NDArray[np.float64], at: int) -> NDArray[np.float64]:
        """Return how low each cast falls with each of the phases, against its mean, (casts, phases)."""
        waves = sizes[:, None] * np.exp(1j * n[at] * turns[..., ::8])
        level = np.abs(np.exp(1j * phases[:, :, at]) @ waves)
        return np.asarray(level.min(axis=-1) / level.mean(axis=-1), dtype=np.float64)

    cast, start = np.unravel_index(np.argmax(evenness(turns, 0)), (_CASTS, _CASTS))
    chosen = phases[start].copy()
    for at in range(1, min(n.size, 6)):
        chosen[:, at] = phases[int(np.argmax(evenness(turns[cast], at))), :, at]
    return turns[cast], chosen
