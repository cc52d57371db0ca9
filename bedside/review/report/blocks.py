"""What a report is made of, whatever it is written as: sections of three kinds with words, tables and charts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bedside.review.drawings.drawing import Picture


class SectionKind(StrEnum):
    """Where something in a report comes from."""

    RECORDED = "recorded"
    COMPUTED = "computed"
    WORDS = "words"

    @property
    def label(self) -> str:
        """What stands beside it."""
        return {
            "recorded": "Recorded",
            "computed": "Computed from the recording",
            "words": "The therapist's words",
        }[self]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; its own lines are kept."""

    words: str


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table with a caption; the first column names its rows, and those after it are numbers if ``numeric``.

    A narrow one may stand beside another; a ``whole`` one has the width of the page.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: bool = True

    @property
    def whole(self) -> bool:
        """Whether it needs the width of the page."""
        return not self.numeric


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with a caption; ``key`` says whose each colour is, as players' labels."""

    caption: str
    picture: Picture
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SoundClip:
    """The sound of a take, to be heard where the report can sound."""

    take: str
    label: str


@dataclass(frozen=True, slots=True)
class MomentList:
    """Moments of a take: each its first and last second, and what is said of it."""

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
    """Sections under a larger heading: of a take, or of the whole."""

    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report with its title and, below it, in one line, what it is of."""

    title: str
    below: str
    parts: tuple[Chapter, ...]
