"""Bring home what was kept in the second folder while the data folder took nothing: copies of its journal's files.

They stay in the second folder too; a file that another program still writes must not be taken away from it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bedside.archive.store.index import JOURNAL
from bedside.errors import BedsideError
from bedside.files import make_private, reason, sync_folder

_KEYS = "bedside*.key"
_SEGMENTS = "[0-9a-f]*.journal"


def bring_home(second: Path, folder: Path) -> int:
    """Copy the second folder's journal and its keys into the data folder; return how many files were new or had grown.

    Nothing is replaced but an earlier copy of the same file. Raise BedsideError if the disk does not take them.
    """
    try:
        keys = _differing(second, folder, _KEYS)
        segments = _differing(second / JOURNAL, folder / JOURNAL, _SEGMENTS)
        if not keys and not segments:
            return 0
        make_private(folder / JOURNAL)
        for source in keys:
            # Every folder's first key has the same name; here it is one more.
            _copy(source, folder / _name_of_key(source))
        for source in segments:
            _copy(source, folder / JOURNAL / source.name)
        return len(segments)
    except OSError as error:
        raise BedsideError(f"What was kept in {second} cannot be brought back to {folder}: {reason(error)}.") from error


def _differing(source: Path, target: Path, pattern: str) -> list[Path]:
    """Return the files of a folder that are not in another one, or are newer than there."""
    if not source.is_dir():
        return []
    found = []
    for path in sorted(source.glob(pattern)):
        there = target / (_name_of_key(path) if pattern == _KEYS else path.name)
        if not there.exists() or there.stat().st_mtime_ns < path.stat().st_mtime_ns:
            found.append(path)
    return found


def _name_of_key(path: Path) -> str:
    """Return the name that a key of the second folder has in the data folder; the fourth line is its public key."""
    lines = path.read_text("ascii", errors="replace").split("\n")
    return path.name if path.name != "bedside.key" else f"bedside-{lines[2][:8]}.key"


def _copy(source: Path, target: Path) -> None:
    draft = target.with_name(f".{target.name}.part")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as written, source.open("rb") as read:
            shutil.copyfileobj(read, written, 1 << 20)
            written.flush()
            os.fsync(written.fileno())
        found = source.stat()
        os.utime(draft, ns=(found.st_atime_ns, found.st_mtime_ns))
        draft.replace(target)
        sync_folder(target.parent)
    finally:
        draft.unlink(missing_ok=True)
