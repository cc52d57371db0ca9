"""What was planted between two players is found: delays, company, answers, steps towards each other."""

from __future__ import annotations

import numpy as np
import pytest

from bedside.review.measures import pulse
from bedside.review.measures.articulation import presence
from bedside.review.measures.autonomy import Autonomy, autonomy
from bedside.review.measures.coincidence import coincidence
from bedside.review.measures.cosounding import cosounding_shares
from bedside.review.measures.imitation import imitation
from bedside.review.measures.roles import ROLES, role
from bedside.review.measures.shared_pulse import shared_pulse
from bedside.review.measures.surrogates import BesideChance
from bedside.review.measures.turntaking import Turns, turns_beside_chance
from bedside.review.measures.windows import WindowedNotes, Windows
from review.measures.facts import NO_GAPS, improvised, moved, part, take, told

LEADS = ("lead_lag", "lead_lag_density", "lead_lag_velocity", "lead_lag_pulse_period")


@pytest.mark.parametrize("seconds", [0.0, 1.5, 4.0, -2.5])
def test_who_repeats_follows_by_as_much(seconds: float) -> None:
    """Where B repeats A so many seconds later, lead_lag is that lag in every curve; where both play alike it is 0."""
    first = moved(improvised(3), max(-seconds, 0.0))
    whole = told(take(first, moved(first, seconds)))["pairs"]["child-therapist"]["whole"]
    for name in LEADS:
        assert whole[name] == seconds, name
        assert whole[f"{name}_value_z"] > 3, name


def test_who_repeats_follows_in_each_window() -> None:
    """Over time, too, the lag of a planted pair is the planted one wherever there is data."""
    first = improvised(3)
    curves = told(take(first, moved(first, 1.5)))["pairs"]["child-therapist"]["curves"]
    lags = [lag for lag in curves["lead_lag"] if lag is not None]
    assert len(lags) > 60
    assert curves["t"][curves["lead_lag"].index(lags[0])] == 30, "a window is 30 s long"
    assert np.mean(np.array(lags) == 1.5) > 0.95


def test_the_sign_says_who_was_first() -> None:
    """With A's part delayed instead, the lag is as long and below 0: A follows."""
    first = improvised(3)
    whole = told(take(moved(first, 1.5), first))["pairs"]["child-therapist"]["whole"]
    assert whole["lead_lag"] == -1.5


@pytest.mark.slow
def test_strangers_do_not_lead_each_other() -> None:
    """Of parts that were never played together, the value at the best lag lies within what chance gives, z below 3."""
    found = [
        told(take(improvised(seed), improvised(seed + 50)))["pairs"]["child-therapist"]["whole"]["lead_lag_value_z"]
        for seed in range(6)
    ]
    assert max(found) < 3


def test_coincidence_of_what_is_played_after_the_other() -> None:
    """Where B repeats A 20 ms later all strokes coincide, and the asynchrony is 20 ms; 200 ms later it is chance."""
    first = improvised(5).onset
    found = coincidence(first, first + 0.02, NO_GAPS)
    assert found.share.value == 1
    assert found.share.z > 10
    assert found.asynchrony.value == pytest.approx(20)
    apart = coincidence(np.arange(100.0), np.arange(100.0) + 0.2, NO_GAPS)
    assert apart.share.value == 0


def test_one_pulse_is_shared_and_two_are_not() -> None:
    """Two players at one steady beat share more of a pulse than two at different ones."""
    windows = Windows.over(60.0, NO_GAPS)

    def beats(period: float) -> np.ndarray:
        onset = np.arange(0, 60, period)
        return pulse.autocorrelations(
            WindowedNotes.of(part(np.stack([onset, onset * 0 + 0.3, onset * 0 + 60, onset * 0 + 64], 1)), windows)
        )

    assert shared_pulse(beats(0.5), beats(0.5))[10:].min() > 0.9
    assert shared_pulse(beats(0.5), beats(0.37))[10:].max() < 0.5


@pytest.mark.parametrize("later", [6, 16])
def test_who_is_imitated_initiates(later: int) -> None:
    """Where B takes up A's curve 6 or 16 s later, A initiates, far above chance, and B does not."""
    walk = np.convolve(np.random.default_rng(1).normal(size=420), np.ones(5), "valid")
    found = imitation(walk[20:400], walk[20 - later : 400 - later])
    assert found.a.value == pytest.approx(1, abs=0.1)
    # No surrogate is ever shifted back to where the players were.
    assert found.a.z > 10
    assert found.band.high < 0.7
    assert found.b.value < 0.6 * found.a.value


def test_shares_leave_out_what_was_lost() -> None:
    """A sounds for 12 s and is lost for 20 s, then nobody plays for 10 s: alone for 12 of the 22 s that were heard."""
    first, nobody = part([(at, 1.0, 60, 64) for at in range(10)]), part([])
    gap = np.array([[12.0, 32.0]])
    found = cosounding_shares(presence(first), presence(nobody), Windows.whole(42.0), gap)
    assert (found["alone_a"][0], found["neither"][0]) == pytest.approx((12 / 22, 10 / 22))


