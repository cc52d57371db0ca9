"""The report as one file: nothing in it comes from elsewhere, and nothing typed becomes a page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bedside.review.drawings.drawing import Line, Picture, Words
from bedside.review.report import html
from bedside.review.report.blocks import (
    Chapter,
    Chart,
    MomentList,
    ReportTable,
    Section,
    SectionKind,
    SoundClip,
    TeamReport,
    Text,
)
from bedside.review.report.content import ReportRequest, ReportSources
from bedside.review.report.content import compose as made_of
from review.report.reports import filled, report
from review.web.desk import SCRIPT, Desk, desk


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Desk]:
    """Give a desk with two sessions and all that is written about them."""
    with desk(tmp_path / "kept") as there:
        yield filled(there)


class Reader(HTMLParser):
    """Collects the elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element as it begins."""
        self.found.append((tag, dict(attrs)))


@pytest.mark.slow
def test_nothing_comes_from_elsewhere(ward: Desk) -> None:
    """No element has an address but the sound's own bytes; no style or handler is inline."""
    page = html.write(report(ward), {ward.takes[0]: b"ID3sound"}).decode()
    addresses = [
        value
        for _, attributes in Reader(page).found
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "action", "data", "poster")
    ]
    assert addresses == ["data:audio/mpeg;base64," + base64.b64encode(b"ID3sound").decode()]
    assert not [name for _, attributes in Reader(page).found for name in attributes if name.startswith("on")]
    assert not [name for _, attributes in Reader(page).found for name in attributes if name == "style"]
    assert "@import" not in page
    assert "url(" not in page


@pytest.mark.slow
def test_its_own_policy_allows_its_own_style_and_script_alone(ward: Desk) -> None:
    """The policy stands in the page, begins with nothing, and names the digests of what is there."""
    page = html.write(report(ward), {}).decode()
    (policy,) = [attributes["content"] for _, attributes in Reader(page).found if "http-equiv" in attributes]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_every_text_is_escaped() -> None:
    """A script in every field of every block is shown as it is."""
    take = "a" * 32
    picture = Picture(10, 10, (Words(0, 0, SCRIPT, "start", SCRIPT), Line(((0, 0), (1, 1)), SCRIPT)), SCRIPT)
    blocks = (
        Text(SCRIPT),
        SoundClip(take, SCRIPT),
        MomentList(take, ((0.0, 1.0, SCRIPT),)),
        Chart(SCRIPT, picture, (SCRIPT,)),
        ReportTable(SCRIPT, (SCRIPT, SCRIPT), ((SCRIPT, SCRIPT),)),
    )
    made = TeamReport(SCRIPT, SCRIPT, (Chapter(SCRIPT, tuple(Section(SCRIPT, kind, blocks) for kind in SectionKind)),))
    page = html.write(made, {take: b"x"}).decode()
    assert len([tag for tag, _ in Reader(page).found if tag == "script"]) == 1
    assert page.count("alert(1)") > 20
    assert "<script>alert" not in page


def test_recorded_computed_and_words_are_apart(ward: Desk) -> None:
    """Each section has its kind as a class with a border of its own form, and says it in words."""
    page = html.write(report(ward), {}).decode()
    for kind in SectionKind:
        assert f'<section class="{kind}">' in page
        assert page.count(f'<span class="kind">{kind.label}</span>'.replace("'", "&#39;")) >= 1
    style = page.split("<style>")[1].split("</style>")[0]
    forms = [re.search(rf"\.{kind} \{{[^}}]*?(solid|double|dashed)", style) for kind in SectionKind]
    assert {form[1] for form in forms if form} == {"solid", "double", "dashed"}


def test_an_empty_wish_is_a_page(ward: Desk) -> None:
    """A report with nothing ticked is still a page with its title."""
    state = ward.door.bare.state
    made = made_of(ReportSources(ward.store, state.takes, state.measured), ReportRequest((ward.takes[0],), frozenset()))
    assert "<h1>Music therapy" in html.write(made, {}).decode()
