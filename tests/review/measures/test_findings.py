"""What is found in the music, over weeks, between takes and between raters, and how goals become one number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from bedside.music.events import Player
from bedside.review.measures.agreement import kappa, most_pairs, overlap_f1
from bedside.review.measures.attainment import t_score
from bedside.review.measures.bootstrap import bootstrap_difference
from bedside.review.measures.moments import MomentKind, propose
from bedside.review.measures.weeks import TOO_FEW, Description, MeasuredSession, compare_with_earlier
from review.measures.facts import improvised, moved, part, take

HARP = Description("harp", "pentatonic", "12 pads", "touch")


def steady(start: float, seconds: float, period: float = 0.5, velocity: float = 64) -> list[tuple[float, ...]]:
    return [(float(at), 0.3, 60, velocity) for at in np.arange(start, start + seconds, period)]


def session(value: float, description: Description = HARP) -> MeasuredSession:
    return MeasuredSession(description, {"density": value})


def test_the_first_note_after_the_longest_rest_is_found() -> None:
    """Of rests of 12 and 20 s the longer one's end is proposed, with its length and the notes that follow."""
    child = part([*steady(0, 10), *steady(22, 5), *steady(47, 10)])
    [found] = [moment for moment in propose(take(child)) if moment.kind is MomentKind.AFTER_REST]
    assert found.start == 47
    assert found.evidence["rest"] == pytest.approx(47 - 26.8)
    first = int(np.searchsorted(child.onset, 47))
    assert found.notes == {Player.CHILD: tuple(range(first, first + 13))}


def test_a_short_rest_is_no_moment() -> None:
    """A rest below 10 s is not proposed, nor is one in which the sound was lost."""
    child = part([*steady(0, 10), *steady(18, 10)])
    assert [moment for moment in propose(take(child)) if moment.kind is MomentKind.AFTER_REST] == []
    child = part([*steady(0, 10), *steady(30, 10)])
    lost = take(child, gaps=np.array([[10.0, 29.0]]))
    assert [moment for moment in propose(lost) if moment.kind is MomentKind.AFTER_REST] == []


def test_the_longest_exchange_is_found() -> None:
    """Of a series of 3 turns and one of 8 the longer is proposed, from its first note to its last."""
    turns = [(10.0 + 4 * turn, turn % 2) for turn in range(3)] + [(60.0 + 4 * turn, turn % 2) for turn in range(8)]
    child, therapist = (
        part([note for at, who in turns if who == player for note in steady(at, 2)]) for player in (0, 1)
    )
    [found] = [moment for moment in propose(take(child, therapist)) if moment.kind is MomentKind.EXCHANGE]
    assert found.evidence["exchanges"] == 7
    assert found.start == pytest.approx(60)
    assert found.end == pytest.approx(60 + 4 * 7 + 1.8)
    assert found.players == (Player.CHILD, Player.THERAPIST)


def test_what_comes_late_is_no_answer() -> None:
    """Turns that alternate with 6 s between them are no exchange; with 4 s they are."""

    def kinds(gap: float) -> set[MomentKind]:
        child = part([note for turn in range(4) for note in steady(turn * 2 * (2 + gap), 2)])
        therapist = part([note for turn in range(4) for note in steady((turn * 2 + 1) * (2 + gap), 2)])
        return {moment.kind for moment in propose(take(child, therapist))}

    assert MomentKind.EXCHANGE in kinds(4)
    assert MomentKind.EXCHANGE not in kinds(6)


def test_the_first_shared_pulse_is_found() -> None:
    """Where two play apart and then at one beat from 80 s on, the shared pulse is proposed after that, above chance."""
    child = part([*steady(0, 80, 0.83), *steady(80, 40, 0.5)])
    therapist = part([*steady(0, 80, 0.61), *steady(80, 40, 0.5)])
    [found] = [moment for moment in propose(take(child, therapist)) if moment.kind is MomentKind.SHARED_PULSE]
    assert 76 <= found.start <= 90
    assert found.end - found.start == 8, "three windows of 6 s, a second apart"
    assert found.evidence["shared_pulse"] > found.evidence["shared_pulse_chance"]


def test_the_most_alike_and_most_different_are_found() -> None:
    """Alike are the seconds at one density and loudness, different those in which one is dense and loud, one not."""
    child = part([*steady(0, 20), *steady(20, 20, 0.2, 110), *steady(40, 20)])
    therapist = part([*steady(0, 20, 0.8, 50), *steady(20, 20, 2.0, 20), *steady(40, 20)])
    found = {moment.kind: moment for moment in propose(take(child, therapist))}
    assert found[MomentKind.ALIKE].start >= 38
    assert 19 <= found[MomentKind.DIFFERENT].start <= 35
    assert found[MomentKind.ALIKE].evidence["density_apart"] < found[MomentKind.DIFFERENT].evidence["density_apart"]


