"""Complex numbers as two arrays of real ones, because numpy multiplies complex ones otherwise on each processor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bedside.sound import exact


@dataclass(frozen=True, slots=True, eq=False)
class Phasors:
    """Complex amplitudes: real and imaginary parts, two arrays of one shape."""

    real: NDArray[np.float64]
    imag: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of both arrays."""
        return self.real.shape

    @property
    def square(self) -> NDArray[np.float64]:
        """The squared magnitudes."""
        return np.asarray(np.square(self.real) + np.square(self.imag), dtype=np.float64)

    @property
    def size(self) -> NDArray[np.float64]:
        """The magnitudes."""
        return np.asarray(np.sqrt(self.square), dtype=np.float64)

    @property
    def conjugate(self) -> Phasors:
        """The conjugates."""
        return Phasors(self.real, -self.imag)

    @property
    def inverse(self) -> Phasors:
        """1 divided by each."""
        return self.conjugate * (1 / self.square)

    @property
    def quarter_back(self) -> Phasors:
        """Each turned back by a quarter, which is multiplied by −i."""
        return Phasors(self.imag, -self.real)

    @property
    def transposed(self) -> Phasors:
        """Both arrays transposed."""
        return Phasors(self.real.T, self.imag.T)

    def __getitem__(self, at: Any) -> Phasors:
        return Phasors(self.real[at], self.imag[at])

    def __neg__(self) -> Phasors:
        return Phasors(-self.real, -self.imag)

    def __add__(self, other: Phasors) -> Phasors:
        return Phasors(self.real + other.real, self.imag + other.imag)

    def __sub__(self, other: Phasors) -> Phasors:
        return Phasors(self.real - other.real, self.imag - other.imag)

    def __mul__(self, other: Phasors | NDArray[np.float64] | float) -> Phasors:
        if isinstance(other, Phasors):
            return Phasors(
                self.real * other.real - self.imag * other.imag, self.real * other.imag + self.imag * other.real
            )
        return Phasors(self.real * other, self.imag * other)

    def reshape(self, *shape: int) -> Phasors:
        """Return them in another shape."""
        return Phasors(self.real.reshape(*shape), self.imag.reshape(*shape))


def turned(turns: ArrayLike, size: NDArray[np.float64] | float = 1.0) -> Phasors:
    """Return phasors of a ``size`` at angles in ``turns`` of 2π."""
    cosine, sine = exact.cosine_sine(turns)
    return Phasors(size * cosine, size * sine)


def purely_real(values: NDArray[np.float64]) -> Phasors:
    """Return phasors without imaginary parts."""
    return Phasors(values, np.zeros(values.shape))


def silent(*shape: int) -> Phasors:
    """Return phasors of 0."""
    return Phasors(np.zeros(shape), np.zeros(shape))


def concatenated(several: Sequence[Phasors], axis: int) -> Phasors:
    """Concatenate phasors along an axis."""
    return Phasors(
        np.concatenate([one.real for one in several], axis), np.concatenate([one.imag for one in several], axis)
    )
