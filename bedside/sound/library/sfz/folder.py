"""A sandboxed folder of samples: no path or symbolic link reaches anything outside it."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

# A folder with more files than this is refused.
_MOST_ENTRIES = 20_000
_LONGEST_PATH = 1000
_MOST_BYTES = 2**22


class Folder:
    """One folder, in which files are found by Windows or Unix paths, ignoring case."""

    def __init__(self, place: Path) -> None:
        self._root = place.resolve(strict=True)
        self._entries: dict[Path, dict[str, str]] = {}

    def main(self) -> tuple[str, list[str]]:
        """Return the names of the first SFZ file by name and of the others; raise ValueError if there is none."""
        names = sorted(name for name in self._listed(self._root).values() if name.lower().endswith(".sfz"))
        if not names:
            raise ValueError("it has no SFZ file")
        return names[0], names[1:]

    def find(self, path: str) -> Path | None:
        """Return the regular file that a path names; None if there is none inside the folder."""
        parts = path.replace("\\", "/").split("/")
        if len(path) > _LONGEST_PATH or not parts[0] or any(part == ".." or ":" in part for part in parts):
            return None
        if not path.isprintable():
            return None
        at = self._root
        for part in parts:
            if part in ("", "."):
                continue
            exact = at / part
            if not os.path.lexists(exact):
                name = self._listed(at).get(part.casefold())
                if name is None:
                    return None
                exact = at / name
            at = exact
        with suppress(OSError, RuntimeError, ValueError):
            real = at.resolve(strict=True)
            if real.is_relative_to(self._root) and stat.S_ISREG(real.stat().st_mode):
                return real
        return None

    def text(self, path: str) -> str:
        """Return the text of a file; raise ValueError, with words that end a sentence, if it has none."""
        shown = path if len(path) <= 60 else path[:59] + "…"
        file = self.find(path)
        if file is None:
            raise ValueError(f"the file “{shown}” is missing in it")
        try:
            with file.open("rb") as source:
                raw = source.read(_MOST_BYTES + 1)
        except OSError as fault:
            raise ValueError(f"the file “{shown}” cannot be read") from fault
        if len(raw) > _MOST_BYTES:
            raise ValueError(f"the file “{shown}” is too large")
        if b"\0" in raw:
            raise ValueError(f"the file “{shown}” is not text")
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            # Older editors wrote Latin-1, in which every byte is valid.
            return raw.decode("latin-1")

    def _listed(self, place: Path) -> dict[str, str]:
        """Return the names in a folder by their case-folded form; of equal ones, the first."""
        if place not in self._entries:
            names: list[str] = []
            with suppress(OSError), os.scandir(place) as entries:
                for entry in entries:
                    names.append(entry.name)
                    if len(names) > _MOST_ENTRIES:
                        raise ValueError(f"it holds more than {_MOST_ENTRIES:,} files")
            self._entries[place] = {name.casefold(): name for name in sorted(names, reverse=True)}
        return self._entries[place]
