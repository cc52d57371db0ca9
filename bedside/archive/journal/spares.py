"""Spare segments: files of zeros, synced, that are ready to be written; whoever renames one has it.

With them a bed goes on for a while when the disk is full, and no batch waits for four megabytes of zeros.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import secrets
import sys
import threading
from pathlib import Path

from bedside.files import sync_data, sync_folder

SEGMENT_BYTES = 4 << 20
WANTED = 4

# Flags of every file here: on Windows a file is text unless it says otherwise.
BINARY: int = getattr(os, "O_BINARY", 0)

# Zeros are written in small pieces with pauses, so that a batch that is played meanwhile hardly waits for them.
_PIECE_BYTES = 256 << 10
_PAUSE_SECONDS = 0.02
# A command that is over in a second has better things to do.
_FIRST_SECONDS = 2.0

_log = logging.getLogger(__name__)


def spares(folder: Path) -> list[Path]:
    """Return the spare segments of a folder."""
    return sorted(folder.glob("spare-*.journal"))


def take_spare(path: Path) -> bool:
    """Rename a spare segment of the path's folder to it; return whether there was one."""
    for spare in spares(path.parent):
        # Another program may have been faster; and a spare that was cut is none.
        with contextlib.suppress(FileNotFoundError):
            if spare.stat().st_size == SEGMENT_BYTES:
                spare.rename(path)
                return True
    return False


def make_zeros(path: Path, size: int, stopped: threading.Event | None = None) -> bool:
    """Make a file of zeros that is on the disk; return False, without a file, if it was stopped.

    One that can be stopped takes its time. Raise OSError if the disk does not take it; then there is no file either.
    """
    draft = path.with_name(f".spare-{secrets.token_hex(8)}.part")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600)
        try:
            _reserve(descriptor, size)
            for at in range(0, size, _PIECE_BYTES):
                write_all(descriptor, bytes(min(_PIECE_BYTES, size - at)))
                if stopped is not None:
                    sync_data(descriptor)
                    if stopped.wait(_PAUSE_SECONDS):
                        return False
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.rename(path)
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return True


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of it; raise OSError if the disk takes less."""
    left = memoryview(data)
    while left:
        written = os.write(descriptor, left)
        if not written:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        left = left[written:]


def sweep_drafts(folder: Path) -> None:
    """Remove what killed programs left half made; only the owner of a folder may, while nobody else writes there."""
    for draft in [*folder.glob(".spare-*.part"), *folder.glob(".dense-*.part")]:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


class Stock:
    """Keeps a few spare segments in a folder, in a thread that ends when there are enough."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def fill(self) -> None:
        """Begin to make what is missing."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="spare segments", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop, and remove what is half made; wait for a slow disk a second at most."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(1.0)

    def _run(self) -> None:
        if self._stopped.wait(_FIRST_SECONDS):
            return
        try:
            while len(spares(self._folder)) < WANTED:
                name = self._folder / f"spare-{secrets.token_hex(8)}.journal"
                if not make_zeros(name, SEGMENT_BYTES, self._stopped):
                    return
                sync_folder(self._folder)
        except OSError:
            _log.warning("No spare segment could be made.", exc_info=True)


def _reserve(descriptor: int, size: int) -> None:
    """Ask for the room first, so that a disk that is nearly full is not filled up for nothing."""
    if sys.platform == "linux":
        try:
            os.posix_fallocate(descriptor, 0, size)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise
