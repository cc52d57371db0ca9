"""Smoothstep: the cubic from 0 to 1 that is level at both ends (Perlin, *An Image Synthesizer*, 1985)."""

from __future__ import annotations

from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.floating[Any])


@overload
def smoothstep(share: float, rise: float = 1.0) -> float: ...


@overload
def smoothstep(share: NDArray[T], rise: NDArray[T] | float = 1.0) -> NDArray[T]: ...


def smoothstep(share: Any, rise: Any = 1.0) -> Any:
    """Return 3t² − 2t³ at ``share``, 0–1, times ``rise``; a number, or an array of its shape and dtype."""
    return rise * share * share * (3 - 2 * share)
