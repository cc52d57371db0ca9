"""The PDF as a reader and a screen reader find it: read by poppler, which did not write it."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.review.report import pdf
from bedside.review.report.blocks import Chapter, MomentList, ReportTable, Section, SectionKind, TeamReport, Text
from effort import times
from review.report.reports import CODE, GOAL, REMARK, WORDS, filled, report
from review.web.desk import Desk, desk


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Desk]:
    """Give a desk with two sessions and all that is written about them."""
    with desk(tmp_path / "kept") as there:
        yield filled(there)


def read(folder: Path, document: bytes, program: str, *options: str) -> str:
    """Return what one of poppler's programs says of a document."""
    file = folder / "report.pdf"
    file.write_bytes(document)
    out = ["-"] if program in ("pdftotext", "pdftocairo") else []
    done = subprocess.run([program, *options, str(file), *out], capture_output=True, check=True)
    assert done.stderr == b"", "poppler finds nothing amiss"
    return done.stdout.decode()


@pytest.mark.slow
def test_the_text_is_text(ward: Desk, tmp_path: Path) -> None:
    """All words can be taken out again: titles, tables, typed words, in letters of many scripts."""
    made = report(ward)
    text = read(tmp_path, pdf.write(made), "pdftotext", "-layout")
    for words in (CODE, REMARK, WORDS, GOAL, "Density (notes/s)", "By chance", "Recorded", "√(0.7 Σw²"):
        assert words in text, words
    exotic = TeamReport(
        "Ž, ß, ñ", "", (Chapter("Ελληνικά", (Section("Юля", SectionKind.WORDS, (Text("‘again’ – ½ κ"),)),)),)
    )
    text = read(tmp_path, pdf.write(exotic), "pdftotext")
    for words in ("Ž, ß, ñ", "Ελληνικά", "Юля", "‘again’ – ½ κ"):
        assert words in text


@pytest.mark.slow
def test_it_is_tagged_with_headings_tables_lists_and_figures(ward: Desk, tmp_path: Path) -> None:
    """Every element says what it is: one title, headings below it, cells in rows in tables, charts with words."""
    document = pdf.write(report(ward))
    info = read(tmp_path, document, "pdfinfo")
    assert re.search(r"Tagged: +yes", info)
    assert re.search(rf"Title: +Music therapy: {CODE}", info)
    structure = read(tmp_path, document, "pdfinfo", "-struct")
    depth = {kind: len(re.match(" *", line)[0]) for line in structure.splitlines() if (kind := line.split()[0])}  # type: ignore[index]
    assert structure.count("H1") == 1
    assert structure.count("H2") >= 4
    assert depth["Table"] < depth["TR"] < depth["TD"]
    assert depth["L"] < depth["LI"]
    assert "Figure" in structure
    assert document.count(b"/Alt ") == 3 * 3, "a roll and two curves of each of three takes, each with its words"
    words = read(tmp_path, document, "pdfinfo", "-struct-text")
    assert re.search(r'TH[^"]*"Measure"', words)
    assert document.count(b"/Pg ") == document.count(b"/StructElem") - 1, "all but the whole say on which page they are"
    assert b"/Lang (en)" in document
    assert b"/DisplayDocTitle true" in document
    assert b"/Outlines" in document


@pytest.mark.slow
def test_charts_are_paths(ward: Desk, tmp_path: Path) -> None:
    """No picture of pixels is in the document."""
    assert len(read(tmp_path, pdf.write(report(ward)), "pdfimages", "-list").splitlines()) == 2


@pytest.mark.slow
def test_the_file_tells_nothing_of_when_it_was_made(ward: Desk) -> None:
    """The same report twice is the same file, and bears no time of day."""
    made = report(ward, share=True)
    assert pdf.write(made) == pdf.write(made)
    assert b"D:2000" in pdf.write(made)


