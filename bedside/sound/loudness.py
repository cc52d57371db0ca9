"""Loudness after ITU-R BS.1770, at any sample rate."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

# ITU-R BS.1770-4, annex 1, gives both filters as coefficients at 48 kHz only. These are the analogue parameters from
# which the bilinear transform gives those coefficients; a test compares them with the published digits.
_SHELF_HZ, _SHELF_Q, _SHELF_DB = 1681.974450955533, 0.7071752369554196, 3.999843853973347
_SHELF_MIDDLE = 0.4996667741545416
_PASS_HZ, _PASS_Q = 38.13547087602444, 0.5003270373238773

OFFSET_LU = -0.691
WINDOW_SECONDS = 0.4


def k_weighting(rate: int) -> NDArray[np.float64]:
    """Return the K-weighting filter at ``rate`` as second-order sections (2, 6): the head's shelf, then a high-pass."""
    k = math.tan(math.pi * _SHELF_HZ / rate)
    high = 10 ** (_SHELF_DB / 20)
    band = high**_SHELF_MIDDLE
    a0 = 1 + k / _SHELF_Q + k * k
    shelf = [
        (high + band * k / _SHELF_Q + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - band * k / _SHELF_Q + k * k) / a0,
        1.0,
        2 * (k * k - 1) / a0,
        (1 - k / _SHELF_Q + k * k) / a0,
    ]
    k = math.tan(math.pi * _PASS_HZ / rate)
    a0 = 1 + k / _PASS_Q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / _PASS_Q + k * k) / a0]
    return np.array([shelf, high_pass])


def momentary(samples: NDArray[np.floating], rate: int) -> NDArray[np.float64]:
    """Return the maximal momentary loudness (400 ms) of mono sounds, (…, frames), in LUFS; silence is −inf.

    A shorter sound is padded with silence.
    """
    window = round(WINDOW_SECONDS * rate)
    from scipy.signal import sosfilt  # imported here, as it would slow the start of every engine by a second

    weighted = sosfilt(k_weighting(rate), samples, axis=-1)
    missing = max(0, window - samples.shape[-1])
    rest = [(0, 0)] * (samples.ndim - 1)
    energy = np.pad(np.cumsum(weighted**2, axis=-1), [*rest, (1, 0)])
    energy = np.pad(energy, [*rest, (0, missing)], mode="edge")
    greatest = np.max(energy[..., window:] - energy[..., :-window], axis=-1) / window
    with np.errstate(divide="ignore"):
        return np.asarray(OFFSET_LU + 10 * np.log10(greatest), dtype=np.float64)
