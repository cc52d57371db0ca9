"""A frame: one durable batch of records, sealed, in whole pages, so that no later write touches what was acknowledged.

Its header is in clear, and vouched for by the seal:

    mark 8 | ephemeral key 32 | frame 8 | first record 8 | records 4 | page 4 | length 4 | previous tag 16

Then, sealed: the length of the body, the body in JSON, and zeros up to the end of the page; at last the tag. The body
is a list of records; where a frame has none, it is an object that says something about the file.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bedside.archive.journal.seal import EPHEMERAL_BYTES, TAG_BYTES, Opener, Seal

PAGE_BYTES = 4096
# The tag before the first frame of a chain.
NOTHING = bytes(TAG_BYTES)

JournalRecord = list[Any]

_MARK = b"bedjrnl1"
_HEADER = struct.Struct(f"<8s{EPHEMERAL_BYTES}sQQIII{TAG_BYTES}s")
_LENGTH = struct.Struct("<I")
_AROUND = _HEADER.size + _LENGTH.size + TAG_BYTES
# Of a frame's beginning, as many bytes as `parse_header` needs.
HEADED_BYTES = _AROUND

# A garbled number beyond this cannot be real; JSON and SQLite know all that are below.
_GREATEST = 1 << 53
_LARGEST_BODY = 1 << 30


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What a frame says in clear; ``page`` is its place in the file, ``length`` its bytes with all padding."""

    ephemeral: bytes
    number: int
    first: int
    records: int
    page: int
    length: int
    previous: bytes

    @property
    def last(self) -> int:
        """The number of its last record; the one before ``first`` if it has none."""
        return self.first + self.records - 1


@dataclass(frozen=True, slots=True)
class OpenedFrame:
    """A frame that was opened: its header, its tag, and its body."""

    header: FrameHeader
    tag: bytes
    body: Any


def encode_body(records: Sequence[JournalRecord] | dict[str, Any]) -> bytes:
    """Return a body; raise ValueError or TypeError for what JSON cannot hold, and for more than a gigabyte."""
    body = json.dumps(records, separators=(",", ":")).encode("ascii")
    if len(body) > _LARGEST_BODY:
        raise ValueError("more than a gigabyte of records at once")
    return body


def length_of(body: bytes) -> int:
    """Return how many bytes a frame with this body takes in a file: whole pages."""
    return -(-(_AROUND + len(body)) // PAGE_BYTES) * PAGE_BYTES


def seal(key: Seal, header: FrameHeader, body: bytes) -> bytes:
    """Return the bytes of a frame, all ``header.length`` of them; the last 16 are its tag."""
    clear = pack_header(header)
    plain = _LENGTH.pack(len(body)) + body
    return clear + key.close(header.number, clear, plain.ljust(header.length - _HEADER.size - TAG_BYTES, b"\0"))


def pack_header(header: FrameHeader) -> bytes:
    """Return a header as it is in the file."""
    fields = (header.ephemeral, header.number, header.first, header.records, header.page, header.length)
    return _HEADER.pack(_MARK, *fields, header.previous)


def parse_header(data: bytes, at: int, origin: int = 0) -> FrameHeader | None:
    """Return the header at an offset, or None if there is none that could be true; no seal is looked at.

    ``origin`` is where in its file the data begins.
    """
    if not data.startswith(_MARK, at) or at + _AROUND > len(data):
        return None
    _, ephemeral, number, first, records, page, length, previous = _HEADER.unpack_from(data, at)
    header = FrameHeader(ephemeral, number, first, records, page, length, previous)
    true = page * PAGE_BYTES == origin + at and length >= PAGE_BYTES and length % PAGE_BYTES == 0
    return header if true and 0 < first <= header.last + 1 < _GREATEST and number < _GREATEST else None


def open_frame(opener: Opener, data: bytes, header: FrameHeader) -> OpenedFrame | None:
    """Return the frame whose header was found in a file, or None if a byte of it is not what was sealed."""
    at = header.page * PAGE_BYTES
    end = at + header.length
    if end > len(data):
        return None
    start = at + _HEADER.size
    plain = opener.open(header.ephemeral, header.number, data[at:start], data[start:end])
    if plain is None:
        return None
    (length,) = _LENGTH.unpack_from(plain)
    return OpenedFrame(header, data[end - TAG_BYTES : end], json.loads(plain[_LENGTH.size : _LENGTH.size + length]))
