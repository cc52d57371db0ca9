"""A long decay in a short table: store the sound without its decay, and end it in a loop of the modes that still ring.

The beginning is exact. Then each mode moves smoothly, in pitch and in decay, to its values in the loop: a whole number
of periods, and one decay that all modes share. So there is no corner in any envelope, and no splice. A weak mode that
would have died sooner fades out before the loop.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bedside.sound import exact
from bedside.sound.phasors import Phasors, turned
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
_WEAK = 1e-3
_FASTER = 1.5
_FADE_SECONDS = 0.6

# The last fraction of the time before the loop, in which the modes move to their values in the loop.
_PASSING = 0.33

# On its way to the loop, a mode is crossfaded from one damped sinusoid to the next every so many frames.
_STEP = 128

# Modes closer than this beat; an error in their beat rate weighs this much more than one in pitch.
_BEAT_HZ = 12.0
_BEAT_COUNTS = 10.0

_DB = 20 / exact.LN_10

# Newton steps to a time; ten are enough.
_MOST_STEPS = 60


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
    energies = modes.amplitudes.square
    energy = np.sum(energies / np.sum(energies, axis=1, keepdims=True), axis=0)
    over = _fall_seconds(energy, modes.nepers, OVER_DB)
    if over <= length:
        frames = round(over * rate)
        samples = ring(modes, frames, rate)
        noise = noise[:, :frames]
        samples[:, : noise.shape[1]] += noise
        return KeyTables(faded(samples, round(onset * rate), round(0.3 * frames)), 0)

    begin = round((length - loop) * rate)
    fallen = exact.exp(-2 * modes.nepers * begin / rate)
    left = energy * fallen
    lift = _CHORD_DB / _DB / _fall_seconds(left, modes.nepers, _CHORD_DB)
    rows = energies * fallen
    weak_in_all = np.all(rows < _WEAK * np.max(rows, axis=1, keepdims=True), axis=0)
    fading = weak_in_all & (modes.nepers > _FASTER * lift)
    fading[tuned] = False
    # Both modes of a beating pair stay, or both fade.
    fading &= ~np.any(np.abs(modes.hz[:, None] - modes.hz[~fading]) < _BEAT_HZ, axis=1)
    staying, weak = modes.select(~fading), modes.select(fading)
    frames = _loop_frames(staying.hz, left[~fading], int(np.count_nonzero(~fading[:tuned])), loop, rate)
    periods = np.rint(staying.hz * frames / rate)
    passing = round(_PASSING * begin / _STEP) * _STEP
    exactly, looped = begin - passing, Modes(periods * rate / frames, staying.t60, staying.amplitudes)

    fade = min(round(_FADE_SECONDS * rate), begin // 2)
    samples = ring(weak, begin, rate, lift)
    samples[:, begin - fade :] *= rise(fade)[::-1]
    samples[:, :exactly] += ring(staying, exactly, rate, lift)
    rolled = turned(staying.hz / rate * exactly, exact.exp((lift - staying.nepers) / rate * exactly))
    arriving = Modes(staying.hz, staying.t60, staying.amplitudes * rolled)
    between, steady = _transition(arriving, looped.hz, passing, rate, lift)
    samples[:, exactly:] += between
    noise = noise[:, :begin]
    samples[:, : noise.shape[1]] += noise * exact.falling(-lift / rate, noise.shape[1])
    samples[:, : round(onset * rate)] *= rise(round(onset * rate))
    endless = Modes(looped.hz, np.full(periods.size, math.inf), steady)
    return KeyTables(np.concatenate((samples, ring(endless, frames, rate)), axis=1), frames, lift * _DB)


def _transition(
    modes: Modes, hz: NDArray[np.float64], frames: int, rate: int, lift: float
) -> tuple[NDArray[np.float64], Phasors]:
    """Return ``frames`` frames in which ``modes`` move to steady ones at ``hz``, and their amplitudes at the end.

    Each pole moves in a straight line from its own, plus ``lift``, to the steady one. It is exact at each step, and
    crossfaded in between.
    """
    at = np.arange(0, frames + 1, _STEP)[:, None]
    # How far the way to the steady pole is gone by then, in frames.
    gone = np.square(at) / (2 * frames)
    nepers = (modes.nepers - lift) / rate * (at - gone)
    turns = modes.hz / rate * at + (hz - modes.hz) / rate * gone
    starts = modes.amplitudes[:, None, :] * turned(turns, exact.exp(-nepers))
    turning = powers(np.zeros(hz.size), hz / rate, _STEP)
    across = np.arange(_STEP) / _STEP
    one = waves(starts[:, :-1], turning)
    other = waves(starts[:, 1:] * turned(-hz / rate * _STEP), turning)
    return (one + (other - one) * across).reshape(modes.amplitudes.shape[0], -1), starts[:, -1]


def _fall_seconds(energy: NDArray[np.float64], nepers: NDArray[np.float64], db: float) -> float:
    """Return the seconds in which the sum of modes of ``energy`` that decay by ``nepers`` a second falls by ``db``."""
    aim = np.sum(energy) * exact.exp(-db * (exact.LN_10 / 10))
    seconds = 0.0
    # Newton's method on the logarithm, which is convex: it comes from below and passes nothing.
    for _ in range(_MOST_STEPS):
        left = energy * exact.exp(-2 * nepers * seconds)
        total = np.sum(left)
        step = float(exact.log(total / aim) * total / np.sum(2 * nepers * left))
        if step <= 1e-15 * seconds:
            break
        seconds += step
    return seconds


def _loop_frames(hz: NDArray[np.float64], energy: NDArray[np.float64], tuned: int, seconds: float, rate: int) -> int:
    """Return the frames of a loop, up to ``seconds`` long, in which modes at ``hz`` are nearest to whole periods.

    Of the lengths that keep the ``tuned`` mode in tune, take the one with the smallest error in Hz, weighted by the
    level of each mode at the loop, which follows from its ``energy``; errors of beat rates weigh far more.
    """
    frames = np.arange(math.ceil(seconds * (1 - _SHRINK) * rate), int(seconds * rate) + 1)
    off = np.abs(np.rint(hz[tuned] * frames / rate) * rate / frames / hz[tuned] - 1) * (1200 / exact.LN_2)
    fit = frames[off <= max(_CENTS, float(off.min()))]
    strong = energy >= 1e-4 * np.max(energy)
    strong[tuned] = True
    periods = hz[strong, None] * fit / rate
    wrong = (periods - np.rint(periods)) * (rate / fit)
    level = np.sqrt(energy[strong])
    one, other = np.nonzero(np.triu(np.abs(hz[strong] - hz[strong, None]) < _BEAT_HZ, 1))
    beats = np.sqrt(level[one] * level[other])[:, None] * np.square(wrong[one] - wrong[other])
    cost = np.sum(level[:, None] * np.square(wrong), axis=0) + _BEAT_COUNTS * np.sum(beats, axis=0)
    return int(fit[np.argmin(cost)])
