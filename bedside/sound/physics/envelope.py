"""The edges of a table: it begins at zero without a click and ends in zero without one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rise(frames: int) -> NDArray[np.float64]:
    """Return ``frames`` values that climb as a raised cosine from exactly 0 towards 1, with no step in slope."""
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.arange(frames) / max(frames, 1)), dtype=np.float64)


def faded(tables: NDArray[np.float64], onset: int, fade: int) -> NDArray[np.float64]:
    """Return tables (…, frames) that rise over the first ``onset`` frames and sink to 0 over the last ``fade``.

    The fade is a squared raised cosine: it leaves the natural decay without a corner and passes −70 dB a little
    before the end.
    """
    shaped = tables.copy()
    shaped[..., :onset] *= rise(onset)
    if fade:
        shaped[..., -fade:] *= rise(fade)[::-1] ** 2
    return shaped
