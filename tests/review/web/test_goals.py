"""Goals, notes of sessions and their moments, as they are written and shown."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bedside.errors import Refused
from bedside.review.web.inputs import seconds
from review.web.desk import ESCAPED, RATE, SCRIPT, Desk, desk, played

LEVELS = {"least": "never", "less": "once, late", "expected": "once", "more": "often", "most": "begins it"}


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Desk]:
    """Give a desk with two sessions."""
    with desk(tmp_path / "kept") as there:
        there.session(0, played(30, seed=1))
        there.session(1, played(30, seed=2))
        yield there


def test_a_goal_is_set_rated_and_scored(ward: Desk) -> None:
    """Two goals rated +1 (weight 1) and −1 (weight 3) give the T-score of the formula that the page shows."""
    client = ward.door.visitor()
    for words, weight in (("Answers", "1"), ("Ends the music", "3")):
        made = client.post("/goals", data={"patient": ward.patient, "words": words, "weight": weight, **LEVELS})
        assert made.status_code == 303
    answers, ends = ward.store.casenotes.goals(ward.patient)
    assert answers.levels.split("\n") == list(LEVELS.values())
    where = f"/goals/sessions/{ward.sessions[1]}"
    assert client.post(f"{where}/attain", data={"goal": answers.id, "level": 1}).status_code == 400, "by nobody"
    assert client.post("/initials", data={"rater": " A  B ", "back": where}).headers["location"] == where
    for goal, level in ((answers, 1), (ends, -1)):
        assert client.post(f"{where}/attain", data={"goal": goal.id, "level": level}).status_code == 303
    page = client.get("/goals", params={"patient": ward.patient}).text
    expected = 50 + 10 * (1 * 1 + 3 * -1) / math.sqrt(0.7 * (1 + 9) + 0.3 * 16)
    assert f">{expected:.1f}<" in page
    assert "<td>A B</td>" in page
    assert "<math" in page
    assert "0.7" in page
    assert 'value="-1" required checked' in client.get(where).text


def test_a_later_rating_takes_the_place_of_the_earlier(ward: Desk) -> None:
    """The same rater rates a goal in a session once; another rater stands beside."""
    goal = ward.store.casenotes.set_goal(ward.patient, "Answers", list(LEVELS.values()))
    for rater, level in (("AB", 1), ("AB", 2), ("CD", 0)):
        client = ward.door.visitor()
        client.post("/initials", data={"rater": rater})
        client.post(f"/goals/sessions/{ward.sessions[0]}/attain", data={"goal": goal.id, "level": level})
    found = {each.rater: each.level for each in ward.store.casenotes.attainments(goal.id)}
    assert found == {"AB": 2, "CD": 0}


def test_a_note_is_kept_in_its_four_parts(ward: Desk) -> None:
    """What is written stands in its field when the session is opened again, and may be written anew."""
    client = ward.door.visitor()
    where = f"/goals/sessions/{ward.sessions[0]}"
    parts = {"subjective": "said: again", "objective": "both hands", "assessment": "an exchange", "plan": "the bell"}
    for words in (parts, {**parts, "plan": "the harp"}):
        assert client.post(f"{where}/note", data=words).status_code == 303
    page = client.get(where).text
    for name in parts:
        found = re.search(rf'<textarea id="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
        assert found is not None
        assert found[1] == {**parts, "plan": "the harp"}[name]


def test_moments_are_linked_and_lead_there(ward: Desk) -> None:
    """A typed span becomes a link of the note, a moment one of a goal; each leads to its second of the take."""
    client = ward.door.visitor()
    where = f"/goals/sessions/{ward.sessions[0]}"
    goal = ward.store.casenotes.set_goal(ward.patient, "Answers", [""] * 5)
    take = ward.takes[0]
    assert client.post(f"{where}/moments", data={"take": take, "first": "0:05", "last": "12,5"}).status_code == 303
    assert client.post(f"{where}/moments", data={"take": take, "first": "20", "goal": goal.id}).status_code == 303
    (link,) = ward.store.casenotes.links(session=ward.sessions[0])
    assert (link.first, link.last) == (5 * RATE, round(12.5 * RATE))
    page = client.get(where).text
    assert f'href="/takes/{take}?at=5.000&amp;to=12.500"' in page
    assert f'href="/takes/{take}?at=20.000"' in page
    assert f'href="/takes/{take}?at=20.000"' in client.get("/goals", params={"patient": ward.patient}).text
    assert client.post(f"{where}/moments/{link.id}/remove").status_code == 303
    assert ward.store.casenotes.links(session=ward.sessions[0]) == []
    assert client.post(f"{where}/moments", data={"take": take, "first": "9:00"}).status_code == 400
    assert client.post(f"{where}/moments", data={"take": take, "first": "soon"}).status_code == 400


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("83", 83), ("1:23", 83), ("1:02:03", 3723), ("1:23.5", 83.5), (" 0:05 ", 5), ("7,25", 7.25)],
)
def test_times_are_read_as_people_type_them(typed: str, expected: float) -> None:
    """Seconds, minutes and hours, with a point or a comma."""
    assert seconds(typed) == expected


@pytest.mark.parametrize("typed", ["", "soon", "1:2:3:4", "-5", "1e3", "1:x", "1:"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    """Words and signs are refused with what was typed."""
    with pytest.raises(Refused, match="1:23"):
        seconds(typed)


def test_a_goal_that_is_ended_is_shown_and_not_rated(ward: Desk) -> None:
    """An ended goal says when it ended, and no session offers it."""
    client = ward.door.visitor()
    goal = ward.store.casenotes.set_goal(ward.patient, "Answers", [""] * 5)
    assert client.post(f"/goals/{goal.id}/end", data={"patient": ward.patient}).status_code == 303
    assert ", ended " in client.get("/goals", params={"patient": ward.patient}).text
    assert "Answers" not in client.get(f"/goals/sessions/{ward.sessions[0]}").text


def test_initials_stay_for_the_visit_and_lead_back_here_only(ward: Desk) -> None:
    """Other initials are refused until one logs out, and no address elsewhere is followed."""
    client = ward.door.visitor()
    assert client.post("/initials", data={"rater": "AB", "back": "//evil.example"}).headers["location"] == "/goals"
    assert client.post("/initials", data={"rater": "CD"}).status_code == 400
    assert client.post("/initials", data={"rater": "AB"}).status_code == 303


def test_every_field_is_escaped(ward: Desk) -> None:
    """A script in a goal, its levels, a note and initials is shown as it is on both pages."""
    client = ward.door.visitor()
    client.post("/goals", data={"patient": ward.patient, "words": SCRIPT, **dict.fromkeys(LEVELS, SCRIPT)})
    client.post("/initials", data={"rater": SCRIPT[:40]})
    where = f"/goals/sessions/{ward.sessions[0]}"
    client.post(f"{where}/note", data=dict.fromkeys(("subjective", "objective", "assessment", "plan"), SCRIPT))
    (goal,) = ward.store.casenotes.goals(ward.patient)
    client.post(f"{where}/attain", data={"goal": goal.id, "level": 0})
    for page in (client.get(where).text, client.get("/goals", params={"patient": ward.patient}).text):
        assert page.count(ESCAPED) >= 2
        assert "<script>alert" not in page
        assert "style=" not in page


def test_a_request_without_the_token_changes_nothing(ward: Desk) -> None:
    """Each form is refused that does not bring the visit's CSRF token."""
    client = ward.door.visitor()
    del client.headers["x-bedside-csrf"]
    for where in ("/goals", f"/goals/sessions/{ward.sessions[0]}/note", f"/ratings/{ward.takes[0]}/done", "/report"):
        assert client.post(where, data={"patient": ward.patient, "words": "x"}).status_code == 403
    assert ward.store.casenotes.goals(ward.patient) == []


def test_a_session_of_nobody_has_its_note_and_moments_too(ward: Desk) -> None:
    """A session without a patient's code has a page with its takes, and a note can be written."""
    session = ward.session(3, played(20, seed=8), patient=None)
    client = ward.door.visitor()
    where = f"/goals/sessions/{session}"
    assert f"/takes/{ward.takes[-1]}" in client.get(where).text
    assert client.post(f"{where}/note", data={"plan": "again"}).status_code == 303
    assert client.post(f"{where}/moments", data={"take": ward.takes[-1], "first": "3"}).status_code == 303
