"""The return of sound from silence: a fade-in, and a limit to how fast what comes out of it may rise.

A fade-in alone does not keep a return soft: a sound has a rise of its own, such as the attack of a pad or the stroke of
a marimba, and the two add up. So the level that is heard is followed, and the gain lowered where the level would
otherwise rise by more than `PACE_DB` within 50 ms above the profile's floor. Of sound that rises no faster, no bit is
changed.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from bedside.sound import exact
from bedside.sound.profiles import RISE_DB_PER_50_MS

# A sound at this level or below is silent; a fade-in begins here.
SILENT_DB = -60.0

# The fade-in is linear in decibels.
FADE_SECONDS = -SILENT_DB / RISE_DB_PER_50_MS * 0.05 * 1.4

# The rise is limited for this time, and then until the gain is back at 1. Later strokes are the hand's own.
LIMIT_SECONDS = 0.5

# The level may rise by this much within 50 ms: less than promised, as a block is shorter than what is measured. Within
# that time it rises no faster than this pace.
PACE_DB = 0.85 * RISE_DB_PER_50_MS
_STEADY_DB = 0.8 * RISE_DB_PER_50_MS
_SPAN_SECONDS = 0.05

# The level is the mean over this time.
_MEAN_SECONDS = 0.008

# Below this, under the loudest mean of three seconds, nobody is startled by whatever rises.
_FLOOR_LU = 30.0

# The envelope of the sound falls at most this fast in 50 ms, so that it bridges the period of the lowest notes.
_FALL_DB = 12.0

# The fraction of a block in which the gain falls.
_PLUNGE = 0.125

# Samples are rounded to whole numbers of this size before they are squared, so that the sum is exact in any order. What
# is above ±2 is far too loud anyway, and clipped.
_UNIT = 2.0**-20
_MOST = 2.0


class Rise:
    """Fades a stereo sound in, (2, block) float64, and limits its rise; idle until it `begin`s."""

    def __init__(self, rate: int, block: int, loudness_lufs: float) -> None:
        self._fading = max(1, math.ceil(FADE_SECONDS * rate / block))
        self._limiting = max(1, math.ceil(LIMIT_SECONDS * rate / block))
        self._done = 0
        self._active = False
        self._ramp = np.arange(1, block + 1) / block
        self._plunge = np.minimum(self._ramp / _PLUNGE, 1.0)
        self._whole = np.zeros((2, block))
        # All that follows is power: mean squares, and their factors.
        blocks = _SPAN_SECONDS * rate / block
        self._steady = exact.decibels(2 * _STEADY_DB / blocks)
        self._pace = exact.decibels(2 * PACE_DB)
        self._fall = exact.decibels(-2 * _FALL_DB / blocks)
        self._recent: deque[float] = deque(maxlen=max(1, round(_MEAN_SECONDS * rate / block)))
        self._heard: deque[float] = deque(maxlen=max(1, math.ceil(blocks)))
        self._floor = self._cap = self._envelope = 0.0
        self._gain = 1.0
        self.limit(loudness_lufs)

    @property
    def active(self) -> bool:
        """Whether the sound may still be changed."""
        return self._active

    def limit(self, loudness_lufs: float) -> None:
        """Set the floor, which is reckoned from the profile's ceiling; that may come just after the beginning."""
        self._floor = exact.decibels(2 * (loudness_lufs - _FLOOR_LU))
        if not self._done:
            self._cap = self._floor

    def begin(self) -> None:
        """Start at silence."""
        self._active = True
        self._done = 0
        self._cap = self._floor
        self._envelope = 0.0
        self._gain = 1.0
        self._recent.clear()
        self._heard.clear()
        self._heard.append(0.0)

    def end(self) -> None:
        """Leave the sound as it is from now on."""
        self._active = False

    def render(self, sound: NDArray[np.float64]) -> None:
        """Process a block in place."""
        if self._done < self._fading:
            sound *= exact.decibels(SILENT_DB * (1 - (self._done + self._ramp) / self._fading))
        self._done += 1
        self._limit(sound)
        if self._done >= self._limiting and self._gain == 1:
            self._active = False

    def _limit(self, sound: NDArray[np.float64]) -> None:
        """Lower the gain where the level would rise faster than it may."""
        power = self._power(sound)
        self._envelope = max(power, self._envelope * self._fall)
        cap = self._cap
        if self._done <= self._limiting:
            cap = min(cap, max(min(self._heard), self._floor) * self._pace)
        began = self._gain
        self._gain = gain = 1.0 if self._envelope <= cap else math.sqrt(cap / self._envelope)
        if began < 1 or gain < 1:
            sound *= began + (gain - began) * (self._plunge if gain < began else self._ramp)
            power = self._power(sound)
        self._recent.append(power)
        self._heard.append(math.fsum(self._recent) / len(self._recent))
        if self._done <= self._limiting:
            cap = max(min(cap, self._envelope), self._floor)
        self._cap = cap * self._steady

    def _power(self, sound: NDArray[np.float64]) -> float:
        """Return the mean square of a block; what is no number counts as the loudest."""
        whole = self._whole
        np.clip(sound, -_MOST, _MOST, out=whole)
        whole /= _UNIT
        np.rint(whole, out=whole)
        np.square(whole, out=whole)
        power = float(np.add.reduce(whole, axis=None)) * (_UNIT * _UNIT / whole.size)
        return power if power <= _MOST * _MOST else _MOST * _MOST
