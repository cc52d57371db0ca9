"""The loudness guard: however much is played at once, the sound of any three seconds stays under a ceiling.

A gain follows how loud the sound is, as a good hand on a fader would; behind it stands an account of the last three
seconds, of which no block may spend more than its share, so that the ceiling holds whatever comes.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bedside.sound.loudness import OFFSET_LU, k_weighting

# Short-term loudness is the mean of so many seconds (EBU Tech 3341).
WINDOW_SECONDS = 3.0

# The gain aims this far under the ceiling, which pays for what comes before it has answered.
_MARGIN_LU = 1.2

# The account is kept this far under the ceiling: it weights what comes in, the ceiling is for what goes out.
_ACCOUNT_LU = 0.25

# How fast loudness is noticed, how slowly it is forgotten, and in which time at the least what is left is spent.
_RISE_SECONDS, _FALL_SECONDS, _SPEND_SECONDS = 0.2, 1.2, 0.4

# How fast the gain comes back at most.
_CLIMB_DB_PER_SECOND = 10.0

# The part of a block in which the gain falls where a block would spend more than its share.
_PLUNGE = 0.25

# The filters go through a block in pieces of so many frames: their cost grows with the square of a piece.
_PIECE = 128

# Two sections of second order.
_STATES = 4

# The energy of a block that cannot be heard at any gain.
_FAINT = 1e-18


class LoudnessGuard:
    """Keeps a stereo sound, (2, block) float32, under a ceiling of short-term loudness in LUFS (ITU-R BS.1770-4)."""

    def __init__(self, rate: int, block: int, ceiling_lufs: float) -> None:
        self._blocks = math.ceil(WINDOW_SECONDS * rate / block)
        self._rise = 1 - math.exp(-block / (_RISE_SECONDS * rate))
        self._fall = 1 - math.exp(-block / (_FALL_SECONDS * rate))
        self._climb = 10 ** (_CLIMB_DB_PER_SECOND / 20 * block / rate)
        self._share = block / (_SPEND_SECONDS * rate)
        self._block = block
        piece = math.gcd(block, _PIECE)
        pieces = block // piece
        self._rows = (2 * pieces, piece)
        self._passes, self._leaves, self._adds, step = _piecewise(k_weighting(rate), piece)
        self._relay = _relay(step, pieces)
        # The state of the filters before the block, then what each piece of it leaves in them.
        self._left = np.zeros((2, _STATES * (pieces + 1)), np.float32)
        self._ramp = np.arange(1, block + 1, dtype=np.float32) / np.float32(block)
        self._plunge = np.minimum(self._ramp / np.float32(_PLUNGE), np.float32(1))
        self._gains = np.ones(block, np.float32)
        self._spent = [0.0] * self._blocks
        self.limit(ceiling_lufs)
        self.clear()

    def limit(self, ceiling_lufs: float) -> None:
        """Set the ceiling; a lower one is reached within some tenths of a second."""
        energy = 10 ** ((ceiling_lufs - OFFSET_LU) / 10) * self._block
        self._aim = energy * 10 ** (-_MARGIN_LU / 10)
        self._account = energy * 10 ** (-_ACCOUNT_LU / 10) * self._blocks

    def clear(self) -> None:
        """Forget all that was heard."""
        self._left[:] = 0
        for index in range(self._blocks):
            self._spent[index] = 0.0
        self._at = 0
        self._total = self._level = 0.0
        self._gain = 1.0

    def render(self, block: NDArray[np.float32]) -> None:
        """Bring a block to the gain that the ceiling allows."""
        pieces = block.reshape(self._rows)
        heard = pieces @ self._passes
        self._left[:, _STATES:] = (pieces @ self._leaves).reshape(2, -1)
        states = self._left @ self._relay
        self._left[:, :_STATES] = states[:, -_STATES:]
        heard += states[:, :-_STATES].reshape(-1, _STATES) @ self._adds
        energy = float(np.vdot(heard, heard))
        if energy < _FAINT:
            # What rings in the filters would become denormal.
            self._left[:] = 0
        way = energy - self._level
        self._level += way * (self._rise if way > 0 else self._fall)
        began = self._gain
        gain = self._wanted()
        left = max(0.0, self._account - self._total + self._spent[self._at])
        ramp, part = self._ramp, 1.0
        if energy * max(gain, began) ** 2 > left * self._share:
            gain = min(gain, math.sqrt(left * self._share / energy))
            # What comes so suddenly is met as fast as can be without a click.
            ramp, part = self._plunge, _PLUNGE
        self._gain = gain
        self._book(energy * (part * (began * began + began * gain + gain * gain) / 3 + (1 - part) * gain * gain))
        if began < 1 or gain < 1:
            np.multiply(ramp, np.float32(gain - began), out=self._gains)
            self._gains += np.float32(began)
            block *= self._gains

    def rest(self) -> None:
        """Let a block of silence pass."""
        self._left[:] = 0
        self._level -= self._level * self._fall
        self._gain = self._wanted()
        self._book(0.0)

    def _wanted(self) -> float:
        """Return the gain for what is heard; it comes back slowly, also where the ceiling was raised."""
        gain = 1.0 if self._level <= self._aim else math.sqrt(self._aim / self._level)
        return min(gain, self._gain * self._climb)

    def _book(self, spent: float) -> None:
        self._total += spent - self._spent[self._at]
        self._spent[self._at] = spent
        self._at += 1
        if self._at == self._blocks:
            self._at = 0
            self._total = math.fsum(self._spent)


def _piecewise(
    sections: NDArray[np.float64], frames: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], NDArray[np.float64]]:
    """Return a filter of two second-order sections, (2, 6), as matrices that take rows of ``frames`` samples at once.

    By the first, samples give what passes, from silence; by the second, what they leave in the filter's state; by the
    third a state gives what it adds to what passes, and by the fourth what is left of it. Computed in the transposed
    direct form.
    """
    given = np.eye(frames + _STATES)
    state = given[:, frames:].copy()
    passed = np.zeros((frames + _STATES, frames))
    for frame in range(frames):
        sample = given[:, frame]
        for number, (b0, b1, b2, _, a1, a2) in enumerate(sections):
            first, second = 2 * number, 2 * number + 1
            output = b0 * sample + state[:, first]
            state[:, first] = b1 * sample - a1 * output + state[:, second]
            state[:, second] = b2 * sample - a2 * output
            sample = output
        passed[:, frame] = sample
    single = np.float32
    return passed[:frames].astype(single), state[:frames].astype(single), passed[frames:].astype(single), state[frames:]


def _relay(step: NDArray[np.float64], pieces: int) -> NDArray[np.float32]:
    """Return the matrix that takes a state and what each piece leaves to the states before each piece, and the last."""
    relay = np.zeros((pieces + 1, _STATES, pieces + 1, _STATES))
    for source in range(pieces + 1):
        carried = np.eye(_STATES)
        for piece in range(source, pieces + 1):
            relay[source, :, piece] = carried
            carried = carried @ step
    return relay.reshape((pieces + 1) * _STATES, -1).astype(np.float32)
