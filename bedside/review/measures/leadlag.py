"""Lead and lag: the lag at which two players' curves correlate best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bedside.review.measures.columns import Floats
from bedside.review.measures.crosscorrelation import LaggedPair, circular_shifts
from bedside.review.measures.surrogates import BesideChance, ChanceBand, surrogate_steps

# The curves are compared at this step, in windows of 30 s, at lags of up to 10 s either way, in seconds.
STEP_SECONDS = 0.5
_HZ = round(1 / STEP_SECONDS)
_WINDOW_SECONDS = 30
_MOST = 10 * _HZ
_LAGS = np.arange(-_MOST, _MOST + 1)
_ORDER = np.argsort(np.abs(_LAGS), kind="stable")

# For the whole take, windows overlap by half; more would add nothing.
_HOP_SECONDS = _WINDOW_SECONDS // 2

# Fisher's z of a perfect correlation is infinite: r is capped.
_HIGHEST_R = 0.999


@dataclass(frozen=True, slots=True, eq=False)
class LeadLag:
    """The best ``lag`` in seconds, positive where B follows A, and Fisher's z at it beside its chance.

    ``lags`` and ``values`` (T,) are the same for the 30 s that end at each whole second; ``band`` holds 95 % of such
    values by chance.
    """

    lag: float
    value: BesideChance
    lags: Floats
    values: Floats
    band: ChanceBand


def lead_lags(curves: Mapping[str, tuple[Floats, Floats]]) -> dict[str, LeadLag]:
    """Return the best lag of each pair of curves of A and B, (n,) at steps of 0.5 s, and under "" of all together.

    For all together, z is the mean over the curves that have one.
    """
    length = len(next(iter(curves.values()))[0])
    shifted = surrogate_steps(length, 2 * _MOST)
    real: dict[str, Floats] = {}
    whole: dict[str, Floats] = {}
    chance: dict[str, Floats] = {}
    for name, (a, b) in curves.items():
        once = LaggedPair.of(a, b[None], _MOST)
        real[name] = fisher_z(once, _HZ, _WINDOW_SECONDS)
        whole[name] = fisher_z(once, _HOP_SECONDS * _HZ, 2)
        chance[name] = fisher_z(LaggedPair.of(a, circular_shifts(b, shifted), _MOST), _HOP_SECONDS * _HZ, 2)
    for each in (real, whole, chance):
        each[""] = _mean(np.stack(list(each.values())), 0)
    return {name: _lead(real[name], whole[name], chance[name], length) for name in real}


def _lead(real: Floats, whole: Floats, chance: Floats, length: int) -> LeadLag:
    lag, value = _best(_mean(whole, -1))
    _, by_chance = _best(_mean(chance, -1))
    lags, values = _best(real[:, 0])
    unknown = np.full(min(_WINDOW_SECONDS, (length + _HZ - 1) // _HZ), np.nan)
    tail = (length + _HZ - 1) // _HZ - len(unknown)
    return LeadLag(
        float(lag[0]),
        BesideChance.of(float(value[0]), by_chance),
        np.concatenate([unknown, lags[:tail]]),
        np.concatenate([unknown, values[:tail]]),
        ChanceBand.of(_best(chance)[1]),
    )


def fisher_z(pair: LaggedPair, hop: int, hops: int) -> Floats:
    """Return Fisher's z at each lag in windows of ``hops`` times ``hop`` samples, (lags, S, windows)."""
    r = np.stack([pair.statistics(int(lag), hop, hops).r for lag in _LAGS])
    z: Floats = np.arctanh(np.clip(r, -_HIGHEST_R, _HIGHEST_R))
    return z


def _mean(z: Floats, axis: int) -> Floats:
    """Return the mean of the known values along an axis."""
    known = ~np.isnan(z)
    count = known.sum(axis)
    total = np.where(known, z, 0.0).sum(axis)
    mean: Floats = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return mean


def _best(z: Floats) -> tuple[Floats, Floats]:
    """Return the lag in seconds of the maximum of each column of (lags, …), and the maximum.

    Of equal maxima the one nearest to lag 0 counts; if the opposite lag has the same, neither player leads: 0.
    """
    filled = np.where(np.isnan(z), -np.inf, z)
    place = _ORDER[np.argmax(filled[_ORDER], 0)][None]
    highest = np.take_along_axis(filled, place, 0)[0]
    mirrored = np.take_along_axis(filled, 2 * _MOST - place, 0)[0]
    lag = np.where(highest == mirrored, 0.0, _LAGS[place[0]] * STEP_SECONDS)
    known = np.isfinite(highest)
    return np.where(known, lag, np.nan), np.where(known, highest, np.nan)
