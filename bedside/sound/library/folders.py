"""Find the folders of samples that may be instruments, and name each instrument."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

# The longest name that events can carry, in bytes of UTF-8.
LONGEST_NAME = 24


def found(*folders: Path) -> list[Path]:
    """Return the subfolders of ``folders`` that hold an SFZ file, by name; equal names in the order given."""
    inside: list[Path] = []
    for folder in dict.fromkeys(folders):
        with suppress(OSError), os.scandir(folder) as entries:
            inside += sorted(Path(entry.path) for entry in entries if entry.is_dir())
    return sorted((place for place in inside if any(_sfz(place))), key=instrument_name)


def _sfz(folder: Path) -> Iterator[bool]:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.lower().endswith(".sfz"):
                yield True


def instrument_name(folder: Path) -> str:
    """Return the name of the instrument in a folder: the folder's name, at most 24 bytes of UTF-8.

    A name that is longer or not printable is shortened, and gets a hash at its end that keeps it distinct.
    """
    raw = os.fsencode(folder.absolute().name)
    shown = raw.decode("utf-8", "replace")
    if len(raw) <= LONGEST_NAME and shown.isprintable() and "�" not in shown and shown.strip():
        return shown
    plain = "".join(letter for letter in shown if letter.isprintable() and letter != "�")
    mark = "~" + hashlib.sha256(raw).hexdigest()[:6]
    return plain.encode()[: LONGEST_NAME - len(mark)].decode("utf-8", "ignore") + mark