@pytest.mark.slow
@pytest.mark.parametrize("many", [1, 60, 400])
def test_long_contents_go_on_over_pages(many: int, tmp_path: Path) -> None:
    """Words, lists and tables of any length lose nothing at the end of a page; each page's table has its head."""
    rows = tuple((f"row-{number}-a", f"row-{number}-b", "1") for number in range(many))
    blocks = (
        Text(" ".join(f"word-{number}" for number in range(many * 8))),
        MomentList("x", tuple((float(number), float(number), f"item-{number}") for number in range(many))),
        ReportTable("A table", ("Head-one", "Head-two", "Head-three"), rows, False),
    )
    made = TeamReport("Title", "", (Chapter("Part", (Section("Section", SectionKind.WORDS, blocks),)),))
    document = pdf.write(made)
    text = read(tmp_path, document, "pdftotext", "-layout")
    for number in range(many):
        assert f"row-{number}-b" in text
        assert f"item-{number}" in text
    words = set(re.findall(r"word-\d+", text))
    assert len(words) == many * 8
    structure = read(tmp_path, document, "pdfinfo", "-struct")
    assert structure.count(" Table") == text.count("Head-three")


def test_a_word_without_end_breaks_nothing(tmp_path: Path) -> None:
    """A word longer than a line, an empty one, and signs that the font has not, are written as far as can be."""
    cells = (("x" * 900, "y" * 300, ""), ("", "🐻", "\t"))
    blocks = (
        Text("z" * 5000),
        ReportTable("", ("a", "b", "c"), cells, False),
        MomentList("x", ((0.0, 1.0, "w" * 2000),)),
    )
    made = TeamReport("T" * 300, "", (Chapter("P" * 300, (Section("S" * 300, SectionKind.COMPUTED, blocks),)),))
    text = read(tmp_path, pdf.write(made), "pdftotext")
    assert text.count("z") == 5000
    assert text.count("x") >= 900


@pytest.mark.slow
def test_kinds_are_apart_by_words_and_by_lines(tmp_path: Path) -> None:
    """Beside its label each kind has a border of a form of its own: one line, two, or a broken one."""
    forms = {}
    for kind in SectionKind:
        document = pdf.write(TeamReport("T", "", (Chapter("P", (Section("S", kind, (Text("w"),)),)),)))
        assert kind.label in read(tmp_path, document, "pdftotext")
        drawn = read(tmp_path, document, "pdftocairo", "-svg", "-f", "1", "-l", "1")
        forms[kind] = drawn
    # The head shows one of each; the section adds one of its own.
    broken = {kind: drawn.count("stroke-dasharray") for kind, drawn in forms.items()}
    lines = {kind: drawn.count("stroke-width") for kind, drawn in forms.items()}
    assert broken[SectionKind.WORDS] == broken[SectionKind.RECORDED] * 2 == broken[SectionKind.COMPUTED] * 2
    assert lines[SectionKind.COMPUTED] > lines[SectionKind.RECORDED]


SIGNS = st.text(st.sampled_from("aW -\n\t\r\x00\x07\x1b\u202e\u200f\u00ad\ufeffא漢🐻()\\%<>*_"), max_size=60)


@pytest.mark.slow
@settings(max_examples=times(12), deadline=None)
@given(SIGNS, st.lists(st.tuples(SIGNS, SIGNS, SIGNS), max_size=4), st.booleans())
def test_whatever_is_typed_is_a_document(words: str, cells: list[tuple[str, str, str]], numeric: bool) -> None:
    """Signs that steer, turn or are nowhere in the font, empty texts and the PDF's own words break nothing."""
    blocks = (
        Text(words + " EMC BDC << >>"),
        MomentList("x", ((0.0, 1.0, words),)),
        ReportTable(words, (words, "", "W"), tuple(cells), numeric),
    )
    made = TeamReport(words, words, (Chapter(words, (Section(words, SectionKind.WORDS, blocks),)),))
    with tempfile.TemporaryDirectory() as folder:
        read(Path(folder), pdf.write(made), "pdfinfo", "-struct-text")
        assert re.search(r"Tagged: +yes", read(Path(folder), pdf.write(made), "pdfinfo"))
