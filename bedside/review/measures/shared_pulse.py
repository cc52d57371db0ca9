"""The shared pulse of two players: the maximum of the product of their autocorrelations."""

from __future__ import annotations

import numpy as np

from bedside.review.measures.columns import Floats
from bedside.review.measures.surrogates import BesideChance, ChanceBand, surrogate_steps

# Windows overlap for this long; a smaller shift would compare a window with its own music, in seconds.
_APART_SECONDS = 6.0


def shared_pulse(first: Floats, second: Floats) -> Floats:
    """Return the maximum over the lags of the product of two players' weighted autocorrelations, (W, L) each, (W,)."""
    highest: Floats = (first * second).max(1)
    return highest


def shared_pulse_beside_chance(first: Floats, second: Floats, step: float) -> tuple[BesideChance, ChanceBand]:
    """Return the mean of the shared pulse beside its chance, and the band that holds 95 % of its values by chance.

    ``step`` is the seconds from one window to the next; for chance, B's windows are shifted circularly.
    """
    value = shared_pulse(first, second)
    chance = [
        shared_pulse(first, np.roll(second, by, 0)) for by in surrogate_steps(len(first), round(_APART_SECONDS / step))
    ]
    means = np.array([_mean(each) for each in chance])
    return BesideChance.of(_mean(value), means), ChanceBand.of(np.concatenate(chance) if chance else np.empty(0))


def _mean(curve: Floats) -> float:
    known = curve[~np.isnan(curve)]
    return float(known.mean()) if len(known) else np.nan