def test_who_comes_nearer_all_the_time_is_proposed_as_a_follower() -> None:
    """Of a therapist who wanders and a child who goes after, the child follows, for longer than chance gives."""
    chance = np.random.default_rng(1)
    led = 66 + np.cumsum(chance.choice([-1.5, 1.5], 30)).repeat(5)
    follows = [60.0]
    for pitch in led[:-1]:
        follows.append(follows[-1] + 0.15 * (pitch - follows[-1]))
    child, therapist = (
        part([(at + beat, 0.3, pitch, 64) for at, pitch in enumerate(pitches) for beat in (0.0, 0.5)])
        for pitches in (follows, led)
    )
    found = {moment.players: moment for moment in propose(take(child, therapist)) if "role" in moment.kind}
    follower = found[Player.CHILD, Player.THERAPIST]
    assert follower.kind in (MomentKind.FOLLOWER, MomentKind.DEPENDENT)
    assert follower.evidence["role_pitch"] == follower.end - follower.start
    assert follower.evidence["role_pitch"] > follower.evidence["role_pitch_band"]


@pytest.mark.slow
def test_roles_are_proposed_where_they_last_longer_than_by_chance() -> None:
    """Of two who play by themselves few have a role for longer than chance gives; one who repeats the other has."""
    strangers = [take(improvised(seed), improvised(seed + 100)) for seed in range(12)]
    found = [moment for each in strangers for moment in propose(each) if "role" in moment.kind]
    # Three curves of two players: each may pass its 95 % once in twenty takes.
    assert len(found) <= 12
    for moment in found:
        length, chance = moment.evidence.values()
        assert length == moment.end - moment.start >= 10
        assert length > chance


@pytest.mark.parametrize("seed", range(3))
def test_moments_lie_in_the_take_and_bear_evidence(seed: int) -> None:
    """Each proposal has its span within the take, numbers that speak for it, and notes that begin in the span."""
    whole = take(improvised(seed), moved(improvised(seed), 1.5), improvised(seed + 9))
    found = propose(whole)
    assert found
    for moment in found:
        assert 0 <= moment.start < moment.end <= whole.seconds
        assert moment.evidence
        for player, notes in moment.notes.items():
            onset = whole.parts[player].onset[list(notes)]
            assert ((onset >= moment.start) & (onset <= moment.end)).all()


def test_few_notes_have_no_moments() -> None:
    """Nothing, one note, or one of each is no error."""
    assert propose(take(part([]))) == []
    assert propose(take(part(steady(0, 0.5)))) == []
    propose(take(part(steady(0, 0.5)), part(steady(1, 0.5))))


def test_below_three_earlier_sessions_nothing_is_compared() -> None:
    """Two earlier sessions are too few, and so are three of which one has no data; it is said so."""
    found = compare_with_earlier(session(4.0), [session(1.0), session(2.0)], "density")
    assert (found.reason, found.sessions) == (TOO_FEW, 2)
    assert np.isnan(found.median)
    assert np.isnan(found.mad)
    assert (
        compare_with_earlier(session(4.0), [session(1.0), session(2.0), session(np.nan)], "density").reason == TOO_FEW
    )


def test_a_session_stands_among_the_childs_own() -> None:
    """Of 1, 2, 2, 3 and 9 the median is 2 and the median absolute deviation 1."""
    found = compare_with_earlier(session(5.0), [session(value) for value in (1.0, 2.0, 2.0, 3.0, 9.0)], "density")
    assert (found.value, found.median, found.mad, found.sessions) == (5.0, 2.0, 1.0, 5)
    assert (found.differences, found.reason) == ((), "")


def test_like_is_compared_with_like() -> None:
    """With three earlier sessions on the same, others do not count; with fewer all do, and what differs is named."""
    drums = Description("drum", "none", "12 pads", "touch")
    others = [session(100.0, drums)] * 4
    alike = compare_with_earlier(session(2.0), [*others, session(1.0), session(2.0), session(3.0)], "density")
    assert (alike.median, alike.sessions, alike.differences) == (2.0, 3, ())
    mixed = compare_with_earlier(session(2.0), [*others, session(1.0), session(2.0)], "density")
    assert (mixed.median, mixed.sessions, mixed.differences) == (100.0, 6, ("instrument", "scale"))


