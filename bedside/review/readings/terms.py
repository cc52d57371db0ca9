"""The measures in a therapist's words: label, unit and meaning."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A measure's ``label``, ``unit`` (may be empty), meaning, and the digits that are shown."""

    label: str
    unit: str
    means: str
    digits: int = 2


# Measures of a player, in the order of the menus.
PLAYER: dict[str, Term] = {
    "density": Term("Density", "notes/s", "Notes that begin per second."),
    "notes": Term("Notes", "", "Number of notes played.", 0),
    "velocity_mean": Term("Loudness", "0–127", "Mean velocity of the notes.", 1),
    "velocity_sd": Term("Loudness, spread", "0–127", "Standard deviation of the velocities.", 1),
    "pitch_mean": Term("Pitch height", "MIDI key", "Mean pitch; 60 is middle C.", 1),
    "pitch_sd": Term("Pitch, spread", "semitones", "Standard deviation of the pitches.", 1),
    "pitch_range": Term("Pitch range", "semitones", "From the lowest to the highest note.", 0),
    "duration": Term("Length of notes", "0–1", "Mean duration accent: 0 for very short notes, 1 for long notes."),
    "legato": Term("Legato", "0–1", "Share of a phrase that sounds; a gap longer than two seconds ends it."),
    "silence": Term("Silence", "0–1", "Share of time more than two seconds after a note ended.", 3),
    "pulse_clarity": Term("Pulse clarity", "0–1", "How regularly onsets repeat: 0 not at all, 1 exactly."),
    "pulse_period": Term("Pulse period", "s", "The time after which onsets repeat most regularly."),
    "tonal_clarity": Term("Tonal clarity", "−1 to 1", "How closely the notes match the best-fitting key."),
    "majorness": Term("Major", "−1 to 1", "How closely the notes match the best-fitting major key."),
    "minorness": Term("Minor", "−1 to 1", "How closely the notes match the best-fitting minor key."),
    "entropy_pitch_classes": Term("Variety of pitch classes", "0–1", "0 if only one is played, 1 if all equally."),
    "entropy_intervals": Term("Variety of intervals", "0–1", "0 if only one is played, 1 if all equally."),
    "entropy_durations": Term("Variety of durations", "0–1", "0 if only one is played, 1 if all equally."),
    "npvi": Term("Contrast of durations", "nPVI", "How much successive durations differ.", 1),
    "dissonance": Term("Dissonance", "", "Roughness of each note with the notes just before it.", 3),
    "asynchrony_sd": Term("Interval spread", "s", "Standard deviation of times between onsets, without pauses.", 3),
    "ioi_cv": Term("Interval variation", "", "The same as a share of the mean time; 0 is exactly even.", 3),
}

# Measures of a pair, each beside its chance level.
PAIR: dict[str, Term] = {
    "coincidence": Term("Onsets together", "0–1", "Share of the second's onsets within 60 ms of one of the first's."),
    "asynchrony": Term("Asynchrony of those onsets", "ms", "Median; positive if the second comes after the first.", 0),
    "lead_lag_value": Term("Likeness at the best lag", "Fisher's z", "How alike density, loudness and pulse change."),
    "shared_pulse": Term("Shared pulse", "0–1", "How regularly both repeat at the same period."),
    "alone_a": Term("First alone", "0–1", "Share of time in which only the first sounds."),
    "alone_b": Term("Second alone", "0–1", "Share of time in which only the second sounds."),
    "together": Term("Together", "0–1", "Share of time in which both sound."),
    "neither": Term("Neither", "0–1", "Share of time in which neither sounds."),
    "exchanges": Term("Exchanges", "per minute", "How often a turn of one follows a turn of the other.", 1),
    "response_latency_a": Term("First's response time", "s", "Median, from the end of the second's turn."),
    "response_latency_b": Term("Second's response time", "s", "Median, from the end of the first's turn."),
    "overlap": Term("Overlap", "0–1", "Share of all turn time in which both have a turn."),
    "imitation_density_a": Term("Second imitates density", "", "How closely it matches the first's, up to 20 s later."),
    "imitation_density_b": Term("First imitates density", "", "How closely it matches the second's, up to 20 s later."),
}

# Shown until somebody chooses.
USUAL = ("density", "velocity_mean", "pitch_mean", "pitch_range", "silence", "pulse_clarity")


def term(name: str) -> Term:
    """Return the term of a measure; one without a term is labelled by its name."""
    found = PLAYER.get(name) or PAIR.get(name)
    return found if found is not None else Term(name.replace("_", " ").capitalize(), "", "")


def figure(value: float | None, name: str) -> str:
    """Format a value for people, or return “no data”."""
    if value is None or not math.isfinite(value):
        return "no data"
    shown = f"{value:.{term(name).digits}f}"
    if float(shown) == 0:
        shown = shown.lstrip("-")
    return shown.replace("-", "−")


def with_sign(value: float | None, name: str) -> str:
    """Format a difference with its sign, unless it rounds to 0."""
    shown = figure(value, name)
    return shown if shown[0] in "−n" or not any(digit in shown for digit in "123456789") else f"+{shown}"
