"""Which of our instruments stands for a sound of General MIDI, and which sound of General MIDI for an instrument.

Numbers of programs count from 0, and channels too. After General MIDI System Level 1 (RP-003).
"""

from __future__ import annotations

DRUM_CHANNEL = 9

# By families of eight programs, piano to sound effects.
_FAMILIES = (
    "harp",
    "marimba",
    "pad",
    "harp",
    "harp",
    "pad",
    "pad",
    "pad",
    "pad",
    "pad",
    "harp",
    "pad",
    "pad",
    "harp",
    "marimba",
    "harp",
)
# Plucked strings and drums that stand among families of another kind.
_EXCEPTIONS = {45: "harp", 46: "harp", 47: "drum", 116: "drum", 117: "drum", 118: "drum"}

_PROGRAMS = {"harp": 46, "marimba": 12, "pad": 89, "drum": 116}


def instrument_of(program: int, channel: int) -> str:
    """Return the instrument for a program 0–127 on a channel 0–15."""
    if channel == DRUM_CHANNEL:
        return "drum"
    return _EXCEPTIONS.get(program, _FAMILIES[program // 8])


def program_of(instrument: str) -> int | None:
    """Return the program that sounds most like an instrument, or None where that is not known."""
    return _PROGRAMS.get(instrument)
