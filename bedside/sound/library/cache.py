"""The cache of baked instruments on disk: a folder that may be lost, damaged or full at any time."""

from __future__ import annotations

import os
import re
import struct
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from bedside import leftovers
from bedside.sound.instrument import Instrument
from bedside.sound.library import tablefile
from bedside.sound.library.recipe import Recipe

# An unfinished file of a version that did not hold it; if older than this, its process died.
_OLD_PART = ".part"
_ABANDONED_SECONDS = 3600.0


def table_path(recipe: Recipe, rate: int, folder: Path) -> Path:
    """Return the cache file of an instrument at ``rate``, whether it exists or not."""
    return folder / f"{_prefix(recipe.name, rate)}{recipe.fingerprint(rate)}.tables"


def read(file: Path) -> Instrument | None:
    """Return the instrument in a cache file; None if the file is missing or damaged.

    Its pool is mapped read-only, shared by all processes that read the file, and fully in memory.
    """
    try:
        with file.open("rb") as source:
            return tablefile.read(source)
    except (OSError, ValueError):
        return None


def checksum(file: Path) -> str | None:
    """Return the checksum that a cache file states of its tables; None if the file is missing or damaged."""
    try:
        with file.open("rb") as source:
            return tablefile.stated_checksum(source)
    except (OSError, ValueError, struct.error):
        return None


def keep(instrument: Instrument, file: Path) -> Instrument | None:
    """Write an instrument atomically; return it as read back, or None if it could not be written.

    Remove what older recipes, older programs and dead processes have left of this instrument.
    """
    temporary: Path | None = None
    prefix = _prefix(instrument.name, instrument.rate)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        out, temporary = leftovers.new_file(file.parent, prefix)
        with out:
            # Not synced: a forced write could stall the sound card, and checksums reveal a torn file.
            tablefile.write(instrument, out)
            out.flush()
            if os.name == "nt":
                # Windows renames no file that is open. Elsewhere it is held until it has its name.
                out.close()
            temporary.replace(file)
    except (OSError, struct.error, ValueError):
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
        return None
    _clear(file, prefix)
    return read(file)


def load(recipe: Recipe, rate: int, folder: Path, progress: Callable[[float], None]) -> Instrument:
    """Return the instrument of a recipe at ``rate`` from the cache in ``folder``; bake it first if it is missing.

    A cache that cannot be written costs only time. ``progress`` gets the part done, 0–1. Raises BedsideError for a
    folder of samples that cannot be used.
    """
    file = table_path(recipe, rate, folder)
    kept = read(file)
    if kept is None:
        made, _ = recipe.make(rate, progress)
        kept = keep(made, file) or made
    progress(1.0)
    return kept


def sweep(recipes: Sequence[Recipe], folder: Path) -> None:
    """Remove the cache files, at any rate, of instruments that none of these recipes makes."""
    known = {_encoded(recipe.name) for recipe in recipes}
    with suppress(OSError):
        for file in folder.glob("*.tables"):
            if file.name.partition("-")[0] not in known:
                with suppress(OSError):
                    file.unlink()


def _prefix(name: str, rate: int) -> str:
    """Return the beginning of an instrument's file names at ``rate``: unique to it, and valid on any file system."""
    return f"{_encoded(name)}-{rate}-"


def _encoded(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", lambda sign: f"_{ord(sign[0]):x}_", name)


def _clear(file: Path, prefix: str) -> None:
    with suppress(OSError):
        for other in file.parent.iterdir():
            if not other.name.startswith(prefix) or other == file:
                continue
            with suppress(OSError):
                abandoned = other.suffix == _OLD_PART and time.time() - other.stat().st_mtime > _ABANDONED_SECONDS
                if abandoned or other.suffix == ".tables":
                    other.unlink()
    leftovers.sweep_files(file.parent)
