"""Rewrite segments that have ended without their padding: an hour of play in a few megabytes instead of sixty.

A rewritten segment takes the place of the old one by rename, with the same name, the same records and the same links to
its neighbours, so each file is rewritten by itself, and whoever reads meanwhile sees one or the other. Its first frame
has no records; it says which tags its neighbours know. Only a segment in which all is well is touched.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets as chance
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from bedside.archive.journal import frame
from bedside.archive.journal.frame import FrameHeader, JournalRecord, OpenedFrame
from bedside.archive.journal.scan import Scanned, peek, scan
from bedside.archive.journal.seal import TAG_BYTES, Opener, Seal
from bedside.archive.journal.segment import list_segments
from bedside.archive.journal.spares import BINARY, write_all
from bedside.archive.keys.secret import PublicKey, Secret
from bedside.files import sync_folder

_log = logging.getLogger(__name__)


def tighten(
    folder: Path, secrets: Sequence[Secret], public: PublicKey, pause: Callable[[], None] = lambda: None
) -> int:
    """Rewrite all segments of a folder that have ended, sealed to this key; return how many files were rewritten.

    What is dense and sealed to this key already stays. ``pause`` is called after each file. Killed at any instant it
    leaves every record; the next time it goes on. Raise OSError if the folder cannot be read or written.
    """
    opener = Opener(secrets)
    own = Opener([each for each in secrets if each.public == public])
    count = 0
    for paths in list_segments(folder).values():
        for number, path in paths.items():
            head = peek(path, own)
            if head is not None and isinstance(head.body, dict) and "dense" in head.body:
                continue
            with contextlib.suppress(FileNotFoundError):
                found = scan(path, number, opener)
                if is_well_ended(found):
                    count += _replace(path, found, public)
                    pause()
    return count


def is_well_ended(found: Scanned) -> bool:
    """Return whether a segment has ended in order, and every frame follows the one before it."""
    linked = all(second.header.previous == first.tag for first, second in pairwise(found.frames))
    return found.end is not None and linked and not found.is_suspect


def _replace(path: Path, found: Scanned, public: PublicKey) -> bool:
    draft = path.with_name(f".dense-{chance.token_hex(8)}.part")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600)
        try:
            write_all(descriptor, b"".join(dense_frames(found.frames, public)))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        try:
            draft.replace(path)
        except PermissionError:
            # On Windows a file that somebody reads cannot be replaced; the next time perhaps.
            _log.warning("A segment is in use and stays as it is.", exc_info=True)
            return False
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)
    return True


def dense_frames(old: Sequence[OpenedFrame], public: PublicKey) -> Iterator[bytes]:
    """Yield the frames of the new file."""
    key = Seal(public)
    first, last = old[0], old[-1]
    note = {"dense": 1, "before": first.header.previous.hex(), "tag": last.tag.hex(), "last": last.header.last}
    page, previous = 0, first.header.previous
    # A number seals one frame of a file; that of the last frame is the greatest which the others have.
    for number, at, count, body in [
        (last.header.number + 1, first.header.first, 0, frame.encode_body(note)),
        *_packed(old),
    ]:
        length = frame.length_of(body)
        data = frame.seal(key, FrameHeader(key.ephemeral, number, at, count, page, length, previous), body)
        page += length // frame.PAGE_BYTES
        previous = data[-TAG_BYTES:]
        yield data


def _packed(old: Sequence[OpenedFrame]) -> Iterator[tuple[int, int, int, bytes]]:
    """Yield number, first record, count and body of frames that are as full as a page allows."""
    records: list[JournalRecord] = []
    at = number = 0
    for each in old:
        joined = [*records, *each.body]
        if records and (
            at + len(records) != each.header.first or frame.length_of(frame.encode_body(joined)) > frame.PAGE_BYTES
        ):
            yield number, at, len(records), frame.encode_body(records)
            records = []
        if not records:
            at, joined = each.header.first, list(each.body)
        records, number = joined, each.header.number
    yield number, at, len(records), frame.encode_body(records)
