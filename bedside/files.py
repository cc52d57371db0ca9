"""Write files atomically: a program that is killed halfway leaves the old file, or none."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from bedside import leftovers
from bedside.errors import BedsideError

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full",
    errno.EACCES: "this user is not allowed to",
    errno.EPERM: "this user is not allowed to",
    errno.EROFS: "the disk can only be read",
    errno.ENOENT: "it is not there",
    errno.ENOTDIR: "a file is in the place of a folder",
    errno.EISDIR: "it is a folder",
    errno.EIO: "the disk does not answer",
    errno.ENAMETOOLONG: "its name is too long",
}


def reason(error: OSError) -> str:
    """Return the reason for a system error in words that complete a sentence."""
    return _REASONS.get(error.errno or 0, "the system refused")


def sync_folder(folder: Path) -> None:
    """Sync a folder's entries to the disk, where the system supports it; raise OSError if that fails."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_data(descriptor: int) -> None:
    """Sync what was written into a file to the disk itself, as surely as the system can; raise OSError if that fails.

    A file must not be synced again after this failed: what did not reach the disk may count as synced.
    """
    if sys.platform == "win32":
        os.fsync(descriptor)
    elif sys.platform == "darwin":
        import fcntl

        # fsync of macOS leaves it to the disk when to write.
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fdatasync(descriptor)


def make_private(folder: Path) -> None:
    """Make a folder and its parents, accessible to this user only, and sync the names of those that are new.

    Raise BedsideError if that fails.
    """
    try:
        new = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in reversed(new):
            # Not everybody may read the folder in which they may make one.
            with suppress(PermissionError):
                sync_folder(each.parent)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except FileExistsError:
        raise BedsideError(f"The folder {folder} cannot be used: a file is in its place.") from None
    except OSError as error:
        raise BedsideError(f"The folder {folder} cannot be used: {reason(error)}.") from error


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that replaces ``path`` when the block ends; only this user can read it.

    If the block raises, ``path`` is untouched. An OSError becomes a BedsideError. What a killed program has left in the
    folder is removed first.
    """
    try:
        leftovers.sweep_files(path.parent)
        file, draft = leftovers.new_file(path.parent)
        with file:
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                if os.name == "nt":
                    # Windows renames no file that is open. Elsewhere it is held until it has its name.
                    file.close()
                draft.replace(path)
            except BaseException:
                file.close()
                draft.unlink(missing_ok=True)
                raise
        sync_folder(path.parent)
    except OSError as error:
        raise BedsideError(f"{path.name} could not be written in {path.parent}: {reason(error)}.") from error
