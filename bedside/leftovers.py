"""What a program keeps only while it runs, in a folder or file that the next start removes if this one is killed.

Each such thing is held by a lock of the system, on the file itself or on the file `HELD` in the folder. The system lets
go of it when the process ends, however it ends, so whoever gets the lock knows that the owner is gone: whatever its
process id, in whatever container it ran. A sweep removes only what it can lock, what has our names, and what belongs to
this user. Where the system has no such locks, nothing is swept.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

# Names of folders begin, and names of unfinished files end, like this.
FOLDER = "bedside-"
FILE = ".bedside-part"

# The attempts to make something that other programs, which sweep, may remove before it is held.
_TRIES = 10

# The file in a folder by which it is held.
HELD = "held"

# The file system in memory on Linux.
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - the folders made in it have names that nobody can guess


class HeldFolder:
    """A new folder for this user only, held by this process until `remove`, or until the process ends."""

    def __init__(self, path: Path) -> None:
        """Make the folder, or take over one that nobody holds any more; raise OSError if that fails."""
        self.path = path
        for _ in range(_TRIES):
            with contextlib.suppress(FileExistsError):
                path.mkdir(mode=0o700)
            # A program that sweeps may remove it before it is held.
            with contextlib.suppress(FileNotFoundError):
                self._lock = (path / HELD).open("ab")
                _lock(self._lock.fileno())
                if _is(self._lock.fileno(), path / HELD):
                    return
                self._lock.close()
        raise FileNotFoundError(f"no folder stays at {path}")

    def remove(self) -> None:
        """Remove the folder and all in it; what cannot be removed now is swept later."""
        _remove(self.path, self._lock)


def new_folder(parent: Path | None = None) -> HeldFolder:
    """Return a new folder in ``parent``, or in the folder for temporary files; raise OSError if there is none."""
    place = Path(tempfile.gettempdir()) if parent is None else parent
    return HeldFolder(place / f"{FOLDER}{secrets.token_hex(16)}")


@contextlib.contextmanager
def passing_folder() -> Iterator[Path]:
    """Give a new folder that is gone when the block ends; raise OSError if there is no place for one."""
    folder = new_folder()
    try:
        yield folder.path
    finally:
        folder.remove()


def new_file(folder: Path, prefix: str = ".") -> tuple[BinaryIO, Path]:
    """Return a new file in a folder, for this user only, and its path; it is held until it is closed.

    Raise OSError if that fails.
    """
    for _ in range(_TRIES):
        descriptor, name = tempfile.mkstemp(prefix=prefix, suffix=FILE, dir=folder)
        path = Path(name)
        # A program that sweeps may have taken it before it was held; where there are no locks, nobody does.
        _lock(descriptor)
        if _is(descriptor, path):
            return os.fdopen(descriptor, "wb"), path
        os.close(descriptor)
    raise FileNotFoundError(f"no new file stays in {folder}")


def start_sweeping(folder: Path) -> threading.Thread:
    """Sweep the folders for temporary files, and the files in a folder, on a thread: the start waits for nothing."""

    def sweep() -> None:
        sweep_folders()
        sweep_files(folder)

    thread = threading.Thread(target=sweep, name="sweep", daemon=True)
    thread.start()
    return thread


def sweep_folders() -> None:
    """Remove the folders that programs which ended have left where temporary files are; never raises."""
    places = {IN_MEMORY}
    with contextlib.suppress(OSError):
        places.add(Path(tempfile.gettempdir()))
    for place in places:
        for path in _ours(place, lambda name: name.startswith(FOLDER), stat.S_ISDIR):
            with contextlib.suppress(OSError):
                _sweep_folder(path)


def sweep_files(folder: Path) -> None:
    """Remove the unfinished files that programs which ended have left in a folder; never raises."""
    for path in _ours(folder, lambda name: name.endswith(FILE), stat.S_ISREG):
        with contextlib.suppress(OSError), path.open("rb+") as file:
            if _lock(file.fileno()):
                if sys.platform == "win32":
                    file.close()
                path.unlink()


def _ours(place: Path, named: Callable[[str], bool], kind: Callable[[int], bool]) -> list[Path]:
    """Return what lies in a folder under such a name, is of this kind, and belongs to this user; links are not."""
    found = []
    with contextlib.suppress(OSError), os.scandir(place) as entries:
        for entry in entries:
            if named(entry.name):
                with contextlib.suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    if kind(status.st_mode) and _own(status):
                        found.append(Path(entry.path))
    return found


def _sweep_folder(path: Path) -> None:
    """Remove a folder that nobody holds; raise OSError if it cannot be removed."""
    if (path / HELD).is_symlink():
        return
    try:
        lock = (path / HELD).open("rb+")
    except FileNotFoundError:
        # Its program was killed before it could hold it, and before it had put anything there.
        path.rmdir()
        return
    if _lock(lock.fileno()) and _is(lock.fileno(), path / HELD):
        _remove(path, lock)
    else:
        lock.close()


def _remove(path: Path, lock: BinaryIO) -> None:
    """Remove a folder that is held by ``lock``, and close that; the lock's file goes last, so a sweep can follow."""
    with lock:
        with contextlib.suppress(OSError):
            for inside in list(path.iterdir()):
                if inside.is_dir() and not inside.is_symlink():
                    shutil.rmtree(inside, ignore_errors=True)
                elif inside.name != HELD:
                    with contextlib.suppress(OSError):
                        inside.unlink()
        if os.name == "nt":
            # Windows removes no file that is open.
            lock.close()
        with contextlib.suppress(OSError):
            if [inside.name for inside in path.iterdir()] == [HELD]:
                (path / HELD).unlink()
                path.rmdir()


def _is(descriptor: int, path: Path) -> bool:
    """Return whether an open file is still the one at a path."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except OSError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _own(_status: os.stat_result) -> bool:
        # There, everybody's folder for temporary files is their own.
        return True

    def _lock(descriptor: int) -> bool:
        # Far behind the end of any file, so that what is in it can still be written.
        os.lseek(descriptor, 1 << 40, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _own(status: os.stat_result) -> bool:
        return status.st_uid == os.geteuid()

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
