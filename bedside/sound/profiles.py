"""Limits of loudness and onset: one table of numbers, to be confirmed by those responsible for the ward.

They limit the output of the program; the level at the ear must be measured for each device.
"""

from __future__ import annotations

from dataclasses import dataclass

# The limit of the true peak in dBTP, with four times oversampling; no setting changes it.
TRUE_PEAK_DB = -3.0

# Sound rises by at most this much in 50 ms when it starts, resumes or moves to another world.
RISE_DB_PER_50_MS = 12.0


@dataclass(frozen=True, slots=True)
class Limits:
    """One profile.

    ``loudness_lufs`` is the maximal short-term loudness (EBU Tech 3341, 3 s), ``attack_seconds`` the minimal attack of
    a note.
    """

    loudness_lufs: float
    attack_seconds: float


# The first is the default.
PROFILES: dict[str, Limits] = {
    "ward": Limits(loudness_lufs=-20.0, attack_seconds=0.0),
    "quiet": Limits(loudness_lufs=-26.0, attack_seconds=0.008),
    "night": Limits(loudness_lufs=-32.0, attack_seconds=0.03),
}
USUAL = "ward"


def louder(one: str, other: str) -> bool:
    """Return whether one profile allows more loudness than another; raise KeyError for a name that is none."""
    return PROFILES[one].loudness_lufs > PROFILES[other].loudness_lufs
