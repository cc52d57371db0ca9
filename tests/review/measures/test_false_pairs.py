"""The control: players who heard each other, against parts that were never played together."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from bedside.review.measures.coincidence import coincidence
from bedside.review.measures.columns import Floats
from review.measures.facts import CHILD, NO_GAPS, THERAPIST, brahms, onsets

# A piece, and a part in it.
Part = tuple[str, int]

FIRST, SECOND = ("duet", 1), ("duet", 2)


@pytest.fixture(scope="module")
def parts() -> dict[Part, Floats]:
    duet = brahms().parts
    return {FIRST: duet[CHILD].onset, SECOND: duet[THERAPIST].onset, **onsets()}


def test_real_pairs_stand_above_chance(parts: dict[Part, Floats]) -> None:
    """The four-hand duet coincides at z = 9.5, and each two parts of one song at z above 3."""
    found = {
        (a, b): coincidence(parts[a], parts[b], NO_GAPS).share.z for a, b in combinations(parts, 2) if a[0] == b[0]
    }
    assert len(found) == 7
    assert found[FIRST, SECOND] == pytest.approx(9.5, abs=0.05)
    assert min(found.values()) > 3


def test_false_pairs_are_chance(parts: dict[Part, Floats]) -> None:
    """Each part of one piece with each of another, never played together, lies within z = ±3: 20 pairs."""
    found = [coincidence(parts[a], parts[b], NO_GAPS).share.z for a, b in combinations(parts, 2) if a[0] != b[0]]
    known = [z for z in found if not np.isnan(z)]
    assert len(known) >= 18
    assert max(map(abs, known)) < 3


def test_halves_of_the_duet_that_were_not_played_together_are_chance(parts: dict[Part, Floats]) -> None:
    """One player's first half with the other's second, the same piece at the same tempo, lies within z = ±3."""
    middle = 57.0
    for a, b in ((FIRST, SECOND), (SECOND, FIRST)):
        first, second = parts[a], parts[b]
        found = coincidence(first[first < middle], second[second >= middle] - middle, NO_GAPS)
        assert abs(found.share.z) < 3
