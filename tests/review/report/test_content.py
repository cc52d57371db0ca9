"""What goes into a report, and what never goes into a share copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bedside.review.report import content, html, pdf
from bedside.review.report.blocks import MomentList, ReportTable, SectionKind, TeamReport
from review.report.reports import CODE, FREE, GOAL, INSTRUMENT, NOTE, RATER, REMARK, WORDS, filled, report
from review.web.desk import RATE, Desk, desk


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Desk]:
    """Give a desk with two sessions and all that is written about them."""
    with desk(tmp_path / "kept") as there:
        yield filled(there)


def sections(made: TeamReport) -> list[tuple[SectionKind, str]]:
    """Return each section's kind and all that stands in it."""
    return [(section.kind, repr(section)) for part in made.parts for section in part.sections]


@pytest.mark.slow
def test_whatever_a_person_wrote_is_marked_as_words(ward: Desk) -> None:
    """Remarks, goals, notes, ratings and the summary stand in sections of words, and in no other kind."""
    found = sections(report(ward))
    for text in (REMARK, WORDS, GOAL, NOTE):
        kinds = {kind for kind, said in found if text in said}
        assert kinds == {SectionKind.WORDS}, text
    computed = "".join(said for kind, said in found if kind is SectionKind.COMPUTED)
    assert "Density" in computed
    assert "longest exchange" in computed
    recorded = "".join(said for kind, said in found if kind is SectionKind.RECORDED)
    assert INSTRUMENT in recorded
    assert "Density" not in recorded


@pytest.mark.slow
def test_a_number_about_two_stands_beside_chance(ward: Desk) -> None:
    """Each table between two players has the columns value and chance."""
    tables = [
        block
        for part in report(ward).parts
        for section in part.sections
        for block in section.blocks
        if isinstance(block, ReportTable) and block.caption.startswith("Between")
    ]
    assert len(tables) == 3
    for table in tables:
        assert table.head == ("Measure", "Value", "By chance")
        assert table.rows


def test_accepted_moments_alone_are_shown(ward: Desk) -> None:
    """The moment that was accepted is there with its seconds, and the dismissed one is not."""
    moments = [
        block
        for part in report(ward).parts
        for section in part.sections
        for block in section.blocks
        if isinstance(block, MomentList) and section.kind is SectionKind.COMPUTED
    ]
    assert [each.items for each in moments] == [((5.0, 9.0, "longest exchange"),)]


@pytest.mark.slow
def test_a_share_copy_holds_no_code_no_date_and_no_free_text(ward: Desk) -> None:
    """None of what names or was written is in the blocks, the HTML or the PDF's objects; music and numbers are."""
    made = report(ward, share=True)
    page = html.write(made, {}).decode()
    document = pdf.write(made)
    for text in FREE:
        assert text not in repr(made).replace(ward.takes[0], ""), text
        assert text not in page, text
        assert text.encode() not in document, text
    for take in ward.takes:
        assert take not in page
    assert "Session 2, take 2" in page
    assert "Density" in page
    assert "another" in page, "an instrument of the user's own"
    whole = html.write(report(ward), {}).decode()
    for text in FREE:
        assert text in whole, f"the test would not see {text}"


def test_a_moment_that_somebody_named_has_no_name_in_a_share_copy(ward: Desk) -> None:
    """The name of a moment may be anybody's words; only the program's own names are shared."""
    ward.store.casenotes.judge(ward.takes[0], "anna laughs", 10 * RATE, 11 * RATE, True)
    parts = frozenset({"moments"})
    assert "anna laughs" in repr(report(ward, parts=parts))
    shared = repr(report(ward, share=True, parts=parts))
    assert "anna laughs" not in shared
    assert "longest exchange" in shared


@pytest.mark.slow
def test_only_what_is_ticked_is_there(ward: Desk) -> None:
    """With nothing ticked a report holds its words alone; with one part, that."""
    assert [kind for kind, _ in sections(report(ward, parts=frozenset()))] == [SectionKind.WORDS]
    only = sections(report(ward, parts=frozenset({"remarks"})))
    assert [kind for kind, said in only if REMARK in said] == [SectionKind.WORDS]
    assert all(kind is SectionKind.WORDS for kind, _ in only)
    for part in content.PARTS:
        report(ward, parts=frozenset({part}))


@pytest.mark.slow
def test_the_code_is_left_out_where_it_is_not_ticked(ward: Desk) -> None:
    """Without the tick the title names nobody, and neither does anything below it."""
    state = ward.door.bare.state
    wish = content.ReportRequest(tuple(ward.takes), frozenset(content.PARTS), code=False)
    made = content.compose(content.ReportSources(ward.store, state.takes, state.measured), wish)
    assert CODE not in repr(made)
    assert CODE in repr(report(ward))
    assert RATER in repr(made)
