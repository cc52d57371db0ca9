"""Clarity and period of the pulse: autocorrelation of accented onsets, weighted by resonance."""

from __future__ import annotations

import numpy as np

from bedside.review.measures.columns import Floats, duration_accent
from bedside.review.measures.windows import WindowedNotes

_HZ = 100
_SMOOTHING_SECONDS = 0.02
_LAGS = np.arange(20, 151)
_LEAST_ONSETS = 4

# Padding beyond the longest lag, so that the smoothing does not wrap round.
_MARGIN = 20

# The most samples that are transformed at once, which bounds memory.
_SAMPLES = 1 << 16

# Smaller values are rounding of the transform.
_NOTHING = 1e-9


def lag_seconds() -> Floats:
    """Return the lags of the autocorrelations: 0.2 to 1.5 s in steps of 10 ms, (L,)."""
    seconds: Floats = _LAGS / _HZ
    return seconds


def resonance(seconds: Floats) -> Floats:
    """Return how strongly a period in seconds is heard as a beat: max(0, 1 − ¼·log₂²(τ/0.5)).

    After van Noorden & Moelants 1999 (Journal of New Music Research 28:43–66).
    """
    strength: Floats = np.maximum(0.0, 1 - np.square(np.log2(seconds / 0.5)) / 4)
    return strength


def autocorrelations(inside: WindowedNotes) -> Floats:
    """Return the weighted autocorrelation of each window at `lag_seconds`, (W, L); NaN for fewer than 4 onsets.

    Onsets, weighted by their duration accent, are sampled at 100 Hz and smoothed by a Gaussian of 20 ms. The
    autocorrelation is unbiased for the window's length, 1 at lag 0, and multiplied by the resonance.
    """
    windows = inside.windows
    found = np.full((len(windows), len(_LAGS)), np.nan)
    wanted = np.flatnonzero(inside.count >= _LEAST_ONSETS)
    bins = round(float((windows.end - windows.start).max(initial=0.0)) * _HZ) + 1
    size = _smooth(bins + int(_LAGS[-1]) + _MARGIN)
    # Smoothing both factors of a correlation multiplies its spectrum by the square of the Gaussian's.
    smoothing = np.exp(-np.square(np.arange(size // 2 + 1) * (2 * np.pi * _HZ * _SMOOTHING_SECONDS / size)))
    lags = np.append(0, _LAGS)
    unbiased = np.divide(bins, bins - lags, out=np.zeros(len(lags)), where=bins > lags)
    pair = inside.count[inside.owner] >= _LEAST_ONSETS
    row = np.searchsorted(wanted, inside.owner[pair])
    place = np.rint((inside.part.onset[inside.index] - windows.start[inside.owner])[pair] * _HZ).astype(np.int64)
    strength = duration_accent(inside.part.duration)[inside.index][pair]
    rows = max(1, _SAMPLES // size)
    for begin in range(0, len(wanted), rows):
        many = min(rows, len(wanted) - begin)
        some = slice(*np.searchsorted(row, [begin, begin + many]))
        signal = np.bincount((row[some] - begin) * size + place[some], strength[some], many * size)
        spectrum = np.fft.rfft(signal.reshape(many, size))
        power = (np.square(spectrum.real) + np.square(spectrum.imag)) * smoothing
        lagged = np.fft.irfft(power, size)[:, lags] * unbiased
        energy = lagged[:, :1]
        scaled = np.divide(lagged[:, 1:], energy, out=np.full((many, len(_LAGS)), np.nan), where=energy > _NOTHING**2)
        found[wanted[begin : begin + many]] = np.where(np.abs(scaled) < _NOTHING, 0.0, scaled)
    return found * resonance(lag_seconds())


def _smooth(least: int) -> int:
    """Return the smallest number from ``least`` on whose prime factors are 2, 3 and 5: a fast length to transform."""
    size = least
    while True:
        rest = size
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return size
        size += 1


def clarity(correlations: Floats) -> Floats:
    """Return the maximum of each weighted autocorrelation, (W,)."""
    highest: Floats = correlations.max(1)
    return highest


def period(correlations: Floats) -> Floats:
    """Return the lag in seconds of the maximum of each weighted autocorrelation, (W,); NaN where there is no pulse."""
    lag: Floats = lag_seconds()[np.argmax(correlations, 1)]
    return np.where(correlations.max(1) > 0, lag, np.nan)
