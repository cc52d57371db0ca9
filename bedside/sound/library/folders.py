"""The folders of samples that may be instruments: where they are, and what each is called."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

# What a name has room for where events are sent and kept, in bytes of UTF-8.
LONGEST_NAME = 24


def found(*folders: Path) -> list[Path]:
    """Return the folders with an SFZ file that lie in the given ones, by name; of one name in the order given."""
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
    """Return the name of the instrument in a folder: the folder's, within 24 bytes of UTF-8.

    One that is longer, or that cannot be shown, keeps its beginning, and ends in figures that tell it from others.
    """
    raw = os.fsencode(folder.absolute().name)
    shown = raw.decode("utf-8", "replace")
    if len(raw) <= LONGEST_NAME and shown.isprintable() and "�" not in shown and shown.strip():
        return shown
    plain = "".join(letter for letter in shown if letter.isprintable() and letter != "�")
    mark = "~" + hashlib.sha256(raw).hexdigest()[:6]
    return plain.encode()[: LONGEST_NAME - len(mark)].decode("utf-8", "ignore") + mark
