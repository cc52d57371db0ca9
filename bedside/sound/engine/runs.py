"""Runs of samples from any frame: viewed as items of many bytes, so that numpy copies each run at once."""

from __future__ import annotations

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

F = TypeVar("F", np.float32, np.float64)


class Runs(Generic[F]):
    """All runs of ``frames`` successive samples of an array; the samples may change."""

    def __init__(self, samples: NDArray[F], frames: int) -> None:
        self._row = np.dtype((samples.dtype, (frames,)))
        number = max(samples.size - frames + 1, 0)
        self._items: NDArray[np.void] = np.ndarray(number, f"V{self._row.itemsize}", samples, 0, samples.itemsize)

    def read(self, begins: NDArray[np.int64]) -> NDArray[F]:
        """Return a copy of the runs that begin at these frames, as rows; raise IndexError for one out of range."""
        rows: NDArray[F] = self._items[begins].view(self._row)
        return rows
