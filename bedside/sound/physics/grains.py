"""Many small falling grains: beads in a gourd, seeds in a rain stick, shot in an ocean drum.

Each collision, at a random time and of a random strength, excites a resonance: P. R. Cook, Physically Informed
Stochastic Event Modeling (PhISEM), Computer Music Journal 21:3 (1997).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.schema import Within
from bedside.sound import exact, fourier
from bedside.sound.phasors import silent
from bedside.sound.physics.bar import contact
from bedside.sound.physics.body import Resonance
from bedside.sound.physics.envelope import faded
from bedside.sound.physics.modes import antialias
from bedside.sound.physics.poisson import poisson
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import MIDDLE_C

# The number of pitches across the spread from which each grain takes one.
_PLACES = 3

_ONSET_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Grains:
    """One shake or tilt of a vessel of grains.

    At its peak ``density`` grains a second fall; it builds up over ``rise`` seconds, stays for ``hold`` and dies away
    over ``fall``. Each grain excites a random one of the ``resonances``, detuned by up to ``spread`` semitones. The
    resonances shift by the fraction ``follow`` of the key's distance from middle C. A grain touches for
    ``contact_soft`` or ``contact_bright`` seconds.
    """

    density: Annotated[float, Within(5, 5000)]
    rise: Annotated[float, Within(0.01, 4)]
    hold: Annotated[float, Within(0, 4)]
    fall: Annotated[float, Within(0.05, 6)]
    resonances: tuple[Resonance, ...]
    spread: Annotated[float, Within(0, 12)]
    follow: Annotated[float, Within(0, 1)]
    contact_soft: Annotated[float, Within(0, 0.02)]
    contact_bright: Annotated[float, Within(0, 0.02)]

    def __post_init__(self) -> None:
        if not self.resonances:
            raise ValueError("grains need at least one resonance")

    def seconds(self, _key: int) -> float:
        """Return the length in seconds of a key's tables."""
        return self.rise + self.hold + self.fall

    def sound(self, key: int, rate: int, rng: Generator) -> KeyTables:
        """Return the soft and the bright sound of a key; randomness comes from ``rng``."""
        return scatter(self, key, rate, rng)


def motion(grains: Grains, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how strongly the vessel moves at ``seconds`` after the touch, 0–1."""
    rising = exact.cosine_sine(0.25 * np.clip(seconds / grains.rise, 0, 1))[1]
    falling = np.square(exact.cosine_sine(0.25 * np.clip((seconds - grains.rise - grains.hold) / grains.fall, 0, 1))[0])
    return np.asarray(rising * falling, dtype=np.float64)


def collisions(grains: Grains, key: int, rng: Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return when grains strike, in seconds, sorted, and how strongly: a Poisson process that follows the motion.

    Their rate is proportional to the square root of the motion, their strength to the motion itself; no grain is three
    times as heavy as another.
    """
    length = grains.seconds(key)
    all_times = np.sort(rng.random(poisson(rng, grains.density * length))) * length
    moving = motion(grains, all_times)
    kept = rng.random(all_times.size) < np.sqrt(moving)
    sizes = (1 / 3 + 2 / 3 * rng.random(all_times.size)) * moving
    return all_times[kept], sizes[kept]


def scatter(grains: Grains, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key, of the same grains."""
    frames = round(grains.seconds(key) * rate)
    times, sizes = collisions(grains, key, rng)
    # The vessel responds to a touch at once.
    times = np.concatenate(([_ONSET_SECONDS], times))
    sizes = np.concatenate(([0.1], sizes))
    at = np.minimum((times * rate).astype(np.int64), frames - 1)
    sizes = sizes * rng.choice([-1.0, 1.0], sizes.size)

    shares = np.cumsum([resonance.gain * resonance.gain for resonance in grains.resonances])
    rung = np.searchsorted(shares / shares[-1], rng.random(times.size), side="right")
    place = rng.integers(_PLACES, size=times.size)
    size = fourier.fast_length(frames + rate // 4)
    hz = np.maximum(np.arange(size // 2 + 1) * rate / size, 1e-3)
    trains = np.zeros((shares.size * _PLACES, frames))
    np.add.at(trains, (rung * _PLACES + place, at), sizes)
    spectra = fourier.real_transform(trains, size)
    total = silent(hz.size)
    for number in range(shares.size * _PLACES):
        resonance, step = grains.resonances[number // _PLACES], number % _PLACES
        aside = grains.spread * (2 * step / (_PLACES - 1) - 1) + grains.follow * (key - MIDDLE_C)
        centre = resonance.hz * exact.exp2(aside / 12)
        # A resonator of unit energy, whatever its bandwidth.
        ringing = replace(resonance, hz=centre).at(hz) * math.sqrt(resonance.q / centre)
        total = total + spectra[number] * ringing
    touch = np.array([contact(hz, grains.contact_soft), contact(hz, grains.contact_bright)]) * antialias(hz, rate)
    samples = fourier.real_inverse(total * touch, size)[:, :frames]
    return KeyTables(faded(samples, round(_ONSET_SECONDS * rate), round(0.2 * grains.fall * rate)), 0)
