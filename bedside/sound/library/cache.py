"""Instruments kept on disk between one start and the next: a folder that may at any time be lost, damaged or full."""

from __future__ import annotations

import os
import re
import struct
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from bedside.sound.instrument import Instrument
from bedside.sound.library import tablefile
from bedside.sound.library.recipe import Recipe

# A process that bakes for longer than this is no longer there.
_ABANDONED_SECONDS = 3600.0


def table_path(recipe: Recipe, rate: int, folder: Path) -> Path:
    """Return the file that keeps, or would keep, an instrument at ``rate``."""
    return folder / f"{_prefix(recipe.name, rate)}{recipe.fingerprint(rate)}.tables"


def read(file: Path) -> Instrument | None:
    """Return the instrument in a cache file, or None where there is no such file or it is not whole.

    Its pool is mapped read-only, shared with every process that reads the same file, and wholly in memory.
    """
    try:
        with file.open("rb") as source:
            return tablefile.read(source)
    except (OSError, ValueError):
        return None


def keep(instrument: Instrument, file: Path) -> Instrument | None:
    """Write an instrument so that no process finds half of it; return it as read back, None if in vain.

    What earlier recipes, earlier programs and processes that died have left of this instrument is removed.
    """
    temporary: Path | None = None
    prefix = _prefix(instrument.name, instrument.rate)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=".part", dir=file.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as out:
            # Unsynced: a disk that is made to write holds up a card that plays, and a torn file shows by its checksums.
            tablefile.write(instrument, out)
        temporary.replace(file)
    except (OSError, struct.error, ValueError):
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
        return None
    _clear(file, prefix)
    return read(file)


def load(recipe: Recipe, rate: int, folder: Path, progress: Callable[[float], None]) -> Instrument:
    """Return the instrument of a recipe at ``rate`` from the cache in ``folder``, made first where it is not there.

    A cache that cannot be written costs only time: the instrument then comes as it was made. ``progress`` hears the
    part done, 0 to 1. Raises BedsideError for a folder of samples that cannot be used.
    """
    file = table_path(recipe, rate, folder)
    kept = read(file)
    if kept is None:
        made, _ = recipe.make(rate, progress)
        kept = keep(made, file) or made
    progress(1.0)
    return kept


def sweep(recipes: Sequence[Recipe], folder: Path) -> None:
    """Remove what is kept of instruments, at whatever rate, that are none of these recipes'."""
    known = {_encoded(recipe.name) for recipe in recipes}
    with suppress(OSError):
        for file in folder.glob("*.tables"):
            if file.name.partition("-")[0] not in known:
                with suppress(OSError):
                    file.unlink()


def _prefix(name: str, rate: int) -> str:
    """Return how the files of an instrument at ``rate``, and of no other, begin, on any file system."""
    return f"{_encoded(name)}-{rate}-"


def _encoded(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", lambda sign: f"_{ord(sign[0]):x}_", name)


def _clear(file: Path, prefix: str) -> None:
    with suppress(OSError):
        for other in file.parent.iterdir():
            if not other.name.startswith(prefix) or other == file:
                continue
            with suppress(OSError):
                if other.suffix == ".tables" or time.time() - other.stat().st_mtime > _ABANDONED_SECONDS:
                    other.unlink()