def test_a_difference_of_takes_lies_in_its_interval() -> None:
    """Two takes 2 apart with a spread of 1 differ by about 2, surely not by 0; the same generator gives the same."""
    rng = np.random.default_rng(1)
    first, second = rng.normal(0, 1, 600), rng.normal(2, 1, 600)
    found = bootstrap_difference(first, second, np.random.default_rng(2))
    assert found.low < found.value < found.high
    assert found.low > 1
    assert found.windows == (100, 100)
    assert found == bootstrap_difference(first, second, np.random.default_rng(2))
    none = bootstrap_difference(first, np.full(600, np.nan), np.random.default_rng(2))
    assert np.isnan(none.value)
    assert none.windows == (100, 0)


def test_a_bootstrap_interval_holds_what_is_true() -> None:
    """Of a hundred pairs of takes with no difference, about 95 intervals hold 0."""
    rng = np.random.default_rng(3)
    holds = 0
    for _ in range(100):
        found = bootstrap_difference(rng.normal(size=300), rng.normal(size=300), rng)
        holds += found.low <= 0 <= found.high
    assert 88 <= holds <= 99


def test_kappa_is_cohens() -> None:
    """Cohen's own sense: 1 for the same spans, 0 for as much as chance, and by hand for shares of time between."""
    assert kappa([(0, 10), (20, 30)], [(0, 10), (20, 30)], 60) == pytest.approx(1)
    assert kappa([(0, 30)], [(15, 45)], 60) == pytest.approx(0)
    # Both mark a third; they agree on 10 of 60 s that it is, and on 30 s that it is not.
    observed, chance = 40 / 60, (1 / 3) ** 2 + (2 / 3) ** 2
    assert kappa([(0, 20)], [(10, 30)], 60) == pytest.approx((observed - chance) / (1 - chance))
    assert np.isnan(kappa([], [], 60))


def test_overlap_f1_matches_each_span_once() -> None:
    """Of two and three spans, two of which share half and more, F1 is 4/5; one long span is not two short ones'."""
    assert overlap_f1([(0, 10), (20, 30)], [(1, 11), (20, 30), (50, 60)]) == pytest.approx(0.8)
    assert overlap_f1([(0, 10)], [(0, 5), (5, 10)]) == pytest.approx(2 / 3)
    assert overlap_f1([(0, 10)], [(9, 19)]) == 0
    assert overlap_f1([(0, 10)], []) == 0
    assert np.isnan(overlap_f1([], []))


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=8)))
def test_as_many_spans_are_matched_as_can_be(near: NDArray[np.bool_]) -> None:
    """However the spans of two raters lie, as many are matched as an optimal assignment does."""
    one, two = linear_sum_assignment(near, maximize=True)
    assert most_pairs(near) == near[one, two].sum()


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=6))
def test_raters_agree_with_themselves_and_either_way_round(spans: list[tuple[int, int]]) -> None:
    """Agreement does not depend on who is first, and a rater who marks the same agrees wholly."""
    marks = [(float(start), float(start + length)) for start, length in spans]
    other = [(start + 2.0, end + 2.0) for start, end in marks[:3]]
    assert kappa(marks, other, 70.0) == pytest.approx(kappa(other, marks, 70.0), nan_ok=True)
    assert overlap_f1(marks, other) == pytest.approx(overlap_f1(other, marks), nan_ok=True)
    if marks:
        assert overlap_f1(marks, marks) == 1


def test_goal_attainment_is_kiresuks_and_shermans() -> None:
    """All goals met give 50; one goal at +1 gives 60; three at +1 give 50 + 10 · 3/√(0.7 · 3 + 0.3 · 9) by hand."""
    assert t_score([0, 0, 0]) == 50
    assert t_score([1]) == pytest.approx(60)
    assert t_score([1, 1, 1]) == pytest.approx(63.6931, abs=1e-4)
    assert t_score([-2, 1], [1, 3]) == pytest.approx(50 + 10 * 1 / np.sqrt(0.7 * 10 + 0.3 * 16))


@given(st.lists(st.integers(-2, 2), min_size=1, max_size=6), st.floats(0.1, 10))
def test_goals_weigh_in_proportion(levels: list[int], scale: float) -> None:
    """Weights count by their proportion alone, and levels turned round lie as far on the other side of 50."""
    score = t_score(levels)
    assert t_score(levels, [scale] * len(levels)) == pytest.approx(score)
    assert t_score([-level for level in levels]) == pytest.approx(100 - score)


@pytest.mark.parametrize(
    ("levels", "weights"), [([], None), ([3], None), ([0, 1], [1.0]), ([0], [0.0]), ([0], [float("nan")])]
)
def test_what_is_no_scale_is_refused(levels: list[int], weights: list[float] | None) -> None:
    """No goals, a sixth level, a missing weight or one of nothing are mistakes."""
    with pytest.raises(ValueError, match=r"goal|weight"):
        t_score(levels, weights)
