"""The loudness guard: however much is played at once, the loudness of any three seconds stays under a ceiling.

A gain follows the loudness, as a hand on a fader would. Behind it is a budget of energy for the last three seconds, of
which no block may spend more than its share, so that the ceiling holds whatever comes.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bedside.sound import exact, sums
from bedside.sound.loudness import OFFSET_LU, k_weighting

# Short-term loudness is the mean over this time (EBU Tech 3341).
WINDOW_SECONDS = 3.0

# The gain aims this far under the ceiling, a margin for what passes before it responds.
_MARGIN_LU = 1.2

# The budget is this far under the ceiling: it measures the input, while the ceiling is for the output.
_BUDGET_LU = 0.25

# Time constants of rising and falling loudness, and the least time in which the rest of the budget may be spent.
_RISE_SECONDS, _FALL_SECONDS, _SPEND_SECONDS = 0.2, 1.2, 0.4

# After the ceiling was lowered, the budget is enforced again once no more than this share of it is spent.
_LENIENT = 0.9

# Time constant with which the gain approaches a new ceiling.
_LOWER_SECONDS = 0.15

# The gain recovers at most this fast.
_CLIMB_DB_PER_SECOND = 10.0

# The fraction of a block in which the gain falls if the block would spend more than its share.
_PLUNGE = 0.25

# A block is filtered in pieces of so many frames: the cost grows with the square of a piece's length.
_PIECE = 32

# The impulse response of the shelf filter has decayed, to −80 dB, after this time.
_SHELF_SECONDS = 64 / 48_000


class LoudnessGuard:
    """Keeps a stereo sound, (2, block) float64, under a ceiling of short-term loudness in LUFS (ITU-R BS.1770-4).

    Of the standard's two filters it omits the high-pass at 38 Hz: deep sound counts a little more than it must.
    """

    def __init__(self, rate: int, block: int, ceiling_lufs: float) -> None:
        self._blocks = math.ceil(WINDOW_SECONDS * rate / block)
        self._rise = 1 - exact.exp(-block / (_RISE_SECONDS * rate))
        self._fall = 1 - exact.exp(-block / (_FALL_SECONDS * rate))
        self._climb = exact.decibels(_CLIMB_DB_PER_SECOND * block / rate)
        self._share = block / (_SPEND_SECONDS * rate)
        self._block = block
        piece = math.gcd(block, _PIECE)
        self._before = round(_SHELF_SECONDS * rate)
        self._shelf = sums.Matrix(_shelf(rate, self._before, piece))
        self._sound = np.zeros((2, self._before + block))
        self._pieces = sliding_window_view(self._sound, self._before + piece, axis=1)[:, ::piece]
        self._columns = np.zeros((2 * (block // piece), self._before + piece)).T
        self._heard = np.zeros((piece, self._columns.shape[1]))
        self._squares = np.zeros_like(self._heard)
        self._sizes = np.zeros((2, block))
        # The bounds of the blocks of which the filter still sees a part.
        self._bounds = deque([0.0] * (1 + -(-self._before // block)))
        self._ramp = np.arange(1, block + 1) / block
        self._plunge = np.minimum(self._ramp / _PLUNGE, 1)
        self._gains = np.ones(block)
        self._lower = exact.exp(-block / (_LOWER_SECONDS * rate))
        # Until the first block, the share that was spent before it.
        self._begun: float | None = 0.0
        self._total = 0.0
        self.limit(ceiling_lufs)

    def limit(self, ceiling_lufs: float) -> None:
        """Set the ceiling; the sound reaches a lower one within half a second, its three-second mean within three."""
        energy = exact.decibels(2 * (ceiling_lufs - OFFSET_LU)) * self._block
        self._aim_wanted = energy * exact.decibels(-2 * _MARGIN_LU)
        self._budget = energy * exact.decibels(-2 * _BUDGET_LU) * self._blocks
        if self._begun is not None:
            # Before its first block a take has only one ceiling, whatever it was before.
            self.clear(self._begun)
        # What was heard under the old ceiling is not counted against the sound.
        self._lenient = self._total > self._budget

    @property
    def spent(self) -> float:
        """The share of the budget of three seconds that is spent, 0–1."""
        return min(max(self._total / self._budget, 0.0), 1.0)

    def clear(self, spent: float = 0.0) -> None:
        """Forget the sound; ``spent`` is the share of the budget that is spent, 0–1."""
        self._quieten()
        self._aim = self._aim_wanted
        self._lenient = False
        self._spent = [0.0] * self._blocks
        self._spent[-1] = self._total = spent * self._budget
        self._begun = spent
        self._at = 0
        self._level = 0.0
        self._gain = 1.0

    def render(self, block: NDArray[np.float64], bound: float | None = None) -> float:
        """Apply the gain that the ceiling allows to a block, in place; return a bound of its samples then.

        No sample of the block is greater than ``bound``; None to let it be found.
        """
        self._begun = None
        if bound is None:
            bound = float(np.maximum.reduce(np.abs(block, out=self._sizes), axis=None))
        self._bounds.rotate()
        self._bounds[0] = bound
        self._sound[:, : self._before] = self._sound[:, -self._before :]
        self._sound[:, self._before :] = block
        self._columns.T.reshape(self._pieces.shape)[:] = self._pieces
        self._shelf.times(self._columns, max(self._bounds), self._heard)
        energy = float(np.add.reduce(np.square(self._heard, out=self._squares), axis=None))
        self._aim = self._aim_wanted + (self._aim - self._aim_wanted) * self._lower
        way = energy - self._level
        self._level += way * (self._rise if way > 0 else self._fall)
        began = self._gain
        gain = self._wanted()
        left = max(0.0, self._budget - self._total + self._spent[self._at]) * self._share
        if self._lenient:
            left = max(left, self._aim)
            self._lenient = self._total > _LENIENT * self._budget
        ramp, part = self._ramp, 1.0
        if energy * max(gain, began) * max(gain, began) > left:
            gain = min(gain, math.sqrt(left / energy))
            # The gain falls as fast as it can without a click.
            ramp, part = self._plunge, _PLUNGE
        self._gain = gain
        self._book(energy * (part * (began * began + began * gain + gain * gain) / 3 + (1 - part) * gain * gain))
        if began < 1 or gain < 1:
            np.multiply(ramp, gain - began, out=self._gains)
            self._gains += began
            block *= self._gains
        return bound * max(began, gain)

    def _quieten(self) -> None:
        self._sound[:] = 0
        for at in range(len(self._bounds)):
            self._bounds[at] = 0.0

    def rest(self) -> None:
        """Process a block of silence."""
        self._begun = None
        self._quieten()
        self._aim = self._aim_wanted + (self._aim - self._aim_wanted) * self._lower
        self._level -= self._level * self._fall
        self._gain = self._wanted()
        self._book(0.0)

    def _wanted(self) -> float:
        """Return the gain for the measured loudness; it recovers slowly, even after the ceiling was raised."""
        gain = 1.0 if self._level <= self._aim else math.sqrt(self._aim / self._level)
        return min(gain, self._gain * self._climb)

    def _book(self, spent: float) -> None:
        self._total += spent - self._spent[self._at]
        self._spent[self._at] = spent
        self._at += 1
        if self._at == self._blocks:
            self._at = 0
            self._total = math.fsum(self._spent)


def _shelf(rate: int, before: int, frames: int) -> NDArray[np.float64]:
    """Return the matrix of the shelf filter: ``before`` + ``frames`` samples in, the last ``frames`` out."""
    b0, b1, b2, _, a1, a2 = k_weighting(rate)[0]
    answer = np.zeros(before + 1)
    for frame, given in enumerate([b0, b1, b2, *[0.0] * (before - 2)]):
        answer[frame] = given - a1 * answer[frame - 1] - a2 * answer[frame - 2]
    late = before + np.arange(frames)[:, None] - np.arange(before + frames)
    return np.where((late >= 0) & (late <= before), answer[np.clip(late, 0, before)], 0.0)
