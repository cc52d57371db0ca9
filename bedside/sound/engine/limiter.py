"""The end of the chain: a look-ahead true-peak limiter, a scrub of non-finite samples, and a hard clamp."""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bedside.sound import exact, sums
from bedside.sound.profiles import TRUE_PEAK_DB

# The limiter's look-ahead. It delays the sound by this and by the few frames that oversampling takes.
LOOK_AHEAD_SECONDS = 0.001

# How fast the gain recovers after a peak.
RELEASE_DB_PER_SECOND = 36.0

# Three samples are interpolated between two frames: four times oversampling (ITU-R BS.1770-4, annex 2).
_TAPS = 16
_BETWEEN = (0.25, 0.5, 0.75)

# The gain aims this far under the ceiling, because it changes while the sound does.
_MARGIN_DB = 0.6


class Limiter:
    """Keeps the true peak of a stereo sound, (2, block), under a ceiling in dBTP without a jump in its gain.

    The gain that each frame needs is held for the look-ahead, recovers linearly in decibels, and is averaged over the
    look-ahead, so that it is reached when the peak comes (Giannoulis, Massberg & Reiss, JAES 2012).
    """

    def __init__(self, rate: int, block: int, true_peak_db: float = TRUE_PEAK_DB) -> None:
        self._ahead = max(1, round(LOOK_AHEAD_SECONDS * rate))
        self.delay = self._ahead + _TAPS // 2
        self._block = block
        self._ceiling = exact.decibels(true_peak_db - _MARGIN_DB)
        self._clamp = np.float32(exact.decibels(true_peak_db))
        self._rise = RELEASE_DB_PER_SECOND / rate
        self._slope = self._rise * np.arange(1, block + 1)
        self._sound = np.zeros((2, self.delay + block), np.float32)
        # The taps of each frame, as a column.
        seen = self._sound[:, self.delay + 1 - _TAPS :]
        self._taps = sliding_window_view(seen, _TAPS, axis=1).transpose(2, 0, 1)
        self._columns = np.zeros((_TAPS, 2 * block))
        between = _between()
        self._between = sums.Matrix(between)
        self._found = np.zeros((len(_BETWEEN), 2 * block))
        # Samples below this have no peak above the ceiling between them.
        self._calm = self._ceiling / float(np.abs(between).sum(axis=1).max())
        self._wanted = np.zeros(self._ahead + block)
        self._gain = np.zeros(self._ahead + block)
        self._sums = np.zeros(self._ahead + block + 1)
        self._was_calm = self._idle = True
        self._sizes = np.zeros((2, block))

    @property
    def silent(self) -> bool:
        """Whether the delay line is empty and the gain is at 0 dB."""
        return self._idle and not self._sound[:, self._block :].any()

    def clear(self) -> None:
        """Empty the delay line and reset the gain to 0 dB."""
        self._sound[:] = 0
        self._wanted[:] = 0
        self._gain[:] = 0
        self._was_calm = self._idle = True

    def render(self, block: NDArray[np.float64], out: NDArray[np.float32], bound: float = math.inf) -> None:
        """Write the limited sound into ``out``, `delay` frames late; samples that are not finite become silence.

        No sample of the block is greater than ``bound``.
        """
        sound, delay = self._sound, self.delay
        calm = bound <= self._calm or self._scrubbed_peak(block) <= self._calm
        sound[:, :delay] = sound[:, -delay:]
        sound[:, delay:] = block
        if calm and self._was_calm and self._idle:
            # Channel by channel: where ``out`` is interleaved, both at once would be copied frame by frame.
            out[0] = sound[0, : self._block]
            out[1] = sound[1, : self._block]
            return
        self._was_calm = calm
        ahead = self._ahead
        self._columns.reshape(self._taps.shape)[:] = self._taps
        at_frames = np.abs(self._columns[_TAPS // 2 - 1])
        self._between.times(self._columns, float(np.abs(sound).max()), self._found)
        both = np.maximum(np.abs(self._found, out=self._found).max(axis=0), at_frames)
        peak = np.maximum(both[: self._block], both[self._block :])
        self._wanted[:ahead] = self._wanted[-ahead:]
        self._wanted[ahead:] = np.minimum(0.0, exact.level_db(self._ceiling / np.maximum(peak, 1e-9)))
        held = _least(self._wanted, ahead + 1)
        risen = np.minimum.accumulate(np.minimum(held - self._slope, self._gain[-1]))
        self._gain[:ahead] = self._gain[-ahead:]
        self._gain[ahead:] = risen + self._slope
        # The mean of each window, as a difference of running sums.
        self._sums[1:] = np.cumsum(self._gain)
        smooth = (self._sums[ahead + 1 :] - self._sums[: -ahead - 1]) / (ahead + 1)
        np.multiply(sound[:, : self._block], exact.decibels(smooth).astype(np.float32), out=out)
        self._idle = not (self._gain[-ahead - 1 :].any() or self._wanted[-ahead:].any())
        np.clip(out, -self._clamp, self._clamp, out=out)

    def _scrubbed_peak(self, block: NDArray[np.float64]) -> float:
        """Return the peak of a block after silencing its samples that are not finite."""
        peak = float(np.maximum.reduce(np.abs(block, out=self._sizes), axis=None))
        if math.isfinite(peak):
            return peak
        # One such sample would stay in the gain for ever.
        np.nan_to_num(block, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        return float(np.abs(block).max())


def _least(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Return the least of each ``window`` successive values, by windows of twice the width each time."""
    width = 1
    while 2 * width <= window:
        values = np.minimum(values[:-width], values[width:])
        width *= 2
    rest = window - width
    return np.minimum(values[:-rest], values[rest:]) if rest else values


def _between() -> NDArray[np.float64]:
    """Return kernels (places, taps) that interpolate between taps 7 and 8: Kaiser-windowed sincs."""
    at = np.arange(_TAPS) - (_TAPS // 2 - 1) - np.array(_BETWEEN)[:, None]
    window = exact.bessel_i0(5.0 * np.sqrt(np.maximum(0.0, 1 - np.square(at / (_TAPS // 2)))))
    kernels = exact.sinc(at) * window
    return np.asarray(kernels / kernels.sum(axis=1, keepdims=True), dtype=np.float64)
