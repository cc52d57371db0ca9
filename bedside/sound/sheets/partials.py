"""Analyse a ringing sound: find its spectral lines, follow the level of each, and fit its decay (T60).

The analysis knows nothing of how the sound was made. Sounds are mono, (frames,), float64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Four-term Blackman–Harris, 92 dB down beside its main lobe (Harris, Proc. IEEE 66 (1978), table 1): a strong
# line does not mask a faint one beside it.
_HARRIS = (0.35875, -0.48829, 0.14128, -0.01168)

# A spectrum begins after the noise of the stroke. To find lines, it lasts eight periods of their spacing: enough to
# separate them, and no longer, so that lines that decay quickly are not missed.
_ONSET_SECONDS = 0.02
_APART, _LEAST_SECONDS, _MOST_SECONDS = 8.0, 0.1, 0.8

# Lines fainter than the first, relative to the strongest, are ignored; noise stands out by less than the second.
_FAINTEST_DB, _OUT_DB = -54.0, 16.0

# The level below the peak that still counts for a pitch, and half the width of a line in units of 1 / seconds.
_PITCH_DB, _LOBE = -25.0, 4.0

# The decay is fitted from the first to the second level, or else to the third (ISO 3382-2: T20, T10).
_FROM_DB, _TO_DB, _NEARER_DB = -5.0, -25.0, -15.0

# The fewest points of an envelope for a fit; a sound that falls by less than this is steady.
_FEWEST_POINTS, _STEADY_DB = 6, 3.0

_CHUNK = 256


@dataclass(frozen=True, slots=True)
class LevelTrace:
    """The level of a line, or of a whole sound, over time: ``db`` at ``seconds``, evenly spaced."""

    seconds: Floats
    db: Floats


@dataclass(frozen=True, slots=True)
class Fall:
    """A straight line fitted to a decay: from ``db`` at ``begin`` until ``end``, with 60 dB in ``t60`` seconds."""

    begin: float
    end: float
    db: float
    t60: float


def blackman_harris(frames: int) -> Floats:
    """Return a Blackman–Harris window."""
    turn = 2 * np.pi * np.arange(frames) / max(frames - 1, 1)
    return np.asarray(sum(share * np.cos(order * turn) for order, share in enumerate(_HARRIS)), dtype=np.float64)


def strongest_lines(sound: Floats, rate: int, spacing_hz: float, most: int) -> list[tuple[float, float]]:
    """Return the strongest lines at the beginning of a sound, from low to high: frequency in hertz, level in dB.

    Of lines closer to each other than ``spacing_hz`` only the strongest counts. Frequencies are interpolated with a
    parabola through the log spectrum (Smith & Serra, PARSHL, 1987); 0 dB is a sine of amplitude 1.
    """
    seconds = min(max(_APART / spacing_hz, _LEAST_SECONDS), _MOST_SECONDS)
    level, step = _spectrum(sound, rate, seconds)
    if not level.size:
        return []
    peaks = 1 + np.flatnonzero((level[1:-1] > level[:-2]) & (level[1:-1] >= level[2:]))
    peaks = peaks[(level[peaks] > level[peaks].max(initial=-np.inf) + _FAINTEST_DB) & (peaks * step > spacing_hz / 2)]
    reach = math.ceil(spacing_hz / step)
    found: list[int] = []
    for peak in peaks[np.argsort(-level[peaks], kind="stable")]:
        if len(found) == most:
            break
        around = level[max(0, peak - reach) : peak + reach]
        apart = all(abs(peak - other) * step >= spacing_hz for other in found)
        if apart and level[peak] > np.median(around) + _OUT_DB:
            found.append(int(peak))
    return [_top(level, peak, step) for peak in sorted(found)]


def pitch(sound: Floats, rate: int, hz: float, seconds: float, around_cents: float = 80.0) -> float:
    """Return the pitch, near ``hz``, of the first ``seconds`` of a sound, in hertz; NaN if there is no line.

    It is the power-weighted mean frequency within ``around_cents``, which is the perceived pitch of several players or
    of beating lines. If there is no line, as in a bell, whose pitch is heard an octave below its lines, it is half of
    the pitch near the octave (Fletcher & Rossing, ch. 19).
    """
    level, step = _spectrum(sound, rate, seconds)
    lobe = math.ceil(_LOBE / seconds / step)
    for multiple in (1, 2):
        low, high = (round(multiple * hz * 2 ** (side * around_cents / 1200) / step) for side in (-1, 1))
        if low < 2 or high + 2 >= level.size:
            break
        peak = low + int(np.argmax(level[low : high + 1]))
        if low < peak < high and level[peak] > level.max() + _FAINTEST_DB:
            near = np.arange(max(low - lobe, 0), min(high + lobe + 1, level.size))
            power = np.where(level[near] > level[peak] + _PITCH_DB, 10 ** (level[near] / 10), 0)
            return float(np.sum(near * power) / np.sum(power)) * step / multiple
    return math.nan


def trace_line(sound: Floats, rate: int, hz: float, width_hz: float) -> LevelTrace:
    """Return the level over time of the line at ``hz``, without lines ``width_hz`` away; 0 dB is a full-scale sine."""
    frames = min(math.ceil(4 * rate / width_hz), sound.size)
    shape = blackman_harris(frames)
    heard = sliding_window_view(sound, frames)[:: max(1, frames // 8)]
    phase = 2 * np.pi * hz / rate * np.arange(frames)
    kernel = np.stack((np.cos(phase), np.sin(phase)), axis=1) * (shape * 2 / shape.sum())[:, None]
    levels = np.concatenate([np.hypot(*(heard[at : at + _CHUNK] @ kernel).T) for at in range(0, len(heard), _CHUNK)])
    seconds = (frames / 2 + max(1, frames // 8) * np.arange(levels.size)) / rate
    return LevelTrace(seconds, 20 * np.log10(levels + 1e-12))


def loudness(sound: Floats, rate: int, seconds: float = 0.05) -> LevelTrace:
    """Return the level over time of a whole sound, in windows of ``seconds``; 0 dB is a full-scale sine."""
    frames = min(round(seconds * rate), sound.size)
    hop = max(1, frames // 4)
    energy = np.pad(np.cumsum(sound**2), (1, 0))
    means = (energy[frames:] - energy[:-frames])[::hop] / frames
    return LevelTrace(
        (frames / 2 + hop * np.arange(means.size)) / rate, 10 * np.log10(2 * np.maximum(means, 0) + 1e-24)
    )


def fall(trace: LevelTrace, begin: float = 0.0) -> Fall | None:
    """Return the decay of a trace after its peak at or after ``begin`` seconds; None if it does not decay.

    The line is fitted to the backward-integrated energy (Schroeder, JASA 37 (1965)), which is robust to beats; the
    energy after the end of the trace is extrapolated from its last third.
    """
    after = trace.seconds >= begin
    if np.count_nonzero(after) < _FEWEST_POINTS:
        return None
    seconds, db = trace.seconds[after], trace.db[after]
    top = int(np.argmax(db))
    seconds, db = seconds[top:], db[top:]
    if seconds.size < _FEWEST_POINTS or db[0] - db[-1] < _STEADY_DB:
        return None
    step = float(seconds[1] - seconds[0])
    energy = 10 ** (db / 10)
    coming = np.cumsum(energy[::-1])[::-1] + _further(seconds, db, step)
    curve = 10 * np.log10(coming / coming[0])
    for to in (_TO_DB, _NEARER_DB):
        within = (curve <= _FROM_DB) & (curve >= to)
        if curve[-1] <= to and np.count_nonzero(within) >= 3:
            break
    else:
        within = np.arange(curve.size) < 2 * curve.size // 3
    slope, _ = np.polyfit(seconds[within], curve[within], 1)
    if slope >= 0:
        return None
    fitted = seconds[within]
    level = float(np.mean(db[within]) - slope * (np.mean(fitted) - fitted[0]))
    return Fall(float(fitted[0]), float(fitted[-1]), level, float(-60 / slope))


def _further(seconds: Floats, db: Floats, step: float) -> float:
    """Return the extrapolated energy of a decay after its end; 0 if it had died away."""
    last = slice(2 * db.size // 3, None)
    if db.size < 3 * _FEWEST_POINTS or db[-1] < db[0] - 50:
        return 0.0
    slope, level = np.polyfit(seconds[last], db[last], 1)
    if slope >= -1e-3:
        return 0.0
    return float(10 ** ((slope * (seconds[-1] + step) + level) / 10) / (1 - 10 ** (slope * step / 10)))


def _spectrum(sound: Floats, rate: int, seconds: float) -> tuple[Floats, float]:
    """Return the spectrum of the first ``seconds`` in dB, and its resolution in hertz."""
    begun = sound[round(_ONSET_SECONDS * rate) :][: round(seconds * rate)]
    if begun.size < 64:
        return np.zeros(0), 1.0
    shape = blackman_harris(begun.size)
    size = 1 << math.ceil(math.log2(8 * begun.size))
    levels = np.abs(np.fft.rfft(begun * shape, size)) * (2 / shape.sum())
    return np.asarray(20 * np.log10(levels + 1e-12), dtype=np.float64), rate / size


def _top(level: Floats, peak: int, step: float) -> tuple[float, float]:
    """Return the frequency and level of the vertex of the parabola through a peak and its neighbours."""
    left, middle, right = (float(db) for db in level[peak - 1 : peak + 2])
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend else 0.0
    return (peak + shift) * step, middle - 0.25 * (left - right) * shift
