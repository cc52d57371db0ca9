"""The page on which a report is ticked, and the files that it gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bedside.review.report.content import PARTS
from review.web.desk import SCRIPT, Desk, desk, played


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Desk]:
    """Give a desk with two sessions of a child and one of nobody."""
    with desk(tmp_path / "kept") as there:
        there.session(0, played(12, seed=1), played(12, seed=2))
        there.session(1, played(12, seed=3))
        there.session(2, played(12, seed=4), patient=None)
        yield there


def ticked(page: str, name: str) -> list[str]:
    """Return the values of the ticked boxes of a name."""
    return re.findall(rf'name="{name}" value="([^"]+)" checked', page)


def test_the_newest_session_is_ticked_unless_a_take_is_named(ward: Desk) -> None:
    """The takes of the patient's last session are chosen, or the one that is asked for, and all are offered."""
    client = ward.door.visitor()
    page = client.get("/report", params={"patient": ward.patient}).text
    assert ticked(page, "takes") == [ward.takes[2]]
    assert re.findall(r'name="takes" value="([^"]+)"', page) == [ward.takes[2], ward.takes[0], ward.takes[1]]
    assert ticked(client.get("/report", params={"take": ward.takes[1]}).text, "takes") == [ward.takes[1]]
    assert ticked(client.get("/report").text, "takes") == [ward.takes[3]], "a take that is nobody's"


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "begins"), [("html", b"<!doctype html>"), ("pdf", b"%PDF-1.7")])
def test_a_file_comes_back(ward: Desk, kind: str, begins: bytes) -> None:
    """What is ticked comes as a file with the patient's code in its name, unless the code is not ticked."""
    client = ward.door.visitor()
    data = {"takes": ward.takes[:2], "parts": ["roll", "measures"], "measures": ["density"], "kind": kind}
    coded = client.post("/report", data={**data, "code": "true"})
    assert coded.status_code == 200
    assert coded.content.startswith(begins)
    assert re.fullmatch(
        rf'attachment; filename="report-K7-\d{{4}}-\d\d-\d\d\.{kind}"', coded.headers["content-disposition"]
    )
    assert b"K7" in coded.content or kind == "pdf"
    bare = client.post("/report", data=data)
    assert "K7" not in bare.headers["content-disposition"]
    shared = client.post("/report", data={**data, "code": "true", "share": "true"})
    assert shared.headers["content-disposition"] == f'attachment; filename="report.{kind}"'
    if kind == "html":
        assert b"K7" not in bare.content
        assert b"K7" not in shared.content


def test_typed_words_come_back_as_words(ward: Desk) -> None:
    """A script among the therapist's words is shown as it is."""
    page = ward.door.visitor().post("/report", data={"takes": ward.takes[:1], "words": SCRIPT}).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_a_code_in_a_files_name_is_made_plain(ward: Desk) -> None:
    """Quotes and lines in a code break no header."""
    ward.session(5, played(12, seed=9), patient='a"b\r\nx: y/../z')
    answer = ward.door.visitor().post("/report", data={"takes": ward.takes[-1:], "code": "true"})
    assert answer.status_code == 200
    assert re.fullmatch(r'attachment; filename="report-a-b-x-y-z-[\d-]+\.html"', answer.headers["content-disposition"])


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 400),
        ({"takes": ["nothing"]}, 404),
        ({"takes": ["x"] * 13}, 422),
        ({"kind": "docx"}, 422),
        ({"words": "x" * 20_001}, 422),
    ],
)
def test_what_cannot_be_made_is_told(ward: Desk, data: dict[str, object], status: int) -> None:
    """No take, an unknown one, too many, or another kind of file are told in a sentence."""
    assert ward.door.visitor().post("/report", data=data).status_code == status


def test_every_part_can_be_ticked(ward: Desk) -> None:
    """The page offers each part that a report knows."""
    page = ward.door.visitor().get("/report", params={"patient": ward.patient}).text
    assert set(re.findall(r'name="parts" value="([^"]+)"', page)) == set(PARTS)
    assert "style=" not in page
