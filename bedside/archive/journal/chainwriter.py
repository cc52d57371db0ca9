"""One chain being written: the segments of one run of a program in one folder, linked frame by frame."""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

import bedside
from bedside.archive.journal import frame
from bedside.archive.journal.frame import NOTHING, FrameHeader
from bedside.archive.journal.seal import TAG_BYTES, Seal
from bedside.archive.journal.segment import Segment, segment_name
from bedside.archive.journal.spares import Stock
from bedside.archive.keys.secret import PublicKey
from bedside.files import sync_folder

FORMAT = 1

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class RecordNumbers:
    """Gives each record of a program a number; one that was given is never given again, kept or not."""

    next: int = 1

    def take(self, count: int) -> int:
        """Return the first of so many numbers."""
        first = self.next
        self.next += count
        return first


class ChainWriter:
    """Writes a chain into a folder; nothing is opened before the first record. One thread at a time may use it."""

    def __init__(self, folder: Path, public: PublicKey, numbers: RecordNumbers, about: Mapping[str, Any]) -> None:
        self.name = secrets.token_hex(8)
        self.folder = folder
        self._public = public
        self._numbers = numbers
        self._about = about
        self._stock = Stock(folder)
        self._segment: Segment | None = None
        self._taken: Segment | None = None
        self._seal: Seal | None = None
        self._settled = False
        # Segments and frames that were begun, kept or not: a number seals one frame only.
        self._segments = 0
        self._frames = 0
        self._previous = NOTHING

    def write(self, body: bytes, count: int) -> int:
        """Make a body of so many records durable; return the number of the first.

        Raise OSError if that fails: then nothing of it counts, and the next goes into another segment.
        """
        length = frame.length_of(body)
        if self._segment is None or not self._segment.fits(length):
            self._roll(length)
        return self._put(body, count)

    def prepare(self) -> None:
        """Take a segment for what is written next; raise OSError if that fails."""
        if self._taken is None:
            self._taken = self._take(0)

    def leave(self) -> None:
        """End the segment in order, if that is possible; the next record goes into another one."""
        self._end(["closed"])

    def close(self) -> None:
        """End the chain in order, if that is possible."""
        self._stock.stop()
        self._end(["closed"])
        if self._taken is not None:
            self._taken.close()
            with contextlib.suppress(OSError):
                self._taken.path.unlink()

    def _take(self, length: int) -> Segment:
        self._segments += 1
        taken = Segment.take(self.folder / segment_name(self.name, self._segments), length)
        try:
            self._settle()
        except OSError:
            taken.close()
            raise
        return taken

    def _settle(self) -> None:
        """Sync, once, the names of the folders above: whoever made them may have been unable to, or is still at it."""
        if not self._settled:
            disk = self.folder.stat().st_dev
            for each in takewhile(lambda above: above.stat().st_dev == disk, self.folder.parents):
                # Not everybody may read every folder above, and nobody has made such a one.
                with contextlib.suppress(PermissionError):
                    sync_folder(each)
            self._settled = True

    def _roll(self, length: int) -> None:
        """Go on in another segment, which is on the disk before the old one says that it follows."""
        try:
            taken, self._taken = self._taken, None
            if taken is None or not taken.fits(length + frame.PAGE_BYTES):
                taken = self._take(length)
        except OSError:
            self._abandon()
            raise
        self._end(["rolled"])
        self._segment, self._seal = taken, Seal(self._public)
        first = frame.encode_body([["journal", FORMAT, self._describe(taken)]])
        self._put(first, 1)
        self._stock.fill()

    def _put(self, body: bytes, count: int) -> int:
        segment, key = self._segment, self._seal
        if segment is None or key is None:
            raise ValueError("no segment is open")
        first = self._numbers.take(count)
        page, length = segment.at // frame.PAGE_BYTES, frame.length_of(body)
        header = FrameHeader(key.ephemeral, self._frames, first, count, page, length, self._previous)
        self._frames += 1
        data = frame.seal(key, header, body)
        try:
            segment.write(data)
        except BaseException:
            self._segment = self._seal = None
            raise
        self._previous = data[-TAG_BYTES:]
        return first

    def _end(self, record: list[str]) -> None:
        if self._segment is None:
            return
        try:
            self._put(frame.encode_body([record]), 1)
            self._segment.finish()
        except OSError:
            _log.warning("A segment could not be ended in order.", exc_info=True)
        self._segment = self._seal = None

    def _abandon(self) -> None:
        if self._segment is not None:
            self._segment.close()
        self._segment = self._seal = None

    def _describe(self, segment: Segment) -> dict[str, Any]:
        return {
            "chain": self.name,
            "segment": segment.path.name,
            "size": segment.size,
            "key": self._public.fingerprint,
            "bedside": bedside.__version__,
            "monotonic": time.monotonic_ns(),
            "began": _now(),
            **self._about,
        }


def _now() -> str:
    """Return the wall clock, a label only, as ISO 8601 with its offset."""
    try:
        return datetime.now().astimezone().isoformat()
    except (OSError, OverflowError, ValueError):
        # A clock far from today has no offset on some systems.
        return ""
