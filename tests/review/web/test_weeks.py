"""What the page of weeks shows of a child's sessions."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bedside.music.events import Player, Source
from bedside.review.readings.course import BesideEarlier
from bedside.review.web.weeks import where
from review.web.desk import ESCAPED, SCRIPT, Desk, desk, played


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Desk]:
    """Give a desk with nothing on it."""
    with desk(tmp_path / "kept") as there:
        yield there


def rows(page: str) -> list[str]:
    """Return the words of each row of the table of numbers."""
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    return [re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", row)).strip() for row in body.split("</tr>") if row.strip()]


def test_a_session_is_the_mean_of_its_takes_by_their_length(ward: Desk) -> None:
    """A session of 40 s at two notes a second and of 20 s at five has their mean, two thirds of it from the first."""
    alone = (Player.CHILD,)
    ward.session(0, played(40, every=0.5, players=alone), played(20, every=0.2, players=alone))
    client = ward.door.visitor()
    measured = ward.door.bare.state.measured
    slow, fast = (measured.players(take)[Player.CHILD].values["density"] for take in ward.takes)
    assert fast > slow + 1
    page = client.get("/weeks", params={"patient": ward.patient, "measure": "density"}).text
    assert f"{(40 * slow + 20 * fast) / 60:.2f}" in rows(page)[0]
    assert "weighted by their length" in page


def test_the_band_begins_with_the_fourth_session(ward: Desk) -> None:
    """Below three earlier sessions it is said that they are too few; then their median and MAD stand beside."""
    for number in range(4):
        ward.session(number, played(seed=number + 1))
    page = ward.door.visitor().get("/weeks", params={"patient": ward.patient, "measure": "velocity_mean"}).text
    found = rows(page)
    assert [("too few sessions" in row) for row in found] == [True, True, True, False]
    assert "of 3" in found[3]
    assert "±" in found[3]
    assert page.count('class="band"') == 2, "one of the fourth session, and one that says what it is"
    assert "Differs" not in page


def test_what_is_not_alike_is_named_beside_the_number(ward: Desk) -> None:
    """A session on another instrument, by another access, with others says so in its row, and no other does."""
    for number in range(4):
        ward.session(number, played(seed=number + 1))
    ward.session(4, played(instrument="bell", source=Source.MIDI, players=(Player.CHILD,)))
    page = ward.door.visitor().get("/weeks", params={"patient": ward.patient}).text
    found = rows(page)
    assert ["Differs" in row for row in found] == [False, False, False, False, True]
    assert "instrument bell, earlier harp" in found[4]
    assert "access MIDI keyboard, earlier touch" in found[4]
    assert "players child, earlier child, therapist" in found[4]
    assert "unlike" in page


def test_what_was_not_played_is_a_gap_and_no_zero(ward: Desk) -> None:
    """A session in which the child does not play has no point and says that there is no data."""
    ward.session(0, played(seed=1))
    ward.session(1, played(seed=2, players=(Player.THERAPIST,)))
    ward.session(2, played(seed=3))
    page = ward.door.visitor().get("/weeks", params={"patient": ward.patient, "measure": "density"}).text
    chart = page.split('<svg class="chart"')[1].split("</svg>")[0]
    assert chart.count('class="point') == 2
    assert "course" not in chart, "no line leads over the gap"
    assert "no data" in rows(page)[1]


def test_between_two_each_number_stands_beside_chance(ward: Desk) -> None:
    """The table of a pair has its chance level with every value."""
    ward.session(0, played(60, seed=1))
    query = {"patient": ward.patient, "whose": "child-therapist", "measure": "coincidence"}
    page = ward.door.visitor().get("/weeks", params=query).text
    assert re.search(r"0\.\d\d by chance 0\.\d\d", rows(page)[0])
    assert 'class="chance"' in page


def test_choices_are_the_childs_share(ward: Desk) -> None:
    """Two of three choices were the child's; a session without any has none, not a share of nothing."""
    ward.session(0, played(seed=1), chosen=("child", "adult", "child"))
    ward.session(1, played(seed=2))
    found = rows(ward.door.visitor().get("/weeks", params={"patient": ward.patient}).text)
    assert "2 of 3" in found[0]
    assert "none made" in found[1]


def test_nothing_is_inline_and_every_text_is_escaped(ward: Desk) -> None:
    """A code and an instrument that hold a script are shown as they are; no mark has a style of its own."""
    ward.session(0, played(instrument=SCRIPT[:40]), patient=SCRIPT)
    page = ward.door.visitor().get("/weeks", params={"patient": ward.patient}).text
    assert ESCAPED in page
    assert "<script>alert" not in page
    assert "style=" not in page


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"patient": "nobody"}, 404),
        ({"whose": "doctor"}, 400),
        ({"patient": "x" * 41}, 422),
        ({"measure": "nothing"}, 200),
        ({}, 200),
    ],
)
def test_what_is_not_there_is_told(ward: Desk, query: dict[str, str], status: int) -> None:
    """An unknown patient or player is told in a sentence; without any the page says what to do."""
    assert ward.door.visitor().get("/weeks", params=query).status_code == status


@pytest.mark.parametrize(
    ("value", "mad", "words"),
    [
        (19.000000000000004, 0.0, "in the band"),
        (18.999999999999996, 0.0, "in the band"),
        (19.1, 0.1, "in the band"),
        (19.11, 0.1, "above the band"),
        (18.89, 0.1, "below the band"),
        (math.nan, 0.1, "no data"),
    ],
)
def test_a_value_on_the_edge_is_in_the_band(value: float, mad: float, words: str) -> None:
    """Where all values are the same, their means differ in the last bits, and stand in the band, which is a line."""
    assert where(BesideEarlier(value, math.nan, 19.0, mad, 3, ())) == words
