"""Whether a player's curve moves towards the other's or away from it.

The roles are a proposal, for the therapist to accept or reject; they are named after the gradients of autonomy of
Bruscia 1987 (Improvisational Models of Music Therapy).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from bedside.review.measures.chance import Standing, steps
from bedside.review.measures.lagged import turned
from bedside.review.measures.part import Bools, Floats
from bedside.review.measures.windows import ratio

ROLES = ("dependent", "follower", "partner", "leader", "resister", "solo")

# Moves are judged over so long, in seconds; the curves have a sample each second.
_SPAN = 5

# A move of less than this share of the player's own range in a second is neutral.
_NEUTRAL = 0.01
_ALL = 0.95
_ALIKE = 0.2
_ROUNDING = 1e-9

# Two curves are near where their mean distance is at most this share of the range of both together.
NEAR = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Autonomy:
    """How a player moved in one curve: the shares of moves beside chance, and the role proposed at each second.

    ``roles`` (n,) are of the 5 s that end there, None where there is no data or no move.
    """

    affirmative: Standing
    contradictive: Standing
    neutral: Standing
    roles: list[str | None]

    def named(self) -> dict[str, object]:
        """Return what holds for the whole take: the shares, and of the seconds with a role, the share of each role."""
        known = [role for role in self.roles if role is not None]
        return {
            **self.affirmative.named("affirmative"),
            **self.contradictive.named("contradictive"),
            **self.neutral.named("neutral"),
            "roles": {role: known.count(role) / len(known) if known else np.nan for role in ROLES},
        }


def autonomy(own: Floats, other: Floats, silent: Bools, near: float = NEAR) -> Autonomy:
    """Return how a player's curve moved beside the other's, both with a sample each second, (n,).

    ``silent`` (n,) is where the other had no note in the window; ``near`` is the greatest distance, as a share of the
    range of both curves, that counts as near.
    """
    towards = moves(own, other[None])
    real = _shares(towards)[:, 0]
    by = steps(len(own), _SPAN)
    chance = _shares(moves(own, turned(other, by)))
    toward, away, neutral = (Standing.of(float(value), shifted) for value, shifted in zip(real, chance, strict=True))
    return Autonomy(toward, away, neutral, _roles(own, other, towards[0], silent, near))


def moves(own: Floats, other: Floats) -> Floats:
    """Return for each second but the first 1 for a move towards the other's curve, −1 for one away, 0 for neutral.

    ``other`` is (S, n), the result (S, n − 1), NaN where one of both was no data. A move from where both are alike
    leads away.
    """
    known = own[~np.isnan(own)]
    least = _NEUTRAL * float(np.ptp(known)) if len(known) else np.nan
    step = np.diff(own)
    apart = other[:, :-1] - own[:-1]
    direction = np.where(np.sign(step) * np.sign(apart) > 0, 1.0, -1.0)
    moved = np.where((np.abs(step) < least) | (step == 0), 0.0, direction)
    return np.where(np.isnan(step) | np.isnan(apart), np.nan, moved)


def _shares(towards: Floats) -> Floats:
    """Return the shares of affirmative, contradictive and neutral moves, (3, S)."""
    known = (~np.isnan(towards)).sum(1)
    return np.stack([ratio((towards == sign).sum(1).astype(np.float64), known) for sign in (1, -1, 0)])


def _roles(own: Floats, other: Floats, towards: Floats, silent: Bools, near: float) -> list[str | None]:
    roles: list[str | None] = [None] * len(own)
    if len(own) <= _SPAN:
        return roles
    both = np.concatenate([own, other])
    both = both[~np.isnan(both)]
    span = float(np.ptp(both)) if len(both) else np.nan
    moved = sliding_window_view(towards, _SPAN)
    affirmative, contradictive = ((moved == sign).mean(1) for sign in (1, -1))
    apart = sliding_window_view(np.abs(own - other), _SPAN + 1).mean(1)
    alone = sliding_window_view(silent, _SPAN + 1).all(1) & ~np.isnan(own[_SPAN:])
    moving = ~np.isnan(moved).any(1) & moved.any(1)
    columns = (affirmative, contradictive, apart <= near * span, alone, moving)
    for end, (for_it, against, close, solo, known) in enumerate(
        zip(*(c.tolist() for c in columns), strict=True), _SPAN
    ):
        if solo:
            roles[end] = "solo"
        elif known:
            roles[end] = role(for_it, against, close)
    return roles


def role(affirmative: float, contradictive: float, near: bool) -> str:
    """Return the role of a player who made these shares of moves, near the other's curve or not."""
    if abs(affirmative - contradictive) <= _ALIKE + _ROUNDING:
        return "partner"
    if affirmative > contradictive:
        return "dependent" if affirmative >= _ALL and near else "follower"
    return "resister" if contradictive >= _ALL and not near else "leader"
