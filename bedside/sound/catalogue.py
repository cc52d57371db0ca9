"""The instrument files on disk: the one module that reads them."""

from __future__ import annotations

from pathlib import Path

from bedside import places
from bedside.errors import BedsideError
from bedside.sound.patch import Patch, parse

# In the order in which they are offered; others follow by name.
_FIRST = ("harp", "marimba", "pad", "drum")

_MOST_BYTES = 65_536


def load(path: Path) -> Patch:
    """Return the patch in a TOML file; raise BedsideError for one that cannot be read or makes no sense."""
    try:
        with path.open("rb") as file:
            stated = file.read(_MOST_BYTES + 1)
    except OSError as fault:
        raise BedsideError(f"The instrument file “{path.name}” cannot be read: {fault.strerror}.") from fault
    if len(stated) > _MOST_BYTES:
        raise BedsideError(f"The instrument file “{path.name}” is too large to be one.")
    try:
        text = stated.decode()
    except UnicodeDecodeError as fault:
        raise BedsideError(f"The instrument file “{path.name}” cannot be used: it is not text.") from fault
    return parse(text, path.name)


def shipped() -> list[Patch]:
    """Return the patches that the program ships: harp, marimba, pad, drum, then others by name."""
    files = sorted(places.shipped("sounds").glob("*.toml"), key=lambda file: (_rank(file.stem), file.stem))
    if not files:
        raise BedsideError("The instruments that belong to the program are missing; install it again.")
    return [load(file) for file in files]


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)
