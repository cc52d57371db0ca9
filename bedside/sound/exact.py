"""Elementary functions that give the same bits on every processor, library and system.

IEEE 754 fixes the result of one sum, product, quotient or square root to the bit, and nothing else: sines and
exponentials come from libraries that choose their method by the processor. So here a function is a table and a short
series, computed by numpy one operation at a time. Errors are a few 10⁻¹⁶. Arguments are finite.
"""

from __future__ import annotations

import math
from typing import TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

N = TypeVar("N", float, Floats)

PI = 3.141592653589793
TAU = 2 * PI
LN_2 = 0.6931471805599453
LN_10 = 2.302585092994046
_LOG2_10 = 3.321928094887362
_LOG2_E = 1.4426950408889634

# Steps of the tables in an octave, and in a turn.
_STEPS = 256

# Exponents are clipped to these: the lesser gives 0, the greater the greatest numbers.
_LEAST, _MOST = -1100.0, 1023.99


@overload
def exp2(x: float) -> float: ...
@overload
def exp2(x: ArrayLike) -> Floats: ...
def exp2(x: float | ArrayLike) -> Floats | float:
    """Return 2 to the power ``x``; a plain number for a plain number, with the bits of an array's."""
    if isinstance(x, int | float):
        scaled_number = min(max(float(x), _LEAST), _MOST) * _STEPS
        whole = round(scaled_number)
        return math.ldexp(_near_one(scaled_number - whole) * _OCTAVE.item(whole & _STEPS - 1), whole >> 8)
    scaled = np.clip(np.asarray(x, dtype=np.float64), _LEAST, _MOST) * _STEPS
    near = np.rint(scaled)
    step = near.astype(np.int64)
    return np.asarray(
        np.ldexp(_near_one(scaled - near) * _OCTAVE.take(step & _STEPS - 1), (step >> 8).astype(np.int32))
    )


def _near_one(steps: N) -> N:
    """Return 2 to the power of at most half a step, by the series of exp."""
    fine = steps * (LN_2 / _STEPS)
    # It is under 0.0014: the next term is under 10⁻¹⁶.
    return (((fine * (1 / 24) + 1 / 6) * fine + 0.5) * fine + 1.0) * fine + 1.0


@overload
def exp(x: float) -> float: ...
@overload
def exp(x: ArrayLike) -> Floats: ...
def exp(x: float | ArrayLike) -> Floats | float:
    """Return e to the power ``x``; a plain number for a plain number."""
    return exp2(x * _LOG2_E if isinstance(x, int | float) else np.asarray(x, dtype=np.float64) * _LOG2_E)


@overload
def decibels(db: float) -> float: ...
@overload
def decibels(db: ArrayLike) -> Floats: ...
def decibels(db: float | ArrayLike) -> Floats | float:
    """Return the amplitude ratio of a level in decibels, 10 ** (``db`` / 20); a plain number for a plain number."""
    factor = _LOG2_10 / 20
    return exp2(db * factor if isinstance(db, int | float) else np.asarray(db, dtype=np.float64) * factor)


