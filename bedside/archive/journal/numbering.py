"""The greatest record number of a folder, read from the headers in clear: no key is needed to go on counting."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from bedside.archive.journal.frame import HEADED_BYTES, PAGE_BYTES, FrameHeader, parse_header
from bedside.archive.journal.segment import list_segments

# Where a header was garbled, the bytes of its frame are behind it, and none of its pages is all zeros.
_BEHIND_BYTES = 1 << 18


def greatest_number(folder: Path) -> int:
    """Return the greatest number that any record in a folder has, 0 if there is none.

    A file that vanishes meanwhile or cannot be read counts as empty. Raise OSError if the folder cannot be read.
    """
    return max((_of_chain(each) for each in list_segments(folder).values()), default=0)


def _of_chain(paths: Mapping[int, Path]) -> int:
    # Numbers only grow along a chain: the last segment that has a frame has its greatest.
    for path in reversed(list(paths.values())):
        if number := _of_segment(path):
            return number
    return 0


def _of_segment(path: Path) -> int:
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            # A segment that ended in order is cut behind its last frame, which has one page.
            found = _at(file, max(0, size - PAGE_BYTES)) or _along(file) or _anywhere(file)
    except OSError:
        return 0
    return found.last if found is not None else 0


def _along(file: BinaryIO) -> FrameHeader | None:
    """Return the last header of a segment whose frames follow one another and end in zeros, else None.

    A program that was killed leaves such a segment: megabytes, of which this reads little.
    """
    last, end = None, 0
    while (header := _at(file, end)) is not None:
        last, end = header, end + header.length
    file.seek(end)
    return last if not any(file.read(_BEHIND_BYTES)) else None


def _anywhere(file: BinaryIO) -> FrameHeader | None:
    """Return the header of a segment that has the greatest number, wherever it is; None if there is no header."""
    file.seek(0)
    data = file.read()
    found = [parse_header(data, at) for at in range(0, len(data.rstrip(b"\0")), PAGE_BYTES)]
    return max((header for header in found if header is not None), key=lambda header: header.last, default=None)


def _at(file: BinaryIO, origin: int) -> FrameHeader | None:
    file.seek(origin)
    return parse_header(file.read(HEADED_BYTES), 0, origin)
