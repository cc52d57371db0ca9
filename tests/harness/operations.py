"""What a witness wrote down: the operations of a program on the files of a folder, in the order of doing."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

# As `struct record` in witness.c.
_RECORD = struct.Struct("<IBIQQQQII")
_MAGIC = 0x57544E53


class Kind(Enum):
    """What was done."""

    CREATED = "C"
    WRITTEN = "W"
    ZEROED = "Z"
    RESIZED = "T"
    SYNC_BEGAN = "B"
    SYNCED = "S"
    FOLDER_SYNCED = "D"
    SYNC_FAILED = "E"
    RENAMED = "R"
    LINKED = "L"
    UNLINKED = "U"
    FOLDER_MADE = "K"
    ACKNOWLEDGED = "A"
    MAPPED = "M"
    FAULT = "N"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, at ``at`` seconds of the system's monotonic clock.

    ``offset`` is the mode of a created file and the new length of a resized one; ``data`` is what was written or
    acknowledged, and the former path of what was renamed or linked; ``length`` counts the zeros of a zeroed part.
    """

    kind: Kind
    at: float
    pid: int
    inode: int
    offset: int
    length: int
    path: str
    data: bytes


def read(log: Path) -> list[Operation]:
    """Return all operations of a log; one that a kill has cut short is left out."""
    return list(_parse(log.read_bytes()))


def acknowledge(log: Path, words: str, at: float) -> None:
    """Write an acknowledgement, or a promise, into a log, as of ``at`` seconds of the monotonic clock."""
    data = words.encode()
    head = _RECORD.pack(
        _MAGIC, ord(Kind.ACKNOWLEDGED.value), os.getpid(), round(at * 1e9), 0, 0, len(data), 0, len(data)
    )
    with log.open("ab", buffering=0) as file:
        file.write(head + data)


def acknowledgements(operations: list[Operation]) -> Iterator[tuple[int, float, str]]:
    """Yield each acknowledged line with the position and the time of its operation."""
    for position, operation in enumerate(operations):
        if operation.kind is Kind.ACKNOWLEDGED:
            for line in operation.data.decode().splitlines():
                yield position, operation.at, line


def _parse(log: bytes) -> Iterator[Operation]:
    at = 0
    while at + _RECORD.size <= len(log):
        magic, kind, pid, nanoseconds, inode, offset, length, path_length, data_length = _RECORD.unpack_from(log, at)
        end = at + _RECORD.size + path_length + data_length
        following = log[end : end + 4]
        whole = magic == _MAGIC and end <= len(log) and following in (b"", _MAGIC.to_bytes(4, "little"))
        if not whole:
            # A killed process may leave a part of a record.
            at = log.find(_MAGIC.to_bytes(4, "little"), at + 1)
            if at < 0:
                return
            continue
        path = log[at + _RECORD.size : end - data_length].decode()
        data = log[end - data_length : end]
        yield Operation(Kind(chr(kind)), nanoseconds / 1e9, pid, inode, offset, length, path, data)
        at = end
