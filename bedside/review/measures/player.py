"""All measures of one player: the same code for the whole take and for each window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from bedside.review.measures import articulation, descriptive, dissonance, entropy, evenness, pulse, tonality
from bedside.review.measures.columns import Floats, NoteColumns
from bedside.review.measures.take import PlayedTake, beats
from bedside.review.measures.values import KeyMeasure, NumberMeasure, SharesMeasure
from bedside.review.measures.windows import WindowedNotes, Windows

Measure = NumberMeasure | SharesMeasure | KeyMeasure


@dataclass(frozen=True, slots=True, eq=False)
class PlayerMeasures:
    """The measures of one player, by name; ``pulse_correlations`` (W, L) are for the measures of pairs.

    ``notes`` is their number, and has no curve.
    """

    notes: int
    density: NumberMeasure
    duration: NumberMeasure
    pitch_mean: NumberMeasure
    pitch_sd: NumberMeasure
    pitch_range: NumberMeasure
    velocity_mean: NumberMeasure
    velocity_sd: NumberMeasure
    legato: NumberMeasure
    silence: NumberMeasure
    pulse_clarity: NumberMeasure
    pulse_period: NumberMeasure
    pitch_classes: SharesMeasure
    tonal_clarity: NumberMeasure
    key: KeyMeasure
    majorness: NumberMeasure
    minorness: NumberMeasure
    entropy_pitch_classes: NumberMeasure
    entropy_intervals: NumberMeasure
    entropy_durations: NumberMeasure
    npvi: NumberMeasure
    dissonance: NumberMeasure
    asynchrony_sd: NumberMeasure
    ioi_cv: NumberMeasure
    pulse_correlations: Floats

    def measures(self) -> dict[str, Measure]:
        """Return each measure that has a curve, by name, in the order of the fields."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: each for name, each in named.items() if isinstance(each, Measure)}

    def numbers(self) -> dict[str, NumberMeasure]:
        """Return the measures that are single numbers, by name."""
        return {name: each for name, each in self.measures().items() if isinstance(each, NumberMeasure)}


@dataclass(frozen=True, slots=True, eq=False)
class _Analysis:
    """Intermediate results that several measures of a part share, in some windows."""

    inside: WindowedNotes
    correlations: Floats
    classes: Floats
    keys: Floats
    intervals: evenness.OnsetIntervals

    @classmethod
    def of(cls, part: NoteColumns, windows: Windows, gaps: Floats) -> Self:
        inside = WindowedNotes.of(part, windows)
        classes = tonality.pitch_classes(inside)
        return cls(
            inside,
            pulse.autocorrelations(inside),
            classes,
            tonality.correlations(classes),
            evenness.OnsetIntervals(part, windows, gaps),
        )


def measure_player(take: PlayedTake, part: NoteColumns, windows: Windows) -> PlayerMeasures:
    """Measure a player of a take, over the whole take and in each window."""
    lasting = beats(part, take.tempi)
    rough = dissonance.dissonances(part)
    once = _Analysis.of(part, Windows.whole(take.played), take.gaps)
    over = _Analysis.of(part, windows, take.gaps)

    def number(curve_of: Callable[[_Analysis], Floats]) -> NumberMeasure:
        return NumberMeasure(float(curve_of(once)[0]), windows.heard_numbers(curve_of(over)))

    def durations(of: _Analysis) -> Floats:
        if lasting is None:
            return np.full(len(of.inside.windows), np.nan)
        return entropy.entropy(entropy.durations(of.inside, lasting))

    return PlayerMeasures(
        notes=len(part),
        density=NumberMeasure(
            descriptive.overall_density(part, take.gaps), windows.heard_numbers(descriptive.density(over.inside))
        ),
        duration=number(lambda of: descriptive.duration(of.inside)),
        pitch_mean=number(lambda of: descriptive.pitch_mean(of.inside)),
        pitch_sd=number(lambda of: descriptive.pitch_sd(of.inside)),
        pitch_range=number(lambda of: descriptive.pitch_range(of.inside)),
        velocity_mean=number(lambda of: descriptive.velocity_mean(of.inside)),
        velocity_sd=number(lambda of: descriptive.velocity_sd(of.inside)),
        legato=number(lambda of: articulation.legato(of.inside)),
        silence=number(lambda of: articulation.silence(part, of.inside.windows, take.gaps)),
        pulse_clarity=number(lambda of: pulse.clarity(of.correlations)),
        pulse_period=number(lambda of: pulse.period(of.correlations)),
        pitch_classes=SharesMeasure(once.classes[0], windows.heard_numbers(over.classes)),
        tonal_clarity=number(lambda of: tonality.tonal_clarity(of.keys)),
        key=KeyMeasure(tonality.key(once.keys)[0], windows.heard_names(tonality.key(over.keys))),
        majorness=number(lambda of: tonality.majorness(of.keys)),
        minorness=number(lambda of: tonality.minorness(of.keys)),
        entropy_pitch_classes=number(lambda of: entropy.entropy(of.classes)),
        entropy_intervals=number(lambda of: entropy.entropy(entropy.intervals(of.inside))),
        entropy_durations=number(durations),
        npvi=number(lambda of: evenness.npvi(of.inside)),
        dissonance=number(lambda of: of.inside.mean(rough)),
        asynchrony_sd=number(lambda of: of.intervals.sd()),
        ioi_cv=number(lambda of: of.intervals.cv()),
        pulse_correlations=windows.heard_numbers(over.correlations),
    )
