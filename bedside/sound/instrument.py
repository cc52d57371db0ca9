"""An instrument ready to play: every note of it synthesised ahead, at its exact pitch, in one pool of samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A voice may read this many frames past the end of a table: the longest block there is.
GUARD = 256


@dataclass(frozen=True, slots=True)
class Instrument:
    """The baked tables of one patch at one sample rate.

    ``pool`` is one row of float32 samples, mono, which holds a soft and a bright table for each key from ``lowest`` to
    ``highest``. For the key ``lowest + i`` they begin at ``soft[i]`` and ``bright[i]`` and are both ``length[i]``
    frames long; `GUARD` more frames follow each: zeros where ``loop[i]`` is 0, else the continuation of the loop. A
    voice that reaches ``length[i]`` is over where ``loop[i]`` is 0, else goes back by ``loop[i]`` frames. The index
    arrays are int64.

    ``release`` is the time in seconds in which a note falls by 60 dB once the hand leaves it, infinite where it rings
    on as it was struck. ``sustained`` says whether a held note sounds for as long as it is held.
    """

    name: str
    picture: str
    lowest: int
    highest: int
    sustained: bool
    release: float
    rate: int
    pool: NDArray[np.float32]
    soft: NDArray[np.int64]
    bright: NDArray[np.int64]
    length: NDArray[np.int64]
    loop: NDArray[np.int64]

    def nearest(self, key: int) -> int:
        """Return the key that sounds for a MIDI key: itself, or the nearest octave of it within the range."""
        while key < self.lowest:
            key += 12
        while key > self.highest:
            key -= 12
        return min(max(key, self.lowest), self.highest)
