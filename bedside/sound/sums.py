"""Sums of products that give the same bits on every processor, library and system.

A library adds in an order that it chooses by the processor, and each order rounds otherwise. Whole numbers whose sums
stay below 2⁵³ are not rounded at all: so here numbers are made whole before BLAS multiplies and adds them.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Sums of whole numbers are exact up to so many bits. The entries of a `Matrix` are multiples of the inverse of this.
_WHOLE_BITS = 53
_ENTRIES = 2.0**25

# A row or column of numbers below 2 to this power loses bits in a product.
_SMALLEST = -900


def product(a: Floats, b: Floats) -> Floats:
    """Return the matrix product of ``a``, (rows, k), and ``b``, (k, columns).

    Each operand is split into two slices of whole numbers, so small that every sum of their products is a whole number
    below 2⁵³: then BLAS gives the exact sum, in whatever order it adds (Ozaki, Ogita, Oishi & Rump, Numerical
    Algorithms 59, 95 (2012)). The error is about 2⁻⁴² of the greatest of a row times the greatest of a column.
    """
    bits = (_WHOLE_BITS - 1 - (a.shape[1] - 1).bit_length()) // 2
    rows, a_both, a_high = _sliced(a, bits, 1)
    columns, b_both, b_high = _sliced(b, bits, 0)
    made = a_both @ b_both
    made *= math.ldexp(1.0, -bits)
    made += a_high @ b_high
    made *= rows
    made *= columns
    return made


def _sliced(matrix: Floats, bits: int, axis: int) -> tuple[Floats, Floats, Floats]:
    """Return scales along an axis, two slices of whole numbers up to 2 ** ``bits``, and the first of them.

    The matrix is (high + low · 2 ** −bits) · scale. Its rows get them as high, low and its columns as low, high: then a
    product of both is what is missing from the product of the high ones.
    """
    _, exponent = np.frexp(np.max(np.abs(matrix), axis=axis, keepdims=True, initial=0.0))
    exponent = np.maximum(exponent, _SMALLEST)
    scaled = matrix * np.ldexp(1.0, bits - exponent)
    both = np.empty((2, *matrix.shape) if axis == 0 else (matrix.shape[0], 2, matrix.shape[1]))
    low, high = (both[0], both[1]) if axis == 0 else (both[:, 1], both[:, 0])
    np.rint(scaled, out=high)
    scaled -= high
    scaled *= math.ldexp(1.0, bits)
    np.rint(scaled, out=low)
    whole = both.reshape(-1, matrix.shape[1]) if axis == 0 else both.reshape(matrix.shape[0], -1)
    return np.asarray(np.ldexp(1.0, exponent - bits)), whole, high


class Matrix:
    """A constant matrix, (rows, k), whose products with changing signals, (k, columns), are exact sums.

    Its entries are rounded to multiples of 2⁻²⁵, and a signal to so many bits below its peak that sums of products stay
    exact: 25 or more, if the magnitudes of each row add up to less than 8.
    """

    def __init__(self, entries: Floats) -> None:
        self._entries = np.rint(entries * _ENTRIES) / _ENTRIES
        _, greatest = math.frexp(float(np.max(np.sum(np.abs(self._entries), axis=1))) * _ENTRIES)
        # A signal below 2 ** e, in multiples of 2 ** (e − bits), has exact products.
        self.bits = _WHOLE_BITS - greatest

    def times(self, signal: Floats, peak: float, out: Floats) -> None:
        """Write the product with ``signal`` into ``out``.

        ``peak`` is at least the greatest sample of the signal, which is rounded in place.
        """
        _, exponent = math.frexp(peak)
        round_to(exponent - self.bits, signal, out=signal)
        self.times_rounded(signal, out)

    def times_rounded(self, signal: Floats, out: Floats) -> None:
        """Write the product with a signal that is rounded already, as `bits` says, into ``out``."""
        np.dot(self._entries, signal, out=out)


def round_to(exponent: int, values: Floats, out: Floats) -> None:
    """Write ``values``, below 2 ** (50 + ``exponent``), into ``out``, rounded to multiples of 2 ** ``exponent``."""
    coarse = _coarse(exponent)
    np.add(values, coarse, out)
    np.subtract(out, coarse, out)


@functools.cache
def _coarse(exponent: int) -> Floats:
    """Return a number beside which doubles have no finer digits; an array, as numpy would make one each time."""
    return np.array(math.ldexp(1.5, 52 + exponent))
