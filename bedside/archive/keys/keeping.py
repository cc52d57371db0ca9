"""Where the keys of a folder are kept, in words for those who look after it."""

from __future__ import annotations

from pathlib import Path

from bedside.archive.keys import keystore
from bedside.archive.keys.keyfolder import KEY_FILE, key_files, read
from bedside.archive.keys.recalling import recalled

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


def _in_file(path: Path) -> str:
    return f"in a file only this user can read, {path}"
