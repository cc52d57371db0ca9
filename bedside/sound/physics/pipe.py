"""The blown pipe: an air column with few harmonics, the noise of the air jet, and the chiff.

Spectra, noise and transients after Fletcher & Rossing, *The Physics of Musical Instruments*, 2nd ed., chapters 16 and
17, and de la Cuadra, *The sound of oscillating air jets* (Stanford, 2005); the filtering of the noise by the pipe is
estimated.
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
from bedside.sound.physics.loop import STRETCH, harmonics, hiss, loop_length, random_modulation, synthesize, with_attack
from bedside.sound.physics.modes import antialias
from bedside.sound.physics.noise import burst
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import Scaled, hertz

# The quality factor of the pipe's resonances, which filter the noise.
_QUALITY = 14.0

# Each harmonic beyond those that a patch states is weaker than the one before by this many dB.
_REST_DB = 14.0


@dataclass(frozen=True, slots=True)
class Pipe:
    """A set of pipes, one for each key.

    ``soft_db`` and ``bright_db`` are the levels of harmonics 1, 2, 3 … at middle C; each octave up the keyboard weakens
    harmonic n by ``darkening`` dB for each octave that it lies above the fundamental. The player's breath varies by
    ``breath`` dB (RMS) at up to ``breath_hz``; higher harmonics vary more, by as much again for each octave. The pitch
    varies with it by ``sway`` cents. ``air_soft_db`` and ``air_bright_db`` are the noise relative to the tone. The
    chiff, around ``chiff_ratio`` times the fundamental, decays in ``chiff_t60`` seconds and begins at ``chiff_db``
    relative to the tone. ``rise``, ``attack``, which ends where the loop begins, and ``loop`` are in seconds.
    """

    soft_db: Annotated[tuple[float, ...], Within(-100, 20)]
    bright_db: Annotated[tuple[float, ...], Within(-100, 20)]
    darkening: Annotated[float, Within(0, 12)]
    breath: Annotated[float, Within(0, 4)]
    breath_hz: Annotated[float, Within(0.5, 8)]
    sway: Annotated[float, Within(0, 30)]
    air_soft_db: Annotated[float, Within(-100, 0)]
    air_bright_db: Annotated[float, Within(-100, 0)]
    chiff_ratio: Annotated[float, Within(1, 8)]
    chiff_t60: Annotated[float, Within(0.01, 0.3)]
    chiff_db: Annotated[float, Within(-60, 6)]
    rise: Annotated[float, Within(0.01, 0.5)]
    attack: Annotated[float, Within(0.05, 1)]
    loop: Annotated[Scaled, Within(0.5, 8)]

    def __post_init__(self) -> None:
        if not 0 < len(self.soft_db) == len(self.bright_db):
            raise ValueError("a pipe needs a soft and a bright level for each of its harmonics")
        if self.rise > self.attack or self.chiff_t60 > self.attack:
            raise ValueError("a pipe must have risen, and its chiff be over, where the loop begins")

    def seconds(self, key: int) -> float:
        """Return the maximal length in seconds of a key's tables."""
        return self.attack + self.loop.at(key) * (1 + STRETCH)

    def sound(self, key: int, rate: int, rng: Generator) -> KeyTables:
        """Return the soft and the bright sound of a key; randomness comes from ``rng``."""
        return blow(self, key, rate, rng)


def blow(pipe: Pipe, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key, which loop; breath, hiss and chiff come from ``rng``."""
    frames, periods = loop_length(hertz(key), pipe.loop.at(key), rate)
    seconds = frames / rate
    fundamental = periods / seconds
    n = np.arange(1.0, min(2.0 * len(pipe.soft_db), rate / 2 / fundamental))
    octaves = exact.log2(n)

    level, hue = random_modulation(rng, 2, 0.0, pipe.breath_hz, seconds) * (pipe.breath * exact.LN_10 / 20)
    pitch = random_modulation(rng, 1, 0.0, 1.5 * pipe.breath_hz, seconds)[0] + level / max(pipe.breath, 1e-9)
    turn = pitch * pipe.sway * fundamental / (1200 / exact.LN_2) / pipe.breath_hz
    turns = n[:, None] * turn / exact.TAU + rng.random((n.size, 1))
    waves = turned(turns, exact.exp(level + octaves[:, None] * (0.6 * level + 0.8 * hue)))
    tone = harmonics(n, periods, frames, waves)

    hz = np.arange(frames // 2 + 1) / seconds
    weight = _levels(pipe, key, np.maximum(hz / fundamental, 0.5)) * antialias(hz, rate)
    spectrum = tone * weight
    power = np.sqrt(np.sum(spectrum.square, axis=1, keepdims=True))
    wind = _wind(hz, fundamental)
    air = exact.decibels(np.array([[pipe.air_soft_db], [pipe.air_bright_db]]))
    breathing = _around(exact.exp(2 * level), frames)
    period = synthesize(spectrum * (1 / power), frames)
    period += breathing * (air * synthesize(hiss(rng, wind, hz, rate), frames))

    attack = round(pipe.attack * rate)
    samples = with_attack(period, attack, round(pipe.rise * rate))
    chiff = burst(rng, attack, rate, pipe.chiff_ratio * hertz(key), 0.3, pipe.chiff_t60)
    # The jet builds up before it decays; the little that is left after its t60 is faded out before the loop.
    chiff *= 1 - exact.falling(1 / (0.08 * pipe.chiff_t60 * rate), attack)
    chiff *= np.square(exact.cosine_sine(0.25 * np.arange(attack) / attack)[0])
    samples[:, :attack] += np.array([[0.6], [1.0]]) * exact.decibels(pipe.chiff_db) / np.sqrt(2) * chiff
    return KeyTables(samples, frames)


def _levels(pipe: Pipe, key: int, n: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the strengths of the soft and the bright sound at ``n`` times the fundamental, (2, n)."""
    stated = len(pipe.soft_db)
    rest = np.maximum(n - stated, 0.0) * _REST_DB
    darker = pipe.darkening * exact.log2(np.maximum(n, 1.0)) * (key - 60) / 12
    at = np.clip(n - 1, 0, stated - 1)
    low = at.astype(np.int64)
    rows = []
    for stated_db in (pipe.soft_db, pipe.bright_db):
        db = np.array([*stated_db, stated_db[-1]])
        rows.append(db[low] + (db[low + 1] - db[low]) * (at - low) - rest - darker)
    return exact.decibels(np.array(rows))


def _around(values: NDArray[np.float64], frames: int) -> NDArray[np.float64]:
    """Return ``frames`` values on straight lines between ``values``, from the first, and back to it."""
    at = np.arange(frames) * values.size
    low = at // frames
    ends = np.append(values, values[0])
    return np.asarray(ends[low] + (ends[low + 1] - ends[low]) * ((at - low * frames) / frames), dtype=np.float64)


def _wind(hz: NDArray[np.float64], fundamental: float) -> NDArray[np.float64]:
    """Return the spectrum of the noise: broad around 2.5 kHz, boosted by 12 dB at each resonance of the pipe."""
    away = hz / fundamental - np.maximum(np.rint(hz / fundamental), 1.0)
    peaks = 1 / (1 + np.square(2 * _QUALITY * away / np.sqrt(np.maximum(hz / fundamental, 1.0))))
    broad = exact.exp(-0.5 * np.square(exact.log2(np.maximum(hz, 1.0) / max(2500.0, 1.5 * fundamental)) / 1.2))
    return np.asarray(broad * (1 + 3 * peaks), dtype=np.float64)
