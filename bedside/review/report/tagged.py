"""A PDF that can be read aloud: the one module that knows how fpdf2 tags what it draws.

fpdf2 tags figures only, each as a child of the document. Here every heading, paragraph, list item and cell is tagged as
what it is, cells in their rows and tables, and what only decorates a page is marked as an artifact.
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

# A time that tells nothing of when a file was made.
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class _Element(StructElem):
    """An element of the structure; what lies in another is on its page."""

    def serialize(self, obj_dict: dict[str, object] | None = None, _security_handler: object = None) -> str:
        if isinstance(self.p, _Element):
            self.pg = self.p.pg
        written: str = super().serialize(obj_dict, _security_handler)  # type: ignore[arg-type]
        return written


class _Tree(StructureTreeBuilder):
    """A structure of any depth, beside fpdf2's own, which knows the document's children only."""

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
    """A document of A4 pages with a Unicode font, whose tags are opened by `group` and `mark`."""

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
        """Give an element that holds others: Table, TR, L, LI. What is in it stays on one page."""
        self.open.append(self._element(kind, None, ""))
        try:
            yield
        finally:
            self.open.pop()

    @contextmanager
    def mark(self, kind: str, alternative: str = "") -> Iterator[None]:
        """Give an element of what is drawn: H1, P, TH, TD, Figure with its alternative in words."""
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
            raise RuntimeError("what is marked stays on its page")
        self._out("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Give what nobody needs to have read aloud: lines, grounds, page numbers."""
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
