"""What every model of an instrument makes of one key, before it is levelled and stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Table:
    """The two sounds of a key, (2, frames): soft, then bright, of the same frequencies and phases.

    ``loop`` frames before the end lies the frame that follows the last one; 0 where the sound dies away.
    """

    samples: NDArray[np.float64]
    loop: int
