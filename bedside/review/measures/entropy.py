"""Normalised entropy of pitch classes, intervals and durations: 0 for one kind only, 1 for all equally often."""

from __future__ import annotations

import numpy as np

from bedside.review.measures.columns import Floats, duration_accent
from bedside.review.measures.windows import WindowedNotes

_INTERVALS = 12
_DURATIONS = 9


def entropy(weights: Floats) -> Floats:
    """Return −Σ p ln p / ln K of K weights, (W, K), in each window, (W,), 0–1; NaN where all are 0."""
    total = weights.sum(1, keepdims=True)
    share = np.divide(weights, total, out=np.full(weights.shape, np.nan), where=total > 0)
    terms = share * np.log(share, out=np.zeros_like(share), where=share > 0)
    found: Floats = np.maximum(-terms.sum(1) / np.log(weights.shape[1]), 0.0)
    return found


def intervals(inside: WindowedNotes) -> Floats:
    """Return the weights of the 25 intervals −12…+12 semitones in each window, (W, 25).

    An interval between successive notes weighs the sum of their duration accents; larger intervals are left out (MIDI
    Toolbox, Eerola & Toiviainen 2004).
    """
    strength = duration_accent(inside.part.duration)
    owner, first = inside.pairs()
    step = inside.part.pitch[first + 1] - inside.part.pitch[first]
    near = np.abs(step) <= _INTERVALS
    kinds = 2 * _INTERVALS + 1
    place = owner[near] * kinds + step[near] + _INTERVALS
    weight = (strength[first] + strength[first + 1])[near]
    return np.bincount(place, weight, len(inside.windows) * kinds).astype(np.float64).reshape(-1, kinds)


def durations(inside: WindowedNotes, beats: Floats) -> Floats:
    """Return the number of notes in each window that last about ¼·2^(k/2) beats, k = 0…8, (W, 9).

    ``beats`` (N,) are the notes' durations; shorter and longer ones are left out.
    """
    with np.errstate(divide="ignore"):
        nearest = np.rint(2 * np.log2(beats / 0.25))[inside.index]
    near = (nearest >= 0) & (nearest < _DURATIONS)
    place = inside.owner[near] * _DURATIONS + nearest[near].astype(np.int64)
    count = np.bincount(place, minlength=len(inside.windows) * _DURATIONS)
    return count.astype(np.float64).reshape(-1, _DURATIONS)
