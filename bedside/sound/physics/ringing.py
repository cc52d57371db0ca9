"""A long decay in a short table: the sound is stored without its fall, and ends in a loop of what still rings.

At first every frame is exact. Then each mode goes over, evenly and in pitch and in fall, to what it is in the loop:
the nearest whole number of periods there, and the one fall that all share; so no envelope has a corner, and nothing
is ever cut or joined. A weak mode that would have died sooner fades out before the loop.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bedside.sound.physics.envelope import faded, rise
from bedside.sound.physics.modes import Modes, powers, ring, waves
from bedside.sound.physics.table import KeyTables

# A sound is over when all of it has fallen so far.
OVER_DB = 66.0

# From the loop on a sound takes as long to fall by this much as its modes would, each with a decay of its own.
_CHORD_DB = 30.0

# A loop may be shorter than asked for by this part of it, in search of a length that holds whole periods.
_SHRINK = 0.25

# The tuned mode may be out of tune by this much in the loop.
_CENTS = 0.2

# A mode so far below the strongest at the loop, whose own fall is so many times as fast, fades out before it.
_WEAK = 10 ** (-30 / 10)
_FASTER = 1.5
_FADE_SECONDS = 0.6

# The last part of what comes before the loop, in which the modes go over to it.
_PASSING = 0.33

# Frames in which a mode on its way to the loop is taken as one damped sinusoid into the next.
_STEP = 128

# Modes closer than this beat, and an error in their beat counts so many times as much as one in their pitch.
_BEAT_HZ = 12.0
_BEAT_COUNTS = 10.0

_DB = 20 / math.log(10)


def table_seconds(t60: float, length: float) -> float:
    """Return the seconds of a table, ``length`` at most, whose slowest mode falls by 60 dB in ``t60`` seconds."""
    return min(length, t60 * OVER_DB / 60)


def ringing(
    modes: Modes,
    noise: NDArray[np.float64],
    onset: float,
    length: float,
    loop: float,
    rate: int,
    tuned: int = 0,
) -> KeyTables:
    """Return the sounds of ``modes`` and of ``noise`` (sounds, frames) as a table of at most ``length`` seconds.

    It rises within ``onset`` seconds. Where all has died away within the length there is no loop; else the last
    ``loop`` seconds, or a little less, are one, in which the mode of index ``tuned`` keeps its pitch within 0.3 cents.
    """
    energy = np.sum(
        np.abs(modes.amplitudes) ** 2 / np.sum(np.abs(modes.amplitudes) ** 2, axis=1, keepdims=True), axis=0
    )
    over = _time(energy, modes.nepers, OVER_DB)
    if over <= length:
        frames = round(over * rate)
        samples = ring(modes, frames, rate)
        noise = noise[:, :frames]
        samples[:, : noise.shape[1]] += noise
        return KeyTables(faded(samples, round(onset * rate), round(0.3 * frames)), 0)

    begin = round((length - loop) * rate)
    left = energy * np.exp(-2 * modes.nepers * begin / rate)
    lift = _CHORD_DB / _DB / _time(left, modes.nepers, _CHORD_DB)
    rows = np.abs(modes.amplitudes) ** 2 * np.exp(-2 * modes.nepers * begin / rate)
    weak_in_all = np.all(rows < _WEAK * np.max(rows, axis=1, keepdims=True), axis=0)
    fading = weak_in_all & (modes.nepers > _FASTER * lift)
    fading[tuned] = False
    # A pair stays or goes together.
    fading &= ~np.any(np.abs(modes.hz[:, None] - modes.hz[~fading]) < _BEAT_HZ, axis=1)
    staying, weak = modes.select(~fading), modes.select(fading)
    frames = _period(staying.hz, left[~fading], int(np.count_nonzero(~fading[:tuned])), loop, rate)
    periods = np.rint(staying.hz * frames / rate)
    passing = round(_PASSING * begin / _STEP) * _STEP
    exact, looped = begin - passing, Modes(periods * rate / frames, staying.t60, staying.amplitudes)

    fade = min(round(_FADE_SECONDS * rate), begin // 2)
    samples = ring(weak, begin, rate, lift)
    samples[:, begin - fade :] *= rise(fade)[::-1]
    samples[:, :exact] += ring(staying, exact, rate, lift)
    pole = (lift - staying.nepers + 2j * np.pi * staying.hz) / rate
    arriving = Modes(staying.hz, staying.t60, staying.amplitudes * np.exp(pole * exact))
    between, steady = _passed(arriving, looped.hz, passing, rate, lift)
    samples[:, exact:] += between
    noise = noise[:, :begin]
    samples[:, : noise.shape[1]] += noise * np.exp(lift / rate * np.arange(noise.shape[1]))
    samples[:, : round(onset * rate)] *= rise(round(onset * rate))
    endless = Modes(looped.hz, np.full(periods.size, math.inf), steady)
    return KeyTables(np.concatenate((samples, ring(endless, frames, rate)), axis=1), frames, lift * _DB)


def _passed(
    modes: Modes, hz: NDArray[np.float64], frames: int, rate: int, lift: float
) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    """Return ``frames`` in which ``modes`` go over to steady ones at ``hz``, and the amplitudes that they then have.

    The pole of each moves along a straight line from its own, lifted by ``lift``, to that of the steady one. At each
    step it is exact; between two it is the one of the first that fades into the one of the second.
    """
    own = (lift - modes.nepers + 2j * np.pi * modes.hz) / rate
    aim = np.asarray(2j * np.pi * hz / rate, dtype=np.complex128)
    at = np.arange(0, frames + 1, _STEP)[:, None]
    starts = modes.amplitudes[:, None, :] * np.exp(own * at + (aim - own) * (at**2 / (2 * frames)))
    turning = powers(aim, _STEP)
    across = np.arange(_STEP) / _STEP
    one = waves(starts[:, :-1], turning)
    other = waves(starts[:, 1:] * np.exp(-aim * _STEP), turning)
    return (one + (other - one) * across).reshape(modes.amplitudes.shape[0], -1), starts[:, -1]


def _time(energy: NDArray[np.float64], nepers: NDArray[np.float64], db: float) -> float:
    """Return the seconds in which modes of ``energy`` that decay by ``nepers`` a second fall by ``db`` in all."""
    aim = np.sum(energy) * 10 ** (-db / 10)
    low, high = 0.0, db / _DB / float(np.min(nepers))
    for _ in range(50):
        middle = (low + high) / 2
        if np.sum(energy * np.exp(-2 * nepers * middle)) > aim:
            low = middle
        else:
            high = middle
    return high


def _period(hz: NDArray[np.float64], energy: NDArray[np.float64], tuned: int, seconds: float, rate: int) -> int:
    """Return the frames of a loop up to ``seconds`` long in which modes at ``hz`` lie nearest to whole periods.

    Of the lengths that keep the ``tuned`` one in tune it is the best; errors in Hz count by
    the level of a mode where the loop begins, which follows from its ``energy``, and those of a beat far more.
    """
    frames = np.arange(math.ceil(seconds * (1 - _SHRINK) * rate), int(seconds * rate) + 1)
    off = np.abs(np.rint(hz[tuned] * frames / rate) * rate / frames / hz[tuned] - 1) * (1200 / math.log(2))
    fit = frames[off <= max(_CENTS, float(off.min()))]
    strong = energy >= 1e-4 * np.max(energy)
    strong[tuned] = True
    periods = hz[strong, None] * fit / rate
    wrong = (periods - np.rint(periods)) * (rate / fit)
    level = np.sqrt(energy[strong])
    one, other = np.nonzero(np.triu(np.abs(hz[strong] - hz[strong, None]) < _BEAT_HZ, 1))
    cost = level @ wrong**2 + _BEAT_COUNTS * np.sqrt(level[one] * level[other]) @ (wrong[one] - wrong[other]) ** 2
    return int(fit[np.argmin(cost)])
