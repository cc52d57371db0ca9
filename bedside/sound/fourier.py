"""The Fourier transform, made of sums and products of real arrays: the same bits on every processor.

A length whose prime factors are at most 11 is transformed in passes of small butterflies (Stockham), each over whole
arrays; a long one as a matrix, along its columns and then along its rows (Bailey, J. Supercomputing 4, 23 (1990)); any
other by a convolution of such a length (Bluestein, IEEE Trans. Audio Electroacoustics 18, 451 (1970)).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bedside.sound import exact
from bedside.sound.phasors import Phasors, silent, turned

_PRIMES = (2, 3, 5, 7, 11)

# A transform up to this length is made in one go; many of them side by side up to the second.
_SHORT, _SIDE_BY_SIDE = 96, 2048

# Butterflies are made of so many numbers at a time.
_CACHED = 49_152


def fast_length(least: int) -> int:
    """Return the next length from ``least`` up that is transformed fast: its prime factors are at most 11."""
    return next(length for length in _fast_lengths(max(least - 1, 1).bit_length()) if length >= least)


@lru_cache(maxsize=32)
def _fast_lengths(bits: int) -> tuple[int, ...]:
    """Return all fast lengths up to 2 ** ``bits``, from over a half of it."""
    most = 1 << bits
    lengths = {1}
    for prime in _PRIMES:
        grown = lengths
        while grown:
            grown = {length * prime for length in grown if length * prime <= most}
            lengths |= grown
    return tuple(sorted(length for length in lengths if length > most // 2 or bits == 1))


def transform(signal: Phasors) -> Phasors:
    """Return the spectra Σ x exp(−2πi kn / N), (…, N), of signals (…, N)."""
    length = signal.shape[-1]
    rows = signal.reshape(-1, length)
    if _rest(length) > 1:
        made = _by_convolution(rows)
    elif length <= _SHORT or (length <= _SIDE_BY_SIDE and rows.shape[0] > 8):
        made = silent(*rows.shape)
        for part in _parts(rows.shape[0], length):
            one = _columns(Phasors(rows.real[part].T, rows.imag[part].T))
            made.real[part], made.imag[part] = one.real.T, one.imag.T
    else:
        made = silent(*rows.shape)
        for row in range(rows.shape[0]):
            one = _as_matrix(rows.real[row], rows.imag[row])
            made.real[row], made.imag[row] = one.real, one.imag
    return made.reshape(*signal.shape)


def inverse(spectrum: Phasors) -> Phasors:
    """Return the signals, (…, N), of spectra (…, N)."""
    # With real and imaginary parts exchanged, the forward transform is the inverse one.
    made = transform(Phasors(spectrum.imag, spectrum.real))
    scale = 1 / spectrum.shape[-1]
    return Phasors(made.imag * scale, made.real * scale)


def real_transform(signal: NDArray[np.float64], length: int) -> Phasors:
    """Return the spectra, (…, length // 2 + 1), of real signals (…, frames), padded with zeros to ``length``."""
    rows = signal.reshape(-1, signal.shape[-1])
    pairs = -(-rows.shape[0] // 2)
    both = silent(pairs, length)
    both.real[:, : rows.shape[1]] = rows[0::2]
    both.imag[: rows.shape[0] // 2, : rows.shape[1]] = rows[1::2]
    # One transform is of two signals, as its real and its imaginary part.
    made = transform(both)
    half = length // 2 + 1
    there = made[:, :half]
    back = made[:, (-np.arange(half)) % length]
    out = silent(2 * pairs, half)
    out.real[0::2], out.imag[0::2] = 0.5 * (there.real + back.real), 0.5 * (there.imag - back.imag)
    out.real[1::2], out.imag[1::2] = 0.5 * (there.imag + back.imag), 0.5 * (back.real - there.real)
    return out[: rows.shape[0]].reshape(*signal.shape[:-1], half)


def real_inverse(spectrum: Phasors, length: int) -> NDArray[np.float64]:
    """Return the real signals, (…, length), of spectra (…, length // 2 + 1).

    The imaginary part of the first line counts as 0, and that of the last if the length is even.
    """
    half = length // 2 + 1
    rows = spectrum.reshape(-1, half)
    pairs = -(-rows.shape[0] // 2)
    # One transform is of two signals, as its real and its imaginary part; which are exchanged, as in `inverse`.
    both = silent(pairs, length)
    one, other = rows[0::2], rows[1::2]
    second = slice(0, rows.shape[0] // 2)
    both.imag[:, :half] = one.real
    both.real[:, :half] = one.imag
    both.imag[second, :half] -= other.imag
    both.real[second, :half] += other.real
    mirrored = slice((length - 1) // 2, 0, -1)
    both.imag[:, half:] = one.real[:, mirrored]
    both.real[:, half:] = -one.imag[:, mirrored]
    both.imag[second, half:] += other.imag[:, mirrored]
    both.real[second, half:] += other.real[:, mirrored]
    for line in (0,) if length % 2 else (0, half - 1):
        both.imag[:, line] = one.real[:, line]
        both.real[:, line] = 0.0
        both.real[second, line] = other.real[:, line]
    made = transform(both)
    out = np.empty((2 * pairs, length))
    scale = 1 / length
    np.multiply(made.imag, scale, out=out[0::2])
    np.multiply(made.real, scale, out=out[1::2])
    return out[: rows.shape[0]].reshape(*spectrum.shape[:-1], length)


def _rest(length: int) -> int:
    """Return what is left of a length without its small prime factors."""
    for prime in _PRIMES:
        while length % prime == 0:
            length //= prime
    return length


def _as_matrix(real: NDArray[np.float64], imag: NDArray[np.float64]) -> Phasors:
    """Return the transform of one long signal, as a matrix: along its columns, turned, and along its rows."""
    down, across = _sides(real.size)
    turning = _turning(real.size)
    middle = silent(across, down)
    for part in _parts(across, down):
        columns = Phasors(real.reshape(down, across)[:, part], imag.reshape(down, across)[:, part])
        one = _columns(columns)
        _turn(one.real, one.imag, turning[:, part])
        middle.real[part], middle.imag[part] = one.real.T, one.imag.T
    made = silent(across, down)
    for part in _parts(down, across):
        other = _columns(middle[:, part])
        made.real[:, part], made.imag[:, part] = other.real, other.imag
    return made.reshape(-1)


def _parts(columns: int, length: int) -> Iterator[slice]:
    """Yield so many columns of some length at a time that they stay in the processor's cache."""
    width = max(16, _CACHED // length)
    for first in range(0, columns, width):
        yield slice(first, first + width)


def _sides(length: int) -> tuple[int, int]:
    """Return two factors of a length, as near to each other as they are."""
    down = math.isqrt(length)
    while length % down:
        down -= 1
    return down, length // down


@lru_cache(maxsize=2)
def _turning(length: int) -> Phasors:
    """Return by how much each element of the matrix is turned between columns and rows: −row · column / length."""
    down, across = _sides(length)
    few = math.isqrt(across - 1) + 1
    row = np.arange(down)[:, None]
    low = turned(-(row * np.arange(few) % length) / length)
    high = turned(-(row * (few * np.arange(-(-across // few))) % length) / length)
    every = high.reshape(down, -1, 1) * low.reshape(down, 1, few)
    return every.reshape(down, -1)[:, :across]


@lru_cache(maxsize=16)
def _circle(length: int) -> Phasors:
    """Return exp(−2πi k / length) for every k."""
    return turned(-np.arange(length) / length)


def _columns(signals: Phasors) -> Phasors:
    """Return the transforms of the columns of a matrix, (length, columns)."""
    length, columns = signals.shape
    real, imag = np.ascontiguousarray(signals.real), np.ascontiguousarray(signals.imag)
    left, done = length, 1
    while left > 1:
        radix = next(prime for prime in (4, *_PRIMES) if left % prime == 0)
        left //= radix
        x = Phasors(real, imag).reshape(radix, left, done * columns)
        y = Phasors(np.empty((left, radix, done * columns)), np.empty((left, radix, done * columns)))
        _BUTTERFLIES.get(radix, _butterfly)(x, y)
        if left > 1:
            circle = _circle(length)
            for branch in range(1, radix):
                turn = circle[branch * done * np.arange(left)].reshape(left, 1)
                _turn(y.real[:, branch], y.imag[:, branch], turn)
        real, imag = y.real, y.imag
        done *= radix
    return Phasors(real.reshape(length, columns), imag.reshape(length, columns))


def _turn(real: NDArray[np.float64], imag: NDArray[np.float64], turn: Phasors) -> None:
    """Turn complex numbers in place."""
    crossed = real * turn.imag
    aside = imag * turn.imag
    real *= turn.real
    real -= aside
    imag *= turn.real
    imag += crossed


def _butterfly_2(x: Phasors, y: Phasors) -> None:
    for one, made in ((x.real, y.real), (x.imag, y.imag)):
        np.add(one[0], one[1], out=made[:, 0])
        np.subtract(one[0], one[1], out=made[:, 1])


def _butterfly_4(x: Phasors, y: Phasors) -> None:
    even, odd = x[0] + x[2], x[1] + x[3]
    apart, aside = x[0] - x[2], x[1] - x[3]
    np.add(even.real, odd.real, out=y.real[:, 0])
    np.add(even.imag, odd.imag, out=y.imag[:, 0])
    np.subtract(even.real, odd.real, out=y.real[:, 2])
    np.subtract(even.imag, odd.imag, out=y.imag[:, 2])
    np.add(apart.real, aside.imag, out=y.real[:, 1])
    np.subtract(apart.imag, aside.real, out=y.imag[:, 1])
    np.subtract(apart.real, aside.imag, out=y.real[:, 3])
    np.add(apart.imag, aside.real, out=y.imag[:, 3])


def _butterfly(x: Phasors, y: Phasors) -> None:
    """Transform an odd number of rows; rows equally far from both ends share their sums and differences."""
    radix = x.shape[0]
    half = range(1, radix // 2 + 1)
    sums = [x[near] + x[radix - near] for near in half]
    apart = [x[near] - x[radix - near] for near in half]
    cosine, sine = exact.cosine_sine(np.arange(radix) / radix)
    y.real[:, 0], y.imag[:, 0] = x.real[0], x.imag[0]
    for one in sums:
        y.real[:, 0] += one.real
        y.imag[:, 0] += one.imag
    for branch in half:
        real, imag = x.real[0].copy(), x.imag[0].copy()
        over, under = np.zeros(real.shape), np.zeros(real.shape)
        for near, one, other in zip(half, sums, apart, strict=True):
            at = branch * near % radix
            real += one.real * cosine[at]
            imag += one.imag * cosine[at]
            over += other.imag * sine[at]
            under += other.real * sine[at]
        np.add(real, over, out=y.real[:, branch])
        np.subtract(imag, under, out=y.imag[:, branch])
        np.subtract(real, over, out=y.real[:, radix - branch])
        np.add(imag, under, out=y.imag[:, radix - branch])


_BUTTERFLIES = {2: _butterfly_2, 4: _butterfly_4}


def _by_convolution(rows: Phasors) -> Phasors:
    """Return the transforms of rows of any length: kn = (k² + n² − (k − n)²) / 2 makes of it a convolution."""
    length = rows.shape[-1]
    chirp, answer = _chirp(length)
    padded = silent(rows.shape[0], answer.shape[0])
    turned_rows = rows * chirp
    padded.real[:, :length], padded.imag[:, :length] = turned_rows.real, turned_rows.imag
    return inverse(transform(padded) * answer)[:, :length] * chirp


@lru_cache(maxsize=4)
def _chirp(length: int) -> tuple[Phasors, Phasors]:
    """Return exp(−πi n² / length), and the spectrum of its conjugate, mirrored and padded to a fast length."""
    n = np.arange(length)
    chirp = turned(-(n * n % (2 * length)) / (2 * length))
    whole = silent(fast_length(2 * length - 1))
    whole.real[:length], whole.imag[:length] = chirp.real, -chirp.imag
    whole.real[-length + 1 :], whole.imag[-length + 1 :] = chirp.real[:0:-1], -chirp.imag[:0:-1]
    return chirp, transform(whole)
