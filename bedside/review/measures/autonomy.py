"""Autonomy: how often a player's curve moves towards the other's or away from it, beside chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bedside.review.measures.columns import Bools, Floats
from bedside.review.measures.crosscorrelation import circular_shifts
from bedside.review.measures.roles import NEAR, ROLES, SPAN, moves, roles
from bedside.review.measures.surrogates import BesideChance, surrogate_steps
from bedside.review.measures.windows import ratio


@dataclass(frozen=True, slots=True, eq=False)
class Autonomy:
    """The shares of a player's moves in one curve beside chance, and the role at each second.

    ``roles`` (n,) describe the 5 s that end there; None if there is no data or no move.
    """

    affirmative: BesideChance
    contradictive: BesideChance
    neutral: BesideChance
    roles: list[str | None]

    def role_shares(self) -> dict[str, float]:
        """Return the share of each role among the seconds that have one; NaN where none has."""
        known = [role for role in self.roles if role is not None]
        return {role: known.count(role) / len(known) if known else np.nan for role in ROLES}


def autonomy(own: Floats, other: Floats, silent: Bools, near: float = NEAR) -> Autonomy:
    """Return how a player's curve moved beside the other's, both with one sample a second, (n,).

    ``silent`` (n,) is whether the other had no note in the window; ``near`` is the largest distance that counts as
    near, as a share of the joint range of both curves.
    """
    real = _shares(moves(own, other[None]))[:, 0]
    by = surrogate_steps(len(own), SPAN)
    chance = _shares(moves(own, circular_shifts(other, by)))
    toward, away, neutral = (
        BesideChance.of(float(value), shifted) for value, shifted in zip(real, chance, strict=True)
    )
    found = [ROLES[each] if each >= 0 else None for each in roles(own, other[None], silent[None], near)[0].tolist()]
    return Autonomy(toward, away, neutral, found)


def _shares(towards: Floats) -> Floats:
    """Return the shares of affirmative, contradictive and neutral moves, (3, S)."""
    known = (~np.isnan(towards)).sum(1)
    return np.stack([ratio((towards == sign).sum(1).astype(np.float64), known) for sign in (1, -1, 0)])