def falling(nepers: float, frames: int) -> Floats:
    """Return the gain of a decay by ``nepers`` a frame, from 1, in ``frames`` values, from a few exponentials."""
    few = math.isqrt(max(frames, 1)) + 1
    low = exp(-nepers * np.arange(few))
    high = exp(-nepers * few * np.arange(-(-frames // few)))
    return np.asarray((high[:, None] * low).reshape(-1)[:frames])


def log(x: ArrayLike) -> Floats:
    """Return the natural logarithm of ``x``, which is over 0."""
    mantissa, exponent = np.frexp(np.asarray(x, dtype=np.float64))
    # From the mantissa's 0.5–1 to 0.7–1.4, so that the logarithm of a number near 1 is precise.
    small = mantissa < 0.7
    mantissa = np.where(small, 2 * mantissa, mantissa)
    exponent = exponent - small
    step = np.rint(mantissa * 128).astype(np.int64) - _FIRST_LOG
    fine = (mantissa - _LOG_AT.take(step)) * _LOG_INVERSE.take(step)
    # |fine| is under 0.0056: the next term of the series of log(1 + fine) is under 10⁻¹⁸.
    series = fine * (1 / 7) - 1 / 6
    series = series * fine + 1 / 5
    series = series * fine - 1 / 4
    series = series * fine + 1 / 3
    series = series * fine - 1 / 2
    series = series * fine * fine + fine
    return np.asarray(exponent * LN_2 + (series + _LOG_OF.take(step)))


def log2(x: ArrayLike) -> Floats:
    """Return the logarithm of ``x``, which is over 0, to the base 2."""
    return np.asarray(log(x) * _LOG2_E)


def level_db(ratio: ArrayLike) -> Floats:
    """Return the level in decibels of an amplitude ratio over 0, 20 log₁₀ ``ratio``."""
    return np.asarray(log(ratio) * (20 / LN_10))


def power(base: ArrayLike, exponent: ArrayLike) -> Floats:
    """Return ``base``, over 0, to the power ``exponent``."""
    return exp2(log2(base) * np.asarray(exponent, dtype=np.float64))


@overload
def cosine_sine(turns: float) -> tuple[float, float]: ...
@overload
def cosine_sine(turns: ArrayLike) -> tuple[Floats, Floats]: ...
def cosine_sine(turns: float | ArrayLike) -> tuple[Floats, Floats] | tuple[float, float]:
    """Return the cosine and the sine of angles in ``turns`` of 2π, less than 2⁴⁵; plain numbers for a plain number."""
    if isinstance(turns, int | float):
        scaled_number = float(turns) * _STEPS
        whole = round(scaled_number)
        at = whole & _STEPS - 1
        return _beyond(scaled_number - whole, _COSINE.item(at), _SINE.item(at))
    scaled = np.asarray(turns, dtype=np.float64) * _STEPS
    near = np.rint(scaled)
    step = near.astype(np.int64) & _STEPS - 1
    return _beyond(scaled - near, _COSINE.take(step), _SINE.take(step))


def _beyond(steps: N, far_cosine: N, far_sine: N) -> tuple[N, N]:
    """Return the cosine and the sine of the angle that lies at most half a step beyond another one."""
    angle = steps * (TAU / _STEPS)
    square = angle * angle
    # |angle| is under 0.0123: the next terms of both series are under 10⁻¹⁷.
    sine = ((square * (1 / 120) - 1 / 6) * square + 1.0) * angle
    # One less than the cosine, which keeps the bits that it would lose beside 1.
    less = ((square * (-1 / 720) + 1 / 24) * square - 0.5) * square
    return far_cosine + (far_cosine * less - far_sine * sine), far_sine + (far_sine * less + far_cosine * sine)


def turns_of(x: float, y: float) -> float:
    """Return the angle of the point (``x``, ``y``) in turns, from −0.5 to 0.5; 0 for the origin."""
    across, up = abs(x), abs(y)
    if not across + up:
        return 0.0
    tangent = min(across, up) / max(across, up)
    # The tangent of an eighth of the angle is under 0.1, where the series of the arcus tangens is short.
    for _ in range(3):
        tangent = tangent / (1 + math.sqrt(1 + tangent * tangent))
    square = tangent * tangent
    series = 0.0
    for k in range(9, -1, -1):
        series = 1 / (2 * k + 1) - series * square
    turns = 8 * tangent * series / TAU
    if up > across:
        turns = 0.25 - turns
    if x < 0:
        turns = 0.5 - turns
    return -turns if y < 0 else turns


def sinc(x: ArrayLike) -> Floats:
    """Return sin(π ``x``) / (π ``x``), and 1 at 0."""
    at = np.asarray(x, dtype=np.float64)
    sine = cosine_sine(at * 0.5)[1]
    zero = at == 0
    return np.asarray(np.where(zero, 1.0, sine / np.where(zero, 1.0, PI * at)))


def bessel_i0(x: ArrayLike) -> Floats:
    """Return the modified Bessel function of order 0 of ``x``, up to 20 in magnitude (Abramowitz & Stegun, 9.6.12)."""
    quarter = np.square(np.asarray(x, dtype=np.float64)) * 0.25
    term = np.ones_like(quarter)
    total = np.ones_like(quarter)
    for k in range(1, 60):
        term = term * quarter * (1 / (k * k))
        total = total + term
    return np.asarray(total)


def hann(frames: int) -> Floats:
    """Return a Hann window that is 0 at its first and its last frame."""
    cosine, _ = cosine_sine(np.arange(frames) / max(frames - 1, 1))
    return np.asarray(0.5 - 0.5 * cosine)


def _octave() -> Floats:
    """Return 2 to the power of the steps of an octave, from the series of exp."""
    x = np.arange(_STEPS) * (LN_2 / _STEPS)
    total = np.ones(_STEPS)
    for k in range(22, 0, -1):
        total = total * x * (1 / k) + 1.0
    return total


def _circle() -> tuple[Floats, Floats]:
    """Return the cosine and sine of the steps of a turn, from their series within an eighth of it."""
    angle = np.arange(_STEPS // 8 + 1) * (TAU / _STEPS)
    square = angle * angle
    cosine, sine = np.ones(angle.size), np.ones(angle.size)
    for k in range(9, 0, -1):
        cosine = 1.0 - cosine * square * (1 / ((2 * k - 1) * (2 * k)))
        sine = 1.0 - sine * square * (1 / (2 * k * (2 * k + 1)))
    sine = sine * angle
    # From an eighth to a quarter both are those of the first eighth, mirrored and exchanged.
    quarter_cosine = np.concatenate((cosine, sine[-2::-1]))
    quarter_sine = np.concatenate((sine, cosine[-2::-1]))
    half_cosine = np.concatenate((quarter_cosine[:-1], -quarter_sine[:-1]))
    half_sine = np.concatenate((quarter_sine[:-1], quarter_cosine[:-1]))
    return np.concatenate((half_cosine, -half_cosine)), np.concatenate((half_sine, -half_sine))


def _logs() -> tuple[Floats, Floats, Floats]:
    """Return numbers from 0.69 to 1.41 in steps of 1/128, their inverses and their logarithms.

    log x = 2 artanh((x − 1) / (x + 1)).
    """
    at = np.arange(_FIRST_LOG, 182) / 128
    ratio = (at - 1) / (at + 1)
    square = ratio * ratio
    total = np.zeros(at.size)
    for k in range(14, -1, -1):
        total = total * square + 1 / (2 * k + 1)
    return at, 1 / at, 2 * ratio * total


_FIRST_LOG = 88
_OCTAVE = _octave()
_COSINE, _SINE = _circle()
_LOG_AT, _LOG_INVERSE, _LOG_OF = _logs()
