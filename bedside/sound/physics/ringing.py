"""A long decay in a short table: store the sound without its decay, and end it in a loop of the modes that still ring.

The beginning is exact. Then each mode moves smoothly, in pitch and in decay, to its values in the loop: a whole number
of periods, and one decay that all modes share. So there is no corner in any envelope, and no splice. A weak mode that
would have died sooner fades out before the loop.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bedside.sound.physics.envelope import faded, rise
from bedside.sound.physics.modes import Modes, powers, ring, waves
from bedside.sound.physics.table import KeyTables

# A sound is over when it has decayed by this much.
OVER_DB = 66.0

# The common decay in the loop is such that the sound falls by this much in the same time as with separate decays.
_CHORD_DB = 30.0

# A loop may be shorter than asked for by this fraction, so that it holds whole periods.
_SHRINK = 0.25

# The tuned mode may be out of tune by this much in the loop.
_CENTS = 0.2

# A mode that is this much weaker than the strongest at the loop, and decays this much faster, fades out before it.
_WEAK = 10 ** (-30 / 10)
_FASTER = 1.5
_FADE_SECONDS = 0.6

# The last fraction of the time before the loop, in which the modes move to their values in the loop.
_PASSING = 0.33

# On its way to the loop, a mode is crossfaded from one damped sinusoid to the next every so many frames.
_STEP = 128

# Modes closer than this beat; an error in their beat rate weighs this much more than one in pitch.
_BEAT_HZ = 12.0
_BEAT_COUNTS = 10.0

_DB = 20 / math.log(10)


def table_seconds(t60: float, length: float) -> float:
    """Return the seconds of a table whose slowest mode decays by 60 dB in ``t60``, at most ``length``."""
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
    """Return the sum of ``modes`` and ``noise``, (sounds, frames), as tables of at most ``length`` seconds.

    They fade in over ``onset`` seconds. A sound that decays within the length has no loop; otherwise the last ``loop``
    seconds, or a little less, are a loop, in which the mode of index ``tuned`` keeps its pitch within 0.3 cents.
    """
    energy = np.sum(
        np.abs(modes.amplitudes) ** 2 / np.sum(np.abs(modes.amplitudes) ** 2, axis=1, keepdims=True), axis=0
    )
    over = _fall_seconds(energy, modes.nepers, OVER_DB)
    if over <= length:
        frames = round(over * rate)
        samples = ring(modes, frames, rate)
        noise = noise[:, :frames]
        samples[:, : noise.shape[1]] += noise
        return KeyTables(faded(samples, round(onset * rate), round(0.3 * frames)), 0)

    begin = round((length - loop) * rate)
    left = energy * np.exp(-2 * modes.nepers * begin / rate)
    lift = _CHORD_DB / _DB / _fall_seconds(left, modes.nepers, _CHORD_DB)
    rows = np.abs(modes.amplitudes) ** 2 * np.exp(-2 * modes.nepers * begin / rate)
    weak_in_all = np.all(rows < _WEAK * np.max(rows, axis=1, keepdims=True), axis=0)
    fading = weak_in_all & (modes.nepers > _FASTER * lift)
    fading[tuned] = False
    # Both modes of a beating pair stay, or both fade.
    fading &= ~np.any(np.abs(modes.hz[:, None] - modes.hz[~fading]) < _BEAT_HZ, axis=1)
    staying, weak = modes.select(~fading), modes.select(fading)
    frames = _loop_frames(staying.hz, left[~fading], int(np.count_nonzero(~fading[:tuned])), loop, rate)
    periods = np.rint(staying.hz * frames / rate)
    passing = round(_PASSING * begin / _STEP) * _STEP
    exact, looped = begin - passing, Modes(periods * rate / frames, staying.t60, staying.amplitudes)

    fade = min(round(_FADE_SECONDS * rate), begin // 2)
    samples = ring(weak, begin, rate, lift)
    samples[:, begin - fade :] *= rise(fade)[::-1]
    samples[:, :exact] += ring(staying, exact, rate, lift)
    pole = (lift - staying.nepers + 2j * np.pi * staying.hz) / rate
    arriving = Modes(staying.hz, staying.t60, staying.amplitudes * np.exp(pole * exact))
    between, steady = _transition(arriving, looped.hz, passing, rate, lift)
    samples[:, exact:] += between
    noise = noise[:, :begin]
    samples[:, : noise.shape[1]] += noise * np.exp(lift / rate * np.arange(noise.shape[1]))
    samples[:, : round(onset * rate)] *= rise(round(onset * rate))
    endless = Modes(looped.hz, np.full(periods.size, math.inf), steady)
    return KeyTables(np.concatenate((samples, ring(endless, frames, rate)), axis=1), frames, lift * _DB)


def _transition(
    modes: Modes, hz: NDArray[np.float64], frames: int, rate: int, lift: float
) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    """Return ``frames`` frames in which ``modes`` move to steady ones at ``hz``, and their amplitudes at the end.

    Each pole moves in a straight line from its own, plus ``lift``, to the steady one. It is exact at each step, and
    crossfaded in between.
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


def _fall_seconds(energy: NDArray[np.float64], nepers: NDArray[np.float64], db: float) -> float:
    """Return the seconds in which the sum of modes of ``energy`` that decay by ``nepers`` a second falls by ``db``."""
    aim = np.sum(energy) * 10 ** (-db / 10)
    low, high = 0.0, db / _DB / float(np.min(nepers))
    for _ in range(50):
        middle = (low + high) / 2
        if np.sum(energy * np.exp(-2 * nepers * middle)) > aim:
            low = middle
        else:
            high = middle
    return high


def _loop_frames(hz: NDArray[np.float64], energy: NDArray[np.float64], tuned: int, seconds: float, rate: int) -> int:
    """Return the frames of a loop, up to ``seconds`` long, in which modes at ``hz`` are nearest to whole periods.

    Of the lengths that keep the ``tuned`` mode in tune, take the one with the smallest error in Hz, weighted by the
    level of each mode at the loop, which follows from its ``energy``; errors of beat rates weigh far more.
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
