"""All measures between two players, A and B, each beside what it would be by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bedside.review.measures import company, level, pulse, shared, turns
from bedside.review.measures.autonomy import autonomy
from bedside.review.measures.coincidence import coincidence
from bedside.review.measures.imitation import imitation
from bedside.review.measures.lead import STEP_SECONDS as FINE_SECONDS
from bedside.review.measures.lead import leads
from bedside.review.measures.part import Bools, Floats, NoteColumns
from bedside.review.measures.player import Curve, without_lost
from bedside.review.measures.roles import NEAR
from bedside.review.measures.sounding import presence
from bedside.review.measures.take import PlayedTake
from bedside.review.measures.windows import Inside, Windows

# The curves in which one may follow or imitate the other.
FOLLOWED = ("density", "velocity", "pitch")
_LED = ("density", "velocity", "pulse_period")


@dataclass(frozen=True, slots=True, eq=False)
class Moving:
    """What of one player is set beside the other's: their curves by name at steps of 0.5 s, (n,), and the windows."""

    curves: dict[str, Floats]
    windows: Windows

    @classmethod
    def of(cls, take: PlayedTake, part: NoteColumns, window: float) -> Moving:
        """Return the curves of a part of a take, over windows of so many seconds."""
        windows = Windows.over(take.seconds, take.gaps, window, FINE_SECONDS)
        inside = Inside.of(part, windows)
        curves = {
            "density": level.density(inside),
            "velocity": level.velocity_mean(inside),
            "pitch": level.pitch_mean(inside),
            "pulse_period": pulse.period(pulse.autocorrelations(inside)),
        }
        for curve in curves.values():
            curve[~windows.heard] = np.nan
        return cls(curves, windows)

    def each_second(self, name: str) -> Floats:
        """Return a curve at whole seconds."""
        return self.curves[name][:: round(1 / FINE_SECONDS)]

    def silent(self) -> Bools:
        """Return at which whole seconds no note began within the window."""
        nothing: Bools = self.each_second("density") == 0
        return nothing


@dataclass(frozen=True, slots=True, eq=False)
class Between:
    """What passes between two players: each measure by its name, whole and over time."""

    whole: dict[str, object]
    curves: dict[str, Curve]


def between(
    take: PlayedTake,
    parts: tuple[NoteColumns, NoteColumns],
    moving: tuple[Moving, Moving],
    pulses: tuple[Floats, Floats],
    windows: Windows,
) -> Between:
    """Measure what passes between two players of a take, whole and in each of some windows.

    ``pulses`` (W, L) are the autocorrelations of both in those windows.
    """
    whole: dict[str, object] = {**coincidence(parts[0].onset, parts[1].onset, take.gaps)}
    curves: dict[str, Curve] = {}

    def at(values: Floats | list[str | None]) -> Curve:
        return _at(values, windows)

    led = leads({name: (moving[0].curves[name], moving[1].curves[name]) for name in _LED})
    for name in ("", *_LED):
        label = f"lead_lag_{name}".rstrip("_")
        whole |= led[name].named(label)
        curves |= {label: at(led[name].lags), f"{label}_value": at(led[name].values)}
    step = float(windows.end[1] - windows.end[0]) if len(windows) > 1 else 1.0
    beat, beat_band = shared.standing(*pulses, step)
    whole |= {**beat.named("shared_pulse"), "shared_pulse_band": beat_band}
    curves["shared_pulse"] = without_lost(shared.shared_pulse(*pulses), windows)
    for name in FOLLOWED:
        found = imitation(moving[0].each_second(name), moving[1].each_second(name))
        for who, standing, curve in (("a", found.a, found.curve_a), ("b", found.b, found.curve_b)):
            whole |= standing.named(f"imitation_{name}_{who}")
            curves[f"imitation_{name}_{who}"] = at(curve)
        whole[f"imitation_{name}_band"] = found.within
    covers = presence(parts[0]), presence(parts[1])
    for name, standing in company.company_beside_chance(*covers, take.played, take.gaps).items():
        whole |= standing.named(name)
    curves |= {
        name: without_lost(curve, windows) for name, curve in company.shares(*covers, windows, take.gaps).items()
    }
    passing = turns.Turns.of(parts[0]), turns.Turns.of(parts[1])
    for name, standing in turns.turns_beside_chance(*passing, take.played, take.gaps).items():
        whole |= standing.named(name)
    proposed: dict[str, object] = {"proposal": "for the therapist to accept or reject", "near": NEAR}
    for name in FOLLOWED:
        both: dict[str, object] = {}
        for who, own, other in (("a", moving[0], moving[1]), ("b", moving[1], moving[0])):
            moved = autonomy(own.each_second(name), other.each_second(name), other.silent())
            both[who] = moved.named()
            curves[f"autonomy_{name}_{who}"] = at(moved.roles)
        proposed[name] = both
    whole["autonomy"] = proposed
    return Between(whole, curves)


def _at(values: Floats | list[str | None], windows: Windows) -> Curve:
    """Return at the end of each window what a curve with a value at each whole second last said."""
    place = np.floor(windows.end + 1e-9).astype(np.int64)
    if isinstance(values, list):
        return without_lost([values[each] if each < len(values) else None for each in place.tolist()], windows)
    there = place < len(values)
    return without_lost(np.where(there, values[np.where(there, place, 0)], np.nan), windows)
