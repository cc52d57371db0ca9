"""Codes for new patients can be said, written down and told apart."""

from __future__ import annotations

import re
from random import Random

from bedside.archive.patientcodes import new_code


def test_codes_are_pronounceable_and_hold_nothing_that_looks_like_another() -> None:
    """Syllables of a consonant and a vowel, no letter or digit that is mistaken for another, no syllable twice."""
    random = Random(13)
    for _ in range(5_000):
        code = new_code(random, ())
        assert re.fullmatch(r"(?:[bdfgkmnrst][aeou]){2}-(?:[bdfgkmnrst][aeou]){2}-[2346789]{2}", code)
        syllables = re.findall("[a-z]{2}", code)
        assert len(set(syllables)) == 4


def test_a_code_that_is_taken_is_not_given_again() -> None:
    """With the same chance, but the first code taken, another comes."""
    first = new_code(Random(1), ())
    assert new_code(Random(1), ()) == first
    assert new_code(Random(1), {first}) != first


def test_two_beds_hardly_ever_make_the_same_code() -> None:
    """Of twenty thousand codes at most three are doubles: beds that never met do not make one child of two."""
    random = Random(2)
    codes = [new_code(random, ()) for _ in range(20_000)]
    assert len(codes) - len(set(codes)) <= 3
