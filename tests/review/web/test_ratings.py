"""Blind ratings: nothing of another rater's is seen before both are done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from review.web.desk import ESCAPED, SCRIPT, Desk, desk, played


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Desk]:
    """Give a desk with one take of 60 s."""
    with desk(tmp_path / "kept") as there:
        there.session(0, played(60, seed=1))
        yield there


def rater(ward: Desk, initials: str) -> Any:
    """Return a browser of somebody who rates under these initials."""
    client = ward.door.visitor()
    assert client.post("/initials", data={"rater": initials}).status_code == 303
    return client


def test_a_rater_sees_only_their_own_until_both_are_done(ward: Desk) -> None:
    """The other's category is on no page before, and on both raters' pages after, with κ and F1 as by hand."""
    where = f"/ratings/{ward.takes[0]}"
    one, other = rater(ward, "AB"), rater(ward, "CD")
    for client, first, last, category in ((one, 0, 20, "apple"), (other, 10, 30, "apple"), (other, 40, 50, "pear")):
        data = {"category": category, "first": str(first), "last": str(last)}
        assert client.post(where, data=data).status_code == 303
    assert "pear" not in one.get(where).text
    assert one.post(f"{where}/done").status_code == 303
    page = one.get(where).text
    assert "pear" not in page
    assert "κ" not in page
    assert "apple" not in rater(ward, "EF").get(where).text, "a third person sees nothing"
    assert other.post(f"{where}/done").status_code == 303
    for client in (one, other):
        page = client.get(where).text
        assert "pear" in page
        agreed = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.split('id="agreed">')[1].split("</table>")[0]))
        # Both mark a third of the minute; they agree on 40 of 60 s, and by chance on 5/9.
        assert f"apple AB and CD {(40 / 60 - 5 / 9) / (4 / 9):.2f} 0.00" in agreed
        assert "pear AB and CD 0.00 0.00" in agreed


def test_a_rater_who_is_done_changes_nothing_more(ward: Desk) -> None:
    """Done, spans can be neither added nor taken back, until one goes on; once both are done, never."""
    where = f"/ratings/{ward.takes[0]}"
    one, other = rater(ward, "AB"), rater(ward, "CD")
    data = {"category": "rest", "first": "1", "last": "5"}
    one.post(where, data=data)
    (span,) = ward.store.casenotes.ratings(ward.takes[0])
    one.post(f"{where}/done")
    assert one.post(where, data=data).status_code == 400
    assert one.post(f"{where}/{span.id}/remove").status_code == 400
    assert one.post(f"{where}/again").status_code == 303
    assert one.post(where, data=data).status_code == 303
    one.post(f"{where}/done")
    other.post(f"{where}/done")
    assert one.post(f"{where}/again").status_code == 400
    assert rater(ward, "EF").post(where, data=data).status_code == 400
    assert len(ward.store.casenotes.ratings(ward.takes[0])) == 2


def test_nobody_takes_back_what_another_wrote(ward: Desk) -> None:
    """A rater cannot remove a span of another's, even who knows its id; their own they can."""
    where = f"/ratings/{ward.takes[0]}"
    one, other = rater(ward, "AB"), rater(ward, "CD")
    one.post(where, data={"category": "rest", "first": "1", "last": "5"})
    (span,) = ward.store.casenotes.ratings(ward.takes[0])
    assert other.post(f"{where}/{span.id}/remove").status_code == 404
    assert one.post(f"{where}/{span.id}/remove").status_code == 303
    assert ward.store.casenotes.ratings(ward.takes[0]) == []


def test_nobody_rates_without_initials(ward: Desk) -> None:
    """The page asks for initials first; a span without any is refused."""
    where = f"/ratings/{ward.takes[0]}"
    client = ward.door.visitor()
    assert "Your initials" in client.get(where).text
    assert client.post(where, data={"category": "rest", "first": "1", "last": "5"}).status_code == 400
    assert client.post(f"{where}/done").status_code == 400


@pytest.mark.parametrize(("first", "last"), [("5", "5"), ("9", "2"), ("0", "2:00"), ("x", "5")])
def test_a_span_that_is_none_is_refused(ward: Desk, first: str, last: str) -> None:
    """A span ends after it begins, and lies in its take."""
    client = rater(ward, "AB")
    data = {"category": "rest", "first": first, "last": last}
    assert client.post(f"/ratings/{ward.takes[0]}", data=data).status_code == 400


def test_a_category_is_escaped(ward: Desk) -> None:
    """A script as a category is shown as it is."""
    client = rater(ward, "AB")
    client.post(f"/ratings/{ward.takes[0]}", data={"category": SCRIPT, "first": "1", "last": "5"})
    page = client.get(f"/ratings/{ward.takes[0]}").text
    assert ESCAPED in page
    assert "<script>alert" not in page
    assert client.get("/ratings/nothing").status_code == 404
