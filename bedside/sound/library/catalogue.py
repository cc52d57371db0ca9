"""The catalogue of instruments: the shipped patches, which are read only here, and folders of samples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bedside import places
from bedside.errors import BedsideError
from bedside.sound.library import folders
from bedside.sound.library.patch import Patch, parse
from bedside.sound.library.recipe import Recipe

# The order in which instruments are offered and numbered as MIDI programs; others follow by name.
_ORDER = (
    *("harp", "piano", "guitar", "musicbox", "kalimba", "marimba", "glockenspiel", "handpan", "bowl", "bell"),
    *("pad", "choir", "flute", "organ", "bass", "drum", "nature"),
)

_MOST_BYTES = 65_536


def load(path: Path) -> Patch:
    """Return the patch in a TOML file; raise BedsideError if it cannot be read or is not valid."""
    try:
        with path.open("rb") as file:
            stated = file.read(_MOST_BYTES + 1)
    except OSError as fault:
        raise BedsideError(f"The instrument file “{path.name}” cannot be read: {fault.strerror}.") from fault
    if len(stated) > _MOST_BYTES:
        raise BedsideError(f"The instrument file “{path.name}” is too large for an instrument.")
    try:
        text = stated.decode()
    except UnicodeDecodeError as fault:
        raise BedsideError(f"The instrument file “{path.name}” cannot be used: it is not text.") from fault
    return parse(text, path.name)


def shipped_patches(say: Callable[[str], None] = lambda _sentence: None) -> list[Patch]:
    """Return the shipped patches in the order of MIDI programs, without damaged ones.

    ``say`` gets a sentence for the staff about each damaged one. Raises BedsideError if none is left.
    """
    found = []
    for file in sorted(places.shipped("sounds").glob("*.toml"), key=lambda file: (_rank(file.stem), file.stem)):
        try:
            found.append(load(file))
        except BedsideError as fault:
            say(str(fault))
    if not found:
        raise BedsideError("The instruments that belong to the program are missing; install it again.")
    return found


def recipes(own: Path | None, say: Callable[[str], None] = lambda _sentence: None) -> list[Recipe]:
    """Return the recipes of all instruments: the shipped patches, then folders of samples by name.

    The folders lie beside the shipped files and in the user's ``own`` folder; one whose name is taken gets a number.
    ``say`` gets a sentence for the staff about each shipped file that is damaged and left out.
    """
    made = {patch.name: Recipe(patch.name, patch) for patch in shipped_patches(say)}
    found = folders.found(*(folder for folder in (places.shipped("sounds"), own) if folder is not None))
    named = {folders.instrument_name(folder) for folder in found}
    for folder in found:
        name, number = folders.instrument_name(folder), 1
        while name in made or (number > 1 and name in named):
            number += 1
            name = _numbered(folders.instrument_name(folder), number)
        made[name] = Recipe(name, folder)
    return list(made.values())


def _numbered(name: str, number: int) -> str:
    """Return a name with a number after it, shortened to the longest name allowed."""
    mark = f" {number}"
    return name.encode()[: folders.LONGEST_NAME - len(mark)].decode(errors="ignore").rstrip() + mark


def _rank(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)
