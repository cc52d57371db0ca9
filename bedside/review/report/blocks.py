"""The contents of a report, independent of the format: sections of three kinds with text, tables and charts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bedside.review.drawings.drawing import Picture


class SectionKind(StrEnum):
    """The source of a section."""

    RECORDED = "recorded"
    COMPUTED = "computed"
    WORDS = "words"

    @property
    def label(self) -> str:
        """The label of the section."""
        return {
            "recorded": "Recorded",
            "computed": "Computed from the recording",
            "words": "The therapist's words",
        }[self]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; line breaks are kept."""

    words: str


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table with a caption; the first column names the rows, the others hold numbers if ``numeric``.

    A numeric table may stand beside another; a ``whole`` one takes the width of the page.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: bool = True

    @property
    def whole(self) -> bool:
        """Whether the table takes the width of the page."""
        return not self.numeric


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with a caption; ``key`` are the labels of the players whose colours it uses."""

    caption: str
    picture: Picture
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SoundClip:
    """The sound of a take; a PDF leaves it out."""

    take: str
    label: str


@dataclass(frozen=True, slots=True)
class MomentList:
    """Moments of a take: start and end in seconds, and a text."""

    take: str
    items: tuple[tuple[float, float, str], ...]


Block = Text | ReportTable | Chart | SoundClip | MomentList


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks of one kind under a heading."""

    title: str
    kind: SectionKind
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Sections under one heading: of a take, or of all takes."""

    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class TeamReport:
    """A report: its title, one line ``below`` it, and its chapters."""

    title: str
    below: str
    parts: tuple[Chapter, ...]
