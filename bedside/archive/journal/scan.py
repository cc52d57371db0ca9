"""What can be read of one segment: every frame is judged by itself, and what is between frames is named.

A segment may be written while it is read. What looks damaged is therefore read again until it no longer changes.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bedside.archive.journal.frame import NOTHING, PAGE_BYTES, FrameHeader, OpenedFrame, open_frame, parse_header
from bedside.archive.journal.seal import Opener
from bedside.archive.journal.spares import BINARY, SEGMENT_BYTES

_ENDS = (["rolled"], ["closed"])
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Scanned:
    """A segment's frames that could be opened, in order, and what else is there.

    ``clear`` are headers of what looks like frames and could not be opened; ``scars`` are the pages that are neither
    zeros nor part of a frame that could be opened; ``used`` is up to where there is something; ``linked`` is
    whether two of the unopened frames follow one another, which damage does not make up; ``is_holed`` is whether the
    frames leave something out between them.
    """

    name: str
    number: int
    length: int
    frames: tuple[OpenedFrame, ...] = ()
    clear: tuple[FrameHeader, ...] = ()
    scars: tuple[int, ...] = ()
    used: int = 0
    linked: bool = False
    is_holed: bool = False

    @property
    def end(self) -> str | None:
        """``rolled`` or ``closed`` if its last record says so, else None."""
        record = self.frames[-1].body[-1] if self.frames else None
        return record[0] if record in _ENDS else None

    @property
    def is_cut(self) -> bool:
        """Whether the file is shorter than it was made, and did not end in order."""
        return self.end is None and self.length < self._size

    @property
    def _size(self) -> int:
        """How long the file was made, as its first record says."""
        match self.frames[0].body[0] if self.frames else None:
            case ["journal", _, {"size": int(size)}]:
                return size
        return SEGMENT_BYTES

    @property
    def is_suspect(self) -> bool:
        """Whether there is something between frames or behind them, or the end is missing."""
        return bool(self.is_holed or self.scars or self.is_cut)


def scan(path: Path, number: int, opener: Opener) -> Scanned:
    """Read a segment; raise FileNotFoundError if it is gone."""
    data = _read(path)
    found = _scan(data, path.name, number, opener)
    for _ in range(_TRIES):
        if not found.is_suspect:
            break
        again = _read(path)
        if again == data:
            break
        data, found = again, _scan(again, path.name, number, opener)
    return found


def peek(path: Path, opener: Opener) -> OpenedFrame | None:
    """Return the first frame of a segment if it can be opened."""
    try:
        with path.open("rb") as file:
            data = file.read(PAGE_BYTES)
            header = parse_header(data, 0)
            if header is None:
                return None
            if header.length > PAGE_BYTES:
                data += file.read(header.length - PAGE_BYTES)
    except OSError:
        return None
    return open_frame(opener, data, header)


def _scan(data: bytes, name: str, number: int, opener: Opener) -> Scanned:
    used = len(data.rstrip(b"\0"))
    opened = _of_one_key(list(_open_all(data, used, opener)))
    taken = {page for each in opened for page in range(each.header.page * PAGE_BYTES, _end(each.header), PAGE_BYTES)}
    rest = [at for at in range(0, used, PAGE_BYTES) if at not in taken and any(data[at : at + PAGE_BYTES])]
    clear = [header for at in rest if (header := parse_header(data, at)) is not None]
    scars = tuple(at // PAGE_BYTES for at in rest)
    tags = {data[_end(each) - len(NOTHING) : _end(each)] for each in clear} - {b"", NOTHING}
    linked = any(each.previous in tags for each in clear)
    holed = bool(opened) and sum(each.header.length for each in opened) != _end(opened[-1].header)
    note = opened[0].body if opened and isinstance(opened[0].body, dict) else None
    if note is not None:
        opened = _relink(opened, note)
    return Scanned(name, number, len(data), tuple(opened), tuple(clear), scars, used, linked, holed)


def _open_all(data: bytes, used: int, opener: Opener) -> Iterator[OpenedFrame]:
    at = 0
    while at < used:
        header = parse_header(data, at)
        found = open_frame(opener, data, header) if header is not None else None
        if found is not None:
            yield found
        at += found.header.length if found is not None else PAGE_BYTES


def _of_one_key(frames: list[OpenedFrame]) -> list[OpenedFrame]:
    """Leave out pages of another segment: a segment has one key, and its frames' numbers grow."""
    counts = Counter(each.header.ephemeral for each in frames)
    if len(counts) > 1:
        [(own, _)] = counts.most_common(1)
        frames = [each for each in frames if each.header.ephemeral == own]
    return frames


def _relink(frames: list[OpenedFrame], note: dict[str, Any]) -> list[OpenedFrame]:
    """Return the frames of a rewritten segment, linked to its neighbours as those were that it stands for."""
    [_, *others] = frames
    # Only if none is missing at an end does it have the tag that the neighbour knows.
    if others and others[0].header.previous == frames[0].tag:
        others[0] = replace(others[0], header=replace(others[0].header, previous=bytes.fromhex(note["before"])))
    if others and others[-1].header.last == note["last"]:
        others[-1] = replace(others[-1], tag=bytes.fromhex(note["tag"]))
    return others


def _end(header: FrameHeader) -> int:
    return header.page * PAGE_BYTES + header.length


def _read(path: Path) -> bytes:
    """Return a file's bytes; pages that the disk does not give are ones that no frame can have."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError:
        return b"".join(_pages(path))


def _pages(path: Path) -> Iterator[bytes]:
    try:
        descriptor = os.open(path, os.O_RDONLY | BINARY)
    except FileNotFoundError:
        raise
    except OSError:
        yield b"\xff" * PAGE_BYTES
        return
    try:
        for at in range(0, os.fstat(descriptor).st_size, PAGE_BYTES):
            try:
                os.lseek(descriptor, at, os.SEEK_SET)
                yield os.read(descriptor, PAGE_BYTES)
            except OSError:
                yield b"\xff" * PAGE_BYTES
    finally:
        os.close(descriptor)
