"""Fade tables in and out, so that they begin and end at zero without a click."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bedside.sound import exact


def rise(frames: int) -> NDArray[np.float64]:
    """Return a raised cosine that rises from exactly 0 towards 1 in ``frames`` values."""
    cosine, _ = exact.cosine_sine(np.arange(frames) / (2 * max(frames, 1)))
    return np.asarray(0.5 - 0.5 * cosine, dtype=np.float64)


def faded(tables: NDArray[np.float64], onset: int, fade: int) -> NDArray[np.float64]:
    """Return tables (…, frames) faded in over the first ``onset`` frames and out over the last ``fade``.

    The fade-out is a squared raised cosine: it joins the natural decay smoothly and falls below −70 dB just before the
    end.
    """
    shaped = tables.copy()
    shaped[..., :onset] *= rise(onset)
    if fade:
        shaped[..., -fade:] *= np.square(rise(fade)[::-1])
    return shaped
