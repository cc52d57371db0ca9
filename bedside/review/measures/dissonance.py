"""Dissonance: the roughness of each note with the notes before it that are still in the ear."""

from __future__ import annotations

import numpy as np

from bedside.review.measures.columns import Floats, NoteColumns

_PARTIALS = np.arange(1, 7)
_FALL = 0.8

# A note stays in the ear for this long after its end, in seconds.
_MEMORY_SECONDS = 1.0

# Most pairs of notes that are computed at once.
_PAIRS = 1 << 20


def roughness(pitches: Floats) -> Floats:
    """Return the dissonance of every two of P pitches (MIDI keys) at full velocity, (P, P).

    Six partials of amplitude 0.8^k each; two that lie Δ Hz apart, the lower at f, add the product of their amplitudes
    times e^(−3.5sΔ) − e^(−5.75sΔ), s = 0.24/(0.021 f + 19) (Plomp & Levelt 1965; Sethares 1993, JASA 94:1218–1228).
    """
    frequency = 440 * 2 ** ((pitches[:, None] - 69) / 12) * _PARTIALS
    amplitude = _FALL ** (_PARTIALS - 1)
    found = np.zeros((len(pitches), len(pitches)))
    for one, loud in zip(frequency.T, amplitude, strict=True):
        for other, soft in zip(frequency.T, amplitude, strict=True):
            apart = np.abs(one[:, None] - other)
            scaled = 0.24 / (0.021 * np.minimum(one[:, None], other) + 19) * apart
            found += loud * soft * (np.exp(-3.5 * scaled) - np.exp(-5.75 * scaled))
    return found


def dissonances(part: NoteColumns) -> Floats:
    """Return the dissonance of each note with the earlier notes that sounded within the last second, (N,).

    Each pair is weighted by both velocities/127 and by e^(−age), the seconds since the earlier note's onset.
    """
    if not len(part):
        return np.empty(0)
    pitches, place = np.unique(part.pitch, return_inverse=True)
    table = roughness(pitches.astype(np.float64))
    loudness = part.velocity / 127
    number = np.arange(len(part))
    count = np.searchsorted(part.onset, part.end + _MEMORY_SECONDS, "right") - number - 1
    through = np.cumsum(count)
    found = np.zeros(len(part))
    begin = 0
    while begin < len(part):
        end = max(begin + 1, int(np.searchsorted(through, through[begin] - count[begin] + _PAIRS, "right")))
        counts = count[begin:end]
        old = np.repeat(number[begin:end], counts)
        new = np.arange(len(old)) - np.repeat(np.cumsum(counts) - counts, counts) + old + 1
        strength = table[place[old], place[new]] * loudness[old] * loudness[new]
        found += np.bincount(new, strength * np.exp(part.onset[old] - part.onset[new]), len(part))
        begin = end
    return found