def test_shares_of_sounding_are_what_was_played() -> None:
    """A alone from 0 to 10 s, both to 20 s, B alone to 30 s, none to 40 s: a quarter each, the 2 s after counted."""
    first = part([(at, 1.0, 60, 64) for at in range(18)])
    second = part([(at, 1.0, 60, 64) for at in range(10, 28)])
    found = cosounding_shares(presence(first), presence(second), Windows.whole(40.0), NO_GAPS)
    shares = {name: float(share[0]) for name, share in found.items()}
    assert shares == pytest.approx({"alone_a": 0.25, "alone_b": 0.25, "alone": 0.5, "together": 0.25, "neither": 0.25})


def test_calls_and_answers_are_counted_and_timed() -> None:
    """Ten calls of 3 s, each answered after 0.5 s for 3 s, and 1.5 s of rest: 19 exchanges in 80 s, none overlapped."""
    calls = part([(8 * turn + note * 0.75, 0.75, 60, 64) for turn in range(10) for note in range(4)])
    answers = moved(calls, 3.5)
    found = turns_beside_chance(Turns.of(calls), Turns.of(answers), 80.0, NO_GAPS)
    assert found["exchanges"].value == pytest.approx(19 * 60 / 80)
    assert found["response_latency_b"].value == pytest.approx(0.5)
    assert found["response_latency_a"].value == pytest.approx(1.5)
    assert found["overlap"].value == 0
    assert found["overlap"].chance > 0.1


def test_playing_at_once_is_no_exchange() -> None:
    """Two who play through together pass nothing to each other, and overlap all the time."""
    first = part([(at, 1.0, 60, 64) for at in range(30)])
    found = turns_beside_chance(Turns.of(first), Turns.of(first), 30.0, NO_GAPS)
    assert (found["exchanges"].value, found["overlap"].value) == (0, 1)


def test_moves_towards_the_other_are_affirmative() -> None:
    """A curve that closes in on a steady one is affirmative throughout, and one that leaves it contradictive."""
    steady, silent = np.full(30, 10.0), np.zeros(30, np.bool_)
    nearer = autonomy(np.linspace(0, 9, 30), steady, silent)
    farther = autonomy(np.linspace(11, 20, 30), steady, silent)
    assert (nearer.affirmative.value, farther.contradictive.value) == (1, 1)
    assert nearer.roles[:5] == [None] * 5, "a role is of 5 s"
    assert set(nearer.roles[5:20]) == {"follower"}
    assert farther.roles[29] == "resister"
    still = autonomy(steady, np.linspace(0, 9, 30), silent)
    assert still.neutral.value == 1
    assert set(still.roles) == {None}


def test_shares_of_roles_are_of_the_seconds_that_have_one() -> None:
    """Of two seconds as follower and one as leader, and three without a role, two thirds are of the follower."""
    nothing = BesideChance(np.nan, np.nan, np.nan, np.nan)
    roles = [None, "follower", "follower", None, "leader", None]
    shares = Autonomy(nothing, nothing, nothing, roles).role_shares()
    assert (shares["follower"], shares["leader"], shares["partner"]) == pytest.approx((2 / 3, 1 / 3, 0))
    assert np.isnan(Autonomy(nothing, nothing, nothing, [None]).role_shares()["solo"])


def test_who_plays_while_the_other_is_silent_plays_solo() -> None:
    """Where the other has no note in any window, the role is solo; a player without data has none."""
    own, nothing = np.linspace(1, 5, 30), np.zeros(30)
    assert set(autonomy(own, nothing, np.ones(30, np.bool_)).roles[5:]) == {"solo"}
    assert set(autonomy(np.full(30, np.nan), nothing, np.ones(30, np.bool_)).roles) == {None}


@pytest.mark.parametrize(
    ("affirmative", "contradictive", "near", "expected"),
    [
        (1.0, 0.0, True, "dependent"),
        (1.0, 0.0, False, "follower"),
        (0.6, 0.2, True, "follower"),
        (0.6, 0.4, True, "partner"),
        (0.4, 0.6, False, "partner"),
        (0.2, 0.6, False, "leader"),
        (0.0, 1.0, True, "leader"),
        (0.0, 1.0, False, "resister"),
    ],
)
def test_roles_follow_from_the_shares(affirmative: float, contradictive: float, near: bool, expected: str) -> None:
    """Each role has its shares of moves, and where they are all of one kind, its distance."""
    assert ROLES[role(np.array(affirmative), np.array(contradictive), np.array(near))] == expected


def test_roles_are_labelled_as_a_proposal() -> None:
    """What is said of autonomy says that it is a proposal, and from which distance on two curves are near."""
    whole = told(take(improvised(1), improvised(2)))["pairs"]["child-therapist"]["whole"]
    assert whole["autonomy"]["proposal"] == "for the therapist to accept or reject"
    assert whole["autonomy"]["near"] == 0.1
