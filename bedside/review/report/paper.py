"""The content of the pages of a PDF: text, tables, lists, charts and borders, each with its tag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from fpdf import XPos, YPos
from fpdf.enums import MethodReturnValue

from bedside.review.drawings.drawing import Box, Dot, Line, Picture, Words
from bedside.review.drawings.playercolours import ON_LIGHT, channels
from bedside.review.report.blocks import Chart, ReportTable, SectionKind
from bedside.review.report.tagged import FONT, Tagged

Colour = tuple[int, int, int]

_INK: Colour = (29, 34, 48)
SOFT: Colour = (86, 93, 110)
LINE: Colour = (217, 215, 207)
KINDS: dict[SectionKind, Colour] = {
    SectionKind.RECORDED: (75, 82, 98),
    SectionKind.COMPUTED: (42, 77, 163),
    SectionKind.WORDS: (109, 75, 28),
}
_STROKES = {player.label: channels(colour.strong) for player, colour in ON_LIGHT.items()}
_FILLS = {player.label: channels(colour.fill) for player, colour in ON_LIGHT.items()}
# Dashes tell players apart where colours cannot.
_DASHES = {"therapist": (2.2, 0.7), "child2": (1.0, 0.7), "partner": (0.5, 0.7)}


class Paper(Tagged):
    """The pages of a report, numbered."""

    def footer(self) -> None:
        """Write the page number."""
        with self.artifact():
            self.set_y(-14)
            self.set_font(FONT, "", 8)
            self.set_text_color(*SOFT)
            self.cell(0, 5, f"{self.page_no()}", align="R")


def write_list(document: Paper, items: list[str], left: float, wide: float) -> None:
    """Write a list; each page has a list element of its own."""

    def tall(item: str) -> float:
        return 4.7 * len(_wrapped(document, item, 9.5, wide))

    page = document.page_break_trigger - document.t_margin
    while items:
        if tall(items[0]) > page:
            write_words(document, "P", items.pop(0), 9.5, left=left, wide=wide)
            continue
        room(document, tall(items[0]))
        with document.group("L"):
            while items and document.y + tall(items[0]) <= document.page_break_trigger:
                write_words(document, "LI", items.pop(0), 9.5, left=left, wide=wide)
    document.ln(1.5)


def _wrapped(document: Paper, words: str, size: float, wide: float, bold: bool = False) -> list[str]:
    """Wrap text into lines; each but the last ends with a space, so that screen readers separate words."""
    document.set_font(FONT, "B" if bold else "", size)
    found = document.multi_cell(wide, 4, words, dry_run=True, output=MethodReturnValue.LINES, align="L")
    lines = cast("list[str]", found)
    return [*(f"{line} " for line in lines[:-1]), *lines[-1:]]


def write_words(
    document: Paper,
    tag: str,
    words: str,
    size: float,
    bold: bool = False,
    colour: Colour = _INK,
    indent: float = 0.0,
    left: float | None = None,
    wide: float | None = None,
) -> None:
    """Write wrapped text, tagged on each page: a paragraph may continue on the next."""
    x = document.l_margin + indent if left is None else left
    width = document.w - document.r_margin - x if wide is None else wide
    tall = size * 0.3528 * 1.38
    lines = _wrapped(document, words, size, width, bold)
    room = int((document.page_break_trigger - document.y) / tall)
    # A heading is kept together; other text breaks at the end of the page.
    if not room or (len(lines) > room and tag.startswith("H")):
        document.add_page()
        room = int((document.page_break_trigger - document.y) / tall)
    while lines:
        some, lines = lines[:room], lines[room:]
        document.set_font(FONT, "B" if bold else "", size)
        document.set_text_color(*colour)
        with document.mark(tag):
            for line in some:
                document.set_x(x)
                document.cell(width, tall, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if lines:
            document.add_page()
            room = int((document.page_break_trigger - document.y) / tall)


def write_table(document: Paper, table: ReportTable, left: float, wide: float) -> None:
    """Write a table; each page has a table element of its own and repeats the head."""
    room(document, 20)
    caption = table.caption
    widths = _widths(document, table, wide)
    rows = list(table.rows)
    tall = 4.6
    while True:
        with document.group("Table"):
            if caption:
                write_words(document, "Caption", caption, 9.5, bold=True, left=left, wide=wide)
                caption = ""
            with document.group("TR"):
                _cells(document, table, table.head, left, widths, tall, head=True)
            while rows:
                needed = tall * max(_lines(document, each, width) for each, width in zip(rows[0], widths, strict=True))
                if document.y + needed > document.page_break_trigger:
                    break
                with document.group("TR"):
                    _cells(document, table, rows.pop(0), left, widths, tall, head=False)
        if not rows:
            break
        document.add_page()
    document.ln(3)


def _cells(
    document: Paper,
    table: ReportTable,
    cells: Sequence[str],
    left: float,
    widths: Sequence[float],
    tall: float,
    head: bool,
) -> None:
    x, top = left, document.y
    lowest = top
    for number, (words, width) in enumerate(zip(cells, widths, strict=True)):
        document.set_xy(x, top)
        document.set_font(FONT, "B" if head else "", 8.5)
        document.set_text_color(*(SOFT if head else _INK))
        with document.mark("TH" if head or not number else "TD"):
            document.multi_cell(
                width, tall, words, align="R" if table.numeric and number else "L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
            )
        lowest = max(lowest, document.y)
        x += width
    with document.artifact():
        document.set_draw_color(*LINE)
        document.set_line_width(0.2)
        document.line(left, lowest, x, lowest)
    document.set_y(lowest + 0.4)


def _widths(document: Paper, table: ReportTable, wide: float) -> list[float]:
    """Return the widths of columns by their longest cells."""
    document.set_font(FONT, "B", 8.5)
    # Every column has room for at least one letter.
    longest = [
        min(
            max(max(document.get_string_width(row[number]) for row in (table.head, *table.rows)) + 3, 12.0), wide * 0.45
        )
        for number in range(len(table.head))
    ]
    if table.numeric:
        rest = sum(longest[1:])
        scale = min(1.0, wide * 0.6 / max(rest, 1e-9))
        return [wide - rest * scale, *(each * scale for each in longest[1:])]
    return [each * wide / sum(longest) for each in longest]


def _lines(document: Paper, words: str, width: float) -> int:
    document.set_font(FONT, "", 8.5)
    found = document.multi_cell(width, 4.6, words, dry_run=True, output=MethodReturnValue.LINES)
    return len(cast("list[str]", found)) or 1


def draw_chart(document: Paper, shown: Chart, left: float, wide: float) -> None:
    """Draw a chart below its caption and the key of its players."""
    picture = shown.picture
    scale = wide / picture.width
    room(document, picture.height * scale + 9)
    above = document.y
    write_words(document, "P", shown.caption, 9, bold=True, left=left, wide=wide)
    top = document.y
    x = left + wide
    for player in reversed(shown.key):
        document.set_font(FONT, "", 8)
        x -= document.get_string_width(player) + 4
        document.set_xy(x, above)
        document.set_text_color(*_STROKES[player])
        with document.mark("P"):
            document.cell(document.get_string_width(player) + 2, 4.4, player)
        x -= 6.5
        with document.artifact():
            _stroke(document, player)
            document.line(x, above + 2.2, x + 6, above + 2.2)
            document.set_dash_pattern()
    with document.mark("Figure", picture.alternative):
        _draw(document, picture, left, top, scale)
    document.set_y(top + picture.height * scale + 2)


def _draw(document: Paper, picture: Picture, left: float, top: float, scale: float) -> None:
    for mark in picture.marks:
        who = next((word for word in mark.style.split() if word in _STROKES), "")
        stroke = _STROKES.get(who, LINE)
        match mark:
            case Line(points):
                _stroke(document, who)
                document.polyline([(left + x * scale, top + y * scale) for x, y in points])
                document.set_dash_pattern()
            case Box(x, y, width, height):
                document.set_fill_color(*_FILLS.get(who, LINE))
                document.rect(left + x * scale, top + y * scale, width * scale, height * scale, "F")
            case Dot(x, y, radius):
                document.set_fill_color(*stroke)
                document.circle(left + x * scale, top + y * scale, radius * scale, "F")
            case Words(x, y, text, anchor):
                document.set_font(FONT, "", 6.5)
                document.set_text_color(*SOFT)
                back = {"middle": 0.5, "end": 1.0}.get(anchor, 0.0) * document.get_string_width(text)
                document.text(left + x * scale - back, top + y * scale, text)


def _stroke(document: Paper, who: str) -> None:
    """Set the line style of a player, or a thin line for nobody."""
    document.set_draw_color(*_STROKES.get(who, LINE))
    document.set_line_width(0.4 if who else 0.2)
    dash, gap = _DASHES.get(who, (0.0, 0.0))
    document.set_dash_pattern(dash, gap)


def border(document: Paper, kind: SectionKind, begin: float, end: float) -> None:
    """Draw the border of a kind of section: a thick, a double or a dashed line."""
    x = document.l_margin + 0.6
    with document.artifact():
        document.set_draw_color(*KINDS[kind])
        match kind:
            case SectionKind.RECORDED:
                document.set_line_width(1.2)
                document.line(x, begin, x, end)
            case SectionKind.COMPUTED:
                document.set_line_width(0.35)
                document.line(x - 0.5, begin, x - 0.5, end)
                document.line(x + 0.5, begin, x + 0.5, end)
            case SectionKind.WORDS:
                document.set_line_width(0.6)
                document.set_dash_pattern(1.6, 1.0)
                document.line(x, begin, x, end)
                document.set_dash_pattern()


def room(document: Paper, tall: float) -> None:
    """Start a new page unless ``tall`` millimetres fit on this one."""
    if document.y + tall > document.page_break_trigger and document.y > document.t_margin + 1:
        document.add_page()
