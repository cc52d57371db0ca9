"""How loud and how sudden the instrument may ever be: one table of numbers, to be confirmed by those who answer for it.

They bind what leaves the program; decibels at the ear need a meter for each device.
"""

from __future__ import annotations

from dataclasses import dataclass

# What no setting changes: true peak in dBTP, four times oversampled.
TRUE_PEAK_DB = -3.0

# Sound that starts, resumes, changes its world or comes back rises by no more than this in 50 ms.
RISE_DB_PER_50_MS = 12.0


@dataclass(frozen=True, slots=True)
class Limits:
    """One profile.

    ``loudness_lufs`` is the greatest short-term loudness (EBU Tech 3341, 3 s), ``attack_seconds`` the least time in
    which a note comes up.
    """

    loudness_lufs: float
    attack_seconds: float


# The first holds unless another is asked for.
PROFILES: dict[str, Limits] = {
    "ward": Limits(loudness_lufs=-20.0, attack_seconds=0.0),
    "quiet": Limits(loudness_lufs=-26.0, attack_seconds=0.008),
    "night": Limits(loudness_lufs=-32.0, attack_seconds=0.03),
}
USUAL = "ward"
