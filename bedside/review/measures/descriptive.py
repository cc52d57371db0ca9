"""Descriptive statistics of notes: density, pitch, velocity and duration."""

from __future__ import annotations

import numpy as np

from bedside.review.measures.columns import Floats, NoteColumns, duration_accent
from bedside.review.measures.take import lost
from bedside.review.measures.windows import WindowedNotes, ratio


def density(inside: WindowedNotes) -> Floats:
    """Return the onsets per second in each window, (W,); 0 where there is none, NaN for a window of no length."""
    return ratio(inside.count.astype(np.float64), inside.windows.end - inside.windows.start)


def overall_density(part: NoteColumns, gaps: Floats) -> float:
    """Return (N − 1) / (last onset − first onset) in notes a second, lost time left out; NaN below two notes."""
    if len(part) < 2:
        return np.nan
    ends = part.onset[[0, -1]]
    seconds = float(np.diff(ends - lost(gaps, ends))[0])
    return (len(part) - 1) / seconds if seconds > 0 else np.nan


def duration(inside: WindowedNotes) -> Floats:
    """Return the mean duration accent in each window, (W,), 0–1."""
    return inside.mean(duration_accent(inside.part.duration))


def pitch_mean(inside: WindowedNotes) -> Floats:
    """Return the mean MIDI key in each window, (W,)."""
    return inside.mean(inside.part.pitch.astype(np.float64))


def pitch_sd(inside: WindowedNotes) -> Floats:
    """Return the standard deviation of the MIDI keys in each window, (W,), (n − 1); 0 for one note."""
    return inside.deviation(inside.part.pitch.astype(np.float64))


def pitch_range(inside: WindowedNotes) -> Floats:
    """Return the semitones from the lowest to the highest note in each window, (W,)."""
    filled = inside.count > 0
    span = np.full(len(filled), np.nan)
    if filled.any():
        first = (np.cumsum(inside.count) - inside.count)[filled]
        pitch = inside.part.pitch[inside.index]
        span[filled] = np.maximum.reduceat(pitch, first) - np.minimum.reduceat(pitch, first)
    return span


def velocity_mean(inside: WindowedNotes) -> Floats:
    """Return the mean velocity in each window, (W,), 0–127."""
    return inside.mean(inside.part.velocity)


def velocity_sd(inside: WindowedNotes) -> Floats:
    """Return the standard deviation of the velocities in each window, (W,), (n − 1); 0 for one note."""
    return inside.deviation(inside.part.velocity)
