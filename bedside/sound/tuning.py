"""Quantities along the keyboard: the pitch of a key, and physical parameters that scale with pitch."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bedside.sound import exact

MIDDLE_C = 60


def hertz(key: int) -> float:
    """Return the frequency of a MIDI key in equal temperament, A4 (key 69) at 440 Hz (ISO 16)."""
    return 440.0 * exact.exp2((key - 69) / 12).item()


@dataclass(frozen=True, slots=True)
class Scaled:
    """A quantity that is ``c4`` at middle C and halves with every ``halving`` semitones upwards.

    A negative ``halving`` doubles it upwards; an infinite one holds it constant.
    """

    c4: float
    halving: float = math.inf

    def at(self, key: int) -> float:
        """Return the quantity at a MIDI key, in the unit of ``c4``."""
        if math.isinf(self.halving):
            return self.c4
        return self.c4 * exact.exp2((MIDDLE_C - key) / self.halving).item()
