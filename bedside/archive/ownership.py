"""Who owns a data folder: one program at a time, and it alone repairs, rebuilds, adopts and sets aside.

The owner holds a lock on one file, which the system takes back when the program ends, however it ends. The file says
who it is; what it says counts only while the lock is held. Nothing here waits, and nothing here raises for what a disk
does: a folder that cannot be written is owned by nobody, and nobody repairs it.
"""

from __future__ import annotations

import getpass
import json
import os
import platform
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from bedside.errors import BedsideError
from bedside.files import make_private, reason

OWNER_FILE = "owner"

# Windows locks bytes against reading too, so the locked byte lies behind what others may read.
_LOCKED_BYTE = 1 << 20
_MOST_BYTES = 4096


@dataclass(frozen=True, slots=True)
class FolderOwner:
    """The program that owns a folder: its name, process, user and computer, and since when, as ISO 8601."""

    program: str
    pid: int
    user: str
    host: str
    since: str


class Ownership:
    """A program's claim on a data folder; `claim` tries to take the folder, and may be called again and again."""

    def __init__(self, folder: Path, program: str) -> None:
        self._path = folder / OWNER_FILE
        self._program = program
        self._descriptor: int | None = None
        self._fault: str | None = None

    @property
    def held(self) -> bool:
        """Whether this claim owns the folder."""
        return self._descriptor is not None

    def claim(self) -> bool:
        """Own the folder if nobody else does; return whether this claim owns it now."""
        if self._descriptor is not None:
            return True
        try:
            make_private(self._path.parent)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except BedsideError as error:
            self._fault = str(error)
            return False
        except OSError as error:
            self._fault = f"The recordings in {self._path.parent} cannot be changed: {reason(error)}."
            return False
        self._fault = None
        if not _lock(descriptor):
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        # A full disk has no room for the owner's name, but the lock holds without it.
        with suppress(OSError):
            _write(descriptor, _identify(self._program))
        return True

    def require(self) -> None:
        """Raise BedsideError unless this claim owns the folder; it says whether a program or the disk is in the way."""
        if self.held:
            return
        if self._fault is not None:
            raise BedsideError(self._fault)
        folder = self._path.parent
        owner = read_owner(folder)
        by = "another program of bedside" if owner is None else f"bedside {owner.program}"
        raise BedsideError(f"The recordings in {folder} are in use by {by}; close it and try again.")

    def release(self) -> None:
        """Give the folder up, if it is held."""
        if self._descriptor is None:
            return
        # Closing the file gives the lock back. The file stays: removing it would let two programs own two files.
        os.close(self._descriptor)
        self._descriptor = None

    def __enter__(self) -> Self:
        self.claim()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def read_owner(folder: Path) -> FolderOwner | None:
    """Return who owns a folder now; None if nobody does, or if the owner could not write its name."""
    try:
        descriptor = os.open(folder / OWNER_FILE, os.O_RDWR)
    except OSError:
        return None
    try:
        if _lock(descriptor):
            return None
        os.lseek(descriptor, 0, os.SEEK_SET)
        return _parse(os.read(descriptor, _MOST_BYTES))
    except OSError:
        return None
    finally:
        # This also gives back a lock that was taken only to look.
        os.close(descriptor)


def _identify(program: str) -> FolderOwner:
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):
        # A container's user may have no name.
        user = str(os.getuid()) if hasattr(os, "getuid") else ""
    now = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
    return FolderOwner(program, os.getpid(), user, platform.node(), now)


def _write(descriptor: int, owner: FolderOwner) -> None:
    said = json.dumps(asdict(owner)).encode() + b"\n"
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, said)


def _parse(said: bytes) -> FolderOwner | None:
    try:
        found = json.loads(said)
        return FolderOwner(**{field.name: found[field.name] for field in fields(FolderOwner)})
    except (ValueError, TypeError, KeyError):
        return None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
