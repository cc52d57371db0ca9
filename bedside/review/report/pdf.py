"""A report as an accessible PDF: tagged text, an outline, and charts as paths with descriptions."""

from __future__ import annotations

from collections.abc import Sequence

from fpdf.prefs import ViewerPreferences

from bedside.review.drawings.drawing import time_span
from bedside.review.report import paper
from bedside.review.report.blocks import (
    Block,
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
from bedside.review.report.paper import Paper

_SAID = {
    SectionKind.RECORDED: "what the instrument recorded while it was played.",
    SectionKind.COMPUTED: "numbers, curves and proposals that a program computed from it. They describe the music.",
    SectionKind.WORDS: "what a person wrote or rated.",
}
_INDENT = 4.0
_GUTTER = 6.0


def write(report: TeamReport) -> bytes:
    """Return a report as the bytes of a PDF file; sounds are left out."""
    document = Paper(report.title, "en")
    document.viewer_preferences = ViewerPreferences(display_doc_title=True)
    document.set_margins(18, 16, 18)
    # Page breaks are made by hand: marked content must not cross one.
    document.set_auto_page_break(False, 20)
    document.add_page()
    document.start_section(report.title)
    paper.write_words(document, "H1", report.title, 19, bold=True)
    paper.write_words(document, "P", report.below, 9.5, colour=paper.SOFT)
    document.ln(2)
    for kind in SectionKind:
        begin = document.y
        paper.write_words(document, "P", f"{kind.label}: {_SAID[kind]}", 9, indent=_INDENT)
        paper.border(document, kind, begin, document.y)
        document.ln(1)
    for part in report.parts:
        _part(document, part)
    return bytes(document.output())


def _part(document: Paper, part: Chapter) -> None:
    document.ln(4)
    paper.room(document, 12 + (_least(document, part.sections[0]) if part.sections else 0))
    document.start_section(part.title, 1)
    paper.write_words(document, "H2", part.title, 14, bold=True)
    with document.artifact():
        document.set_draw_color(*paper.LINE)
        document.set_line_width(0.3)
        document.line(document.l_margin, document.y, document.w - document.r_margin, document.y)
    document.ln(2)
    for section in part.sections:
        _section(document, section)


def _section(document: Paper, section: Section) -> None:
    paper.room(document, _least(document, section))
    document.start_section(f"{section.title} ({section.kind.label})", 2)
    begin, page = document.y, document.page
    paper.write_words(document, "H3", section.title, 11, bold=True, indent=_INDENT)
    paper.write_words(document, "P", section.kind.label, 8, bold=True, colour=paper.KINDS[section.kind], indent=_INDENT)
    document.ln(1)
    for row in _rows(section.blocks):
        _row(document, row)
        if document.page != page:
            # The border continues on the new page.
            paper.border(document, section.kind, document.t_margin, document.y)
            begin, page = document.y, document.page
        else:
            paper.border(document, section.kind, begin, document.y)
            begin = document.y
    document.ln(4)


def _least(document: Paper, section: Section) -> float:
    """Return the height that a section needs to start on a page, so that its heading does not stand alone."""
    first = next(iter(_rows(section.blocks)), [])
    wide = document.epw - _INDENT
    each = wide if len(first) == 1 and not _narrow(first[0]) else (wide - _GUTTER) / 2
    return 14 + max((_height(block, each) for block in first), default=0.0)


def _rows(blocks: Sequence[Block]) -> list[list[Block]]:
    """Arrange blocks in rows: two narrow ones side by side, others alone; sounds are left out."""
    found: list[list[Block]] = []
    for block in blocks:
        if isinstance(block, SoundClip):
            continue
        narrow = (isinstance(block, Chart) and block.picture.width <= 500) or (
            isinstance(block, ReportTable) and not block.whole
        )
        if narrow and found and len(found[-1]) == 1 and isinstance(found[-1][0], type(block)) and _narrow(found[-1][0]):
            found[-1].append(block)
        else:
            found.append([block])
    return found


def _narrow(block: Block) -> bool:
    return (isinstance(block, Chart) and block.picture.width <= 500) or (
        isinstance(block, ReportTable) and not block.whole
    )


def _row(document: Paper, row: Sequence[Block]) -> None:
    left = document.l_margin + _INDENT
    wide = document.epw - _INDENT
    if len(row) == 1 and not _narrow(row[0]):
        _block(document, row[0], left, wide)
        return
    half = (wide - _GUTTER) / 2
    paper.room(document, max(_height(block, half) for block in row))
    top = document.y
    lowest = top
    for number, block in enumerate(row):
        document.set_y(top)
        _block(document, block, left + number * (half + _GUTTER), half)
        lowest = max(lowest, document.y)
    document.set_y(lowest)


def _height(block: Block, wide: float) -> float:
    """Estimate the height of a block that must not break, or that one needs to start."""
    match block:
        case Chart(_, picture):
            return picture.height * wide / picture.width + 10
        case ReportTable(_, _, rows):
            return 6.0 * ((3 if block.whole else len(rows)) + 3)
        case _:
            return 12.0


def _block(document: Paper, block: Block, left: float, wide: float) -> None:
    match block:
        case Text(words):
            for line in words.split("\n"):
                paper.write_words(document, "P", line, 9.5, left=left, wide=wide)
            document.ln(1.5)
        case Chart():
            paper.draw_chart(document, block, left, wide)
        case ReportTable():
            paper.write_table(document, block, left, wide)
        case MomentList(_, items):
            paper.write_list(
                document, [f"{time_span(first, last)}  {words}" for first, last, words in items], left, wide
            )
        case SoundClip():
            pass
