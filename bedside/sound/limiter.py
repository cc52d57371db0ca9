"""The last gate before the ear: a look-ahead limiter, a scrub of what is no number, and a hard clamp."""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

# Seconds that the limiter sees ahead, and so delays the sound.
LOOK_AHEAD_SECONDS = 0.001

# Decibels a second in which the sound comes back after a peak.
RELEASE_DB_PER_SECOND = 36.0


class Limiter:
    """Keeps a stereo sound, (2, block) float32, under a ceiling in dBFS without a jump in its gain.

    The gain wanted for each frame is held for the look-ahead, recovers in a straight line of decibels, and is averaged
    over the look-ahead: so it has arrived when the peak does (Giannoulis, Massberg & Reiss, JAES 2012).
    """

    def __init__(self, rate: int, block: int, ceiling_db: float = -4.0, clamp_db: float = -3.0) -> None:
        self.ahead = max(1, round(LOOK_AHEAD_SECONDS * rate))
        self._ceiling = 10 ** (ceiling_db / 20)
        self._clamp = np.float32(10 ** (clamp_db / 20))
        self._rise = RELEASE_DB_PER_SECOND / rate
        self._slope = self._rise * np.arange(1, block + 1)
        self._sound = np.zeros((2, self.ahead + block), np.float32)
        self._wanted = np.zeros(self.ahead + block)
        self._gain = np.zeros(self.ahead + block)
        self._idle = True

    @property
    def silent(self) -> bool:
        """Whether no sound is on its way and the gain rests at 0 dB."""
        return self._idle and not self._sound[:, -self.ahead :].any()

    def clear(self) -> None:
        """Forget the sound on its way and let the gain rest."""
        self._sound[:] = 0
        self._wanted[:] = 0
        self._gain[:] = 0
        self._idle = True

    def render(self, block: NDArray[np.float32]) -> None:
        """Replace a block by the limited sound, ``ahead`` frames later; what is no finite number is silence."""
        ahead = self.ahead
        peak = np.abs(block).max(axis=0)
        if not math.isfinite(peak.max()):
            # One bad number would stay in the gain for ever.
            np.nan_to_num(block, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
            peak = np.abs(block).max(axis=0)
        self._sound[:, :ahead] = self._sound[:, -ahead:]
        self._sound[:, ahead:] = block
        calm = float(peak.max()) <= self._ceiling
        if calm and self._idle:
            block[:] = self._sound[:, :-ahead]
        else:
            self._wanted[:ahead] = self._wanted[-ahead:]
            self._wanted[ahead:] = np.minimum(0.0, 20 * np.log10(self._ceiling / np.maximum(peak, 1e-9)))
            held = sliding_window_view(self._wanted, ahead + 1).min(axis=1)
            risen = np.minimum.accumulate(np.minimum(held - self._slope, self._gain[-1]))
            self._gain[:ahead] = self._gain[-ahead:]
            self._gain[ahead:] = risen + self._slope
            smooth = sliding_window_view(self._gain, ahead + 1).mean(axis=1)
            block[:] = self._sound[:, :-ahead] * (10 ** (smooth / 20)).astype(np.float32)
            self._idle = calm and not (self._gain[-ahead - 1 :].any() or self._wanted[-ahead:].any())
        np.clip(block, -self._clamp, self._clamp, out=block)
