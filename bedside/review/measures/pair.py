"""All measures of two players together, A and B, each beside its chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bedside.review.measures import descriptive, pulse
from bedside.review.measures.articulation import presence
from bedside.review.measures.autonomy import autonomy
from bedside.review.measures.coincidence import coincidence
from bedside.review.measures.columns import Bools, Floats, Ints, NoteColumns
from bedside.review.measures.cosounding import cosounding_beside_chance, cosounding_shares
from bedside.review.measures.imitation import imitation
from bedside.review.measures.leadlag import STEP_SECONDS as FINE_SECONDS
from bedside.review.measures.leadlag import LeadLag, lead_lags
from bedside.review.measures.shared_pulse import shared_pulse, shared_pulse_beside_chance
from bedside.review.measures.surrogates import BesideChance
from bedside.review.measures.take import PlayedTake
from bedside.review.measures.turntaking import Turns, turns_beside_chance
from bedside.review.measures.values import (
    AutonomyMeasure,
    BandedMeasure,
    ChanceMeasure,
    ImitationMeasure,
    LeadLagMeasure,
    NumberMeasure,
    RoleMeasure,
)
from bedside.review.measures.windows import WindowedNotes, Windows

# The curves that are compared for imitation and for roles.
FOLLOWED = ("density", "velocity", "pitch")
_LED = ("density", "velocity", "pulse_period")


@dataclass(frozen=True, slots=True, eq=False)
class FineCurves:
    """The curves of a player that are compared with another's, by name, at steps of 0.5 s, (n,), and their windows."""

    curves: dict[str, Floats]
    windows: Windows

    @classmethod
    def of(cls, take: PlayedTake, part: NoteColumns, window: float) -> FineCurves:
        """Compute the curves of a part of a take, over windows of ``window`` seconds."""
        windows = Windows.over(take.seconds, take.gaps, window, FINE_SECONDS)
        inside = WindowedNotes.of(part, windows)
        curves = {
            "density": descriptive.density(inside),
            "velocity": descriptive.velocity_mean(inside),
            "pitch": descriptive.pitch_mean(inside),
            "pulse_period": pulse.period(pulse.autocorrelations(inside)),
        }
        for curve in curves.values():
            curve[~windows.heard] = np.nan
        return cls(curves, windows)

    def each_second(self, name: str) -> Floats:
        """Return a curve at whole seconds, (n,)."""
        return self.curves[name][:: round(1 / FINE_SECONDS)]

    def silent(self) -> Bools:
        """Return for each whole second whether no note began within the window."""
        nothing: Bools = self.each_second("density") == 0
        return nothing


@dataclass(frozen=True, slots=True, eq=False)
class PairMeasures:
    """The measures of two players together, by name; A is the first of the pair and B the second.

    ``lead_lag`` is of density, velocity and pulse period, and under "" of all three together; ``imitation`` and
    ``autonomy`` are of the curves in `FOLLOWED`. ``response_latency_a`` is the time that A takes to answer.
    """

    coincidence: BesideChance
    asynchrony: BesideChance
    lead_lag: dict[str, LeadLagMeasure]
    shared_pulse: BandedMeasure
    imitation: dict[str, ImitationMeasure]
    alone_a: ChanceMeasure
    alone_b: ChanceMeasure
    alone: ChanceMeasure
    together: ChanceMeasure
    neither: ChanceMeasure
    exchanges: BesideChance
    response_latency: BesideChance
    response_latency_a: BesideChance
    response_latency_b: BesideChance
    overlap: BesideChance
    autonomy: dict[str, AutonomyMeasure]

    def whole(self) -> dict[str, float | BesideChance]:
        """Return the values for the whole take by name: lags in seconds, and numbers beside their chance."""
        found: dict[str, float | BesideChance] = {"coincidence": self.coincidence, "asynchrony": self.asynchrony}
        for name, led in self.lead_lag.items():
            found |= {lead_lag_name(name): led.lag.whole, f"{lead_lag_name(name)}_value": led.value.whole}
        found["shared_pulse"] = self.shared_pulse.whole
        for name, imitated in self.imitation.items():
            found |= {f"imitation_{name}_a": imitated.a.whole, f"imitation_{name}_b": imitated.b.whole}
        found |= {name: each.whole for name, each in self.sounding().items()}
        return found | {
            "exchanges": self.exchanges,
            "response_latency": self.response_latency,
            "response_latency_a": self.response_latency_a,
            "response_latency_b": self.response_latency_b,
            "overlap": self.overlap,
        }

    def beside_chance(self) -> dict[str, BesideChance]:
        """Return each number of the whole take that has a chance level, by name."""
        return {name: each for name, each in self.whole().items() if isinstance(each, BesideChance)}

    def sounding(self) -> dict[str, ChanceMeasure]:
        """Return the shares of time in which one, both or neither sounds, by name."""
        return {
            "alone_a": self.alone_a,
            "alone_b": self.alone_b,
            "alone": self.alone,
            "together": self.together,
            "neither": self.neither,
        }


