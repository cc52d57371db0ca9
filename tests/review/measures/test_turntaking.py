"""Turns and what is an exchange of them: the thresholds, from either side."""

from __future__ import annotations

import pytest

from bedside.review.measures.turntaking import Exchanges, Turns
from review.measures.facts import part


def turn(start: float, end: float) -> Turns:
    """Return the turns of a player who holds one note."""
    return Turns.of(part([(start, end - start, 60, 64)]))


@pytest.mark.parametrize(("overlap", "exchanges"), [(-3.0, 1), (0.0, 1), (0.9, 1), (1.1, 0), (2.0, 0), (2.9, 0)])
def test_an_answer_overlaps_by_a_second_at_most(overlap: float, exchanges: int) -> None:
    """A turn that begins 0.9 s before the other's ends answers it; from 1 s on both play together."""
    found = Exchanges.of(turn(0.0, 10.0), turn(10.0 - overlap, 20.0))
    assert len(found.began) == exchanges
    assert found.latencies().tolist() == pytest.approx([-overlap] * exchanges)


def test_a_turn_within_the_others_is_no_exchange() -> None:
    """What begins and ends while the other plays on takes nothing over, however late it begins."""
    assert len(Exchanges.of(turn(0.0, 10.0), turn(9.5, 10.0)).began) == 0


@pytest.mark.parametrize(("gap", "turns"), [(0.0, 1), (0.9, 1), (1.1, 2), (1.9, 2)])
def test_a_gap_of_a_second_ends_a_turn(gap: float, turns: int) -> None:
    """Two notes with less than 1 s between them are one turn, else two."""
    found = Turns.of(part([(0.0, 1.0, 60, 64), (1.0 + gap, 1.0, 60, 64)]))
    assert len(found.start) == turns
    assert found.end[-1] == pytest.approx(2.0 + gap)
