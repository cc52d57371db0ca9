"""How a folder's keys are kept: where, and that nobody else can read them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bedside.archive.keys import keystore
from bedside.archive.keys.keyfolder import KEY_FILE, key_files, read
from bedside.archive.keys.recalling import recalled

_OTHERS = 0o077
_IN_STORE = "in this computer's key store"
_PATIENCE_SECONDS = 4.0


def describe_place(folder: Path) -> str:
    """Describe where the keys of a folder are, or where one would be if it were made now.

    Where there is none, it waits for the key store as long as that takes. Raise BedsideError for a key that cannot be
    had.
    """
    kept = [(path, text) for path in key_files(folder) if (text := read(path)) is not None]
    if not kept:
        return _IN_STORE if keystore.is_used() else _in_file(folder / KEY_FILE)
    for path, _ in kept:
        recalled(path, _PATIENCE_SECONDS)
    path, text = kept[0]
    place = _IN_STORE if isinstance(text.where, str) else _in_file(path)
    more = ", ".join(other.name for other, _ in kept[1:])
    return f"{place}; with {more} beside it" if more else place


def mend_permissions(folder: Path) -> str | None:
    """Forbid others to read a folder's key files and what lies beside them; return a sentence if they could, or None.

    What is another user's, or has no key, is left alone. Where the system has no such permissions, nothing is done.
    """
    if os.name == "nt":
        return None
    try:
        keys = [path for path in folder.glob("bedside*.key") if path.name == KEY_FILE or path.name[7] == "-"]
        opened = [path for path in (folder, *keys) if keys and _is_open(path)]
    except OSError:
        return None
    if not opened:
        return None
    names = " and ".join(str(path) if path == folder else path.name for path in opened)
    try:
        for path in opened:
            path.chmod(0o700 if path == folder else 0o600)
    except OSError:
        return f"Other users of this computer can read {names}, and this cannot be changed; use another folder."
    return f"Other users of this computer could read {names}; they no longer can. Make a new key: bedside key change."


def _is_open(path: Path) -> bool:
    status = path.stat()
    return status.st_uid == os.getuid() and bool(stat.S_IMODE(status.st_mode) & _OTHERS)


def _in_file(path: Path) -> str:
    return f"in a file only this user can read, {path}"
