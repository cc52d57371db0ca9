"""All measures of one player, over any windows: the curves and the whole are the same code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bedside.review.measures import dissonance, entropy, evenness, level, pulse, sounding, tonality
from bedside.review.measures.part import Floats, NoteColumns
from bedside.review.measures.take import PlayedTake, beats
from bedside.review.measures.windows import Inside, Windows

# A number for each window, twelve of them, or the name of a key.
Curve = Floats | list[str | None]


@dataclass(frozen=True, slots=True, eq=False)
class PlayerMeasures:
    """What one player's notes measure: each measure by its name, whole and over time, and the pulse behind them."""

    whole: dict[str, Curve]
    curves: dict[str, Curve]
    correlations: Floats


def measure_player(take: PlayedTake, part: NoteColumns, windows: Windows) -> PlayerMeasures:
    """Measure a player of a take, whole and in each of some windows."""
    lasting = beats(part, take.tempi)
    rough = dissonance.dissonances(part)
    once, _ = window_measures(part, Windows.whole(take.played), take.gaps, rough, lasting)
    once |= {"density": np.array([level.overall_density(part, take.gaps)])}
    curves, correlations = window_measures(part, windows, take.gaps, rough, lasting)
    masked = {name: without_lost(curve, windows) for name, curve in curves.items()}
    correlations[~windows.heard] = np.nan
    return PlayerMeasures({"notes": np.array([float(len(part))]), **once}, masked, correlations)


def window_measures(
    part: NoteColumns, windows: Windows, gaps: Floats, rough: Floats, lasting: Floats | None
) -> tuple[dict[str, Curve], Floats]:
    """Return every measure of a part in each window by its name, and the autocorrelations of its pulse.

    ``rough`` (N,) is the dissonance of each note, and ``lasting`` (N,) its duration in beats, where there are any.
    """
    inside = Inside.of(part, windows)
    correlations = pulse.autocorrelations(inside)
    classes = tonality.pitch_classes(inside)
    keys = tonality.correlations(classes)
    intervals = evenness.Intervals(part, windows, gaps)
    none = np.full(len(windows), np.nan)
    found: dict[str, Curve] = {
        "density": level.density(inside),
        "duration": level.duration(inside),
        "pitch_mean": level.pitch_mean(inside),
        "pitch_sd": level.pitch_sd(inside),
        "pitch_range": level.pitch_range(inside),
        "velocity_mean": level.velocity_mean(inside),
        "velocity_sd": level.velocity_sd(inside),
        "legato": sounding.legato(inside),
        "silence": sounding.silence(part, windows, gaps),
        "pulse_clarity": pulse.clarity(correlations),
        "pulse_period": pulse.period(correlations),
        "pitch_classes": classes,
        "tonal_clarity": tonality.tonal_clarity(keys),
        "key": tonality.key(keys),
        "majorness": tonality.majorness(keys),
        "minorness": tonality.minorness(keys),
        "entropy_pitch_classes": entropy.entropy(classes),
        "entropy_intervals": entropy.entropy(entropy.intervals(inside)),
        "entropy_durations": none if lasting is None else entropy.entropy(entropy.durations(inside, lasting)),
        "npvi": evenness.npvi(inside),
        "dissonance": inside.mean(rough),
        "asynchrony_sd": intervals.sd(),
        "ioi_cv": intervals.cv(),
    }
    return found, correlations


def without_lost(curve: Curve, windows: Windows) -> Curve:
    """Return a curve with no data where the sound was lost."""
    if isinstance(curve, list):
        return [value if heard else None for value, heard in zip(curve, windows.heard, strict=True)]
    masked = curve.copy()
    masked[~windows.heard] = np.nan
    return masked
