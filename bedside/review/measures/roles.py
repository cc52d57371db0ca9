"""The moves of a player's curve towards or away from the other's, second by second, and the roles they suggest.

Roles are proposals that the therapist accepts or rejects. Their names are the gradients of autonomy of Bruscia 1987
(Improvisational Models of Music Therapy).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from bedside.review.measures.columns import Bools, Floats, Ints
from bedside.review.measures.crosscorrelation import circular_shifts
from bedside.review.measures.surrogates import surrogate_steps

ROLES = ("dependent", "follower", "partner", "leader", "resister", "solo")
_DEPENDENT, _FOLLOWER, _PARTNER, _LEADER, _RESISTER, _SOLO = range(len(ROLES))
_NONE = -1

# A role is determined over this many seconds; curves have one sample a second.
SPAN = 5

# A move by less than this share of the player's own range in a second is neutral.
_NEUTRAL = 0.01
_ALL = 0.95
_ALIKE = 0.2
_ROUNDING = 1e-9

# Two curves are near if their mean distance is at most this share of their joint range.
NEAR = 0.1

# The percentile of the longest stretches by chance that a proposed one exceeds, and the fewest shifts for that.
_BAND = 95
_LEAST_SHIFTS = 20


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch with one ``role``, from ``start`` to ``end`` in seconds, beside how long one lasts by ``chance``.

    That is the 95th percentile of the longest stretches with the other's curve shifted circularly; NaN where the take
    is too short to be shifted.
    """

    role: str
    start: float
    end: float
    chance: float


def moves(own: Floats, other: Floats) -> Floats:
    """Return, for each second but the first, 1 for a move towards the other's curve, −1 for one away, 0 for neutral.

    ``other`` is (S, n), the result (S, n − 1); NaN where either has no data. A move from equal values counts as away.
    """
    known = own[~np.isnan(own)]
    least = _NEUTRAL * float(np.ptp(known)) if len(known) else np.nan
    step = np.diff(own)
    apart = other[:, :-1] - own[:-1]
    direction = np.where(np.sign(step) * np.sign(apart) > 0, 1.0, -1.0)
    moved = np.where((np.abs(step) < least) | (step == 0), 0.0, direction)
    return np.where(np.isnan(step) | np.isnan(apart), np.nan, moved)


def roles(own: Floats, other: Floats, silent: Bools, near: float) -> Ints:
    """Return the role in the 5 s that end at each second, (S, n), as an index into `ROLES`, −1 for none.

    ``other`` and ``silent``, where the other had no note in the window, are (S, n).
    """
    found = np.full(other.shape, _NONE)
    if len(own) <= SPAN:
        return found
    both = np.concatenate([own, *other[:1]])
    both = both[~np.isnan(both)]
    span = float(np.ptp(both)) if len(both) else np.nan
    moved = sliding_window_view(moves(own, other), SPAN, axis=-1)
    apart = sliding_window_view(np.abs(own - other), SPAN + 1, axis=-1).mean(-1)
    alone = sliding_window_view(silent, SPAN + 1, axis=-1).all(-1) & ~np.isnan(own[SPAN:])
    moving = ~np.isnan(moved).any(-1) & moved.any(-1)
    played = role((moved == 1).mean(-1), (moved == -1).mean(-1), apart <= near * span)
    found[:, SPAN:] = np.where(alone, _SOLO, np.where(moving, played, _NONE))
    return found


def role(affirmative: Floats, contradictive: Floats, near: Bools) -> Ints:
    """Return the roles, as indices into `ROLES`, for shares of moves made near the other's curve or not."""
    kinds = (
        (np.abs(affirmative - contradictive) <= _ALIKE + _ROUNDING, _PARTNER),
        ((affirmative >= _ALL) & near, _DEPENDENT),
        (affirmative > contradictive, _FOLLOWER),
        ((contradictive >= _ALL) & ~near, _RESISTER),
    )
    return np.select([each for each, _ in kinds], [kind for _, kind in kinds], _LEADER)


def longest_stretch(own: Floats, other: Floats, silent: Bools, near: float = NEAR) -> Stretch | None:
    """Return the longest stretch with one role while the other plays; None if there is none.

    ``own``, ``other`` and ``silent`` are (n,), one sample a second.
    """
    found = roles(own, other[None], silent[None], near)[0]
    first, last = _longest(found)
    if last == first:
        return None
    by = surrogate_steps(len(own), SPAN)
    chance = np.nan
    if len(by) >= _LEAST_SHIFTS:
        shifted = roles(own, circular_shifts(other, by), circular_shifts(silent.astype(np.float64), by) > 0, near)
        chance = float(np.percentile([_seconds(*_longest(each)) for each in shifted], _BAND))
    # A role describes the seconds before it.
    return Stretch(ROLES[found[first]], float(first - SPAN), float(last - 1), chance)


def _longest(found: Ints) -> tuple[int, int]:
    """Return the start and the end of the longest run of one role; both 0 where there is none."""
    edges = np.flatnonzero(np.diff(found)) + 1
    begin, end = np.concatenate([[0], edges]), np.concatenate([edges, [len(found)]])
    played = (found[begin] != _NONE) & (found[begin] != _SOLO)
    if not played.any():
        return 0, 0
    best = int(np.argmax(np.where(played, end - begin, 0)))
    return int(begin[best]), int(end[best])


def _seconds(first: int, last: int) -> int:
    """Return the seconds that a run of roles describes."""
    return last - 1 - first + SPAN if last > first else 0