def lead_lag_name(curve: str) -> str:
    """Return the name of the lag of a curve, or of all curves together for an empty one."""
    return f"lead_lag_{curve}" if curve else "lead_lag"


def measure_pair(
    take: PlayedTake,
    parts: tuple[NoteColumns, NoteColumns],
    moving: tuple[FineCurves, FineCurves],
    pulses: tuple[Floats, Floats],
    windows: Windows,
) -> PairMeasures:
    """Measure two players of a take together, over the whole take and in each window.

    ``pulses`` (W, L) are the autocorrelations of both in those windows.
    """
    struck = coincidence(parts[0].onset, parts[1].onset, take.gaps)
    leads = lead_lags({name: (moving[0].curves[name], moving[1].curves[name]) for name in _LED})
    step = float(windows.end[1] - windows.end[0]) if len(windows) > 1 else 1.0
    beat, beat_band = shared_pulse_beside_chance(*pulses, step)
    presences = presence(parts[0]), presence(parts[1])
    shares = cosounding_beside_chance(*presences, take.played, take.gaps)
    over = cosounding_shares(*presences, windows, take.gaps)
    sounding = {name: ChanceMeasure(share, windows.heard_numbers(over[name])) for name, share in shares.items()}
    turns = turns_beside_chance(Turns.of(parts[0]), Turns.of(parts[1]), take.played, take.gaps)
    return PairMeasures(
        coincidence=struck.share,
        asynchrony=struck.asynchrony,
        lead_lag={name: _lead_lag(leads[name], windows) for name in ("", *_LED)},
        shared_pulse=BandedMeasure(beat, windows.heard_numbers(shared_pulse(*pulses)), beat_band),
        imitation={name: _imitation(moving, name, windows) for name in FOLLOWED},
        alone_a=sounding["alone_a"],
        alone_b=sounding["alone_b"],
        alone=sounding["alone"],
        together=sounding["together"],
        neither=sounding["neither"],
        exchanges=turns["exchanges"],
        response_latency=turns["response_latency"],
        response_latency_a=turns["response_latency_a"],
        response_latency_b=turns["response_latency_b"],
        overlap=turns["overlap"],
        autonomy={
            name: AutonomyMeasure(_roles(*moving, name, windows), _roles(*moving[::-1], name, windows))
            for name in FOLLOWED
        },
    )


def _lead_lag(found: LeadLag, windows: Windows) -> LeadLagMeasure:
    return LeadLagMeasure(
        NumberMeasure(found.lag, _at_window_ends(found.lags, windows)),
        BandedMeasure(found.value, _at_window_ends(found.values, windows), found.band),
    )


def _imitation(moving: tuple[FineCurves, FineCurves], name: str, windows: Windows) -> ImitationMeasure:
    found = imitation(moving[0].each_second(name), moving[1].each_second(name))
    return ImitationMeasure(
        ChanceMeasure(found.a, _at_window_ends(found.curve_a, windows)),
        ChanceMeasure(found.b, _at_window_ends(found.curve_b, windows)),
        found.band,
    )


def _roles(own: FineCurves, other: FineCurves, name: str, windows: Windows) -> RoleMeasure:
    found = autonomy(own.each_second(name), other.each_second(name), other.silent())
    place = _last_second(windows).tolist()
    there = [found.roles[each] if each < len(found.roles) else None for each in place]
    return RoleMeasure(found, windows.heard_names(there))


def _at_window_ends(values: Floats, windows: Windows) -> Floats:
    """Return the latest value at the end of each window, (W,), of a curve with a value each second."""
    place = _last_second(windows)
    there = place < len(values)
    return windows.heard_numbers(np.where(there, values[np.where(there, place, 0)], np.nan))


def _last_second(windows: Windows) -> Ints:
    """Return the last whole second of each window, (W,)."""
    return np.floor(windows.end + 1e-9).astype(np.int64)
