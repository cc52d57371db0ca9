"""A segment: one file of fixed size, filled with zeros and synced before use, so that a batch is one write, one sync.

Only who took it writes it, from its start to its end. After a write or a sync has failed it is never touched again: the
system may have marked as clean what never reached the disk.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from bedside.archive.journal.frame import PAGE_BYTES
from bedside.archive.journal.spares import BINARY, SEGMENT_BYTES, make_zeros, take_spare, write_all
from bedside.files import sync_data, sync_folder

_NAME = re.compile(r"([0-9a-f]{16})-(\d{6,9})\.journal")


class Segment:
    """A file of zeros that is being written; ``at`` is how far."""

    def __init__(self, path: Path, descriptor: int, size: int) -> None:
        self.path = path
        self.size = size
        self.at = 0
        self._descriptor = descriptor

    @classmethod
    def take(cls, path: Path, length: int) -> Segment:
        """Return a new segment at a path that has room for this and for its first and last frame; raise OSError.

        It is a spare one if there is one and if that is large enough.
        """
        size = max(1, -(-(length + 4 * PAGE_BYTES) // SEGMENT_BYTES)) * SEGMENT_BYTES
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if size != SEGMENT_BYTES or not take_spare(path):
            make_zeros(path, size)
        # Until its name is on the disk, what is written into it is not.
        sync_folder(path.parent)
        return cls(path, os.open(path, os.O_RDWR | BINARY), size)

    def fits(self, length: int) -> bool:
        """Return whether so many bytes fit, and a last frame of one page behind them."""
        return self.at + length + PAGE_BYTES <= self.size

    def write(self, data: bytes) -> None:
        """Write a frame and sync it; raise OSError if either fails, and then never again."""
        try:
            os.lseek(self._descriptor, self.at, os.SEEK_SET)
            write_all(self._descriptor, data)
            sync_data(self._descriptor)
        except BaseException:
            self.close()
            raise
        self.at += len(data)

    def finish(self) -> None:
        """Cut the file to what was written, and close it; raise OSError if that fails, which loses nothing."""
        try:
            os.ftruncate(self._descriptor, self.at)
            os.fsync(self._descriptor)
        finally:
            self.close()

    def close(self) -> None:
        """Close the file as it is."""
        # A disk that is gone may refuse even this.
        with contextlib.suppress(OSError):
            os.close(self._descriptor)


def segment_name(chain: str, number: int) -> str:
    """Return the name of a segment's file."""
    return f"{chain}-{number:06d}.journal"


def list_segments(folder: Path) -> dict[str, dict[int, Path]]:
    """Return the paths of a folder's segments by chain and number, in order; raise OSError if it cannot be read.

    A folder that does not exist has none.
    """
    found: dict[str, dict[int, Path]] = {}
    try:
        names = sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return found
    for name in names:
        if match := _NAME.fullmatch(name):
            found.setdefault(match[1], {})[int(match[2])] = folder / name
    return {chain: dict(sorted(each.items())) for chain, each in found.items()}
