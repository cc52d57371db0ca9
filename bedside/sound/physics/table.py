"""The output of a model for one key: a soft and a bright sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bedside.sound.exact import LN_10, falling


@dataclass(frozen=True, slots=True)
class KeyTables:
    """The two sounds of a key, (2, frames): soft, then bright, with the same frequencies and phases.

    The last ``loop`` frames repeat; 0 for a sound that dies away. The voice applies a decay of ``fall`` dB a second,
    which the samples do not contain: so a table of one second can ring for ten.
    """

    samples: NDArray[np.float64]
    loop: int
    fall: float = 0.0

    def as_played(self, frames: int, rate: int) -> NDArray[np.float64]:
        """Return ``frames`` frames of both sounds as a voice plays them: looped, and with the decay."""
        length = self.samples.shape[1]
        at = np.arange(frames if self.loop else min(frames, length))
        past = at >= length
        at[past] = length - self.loop + (at[past] - length) % max(self.loop, 1)
        return np.asarray(self.samples[:, at] * falling(self.fall / 20 * LN_10 / rate, at.size), dtype=np.float64)
