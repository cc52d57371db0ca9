"""What a model of an instrument makes for one key: its soft and its bright sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class KeyTables:
    """The two sounds of a key, (2, frames): soft, then bright, of the same frequencies and phases.

    ``loop`` frames before the end lies the frame that follows the last one; 0 where the sound dies away. The player
    lets it fall by ``fall`` dB a second, which the samples leave out: so a ringing sound, whose last partials alone are
    left in the loop, is a second long and yet dies away over ten.
    """

    samples: NDArray[np.float64]
    loop: int
    fall: float = 0.0

    def as_played(self, frames: int, rate: int) -> NDArray[np.float64]:
        """Return ``frames`` of both sounds as a voice plays them: round the loop, and falling."""
        length = self.samples.shape[1]
        at = np.arange(frames if self.loop else min(frames, length))
        past = at >= length
        at[past] = length - self.loop + (at[past] - length) % max(self.loop, 1)
        falling = 10 ** (-self.fall / 20 / rate * np.arange(at.size))
        return np.asarray(self.samples[:, at] * falling, dtype=np.float64)
