"""Measures of takes are computed once, kept for the takes looked at last, and averaged over a session."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bedside.music.events import Player
from bedside.review.measures.measure import TakeMeasures, measure
from bedside.review.measures.take import PlayedTake
from bedside.review.measures.values import Pair
from bedside.review.readings.measured import Measured, Numbers, weighted
from review.web.desk import desk, played

# Of so many takes all curves are kept.
KEPT = 6


def test_the_curves_of_six_takes_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A take looked at again is not measured again, unless six others came since: memory has an end."""
    count: Counter[str] = Counter()

    def counted(take: PlayedTake) -> TakeMeasures:
        count[take.id] += 1
        return measure(take)

    monkeypatch.setattr("bedside.review.readings.measured.measure", counted)
    with desk(tmp_path / "kept") as ward:
        ward.session(0, *(played(5, seed=seed) for seed in range(KEPT + 1)))
        there = Measured(ward.store, ward.door.bare.state.takes)
        first, *others = ward.takes
        for take in (first, *others[:-1], first):
            there.measures(take)
        assert set(count.values()) == {1}, "six takes are kept"
        there.measures(others[-1])
        there.measures(first)
        assert count[first] == 1, "the one looked at last stays"
        there.measures(others[0])
        assert count[others[0]] == 2, "the one looked at longest ago makes room"


def test_numbers_of_players_and_pairs(tmp_path: Path) -> None:
    """Each player has the known numbers, and a pair its numbers with what each is by chance."""
    with desk(tmp_path / "kept") as ward:
        ward.session(0, played(40))
        there = Measured(ward.store, ward.door.bare.state.takes)
        (take,) = ward.takes
        child = there.players(take)[Player.CHILD]
        assert child.values["notes"] == there.measures(take).players[Player.CHILD].notes
        assert "entropy_durations" not in child.values, "a take played live has no beats"
        assert not child.chance
        (pair,) = there.pairs(take)
        assert pair == Pair(Player.CHILD, Player.THERAPIST)
        both = there.pairs(take)[pair]
        overlap = there.measures(take).pairs[pair].overlap
        assert (both.values["overlap"], both.chance["overlap"]) == (overlap.value, overlap.chance)


def test_a_session_weighs_its_takes_by_length() -> None:
    """Takes of 10 s and 30 s with 1 and 5 have a mean of 4; one without a number, or of no length, has no weight."""
    found = weighted(
        [
            (10.0, Numbers({"density": 1.0}, {"overlap": 0.1})),
            (30.0, Numbers({"density": 5.0}, {"overlap": 0.3})),
            (20.0, Numbers({})),
            (0.0, Numbers({"density": 99.0, "npvi": 1.0})),
        ]
    )
    assert found.values == {"density": pytest.approx(4.0)}
    assert found.chance == {"overlap": pytest.approx(0.25)}
