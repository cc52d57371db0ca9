"""The drumhead under a hand: the modes of a circular membrane with the air it carries.

Ideal modes after Fletcher & Rossing, *The Physics of Musical Instruments*, 2nd ed., section 3.3; air loading after
Christian, Davis, Tubis, Anderson, Mills & Rossing, J. Acoust. Soc. Am. 76, 1336 (1984).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.schema import Within
from bedside.sound.physics.bar import contact
from bedside.sound.physics.envelope import edged
from bedside.sound.physics.modes import NEPERS_60_DB, headroom
from bedside.sound.physics.noise import burst
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import Scaled, hertz

_DIAMETERS, _CIRCLES = 6, 3

# The ear lies so many radians around the drum from the hand, nearly across: a mode of m nodal diameters reaches it with
# cos(m · angle) of its strength.
_EAR = 2.8


@dataclass(frozen=True, slots=True)
class Membrane:
    """A set of drumheads, one for each key, tuned by the mode without nodal diameters.

    That mode lies ``transpose`` semitones above the key. ``air`` is 2ρa/σ: the density of air times the diameter over
    the skin's mass per area. ``t60`` seconds is the decay of the lowest mode, that of others falls with frequency to
    the power ``damping``. The hand strikes at ``soft_at`` or ``bright_at`` of the radius and touches for
    ``contact_soft`` or ``contact_bright`` seconds. A blow stretches the skin: the pitch begins ``glide`` (a part of the
    frequency) higher and sinks within ``glide_seconds``. The noise of the hand lies around ``hand_hz``, lasts
    ``hand_t60`` seconds, and is ``hand_soft_db`` or ``hand_bright_db`` against the skin's RMS. ``onset`` is in seconds;
    a table ends where its lowest mode has fallen by ``fall_db``.
    """

    transpose: Annotated[float, Within(-48, 48)]
    air: Annotated[float, Within(0, 5)]
    t60: Annotated[Scaled, Within(0.05, 6)]
    damping: Annotated[float, Within(0, 3)]
    soft_at: Annotated[float, Within(0, 1)]
    bright_at: Annotated[float, Within(0, 1)]
    contact_soft: Annotated[Scaled, Within(0, 0.02)]
    contact_bright: Annotated[Scaled, Within(0, 0.02)]
    glide: Annotated[float, Within(0, 0.2)]
    glide_seconds: Annotated[float, Within(0.005, 0.2)]
    hand_hz: Annotated[Scaled, Within(40, 8000)]
    hand_t60: Annotated[float, Within(0.01, 0.5)]
    hand_soft_db: Annotated[float, Within(-80, 6)]
    hand_bright_db: Annotated[float, Within(-80, 6)]
    onset: Annotated[float, Within(0.0005, 0.02)]
    fall_db: Annotated[float, Within(20, 90)]

    def seconds(self, key: int) -> float:
        """Return how long the tables of a key are."""
        return self.t60.at(key) * self.fall_db / 60

    def sound(self, key: int, rate: int, rng: Generator) -> KeyTables:
        """Return the soft and the bright sound of a key; chance comes from ``rng``."""
        return beat(self, key, rate, rng)


def modes(air: float) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the modes by frequency: nodal diameters m, zeros j of the Bessel function J_m, ratios to the lowest.

    A membrane wave of number k carries on each side a layer of air of mass ρ/k, so the mode at j = ka is slowed by
    √(1 + air / j).
    """
    from scipy.special import jn_zeros  # at the top it would slow the start of every engine

    order = np.repeat(np.arange(_DIAMETERS), _CIRCLES)
    zeros = np.concatenate([jn_zeros(m, _CIRCLES) for m in range(_DIAMETERS)])
    speed = zeros / np.sqrt(1 + air / zeros)
    by_frequency = np.argsort(speed)
    return order[by_frequency], zeros[by_frequency], speed[by_frequency] / speed.min()


def beat(membrane: Membrane, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key; the hand's noise comes from ``rng``."""
    from scipy.special import jv  # at the top it would slow the start of every engine

    frames = round(membrane.seconds(key) * rate)
    order, zeros, ratios = modes(membrane.air)
    hz = hertz(key) * 2 ** (membrane.transpose / 12) * ratios
    t60 = membrane.t60.at(key) * ratios**-membrane.damping
    touches = (membrane.soft_at, membrane.contact_soft), (membrane.bright_at, membrane.contact_bright)
    struck = np.array([np.abs(jv(order, zeros * at)) * contact(hz, seconds.at(key)) for at, seconds in touches])
    struck *= np.cos(order * _EAR) * headroom(hz * (1 + membrane.glide), rate)

    time = np.arange(frames) / rate
    # The integral of 1 + glide · exp(−t / glide_seconds): the skin's own time, by which all modes bend together.
    bent = time + membrane.glide * membrane.glide_seconds * -np.expm1(-time / membrane.glide_seconds)
    waves = np.exp(-NEPERS_60_DB * time / t60[:, None]) * np.sin(2 * np.pi * hz[:, None] * bent)
    samples = struck @ waves

    strength = np.sqrt(np.sum(struck**2, axis=1, keepdims=True) / 2)
    hand_db = np.array([[membrane.hand_soft_db], [membrane.hand_bright_db]])
    noise_frames = min(frames, round(1.2 * membrane.hand_t60 * rate))
    noise = burst(rng, noise_frames, rate, membrane.hand_hz.at(key), 0.8, membrane.hand_t60)
    samples[:, :noise_frames] += strength * 10 ** (hand_db / 20) * noise
    return KeyTables(edged(samples, round(membrane.onset * rate), round(0.3 * frames)), 0)
