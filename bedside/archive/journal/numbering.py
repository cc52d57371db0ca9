"""The greatest record number of a folder, read from the headers in clear: no key is needed to go on counting."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bedside.archive.journal.frame import PAGE_BYTES, parse_header
from bedside.archive.journal.segment import list_segments


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
            size = file.seek(0, 2)
            origin = max(0, size - PAGE_BYTES)
            file.seek(origin)
            # A segment that ended in order is cut behind its last frame, which has one page.
            page = file.read(PAGE_BYTES)
            if (header := parse_header(page, 0, origin)) is not None:
                return header.last
            file.seek(0)
            data = file.read()
    except OSError:
        return 0
    found = (parse_header(data, at) for at in range(0, len(data.rstrip(b"\0")), PAGE_BYTES))
    return max((header.last for header in found if header is not None), default=0)
