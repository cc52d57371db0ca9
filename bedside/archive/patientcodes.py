"""Codes for new patients: made up by chance, easy to say and to write down, and never part of a name.

A code is four syllables and two digits, such as ``tobi-masu-47``. There are about 300 million.
"""

from __future__ import annotations

from collections.abc import Collection
from random import Random

# No letter looks or sounds like another, or like a digit: neither c, k and q, nor b and p, nor l, i and 1.
_CONSONANTS = "bdfgkmnrst"
_VOWELS = "aeou"
_DIGITS = "2346789"

# Parts of words that nobody wants to be called, in the languages of the wards.
_UNWANTED = ("kaka", "kako", "dead", "fago", "nega", "sado", "tode", "mort", "goda", "merd", "dumo", "bobo", "fuka")


def new_code(random: Random, taken: Collection[str]) -> str:
    """Return a code that is not among those ``taken``; no syllable occurs twice in it."""
    while True:
        syllables: list[str] = []
        while len(syllables) < 4:
            syllable = random.choice(_CONSONANTS) + random.choice(_VOWELS)
            if syllable not in syllables:
                syllables.append(syllable)
        spoken = "".join(syllables)
        code = f"{spoken[:4]}-{spoken[4:]}-{random.choice(_DIGITS)}{random.choice(_DIGITS)}"
        if code not in taken and not any(word in spoken for word in _UNWANTED):
            return code
