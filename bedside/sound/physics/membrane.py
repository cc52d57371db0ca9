"""The drumhead struck by hand: the modes of a circular membrane loaded by air.

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
from bedside.sound import exact
from bedside.sound.physics.bar import contact
from bedside.sound.physics.envelope import faded
from bedside.sound.physics.modes import NEPERS_60_DB, antialias
from bedside.sound.physics.noise import burst
from bedside.sound.physics.table import KeyTables
from bedside.sound.tuning import Scaled, hertz

# Zeros of the Bessel functions J_m by nodal diameters m, 0–5, and circles, 1–3 (Abramowitz & Stegun, table 9.5).
_ZEROS = np.array(
    [
        [2.4048255576957724, 5.520078110286311, 8.653727912911013],
        [3.8317059702075125, 7.015586669815619, 10.173468135062722],
        [5.135622301840683, 8.417244140399866, 11.61984117214906],
        [6.380161895923984, 9.76102312998167, 13.015200721698434],
        [7.588342434503804, 11.064709488501185, 14.37253667161759],
        [8.771483815959954, 12.338604197466944, 15.70017407971167],
    ]
)

# Points around the circle over which the integral of a Bessel function is summed.
_AROUND = 64

# The angle in radians between hand and ear: a mode with m nodal diameters is heard at cos(m · angle) of its strength.
_EAR = 2.8


@dataclass(frozen=True, slots=True)
class Membrane:
    """A set of drumheads, one for each key, tuned by the mode without nodal diameters.

    That mode lies ``transpose`` semitones above the key. ``air`` is 2ρa/σ: the density of air times the diameter,
    divided by the skin's mass per area. ``t60`` is the decay of the lowest mode in seconds; that of the others is
    inversely proportional to frequency to the power ``damping``. The hand strikes at ``soft_at`` or ``bright_at`` of
    the radius and touches for ``contact_soft`` or ``contact_bright`` seconds. A blow stretches the skin: the pitch
    begins higher by the fraction ``glide`` and sinks within ``glide_seconds``. The noise of the hand lies around
    ``hand_hz``, decays in ``hand_t60`` seconds, and is at ``hand_soft_db`` or ``hand_bright_db`` relative to the skin's
    RMS. ``onset`` is in seconds; a table ends when its lowest mode has decayed by ``fall_db``.
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
        """Return the length in seconds of a key's tables."""
        return self.t60.at(key) * self.fall_db / 60

    def sound(self, key: int, rate: int, rng: Generator) -> KeyTables:
        """Return the soft and the bright sound of a key; randomness comes from ``rng``."""
        return beat(self, key, rate, rng)


def modes(air: float) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the modes by frequency: nodal diameters m, zeros j of the Bessel function J_m, ratios to the lowest.

    A membrane wave of wave number k carries a layer of air of mass ρ/k on each side, which slows the mode at j = ka by
    √(1 + air / j).
    """
    order = np.repeat(np.arange(_ZEROS.shape[0]), _ZEROS.shape[1])
    zeros = _ZEROS.reshape(-1)
    speed = zeros / np.sqrt(1 + air / zeros)
    by_frequency = np.argsort(speed, kind="stable")
    return order[by_frequency], zeros[by_frequency], speed[by_frequency] / speed.min()


def bessel(order: NDArray[np.int64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Bessel functions J of some orders at ``x``, up to 20.

    The mean of cos(mθ − x sin θ) around the circle (Abramowitz & Stegun, 9.1.21): at this many points it is exact.
    """
    turn = np.arange(_AROUND) / _AROUND
    _, sine = exact.cosine_sine(turn)
    cosine, _ = exact.cosine_sine(order[:, None] * turn - x[:, None] * (sine / exact.TAU))
    return np.asarray(np.mean(cosine, axis=1), dtype=np.float64)


def beat(membrane: Membrane, key: int, rate: int, rng: Generator) -> KeyTables:
    """Return the soft and the bright sound of a key; the hand's noise comes from ``rng``."""
    frames = round(membrane.seconds(key) * rate)
    order, zeros, ratios = modes(membrane.air)
    hz = hertz(key) * exact.exp2(membrane.transpose / 12) * ratios
    t60 = membrane.t60.at(key) * exact.power(ratios, -membrane.damping)
    touches = (membrane.soft_at, membrane.contact_soft), (membrane.bright_at, membrane.contact_bright)
    struck = np.array([np.abs(bessel(order, zeros * at)) * contact(hz, seconds.at(key)) for at, seconds in touches])
    struck *= exact.cosine_sine(order * (_EAR / exact.TAU))[0] * antialias(hz * (1 + membrane.glide), rate)

    time = np.arange(frames) / rate
    # The integral of 1 + glide · exp(−t / glide_seconds): warped time, so that all modes glide together.
    bent = time + membrane.glide * membrane.glide_seconds * (
        1 - exact.falling(1 / (membrane.glide_seconds * rate), frames)
    )
    samples = np.zeros((2, frames))
    for levels, each_hz, each_t60 in zip(struck.T, hz, t60, strict=True):
        wave = exact.cosine_sine(each_hz * bent)[1] * exact.falling(NEPERS_60_DB / (each_t60 * rate), frames)
        for sound, level in zip(samples, levels, strict=True):
            sound += level * wave

    strength = np.sqrt(np.sum(np.square(struck), axis=1, keepdims=True) / 2)
    hand_db = np.array([[membrane.hand_soft_db], [membrane.hand_bright_db]])
    noise_frames = min(frames, round(1.2 * membrane.hand_t60 * rate))
    noise = burst(rng, noise_frames, rate, membrane.hand_hz.at(key), 0.8, membrane.hand_t60)
    samples[:, :noise_frames] += strength * exact.decibels(hand_db) * noise
    return KeyTables(faded(samples, round(membrane.onset * rate), round(0.3 * frames)), 0)
