"""Bring a second copy back, into a new data folder or one that has lost something; nothing there is overwritten."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bedside.archive.backup import JOURNAL, is_as_written, is_backup, read_back, read_contents, write_whole
from bedside.archive.journal.outline import goes_on, mends, supersedes
from bedside.archive.journal.segment import list_segments
from bedside.archive.keys.keyfolder import KEY_FILE, key_files, link_new
from bedside.archive.keys.keyfolder import read as read_key
from bedside.archive.keys.keytext import KeyText
from bedside.archive.keys.secret import PublicKey
from bedside.archive.ownership import Ownership
from bedside.errors import BedsideError, NotFound
from bedside.files import make_private, reason


@dataclass(frozen=True, slots=True)
class Restored:
    """How many files a second copy has, how many of them were brought back, and how many copies are damaged.

    ``absent_keys`` counts the keys without which some of it cannot be read here.
    """

    files: int
    brought: int
    damaged: int
    absent_keys: int


def restore(target: Path, folder: Path) -> Restored:
    """Bring back into a data folder what it lacks of its second copy; raise NotFound if there is none.

    A file that is there is replaced only by one that has all that can be found in it. Raise BedsideError if a disk does
    not answer, or another program uses the folder.
    """
    if not is_backup(target):
        raise NotFound(f"There is no backup of bedside in {target}.", str(target))
    make_private(folder)
    with Ownership(folder, "restore") as claimed:
        claimed.require()
        return _restore(target, folder)


def _restore(target: Path, folder: Path) -> Restored:
    make_private(folder / JOURNAL)
    try:
        contents = read_contents(target)
        files = brought = damaged = 0
        for paths in list_segments(target / JOURNAL).values():
            for path in paths.values():
                files += 1
                data = read_back(path)
                kept = contents["files"].get(path.name)
                whole = kept is not None and is_as_written(data, kept)
                damaged += kept is not None and not whole
                brought += _bring(data, whole, folder / JOURNAL / path.name)
    except OSError as error:
        raise BedsideError(f"The backup in {target} could not be restored to {folder}: {reason(error)}.") from error
    absent = sum(not _has_key(folder, part) for part in contents["keys"])
    return Restored(files, brought, damaged, absent)


def _bring(data: bytes, whole: bool, path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        present = path.read_bytes()
        # What the headers of a copy say counts only where none of its bytes was changed.
        better = supersedes(data, present) or mends(data, present) if whole else goes_on(data, present)
        if present == data or not better:
            return False
    write_whole(path, data)
    return True


def _has_key(folder: Path, part: dict[str, Any]) -> bool:
    """Return whether a key is in the folder; put its file back if the key itself is in the system's key store."""
    for path in key_files(folder):
        with contextlib.suppress(BedsideError):
            kept = read_key(path)
            if kept is not None and kept.known_public is not None and kept.known_public.raw.hex() == part["public"]:
                return True
    if part["keyring"] is None:
        return False
    public = PublicKey(bytes.fromhex(part["public"]))
    text = KeyText(part["keyring"], part["digest"], bytes.fromhex(part["salt"]), public)
    return link_new(folder / KEY_FILE, text) or link_new(folder / f"bedside-{public.fingerprint[:8]}.key", text)
