"""Quantities along the keyboard: the pitch of a key, and physical parameters that scale with pitch."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

MIDDLE_C = 60

# ln 2 in steps of 2⁻¹²⁸.
_LN_2 = 0xB17217F7D1CF79ABC9E3B39803F2F6AF


# Files ask for a few thousand different ones; a library of samples may ask for any number.
@functools.lru_cache(maxsize=4096)
def frequency_ratio(octaves: float) -> float:
    """Return the frequency ratio of an interval in ``octaves``, 2 to their power, rounded correctly.

    It is the series of exp in whole numbers: from a ratio that is off by its last bit another loop would follow.
    """
    whole, part = divmod(math.floor(math.ldexp(octaves, 64)), 1 << 64)
    exponent = part * _LN_2 >> 64
    term = total = 1 << 128
    for k in range(1, 36):
        term = (term * exponent >> 128) // k
        total += term
    return math.ldexp(total, whole - 128)


def hertz(key: int) -> float:
    """Return the frequency of a MIDI key in equal temperament, A4 (key 69) at 440 Hz (ISO 16)."""
    return 440.0 * frequency_ratio((key - 69) / 12)


@dataclass(frozen=True, slots=True)
class Scaled:
    """A quantity that is ``c4`` at middle C and halves with every ``halving`` semitones upwards.

    A negative ``halving`` doubles it upwards; an infinite one holds it constant.
    """

    c4: float
    halving: float = math.inf

    def at(self, key: int) -> float:
        """Return the quantity at a MIDI key, in the unit of ``c4``."""
        return self.c4 * frequency_ratio((MIDDLE_C - key) / self.halving)
