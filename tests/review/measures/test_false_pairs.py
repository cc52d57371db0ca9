"""The control: players who heard each other, against parts that were never played together."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from bedside.music.events import Player
from bedside.review.measures.coincidence import coincidence
from review.measures.facts import DUET, NO_GAPS, imported

FILES = (DUET, "partitura_mozart_k265_var1.mid", "pretty_midi_example.mid", "tonejs_bach_format0.mid")


@pytest.fixture(scope="module")
def onsets() -> dict[tuple[str, Player], np.ndarray]:
    return {(name, player): part.onset for name in FILES for player, part in imported(name).parts.items()}


def test_real_pairs_stand_above_chance(onsets: dict[tuple[str, Player], np.ndarray]) -> None:
    """The four-hand duet coincides at z = 9.5, and each two parts of one song at z above 3."""
    found = {
        (a, b): coincidence(onsets[a], onsets[b], NO_GAPS)["coincidence_z"]
        for a, b in combinations(onsets, 2)
        if a[0] == b[0]
    }
    assert len(found) == 7
    assert found[(DUET, Player.CHILD), (DUET, Player.THERAPIST)] == pytest.approx(9.5, abs=0.05)
    assert min(found.values()) > 3


def test_false_pairs_are_chance(onsets: dict[tuple[str, Player], np.ndarray]) -> None:
    """Each part of one piece with each of another, never played together, lies within z = ±3: 20 pairs."""
    found = [
        coincidence(onsets[a], onsets[b], NO_GAPS)["coincidence_z"] for a, b in combinations(onsets, 2) if a[0] != b[0]
    ]
    known = [z for z in found if not np.isnan(z)]
    assert len(known) >= 18
    assert max(map(abs, known)) < 3


def test_halves_of_the_duet_that_were_not_played_together_are_chance(
    onsets: dict[tuple[str, Player], np.ndarray],
) -> None:
    """One player's first half with the other's second, the same piece at the same tempo, lies within z = ±3."""
    middle = 57.0
    for a, b in ((Player.CHILD, Player.THERAPIST), (Player.THERAPIST, Player.CHILD)):
        first, second = onsets[DUET, a], onsets[DUET, b]
        found = coincidence(first[first < middle], second[second >= middle] - middle, NO_GAPS)
        assert abs(found["coincidence_z"]) < 3
