"""What the page of two takes shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bedside.music.events import Player
from review.web.desk import ESCAPED, RATE, SCRIPT, Desk, desk, played


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Desk]:
    """Give a desk with a slow and a fast take."""
    with desk(tmp_path / "kept") as there:
        there.session(0, played(60, seed=1, every=0.8))
        there.session(1, played(60, seed=2, every=0.3, instrument="bell"))
        yield there


def numbers(page: str, measure: str) -> list[float]:
    """Return the numbers in the first row of a measure: both means, the difference and its interval."""
    row = re.search(rf">{measure}</a>.*?</tr>", page, re.DOTALL)
    assert row is not None
    shown = re.sub("<[^>]+>", " ", row[0]).replace("−", "-").replace("0-127", "").replace("+", "")
    return [float(found) for found in re.findall(r"-?\d+\.\d+", shown)]


def test_two_takes_differ_by_what_is_said_and_surely_so(ward: Desk) -> None:
    """The second take is denser: its mean less the first's is the difference, and the interval lies above 0."""
    page = ward.door.visitor().get("/compare", params={"a": ward.takes[0], "b": ward.takes[1]}).text
    first, second, difference, low, high = numbers(page, "Density")
    assert difference == pytest.approx(second - first, abs=0.011)
    assert 0.5 < low <= difference <= high
    assert page.count("later") > 2, "the second take is drawn broken"


def test_turned_round_the_difference_turns_its_sign(ward: Desk) -> None:
    """Second and first exchanged give the same difference the other way."""
    client = ward.door.visitor()
    one = client.get("/compare", params={"a": ward.takes[0], "b": ward.takes[1]}).text
    other = client.get("/compare", params={"a": ward.takes[1], "b": ward.takes[0]}).text
    assert numbers(one, "Density")[2] == -numbers(other, "Density")[2]


def test_markers_are_laid_on_each_other(ward: Desk) -> None:
    """Aligned at markers at 10 and 40 s, the axis begins 40 s before them and the moment is marked."""
    casenotes = ward.store.casenotes
    marks = [casenotes.mark(ward.takes[0], 10 * RATE, 15.0).id, casenotes.mark(ward.takes[1], 40 * RATE, 15.0).id]
    query = {"a": ward.takes[0], "b": ward.takes[1], "at_a": marks[0], "at_b": marks[1]}
    client = ward.door.visitor()
    page = client.get("/compare", params=query).text
    assert 'class="moment"' in page
    assert "−0:40" in page
    # The axis is from −40 to 50 s over 50 to 948: the first take begins at −10 s, the second at its left end.
    assert re.search(rf'class="trace child" points="{50 + 30 / 90 * 898:.1f},', page)
    assert 'class="trace child later" points="50.0,' in page
    assert f"/takes/{ward.takes[0]}?at=10.000" in page
    assert client.get("/compare", params={**query, "at_a": marks[1]}).status_code == 400


def test_how_they_were_played_otherwise_is_named(ward: Desk) -> None:
    """Another instrument stands above the numbers."""
    page = ward.door.visitor().get("/compare", params={"a": ward.takes[0], "b": ward.takes[1]}).text
    assert "instrument bell, earlier harp" in page


def test_between_two_players_chance_stands_beside(ward: Desk) -> None:
    """What passed between child and therapist has a column of chance for each take."""
    page = ward.door.visitor().get("/compare", params={"a": ward.takes[0], "b": ward.takes[1]}).text
    table = page.split("Between child and therapist")[1]
    assert table.count("by chance") == 2


def test_a_player_in_one_take_only_has_no_difference(ward: Desk) -> None:
    """Where the therapist plays in one take only their curve is shown and said to be, and no difference is."""
    ward.session(2, played(seed=5, players=(Player.CHILD,)))
    page = ward.door.visitor().get("/compare", params={"a": ward.takes[0], "b": ward.takes[2]}).text
    assert "plays in only one of the two" in page
    assert 'aria-label="Differences of therapist' not in page
    assert 'aria-label="Differences of child' in page


def test_a_search_keeps_what_is_chosen(ward: Desk) -> None:
    """A take that the search does not find stays chosen; others are not offered."""
    ward.session(3, played(seed=9), patient="Z9")
    page = ward.door.visitor().get("/compare", params={"a": ward.takes[0], "words": "Z9"}).text
    offered = re.findall(r'<option value="([0-9a-f]{32})"', page.split('id="b"')[1])
    assert set(offered) == {ward.takes[0], ward.takes[2]}


@pytest.mark.slow
def test_texts_are_escaped(ward: Desk) -> None:
    """A code that holds a script is shown as it is, in the lists and above the rolls."""
    ward.session(3, played(seed=9), patient=SCRIPT)
    query = {"a": ward.takes[2], "b": ward.takes[0], "words": SCRIPT}
    page = ward.door.visitor().get("/compare", params=query).text
    assert ESCAPED in page
    assert "<script>alert" not in page
    assert "style=" not in page


@pytest.mark.parametrize(
    ("query", "status"), [({"a": "nothing"}, 404), ({"measure": "notes"}, 400), ({"at_a": "x" * 50}, 422)]
)
def test_what_is_not_there_is_told(ward: Desk, query: dict[str, str], status: int) -> None:
    """An unknown take or measure is told, and is no fault of the program."""
    assert ward.door.visitor().get("/compare", params=query).status_code == status
