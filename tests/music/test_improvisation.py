from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.music.events import Level, NoteOff, NoteOn, Player, Program, Source
from bedside.music.improvisation import Asked, improvise
from bedside.music.scales import scale

SEEDS = st.integers(0, 2**32 - 1)


class Struck(NamedTuple):
    seconds: float
    event: NoteOn


def ons(asked: Iterable[Asked | Struck], player: Player | None = None) -> list[Struck]:
    return [
        Struck(each.seconds, each.event)
        for each in asked
        if isinstance(each.event, NoteOn) and player in (None, each.event.player)
    ]


@given(SEEDS)
def test_the_same_chance_plays_the_same_and_another_differently(seed: int) -> None:
    """All that varies comes from the random source that was passed in."""
    assert improvise(Random(seed)) == improvise(Random(seed))
    assert improvise(Random(seed)) != improvise(Random(seed + 1))


@given(SEEDS)
def test_every_note_ends_after_it_began(seed: int) -> None:
    """In order of time each note has a number of its own, and one end, by the same player, later than its onset."""
    asked = improvise(Random(seed))
    assert [each.seconds for each in asked] == sorted(each.seconds for each in asked)
    assert asked[0].seconds == 0
    began = {(each.event.player, each.event.note): each.seconds for each in ons(asked)}
    ended = {(e.event.player, e.event.note): e.seconds for e in asked if isinstance(e.event, NoteOff)}
    assert len(began) == len(ons(asked))
    assert began.keys() == ended.keys()
    assert all(0.05 < ended[note] - began[note] < 10 for note in began)


@given(SEEDS)
def test_it_lasts_about_a_minute_and_both_play_often(seed: int) -> None:
    """From 35 to 90 seconds, with at least twenty notes of each player and no one else's."""
    asked = improvise(Random(seed))
    assert 35 < asked[-1].seconds < 90
    counts = Counter(each.event.player for each in ons(asked))
    assert counts.keys() == {Player.CHILD, Player.THERAPIST}
    assert min(counts.values()) >= 20


@given(SEEDS)
def test_no_note_is_wrong(seed: int) -> None:
    """Every key lies in the major pentatonic on middle C, near it, with a touch from 0.1 to 1."""
    tones = scale("major pentatonic")
    for each in ons(improvise(Random(seed))):
        note = each.event
        assert tones.snap(note.key, 60) == note.key
        assert 36 <= note.key <= 84
        assert 0.1 <= note.velocity <= 1
        assert note.brightness == note.velocity
        assert note.source is Source.TOUCH


@given(SEEDS)
def test_the_therapist_is_never_louder_than_the_child_just_was(seed: int) -> None:
    """No answer is louder than the loudest of the child's last eight notes, and on the whole they are softer."""
    played = ons(improvise(Random(seed)))
    recent = []
    for each in played:
        if each.event.player is Player.CHILD:
            recent.append(each.event.velocity)
        elif recent and each.seconds < played[-1].seconds - 10:
            assert each.event.velocity <= max(recent[-8:]) + 1e-9
    child, therapist = (
        [each.event.velocity for each in ons(played, player)] for player in (Player.CHILD, Player.THERAPIST)
    )
    assert sum(therapist) / len(therapist) < sum(child) / len(child)


@given(SEEDS)
def test_the_child_begins_alone_and_has_the_last_note(seed: int) -> None:
    """The child's first five notes are played before the therapist answers, and the last onset is the child's."""
    players = [each.event.player for each in ons(improvise(Random(seed)))]
    assert players[:5] == [Player.CHILD] * 5
    assert players[-1] is Player.CHILD


@given(SEEDS)
def test_parts_are_set_before_they_are_heard(seed: int) -> None:
    """A harp and a marimba stand ready at second 0, apart in place; later the therapist takes the pad once."""
    asked = improvise(Random(seed))
    first = [each.event for each in asked if each.seconds == 0 and isinstance(each.event, Program | Level)]
    assert {e.player: e.instrument for e in first if isinstance(e, Program)} == {
        Player.CHILD: "harp",
        Player.THERAPIST: "marimba",
    }
    pans = {e.player: e.pan for e in first if isinstance(e, Level)}
    assert pans[Player.CHILD] < 0 < pans[Player.THERAPIST]
    assert asked.index(next(each for each in asked if isinstance(each.event, NoteOn))) >= len(first)
    later = [each.event for each in asked if each.seconds > 0 and isinstance(each.event, Program)]
    assert later == [Program(Player.THERAPIST, "pad")]


def test_the_child_is_less_even_than_the_therapist() -> None:
    """The child's touches spread wider than the therapist's in the same phrases."""

    def spread(player: Player) -> float:
        velocities = [each.event.velocity for each in ons(improvise(Random(1)), player)]
        return max(velocities) - min(velocities)

    assert spread(Player.CHILD) > 3 * spread(Player.THERAPIST)
    assert spread(Player.THERAPIST) == pytest.approx(0.07, abs=0.05)
