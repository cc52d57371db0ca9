"""A second copy of the record on another disk: the journal's sealed files, and of the keys only what is no secret.

It is made while others play, and only what is new is copied. Every copy is read back before it counts, and takes its
place by rename: a disk that is pulled out at any instant keeps all that counted. A copy is replaced only by a version
that has all that it has; another one is kept beside it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bedside.archive.journal.outline import settled, supersedes
from bedside.archive.journal.segment import list_segments
from bedside.archive.journal.spares import BINARY, write_all
from bedside.archive.keys.keyfolder import key_files
from bedside.archive.keys.keyfolder import read as read_key
from bedside.errors import BedsideError
from bedside.files import reason, sync_folder

JOURNAL = "journal"
# What makes a folder a backup: what is in it, and what each copy is of.
CONTENTS = "bedside-backup.json"

_HEADING = "bedside backup 1"
_SUFFIX = ".backup-part"
_STALE_SECONDS = 3600.0
# A list of contents that is older than the files costs another look at them, so it is not written after each.
_FILES_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class BackedUp:
    """How many files the second copy has, how many of them were copied now, their bytes, and names of those in doubt.

    In doubt is a file of the journal that lacks something which its copy has: both versions are kept.
    """

    files: int
    copied: int
    size: int
    doubtful: tuple[str, ...]


def back_up(folder: Path, target: Path, pause: Callable[[], object] = lambda: None) -> BackedUp:
    """Bring the second copy of a data folder up to date; ``pause`` is called after each file that was copied.

    Raise BedsideError if the other disk is gone, full or not to be written; what was copied before counts.
    """
    with _sentences(target):
        (target / JOURNAL).mkdir(mode=0o700, exist_ok=True)
        _sweep(target)
        contents = read_contents(target)
        contents["keys"] = _public_parts(folder, contents["keys"])
        write_contents(target, contents)
        copied = size = 0
        doubtful: dict[str, None] = {}
        try:
            for source in _segments(folder):
                found = _copy(source, target, contents)
                if found is None:
                    doubtful[source.name] = None
                elif found:
                    copied += 1
                    size += found
                    pause()
                    if copied % _FILES_AT_ONCE == 0:
                        write_contents(target, contents)
        finally:
            with contextlib.suppress(OSError):
                write_contents(target, contents)
        sync_folder(target)
        # A disk that is gone by now has not kept the list; then this says so.
        read_contents(target)
        return BackedUp(len(contents["files"]), copied, size, tuple(doubtful))


def verify(target: Path) -> list[str]:
    """Read every copy; return the names of those that are not as they were written, to be copied again next time.

    Raise BedsideError if the disk is gone.
    """
    with _sentences(target):
        contents = read_contents(target)
        wrong = []
        for name, kept in contents["files"].items():
            try:
                same = is_as_written(read_back(target / JOURNAL / name), kept)
            except FileNotFoundError:
                same = False
            if not same:
                wrong.append(name)
        for name in wrong:
            contents["files"][name] |= {"size": -1}
        if wrong:
            write_contents(target, contents)
        return wrong


def is_backup(target: Path) -> bool:
    """Return whether a folder is a second copy; False too if its disk is gone."""
    try:
        return (target / CONTENTS).is_file()
    except OSError:
        return False


def read_contents(target: Path) -> dict[str, Any]:
    """Return what a second copy says it holds: nothing if it is new. Raise OSError if the disk does not answer.

    A list that is damaged counts as empty: then every file is looked at again.
    """
    try:
        contents = json.loads((target / CONTENTS).read_bytes())
        if (
            contents["heading"] == _HEADING
            and isinstance(contents["files"], dict)
            and isinstance(contents["keys"], list)
        ):
            return dict(contents)
    except FileNotFoundError:
        pass
    except (ValueError, KeyError, TypeError):
        pass
    return {"heading": _HEADING, "keys": [], "files": {}}


def write_contents(target: Path, contents: dict[str, Any]) -> None:
    """Replace what a second copy says it holds; raise OSError."""
    write_whole(target / CONTENTS, json.dumps(contents, indent=1).encode())


def write_whole(path: Path, data: bytes) -> None:
    """Write a file and read it back from the disk, then give it its name; raise OSError if any of it fails."""
    draft = path.with_name(f".{secrets.token_hex(8)}{_SUFFIX}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600)
        try:
            end = len(data.rstrip(b"\0"))
            write_all(descriptor, data[:end])
            os.ftruncate(descriptor, len(data))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if read_back(draft) != data:
            raise OSError(5, os.strerror(5))
        draft.replace(path)
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def read_back(path: Path) -> bytes:
    """Return the bytes of a file from the disk itself, where the system can be told to forget its own copy."""
    if sys.platform == "linux":
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
    return path.read_bytes()


def is_as_written(data: bytes, kept: dict[str, Any]) -> bool:
    """Return whether a copy is as the list of contents says, or as it is to be next."""
    return digest(data) in (kept["sha256"], kept.get("next"))


def digest(data: bytes) -> str:
    """Return the SHA-256 of a copy, in hex."""
    return hashlib.sha256(data).hexdigest()


def _segments(folder: Path) -> Iterator[Path]:
    """Yield all segments, those of a chain from the last to the first; all again if others came meanwhile.

    Before a segment is written, the one before it has its last frame: copied in this order, each links to that.
    """
    known: set[Path] = set()
    while True:
        found = [path for paths in list_segments(folder / JOURNAL).values() for path in reversed(list(paths.values()))]
        if known.issuperset(found):
            return
        known.update(found)
        yield from found


def _copy(source: Path, folder: Path, contents: dict[str, Any]) -> int | None:
    """Copy a segment if it is new or has grown; return how many bytes; None if it lacks something that its copy has."""
    files, target = contents["files"], folder / JOURNAL / source.name
    kept = files.get(source.name)
    try:
        state = source.stat()
        if kept is not None and (kept["size"], kept["time"]) == (state.st_size, state.st_mtime_ns):
            return None if kept.get("beside") else 0
        data, state = settled(source)
    except FileNotFoundError:
        return 0
    present = digest(data)
    beside = None
    if target.exists():
        old = read_back(target)
        whole = kept is None or is_as_written(old, kept)
        if whole and not supersedes(data, old):
            beside = f"{target.stem}-{present[:8]}.kept"
            present = digest(old)
        elif whole and old == data:
            files[source.name] = _entry(state, present, None)
            return 0
        elif kept is not None and not beside:
            # From now on the one or the other is right, whenever the disk goes.
            files[source.name] = {**kept, "next": present}
            write_contents(folder, contents)
    write_whole(target.with_name(beside) if beside else target, data)
    files[source.name] = _entry(state, present, beside)
    return None if beside else len(data)


def _entry(state: os.stat_result, sha256: str, beside: str | None) -> dict[str, Any]:
    entry = {"size": state.st_size, "time": state.st_mtime_ns, "sha256": sha256}
    return {**entry, "beside": beside} if beside else entry


def _public_parts(folder: Path, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what may be known of every key: not the key itself, where that is in the file."""
    parts = {each["public"]: each for each in known}
    for path in key_files(folder):
        with contextlib.suppress(BedsideError):
            kept = read_key(path)
            if kept is not None and kept.salt is not None and kept.public is not None:
                public = kept.public.raw.hex()
                keyring = kept.where if isinstance(kept.where, str) else None
                parts[public] = {
                    "name": path.name,
                    "public": public,
                    "digest": kept.digest,
                    "salt": kept.salt.hex(),
                    "keyring": keyring,
                }
    return list(parts.values())


def _sweep(target: Path) -> None:
    """Remove what a backup that was cut off left half made."""
    for place in (target, target / JOURNAL):
        for draft in place.glob(f".*{_SUFFIX}"):
            with contextlib.suppress(OSError):
                if draft.stat().st_mtime < time.time() - _STALE_SECONDS:
                    draft.unlink()


@contextmanager
def _sentences(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BedsideError(
            f"The backup in {target} could not be finished: {reason(error)}. What was copied before is whole."
        ) from error
