"""Runs of samples from any frame: viewed as items of many bytes, so that numpy copies each run at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Runs:
    """All runs of ``frames`` successive float32 samples of an array; the samples may change."""

    def __init__(self, samples: NDArray[np.float32], frames: int) -> None:
        self._row = np.dtype((np.float32, (frames,)))
        number = max(samples.size - frames + 1, 0)
        self._items: NDArray[np.void] = np.ndarray(number, f"V{self._row.itemsize}", samples, 0, samples.itemsize)

    def read(self, begins: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return a copy of the runs that begin at these frames, as rows; raise IndexError for one out of range."""
        rows: NDArray[np.float32] = self._items[begins].view(self._row)
        return rows
