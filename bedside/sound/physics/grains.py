"""Many small falling grains: beads in a gourd, seeds in a rain stick, shot in an ocean drum.

Each collision, at a random time and of a random strength, excites a resonance: P. R. Cook, Physically Informed
Stochastic Event Modeling (PhISEM), Computer Music Journal 21:3 (1997).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.schema import Within
from bedside.sound.physics.bar import contact
from bedside.sound.physics.body import Resonance
from bedside.sound.physics.envelope import faded
from bedside.sound.physics.modes import antialias
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
    rising = np.sin(0.5 * np.pi * np.clip(seconds / grains.rise, 0, 1))
    falling = np.cos(0.5 * np.pi * np.clip((seconds - grains.rise - grains.hold) / grains.fall, 0, 1)) ** 2
    return np.asarray(rising * falling, dtype=np.float64)


def collisions(grains: Grains, key: int, rng: Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return when grains strike, in seconds, sorted, and how strongly: a Poisson process that follows the motion.

    Their rate is proportional to the square root of the motion, their strength to the motion itself; no grain is three
    times as heavy as another.
    """
    length = grains.seconds(key)
    all_times = np.sort(rng.random(rng.poisson(grains.density * length))) * length
    moving = motion(grains, all_times)
    kept = rng.random(all_times.size) < np.sqrt(moving)
    sizes = rng.uniform(1 / 3, 1.0, all_times.size) * moving
    return all_times[kept], sizes[kept]


def scatter(grains: Grains, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key, of the same grains."""
    from scipy.fft import irfft, next_fast_len, rfft  # imported here, as it would slow the start of every engine

    frames = round(grains.seconds(key) * rate)
    times, sizes = collisions(grains, key, rng)
    # The vessel responds to a touch at once.
    times = np.concatenate(([_ONSET_SECONDS], times))
    sizes = np.concatenate(([0.1], sizes))
    at = np.minimum((times * rate).astype(np.int64), frames - 1)
    sizes = sizes * rng.choice([-1.0, 1.0], sizes.size)

    shares = np.array([resonance.gain**2 for resonance in grains.resonances])
    rung = rng.choice(shares.size, times.size, p=shares / shares.sum())
    place = rng.integers(_PLACES, size=times.size)
    size = next_fast_len(frames + rate // 4)
    hz = np.maximum(np.arange(size // 2 + 1) * rate / size, 1e-3)
    total = np.zeros(hz.size, dtype=np.complex128)
    for number, resonance in enumerate(grains.resonances):
        for step in range(_PLACES):
            aside = grains.spread * (2 * step / (_PLACES - 1) - 1) + grains.follow * (key - MIDDLE_C)
            centre = resonance.hz * 2 ** (aside / 12)
            train = np.zeros(frames)
            chosen = (rung == number) & (place == step)
            np.add.at(train, at[chosen], sizes[chosen])
            # A resonator of unit energy, whatever its bandwidth.
            ringing = np.sqrt(resonance.q / centre) / (1 + 1j * resonance.q * (hz / centre - centre / hz))
            total += rfft(train, size) * ringing
    touch = np.array([contact(hz, grains.contact_soft), contact(hz, grains.contact_bright)]) * antialias(hz, rate)
    samples = irfft(touch * total, size, axis=-1)[:, :frames]
    return KeyTables(faded(samples, round(_ONSET_SECONDS * rate), round(0.2 * grains.fall * rate)), 0)
