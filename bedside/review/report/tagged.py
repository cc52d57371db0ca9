"""A tagged PDF; the only module that knows fpdf2's structure tree.

fpdf2 tags figures only, as children of the document. Here headings, paragraphs, list items and cells are tagged too,
cells within rows and tables, and decoration is marked as an artifact.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import matplotlib as mpl
from fpdf import FPDF
from fpdf.structure_tree import StructElem, StructureTreeBuilder
from fpdf.syntax import PDFObject

FONT = "DejaVu"

# A fixed creation date, so that a copy does not show when it was made.
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class _Element(StructElem):
    """A structure element; it is on the page of its parent element."""

    def serialize(self, obj_dict: dict[str, object] | None = None, _security_handler: object = None) -> str:
        if isinstance(self.p, _Element):
            self.pg = self.p.pg
        written: str = super().serialize(obj_dict, _security_handler)  # type: ignore[arg-type]
        return written


class _Tree(StructureTreeBuilder):
    """A structure tree of any depth; fpdf2's own holds only children of the document."""

    def __init__(self) -> None:
        super().__init__()
        self.inner: list[_Element] = []
        self.marked: dict[int, int] = {}

    def __iter__(self) -> Iterator[PDFObject]:
        yield from super().__iter__()
        yield from self.inner

    def next_mcid_for_page(self, page_number: int) -> int:
        return self.marked.get(page_number, 0)


class Tagged(FPDF):
    """A document of A4 pages with a Unicode font; `group` and `mark` open its tags."""

    def __init__(self, title: str, lang: str) -> None:
        super().__init__(format="A4")
        self.struct_builder: _Tree = _Tree()
        self.open: list[_Element] = []
        folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
        self.add_font(FONT, "", folder / "DejaVuSans.ttf")
        self.add_font(FONT, "B", folder / "DejaVuSans-Bold.ttf")
        self.set_title(title)
        self.set_lang(lang)
        self.set_creator("bedside")
        self.set_creation_date(NO_TIME)

    @contextmanager
    def group(self, kind: str) -> Iterator[None]:
        """Open an element that holds others: Table, TR, L, LI. Its content stays on one page."""
        self.open.append(self._element(kind, None, ""))
        try:
            yield
        finally:
            self.open.pop()

    @contextmanager
    def mark(self, kind: str, alternative: str = "") -> Iterator[None]:
        """Open an element of content: H1, P, TH, TD, or Figure with its description."""
        tree = self.struct_builder
        number = tree.next_mcid_for_page(self.page)
        tree.marked[self.page] = number + 1
        element = self._element(kind, number, alternative)
        place = tree.spid_per_page_number.setdefault(self.page, len(tree.spid_per_page_number))
        tree.struct_tree_root.parent_tree.nums[place].append(element)
        self.pages[self.page].struct_parents = place
        self._out(f"/{kind} <</MCID {number}>> BDC")
        page = self.page
        yield
        if self.page != page:
            raise RuntimeError("marked content must stay on one page")
        self._out("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Open an artifact, which screen readers skip: lines, backgrounds, page numbers."""
        self._out("/Artifact BMC")
        yield
        self._out("EMC")

    def _element(self, kind: str, number: int | None, alternative: str) -> _Element:
        parent = self.open[-1] if self.open else self.struct_builder.doc_struct_elem
        element = _Element(f"/{kind}", parent, [] if number is None else [number], self.page, None, alternative or None)
        parent.k.append(element)
        if self.open:
            self.struct_builder.inner.append(element)
        self._set_min_pdf_version("1.7")
        return element
