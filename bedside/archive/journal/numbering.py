"""The greatest record number of a folder, read from the headers in clear: no key is needed to go on counting."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from bedside.archive.journal.frame import HEADED_BYTES, PAGE_BYTES, FrameHeader, parse_header
from bedside.archive.journal.segment import list_segments

# No record takes fewer.
_RECORD_BYTES = 4
# Where a header was garbled, the bytes of its frame are behind it, and none of its pages is all zeros.
_BEHIND_BYTES = 1 << 18


def greatest_number(folder: Path) -> int:
    """Return the greatest number that any record in a folder has, 0 if there is none.

    Where the last frames were garbled or cannot be read, it is the greatest that they can have had. A file that
    vanishes meanwhile counts as empty. Raise OSError if the folder cannot be read.
    """
    return max((_of_chain(each) for each in list_segments(folder).values()), default=0)


def _of_chain(paths: Mapping[int, Path]) -> int:
    # Numbers only grow along a chain: the last segment that has a frame has its greatest.
    unread = 0
    for path in reversed(list(paths.values())):
        number, garbled = _of_segment(path)
        unread += garbled // _RECORD_BYTES
        if number:
            return number + unread
    return unread


def _of_segment(path: Path) -> tuple[int, int]:
    """Return the greatest number that is known of a segment, 0 if none, and how many bytes behind it are garbled."""
    try:
        size = path.stat().st_size
    except OSError:
        return 0, 0
    try:
        with path.open("rb") as file:
            # A segment that ended in order is cut behind its last frame, which has one page.
            found = _at(file, max(0, size - PAGE_BYTES)) or _along(file)
            return (found.last, 0) if found is not None else _anywhere(file)
    except OSError:
        return 0, size


def _along(file: BinaryIO) -> FrameHeader | None:
    """Return the last header of a segment whose frames follow one another and end in zeros, else None.

    A program that was killed leaves such a segment: megabytes, of which this reads little.
    """
    last, end = None, 0
    while (header := _at(file, end)) is not None:
        last, end = header, end + header.length
    file.seek(end)
    return last if not any(file.read(_BEHIND_BYTES)) else None


def _anywhere(file: BinaryIO) -> tuple[int, int]:
    """Return the greatest number of all headers of a segment, and how many bytes are behind the frame that has it."""
    file.seek(0)
    data = file.read().rstrip(b"\0")
    found = [header for at in range(0, len(data), PAGE_BYTES) if (header := parse_header(data, at)) is not None]
    last = max(found, key=lambda header: header.last, default=None)
    if last is None:
        return 0, len(data)
    return last.last, max(0, len(data) - last.page * PAGE_BYTES - last.length)


def _at(file: BinaryIO, origin: int) -> FrameHeader | None:
    file.seek(origin)
    return parse_header(file.read(HEADED_BYTES), 0, origin)
