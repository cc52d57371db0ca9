"""Moments that the music proposes come to the page in words, with their numbers beside them."""

from __future__ import annotations

from bedside.music.events import Player
from bedside.review.measures.moments import MomentKind, ProposedMoment
from bedside.review.readings.proposals import proposal_kinds, proposals


def moment(kind: MomentKind, players: tuple[Player, ...], evidence: dict[str, float]) -> ProposedMoment:
    return ProposedMoment(kind, players, 12.0, 40.0, evidence, dict.fromkeys(players, (1, 2)))


def test_a_note_after_a_rest_says_how_long_the_rest_was() -> None:
    """Who, what, when, the rest in seconds and the number of notes stand in one line."""
    (said,) = proposals([moment(MomentKind.AFTER_REST, (Player.CHILD,), {"rest": 14.25})], 60)
    assert said.label == "child: first note after a long rest"
    assert (said.first, said.last) == (12.0, 40.0)
    assert said.evidence == "Rest before it 14.25 s, 2 notes"


def test_a_shared_pulse_stands_beside_chance() -> None:
    """What is said of two comes with its chance level, and ends with the take."""
    found = {"shared_pulse": 0.61, "shared_pulse_chance": 0.2, "threshold": 0.3}
    (said,) = proposals([moment(MomentKind.SHARED_PULSE, (Player.CHILD, Player.THERAPIST), found)], 30)
    assert said.label == "First shared pulse: child and therapist"
    assert said.last == 30
    assert said.evidence == "Shared pulse 0.61, mean of chance 0.20, proposed from 0.30, 4 notes"


def test_an_exchange_is_counted() -> None:
    """How often a turn was taken up is a count, not a rate; the time to answer is in seconds."""
    found = {"exchanges": 12.0, "response_latency": 0.47}
    (said,) = proposals([moment(MomentKind.EXCHANGE, (Player.CHILD, Player.THERAPIST), found)], 60)
    assert said.evidence == "Turns taken up 12, median response time 0.47 s, 4 notes"


def test_what_is_no_number_is_left_out() -> None:
    """A number that is no data is not evidence."""
    (said,) = proposals([moment(MomentKind.ALIKE, (Player.CHILD, Player.CHILD2), {"distance": float("nan")})], 60)
    assert said.evidence == "4 notes"


def test_a_role_is_said_of_one_beside_the_other() -> None:
    """Two may have one role at one time: each says whose it is, in its label and in the kind that a verdict keeps."""
    both = (Player.CHILD, Player.THERAPIST)
    found = {"role_pitch": 24.0, "role_pitch_band": 15.0}
    child, therapist = proposals([moment(MomentKind.PARTNER, players, found) for players in (both, both[::-1])], 60)
    assert child.label == "child in the role of partner, beside therapist"
    assert therapist.label == "therapist in the role of partner, beside child"
    assert child.evidence == "In pitch height on end for 24 s, 95 % of chance up to 15 s, 4 notes"
    assert child.kind != therapist.kind
    assert {child.kind, therapist.kind, MomentKind.EXCHANGE} < proposal_kinds()
    assert max(map(len, proposal_kinds())) <= 40
