"""Loudness after ITU-R BS.1770, at any sample rate."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bedside.sound import exact

# ITU-R BS.1770-4, annex 1, gives both filters as coefficients at 48 kHz only. These are the analogue parameters from
# which the bilinear transform gives those coefficients; a test compares them with the published digits.
_SHELF_HZ, _SHELF_Q, _SHELF_DB = 1681.974450955533, 0.7071752369554196, 3.999843853973347
_SHELF_MIDDLE = 0.4996667741545416
_PASS_HZ, _PASS_Q = 38.13547087602444, 0.5003270373238773

OFFSET_LU = -0.691
WINDOW_SECONDS = 0.4

# The fewest frames of a piece that is filtered by itself, and what is left of a ringing filter that counts as nothing.
_SHORTEST_PIECE = 64
_GONE = 1e-18


def k_weighting(rate: int) -> NDArray[np.float64]:
    """Return the K-weighting filter at ``rate`` as second-order sections (2, 6): the head's shelf, then a high-pass."""
    k = _tangent(_SHELF_HZ / rate)
    high = exact.decibels(_SHELF_DB)
    band = exact.decibels(_SHELF_DB * _SHELF_MIDDLE)
    a0 = 1 + k / _SHELF_Q + k * k
    shelf = [
        (high + band * k / _SHELF_Q + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - band * k / _SHELF_Q + k * k) / a0,
        1.0,
        2 * (k * k - 1) / a0,
        (1 - k / _SHELF_Q + k * k) / a0,
    ]
    k = _tangent(_PASS_HZ / rate)
    a0 = 1 + k / _PASS_Q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / _PASS_Q + k * k) / a0]
    return np.array([shelf, high_pass])


def momentary(samples: NDArray[np.floating], rate: int) -> NDArray[np.float64]:
    """Return the maximal momentary loudness (400 ms) of mono sounds, (…, frames), in LUFS; silence is −inf.

    A shorter sound is padded with silence.
    """
    rows = samples.reshape(-1, samples.shape[-1])
    window = round(WINDOW_SECONDS * rate)
    energy = np.zeros((rows.shape[0], max(rows.shape[1], window) + 1))
    np.cumsum(np.square(_filtered(rows, k_weighting(rate))), axis=1, out=energy[:, 1 : rows.shape[1] + 1])
    energy[:, rows.shape[1] + 1 :] = energy[:, rows.shape[1], None]
    greatest = np.max(energy[:, window:] - energy[:, :-window], axis=1) / window
    loud = np.where(greatest > 0, OFFSET_LU + 0.5 * exact.level_db(np.where(greatest > 0, greatest, 1.0)), -np.inf)
    return np.asarray(loud.reshape(samples.shape[:-1]), dtype=np.float64)


def _tangent(turns: float) -> float:
    """Return tan(π ``turns``)."""
    cosine, sine = exact.cosine_sine(turns / 2)
    return float(sine / cosine)


def _filtered(rows: NDArray[np.floating], sections: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sounds, (rows, frames), filtered by two second-order sections.

    What a section feeds back goes from frame to frame; so many pieces of the sounds are filtered side by side, as if
    there was silence before each, and then each gets what rings on from the one before.
    """
    count, frames = rows.shape
    size = max(math.isqrt(frames), _SHORTEST_PIECE)
    pieces = -(-frames // size)
    (p0, p1, p2), (q0, q1, q2) = sections[:, :3].tolist()
    taps = (p0 * q0, p0 * q1 + p1 * q0, p0 * q2 + p1 * q1 + p2 * q0, p1 * q2 + p2 * q1, p2 * q2)
    pushed = np.zeros((count, pieces * size))
    for late, tap in enumerate(taps[: frames + 1]):
        pushed[:, late:frames] += tap * rows[:, : frames - late]
    # One row for each frame of all pieces.
    side = np.ascontiguousarray(pushed.reshape(count * pieces, size).T)
    for first, second in sections[:, 4:].tolist():
        _fed_back(side, count, -first, -second)
    return side.T.reshape(count, -1)[:, :frames]


def _fed_back(side: NDArray[np.float64], count: int, first: float, second: float) -> None:
    """Add to each frame ``first`` times the one before and ``second`` times the one before that, in place.

    ``side`` is (frames, ``count`` · pieces): the pieces of each of ``count`` sounds follow each other.
    """
    size, columns = side.shape
    back = np.empty(columns)
    for at in range(1, size):
        side[at] += np.multiply(side[at - 1], first, out=back)
        if at > 1:
            side[at] += np.multiply(side[at - 2], second, out=back)
    # How a piece rings on that ended in 1, and one that ended in 1 and then 0.
    answer = [1.0, first]
    for _ in range(size):
        answer.append(first * answer[-1] + second * answer[-2])
    near, far = np.array(answer[1:-1]), second * np.array(answer[:-2])
    before = _ends(side.reshape(size, count, -1), near, far).reshape(2, columns)
    ringing = int(np.max(np.flatnonzero(np.maximum(np.abs(near), np.abs(far)) > _GONE), initial=0)) + 1
    side[:ringing] += near[:ringing, None] * before[0]
    side[:ringing] += far[:ringing, None] * before[1]


def _ends(side: NDArray[np.float64], near: NDArray[np.float64], far: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the last frame and the last but one before each piece, (2, sounds, pieces), from piece to piece."""
    (near_last, near_other), (far_last, far_other) = near[:-3:-1].tolist(), far[:-3:-1].tolist()
    before = np.zeros((2, *side.shape[1:]))
    for sound in range(side.shape[1]):
        last, other = 0.0, 0.0
        found = []
        for own_last, own_other in zip(side[-1, sound].tolist(), side[-2, sound].tolist(), strict=True):
            found.append((last, other))
            last, other = (
                own_last + near_last * last + far_last * other,
                own_other + near_other * last + far_other * other,
            )
        before[:, sound] = np.array(found).T
    return before
