"""Read one chain: its frames in order, and a flaw for every place where an acknowledged frame is not there.

Each frame carries the tag of the one that was acknowledged before it. So a frame that was written and never
acknowledged is known by the next, which passes over it; and one that was acknowledged and is gone is known as well,
whatever took it. Only what follows the last frame of a chain that did not end in order is not known from inside: the
index says it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bedside.archive.journal.frame import NOTHING, PAGE_BYTES, FrameHeader, JournalRecord, OpenedFrame
from bedside.archive.journal.scan import Scanned, peek, scan
from bedside.archive.journal.seal import Opener
from bedside.archive.journal.segment import list_segments, segment_name


@dataclass(frozen=True, slots=True)
class Entry:
    """A record, with the chain that it is of and its number; numbers grow along a chain."""

    chain: str
    number: int
    record: JournalRecord


@dataclass(frozen=True, slots=True)
class Flaw:
    """A place in the journal where something is not as it was written.

    ``kind`` is "damaged", "gap", "cut short", "missing" or "foreign key". Of the records between ``first`` and ``last``
    some or all are lost; None if that end is not known. ``file`` is the name of the segment, "" if the whole chain is
    missing.
    """

    kind: str
    file: str
    chain: str
    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class _Held:
    """The last frame that was found, whose fate the next one tells, with its segment and the tag before it."""

    frame: OpenedFrame
    of: Scanned
    before: bytes


class ChainReader:
    """Reads the chain of this name in a folder, from the record after ``anchor`` on: what the index has of it.

    ``flaws`` is complete when the entries were all read.
    """

    def __init__(self, folder: Path, name: str, paths: Mapping[int, Path], opener: Opener, anchor: int | None) -> None:
        self.name = name
        self.flaws: list[Flaw] = []
        self._folder = folder
        self._opener = opener
        self._anchor = anchor
        self._paths = dict(paths)
        self._heads: dict[int, OpenedFrame | None] = {}
        self._start = self._find_start()
        self._held: _Held | None = None
        # Segments since the held frame, or from the start.
        self._between: list[Scanned] = []

    @property
    def start(self) -> int:
        """A number that none of its entries lies before; 0 if that is not known."""
        head = self._head(self._start)
        return 0 if head is None else head.header.first

    def entries(self) -> Iterator[Entry]:
        """Yield the entries of the chain after the anchor, in order."""
        after = self._anchor or 0
        for frame in self._frames():
            for number, record in enumerate(frame.body, frame.header.first):
                if number > after:
                    yield Entry(self.name, number, record)

    def _find_start(self) -> int:
        """Return the number of the first segment that can have a record after the anchor."""
        numbers = list(self._paths)
        if self._anchor is None:
            return numbers[0]
        for number in reversed(numbers):
            head = self._head(number)
            if head is not None and head.header.first <= self._anchor:
                return number
        return numbers[0]

    def _head(self, number: int) -> OpenedFrame | None:
        if number not in self._heads:
            self._heads[number] = peek(self._paths[number], self._opener)
        return self._heads[number]

    def _frames(self) -> Iterator[OpenedFrame]:
        """Yield the frames that were acknowledged, or may have been."""
        opened, linked = 0, False
        clear: list[FrameHeader] = []
        for found in self._segments():
            self._between.append(found)
            opened += len(found.frames)
            clear += found.clear
            linked = linked or found.linked
            for frame in found.frames:
                yield from self._follow(frame, found)
        if not opened and linked:
            self.flaws.append(
                Flaw("foreign key", self._between[0].name, self.name, clear[0].first, max(each.last for each in clear))
            )
            return
        if self._held is not None:
            yield self._held.frame
        self._end()

    def _segments(self) -> Iterator[Scanned]:
        """Yield the segments from the start; those too that came while the others were read."""
        done = self._start - 1
        while True:
            later = [number for number in self._paths if number > done]
            for number in later:
                try:
                    yield scan(self._paths[number], number, self._opener)
                except FileNotFoundError:
                    continue
                done = number
            if not later or self._held is None or self._held.of.end != "rolled":
                return
            self._paths = list_segments(self._folder).get(self.name, {})

    def _follow(self, frame: OpenedFrame, found: Scanned) -> Iterator[OpenedFrame]:
        """Take the next frame, and yield the one before it unless this one says that it was not acknowledged."""
        held = self._held
        before = NOTHING
        if held is None:
            if self._is_from_start and frame.header.previous != NOTHING:
                self._lose(None, frame, found)
        elif frame.header.number <= held.frame.header.number:
            # A copy of another segment in the place of this one.
            return
        elif frame.header.previous == held.frame.tag:
            before = held.frame.tag
            yield held.frame
        elif frame.header.previous == held.before and found is not held.of:
            before = held.before
        else:
            before = held.frame.tag
            self._lose(held, frame, found)
            yield held.frame
        self._held = _Held(frame, found, before)
        self._between = [found]

    @property
    def _is_from_start(self) -> bool:
        return self._anchor is None or self._start == min(self._paths)

    def _lose(self, held: _Held | None, frame: OpenedFrame, found: Scanned) -> None:
        """Note that acknowledged frames before this one are not there."""
        first = held.frame.header.last + 1 if held else None
        last = frame.header.first - 1
        kind, file = self._evidence(held, frame, found)
        lost = (first, last) if first is None or first <= last else (None, None)
        self.flaws.append(Flaw(kind, file, self.name, *lost))

    def _evidence(self, held: _Held | None, frame: OpenedFrame, found: Scanned) -> tuple[str, str]:
        """Return what the disk shows between two frames: the kind of a flaw, and the file."""
        here = [each.number for each in self._between]
        since = held.of.number if held else 0
        for number in range(since + 1, found.number):
            if number not in here:
                return "missing", segment_name(self.name, number)
        start = held.frame.header.page if held else -1
        for each in self._between:
            low = start if held and each is held.of else -1
            high = frame.header.page if each is found else each.length
            if any(low < page < high for page in each.scars):
                return "damaged", each.name
        for each in self._between:
            if each.is_cut:
                return "cut short", each.name
        return "gap", found.name

    def _end(self) -> None:
        """Note what is known to be missing behind the last frame."""
        held, reached = self._held, self._anchor or 0
        first = held.frame.header.last + 1 if held else None
        lost = reached if reached >= (first or 1) else None
        kind, file = self._evidence_at_end()
        if kind is None and lost is not None:
            kind, file = "missing", self._between[-1].name if self._between else ""
        if kind is not None:
            self.flaws.append(Flaw(kind, file, self.name, first, lost))

    def _evidence_at_end(self) -> tuple[str | None, str]:
        held = self._held
        end = held.of.end if held else None
        if held and end == "rolled" and self._between == [held.of]:
            return "missing", segment_name(self.name, held.of.number + 1)
        for each in self._between:
            # The last one may never have been acknowledged: nothing says so but another one behind it.
            last = held.frame.header.page + held.frame.header.length // PAGE_BYTES if held and each is held.of else 0
            if any(header.page > last for header in each.clear):
                return "damaged", each.name
            if each.is_cut and (held is None or end is None or each is not held.of):
                return "cut short", each.name
        return None, ""
