"""What can be told of a segment without any key: how far it goes, and which of two versions stands for the other."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from bedside.archive.journal.frame import HEADED_BYTES, PAGE_BYTES, parse_header
from bedside.archive.journal.seal import TAG_BYTES

# A file that is being written is soon the same at two looks: batches are far between for a disk.
_LOOKS = 20
_LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Outline:
    """The frames at the start of a segment that follow one another: their bytes, and their records from first to last.

    ``is_rewritten`` is whether it is a rewritten one.
    """

    used: int
    first: int
    last: int
    is_rewritten: bool


def outline_of(data: bytes) -> Outline:
    """Return the outline of a segment; of one without a frame it is empty."""
    used = first = last = 0
    is_rewritten = False
    tag = b""
    while (header := parse_header(data, used)) is not None and used + header.length <= len(data):
        if used and header.previous != tag:
            break
        if not used:
            first, is_rewritten = header.first, header.records == 0
        used += header.length
        last = header.last
        tag = data[used - TAG_BYTES : used]
    return Outline(used, first, last, is_rewritten)


def goes_on(new: bytes, old: bytes) -> bool:
    """Return whether one version of a segment is the other, or that and more."""
    after, before = outline_of(new), outline_of(old)
    same = new[: before.used] == old[: before.used]
    return same and after.used >= before.used and not any(old[before.used :])


def supersedes(new: bytes, old: bytes) -> bool:
    """Return whether one version of a segment has all that another has: as it goes on, or as it was rewritten."""
    if goes_on(new, old):
        return True
    after, before = outline_of(new), outline_of(old)
    if new[: before.used] == old[: before.used]:
        return False
    whole = after.is_rewritten and not any(new[after.used :])
    return whole and (not before.used or (after.first <= before.first and after.last >= before.last))


def mends(whole: bytes, damaged: bytes) -> bool:
    """Return whether a version of a segment that is known to be whole has every frame that can be found in another."""
    pages = (at for at in range(0, len(damaged), PAGE_BYTES) if parse_header(damaged, at) is not None)
    return all(whole[at : at + HEADED_BYTES] == damaged[at : at + HEADED_BYTES] for at in pages)


def settled(path: Path) -> tuple[bytes, os.stat_result]:
    """Return the bytes of a segment and its state, as of one moment if it is being written; raise OSError."""
    state, data = path.stat(), path.read_bytes()
    for _ in range(_LOOKS):
        time.sleep(_LOOK_SECONDS)
        again, data_again = path.stat(), path.read_bytes()
        if data_again == data and again.st_mtime_ns == state.st_mtime_ns:
            break
        state, data = again, data_again
    return data, state
