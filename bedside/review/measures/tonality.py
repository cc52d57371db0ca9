"""Pitch classes, and the keys whose profiles they resemble."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bedside.review.measures.columns import Floats, duration_accent
from bedside.review.measures.windows import WindowedNotes

# Probe-tone ratings of each degree in a major and in a minor key (Krumhansl & Kessler 1982, Psychological Review
# 89:334–368).
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)

_NAMES = ("c", "c#", "d", "d#", "e", "f", "f#", "g", "g#", "a", "a#", "b")
KEYS = (*(f"{name.upper()} major" for name in _NAMES), *(f"{name} minor" for name in _NAMES))


def pitch_classes(inside: WindowedNotes) -> Floats:
    """Return the share of each pitch class, from C, in each window, (W, 12), weighted by the duration accent.

    NaN where no note begins, or all durations are 0.
    """
    windows = len(inside.windows)
    place = inside.owner * 12 + inside.part.pitch[inside.index] % 12
    weight = np.bincount(place, duration_accent(inside.part.duration)[inside.index], windows * 12).reshape(windows, 12)
    total = weight.sum(1, keepdims=True)
    shares: Floats = np.divide(weight, total, out=np.full((windows, 12), np.nan), where=total > 0)
    return shares


def correlations(shares: Floats, major: Sequence[float] = MAJOR, minor: Sequence[float] = MINOR) -> Floats:
    """Return Pearson's r of pitch classes, (W, 12), with the profile of each of the 24 `KEYS`, (W, 24).

    NaN where all pitch classes have the same share.
    """
    profiles = np.array([np.roll(profile, tonic) for profile in (major, minor) for tonic in range(12)])
    played, wanted = _standard(shares), _standard(profiles)
    found: Floats = np.einsum("wc,kc->wk", played, wanted)
    return found


def _standard(rows: Floats) -> Floats:
    apart = rows - rows.mean(1, keepdims=True)
    length = np.sqrt(np.square(apart).sum(1, keepdims=True))
    standard: Floats = np.divide(apart, length, out=np.full(rows.shape, np.nan), where=length > 1e-12)
    return standard


def tonal_clarity(correlations: Floats) -> Floats:
    """Return the highest of the 24 correlations, (W,)."""
    highest: Floats = correlations.max(1)
    return highest


def majorness(correlations: Floats) -> Floats:
    """Return the highest correlation with a major key, (W,)."""
    return tonal_clarity(correlations[:, :12])


def minorness(correlations: Floats) -> Floats:
    """Return the highest correlation with a minor key, (W,)."""
    return tonal_clarity(correlations[:, 12:])


def key(correlations: Floats) -> list[str | None]:
    """Return the key with the highest correlation in each window; None for no data."""
    known = np.isfinite(tonal_clarity(correlations))
    best = np.argmax(correlations, 1)
    return [KEYS[place] if there else None for place, there in zip(best, known, strict=True)]
