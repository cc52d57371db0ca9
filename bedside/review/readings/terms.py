"""What each measure is called, in what it is counted, and what it says, in a therapist's words."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A measure's ``label``, its ``unit`` (may be empty), what it ``means``, and with how many digits it is shown."""

    label: str
    unit: str
    means: str
    digits: int = 2


# Of one player, in the order in which they are offered.
PLAYER: dict[str, Term] = {
    "density": Term("Density", "notes/s", "Notes that begin in each second."),
    "notes": Term("Notes", "", "How many notes were played.", 0),
    "velocity_mean": Term("Loudness", "0–127", "Mean velocity of the notes.", 1),
    "velocity_sd": Term("Loudness, spread", "0–127", "How far velocities lie apart.", 1),
    "pitch_mean": Term("Pitch height", "MIDI key", "Mean pitch; 60 is middle C.", 1),
    "pitch_sd": Term("Pitch, spread", "semitones", "How far pitches lie apart.", 1),
    "pitch_range": Term("Pitch range", "semitones", "From the lowest note to the highest.", 0),
    "duration": Term("Length of notes", "0–1", "Mean duration accent: 0 for very short notes, 1 for long ones."),
    "legato": Term("Legato", "0–1", "Share of sound where notes are apart by two seconds at most."),
    "silence": Term("Silence", "0–1", "Share of time more than two seconds after the last note.", 3),
    "pulse_clarity": Term("Pulse clarity", "0–1", "How strongly onsets repeat at one period."),
    "pulse_period": Term("Pulse period", "s", "The period at which onsets repeat most strongly."),
    "tonal_clarity": Term("Tonal clarity", "−1 to 1", "How closely the pitch classes resemble one key."),
    "majorness": Term("Major", "−1 to 1", "How closely the pitch classes resemble a major key."),
    "minorness": Term("Minor", "−1 to 1", "How closely the pitch classes resemble a minor key."),
    "entropy_pitch_classes": Term("Variety of pitch classes", "0–1", "0 for one only, 1 for all alike."),
    "entropy_intervals": Term("Variety of intervals", "0–1", "0 for one only, 1 for all alike."),
    "entropy_durations": Term("Variety of durations", "0–1", "0 for one only, 1 for all alike."),
    "npvi": Term("Contrast of durations", "nPVI", "How much each duration differs from the next.", 1),
    "dissonance": Term("Dissonance", "", "Roughness of notes that sound together.", 3),
    "asynchrony_sd": Term("Interval spread", "s", "How far the times between onsets lie apart, in runs.", 3),
    "ioi_cv": Term("Interval variation", "", "The same as a share of the mean time: 0 is exactly even.", 3),
}

# Of two players; each stands beside its chance level.
PAIR: dict[str, Term] = {
    "coincidence": Term("Onsets together", "0–1", "Share of the second's onsets within 60 ms of one of the first's."),
    "asynchrony": Term("Distance of those onsets", "ms", "Median; positive where the second comes after the first.", 0),
    "lead_lag_value": Term("Likeness at the best lag", "Fisher's z", "How alike density, loudness and pulse move."),
    "shared_pulse": Term("Shared pulse", "0–1", "How strongly both repeat at one period."),
    "alone_a": Term("First alone", "0–1", "Share of time in which only the first sounds."),
    "alone_b": Term("Second alone", "0–1", "Share of time in which only the second sounds."),
    "together": Term("Together", "0–1", "Share of time in which both sound."),
    "neither": Term("Neither", "0–1", "Share of time in which none of the two sounds."),
    "exchanges": Term("Exchanges", "per minute", "How often one's turn follows the other's.", 1),
    "response_latency_a": Term("First's time to answer", "s", "Median, from the end of the second's turn."),
    "response_latency_b": Term("Second's time to answer", "s", "Median, from the end of the first's turn."),
    "overlap": Term("Overlap", "0–1", "Share of the time of turns in which both have one."),
    "imitation_density_a": Term("First initiates density", "", "How like the second's later play is the first's."),
    "imitation_density_b": Term("Second initiates density", "", "How like the first's later play is the second's."),
}

# What is shown where nobody has chosen yet.
USUAL = ("density", "velocity_mean", "pitch_mean", "pitch_range", "silence", "pulse_clarity")


def term(name: str) -> Term:
    """Return the term of a measure; one that has none yet is called by its own name."""
    found = PLAYER.get(name) or PAIR.get(name)
    return found if found is not None else Term(name.replace("_", " ").capitalize(), "", "")


def figure(value: float | None, name: str) -> str:
    """Return a value as it is shown, or “no data”."""
    if value is None or not math.isfinite(value):
        return "no data"
    shown = f"{value:.{term(name).digits}f}"
    if float(shown) == 0:
        shown = shown.lstrip("-")
    return shown.replace("-", "−")


def with_sign(value: float | None, name: str) -> str:
    """Return a difference as it is shown: with its sign, unless it is 0 as it is shown."""
    shown = figure(value, name)
    return shown if shown[0] in "−n" or not any(digit in shown for digit in "123456789") else f"+{shown}"
