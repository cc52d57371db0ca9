"""What an instrument is made from, a patch or a user's folder of samples, and what tells that it would come out anew.

Equal fingerprints mean equal bits: all that determines the sound is in them, the program's own code included.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bedside.sound.instrument import Instrument
from bedside.sound.library import bake
from bedside.sound.library.patch import Patch
from bedside.sound.library.tablefile import FORMAT

_PACKAGE = Path(__file__).parents[2]

# What a module imports of the sound or of the music, at its top or in a function: a module, or names from one.
_FROM = re.compile(r"^\s*from bedside\.((?:sound|music)[\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)
_IMPORT = re.compile(r"^\s*import bedside\.((?:sound|music)[\w.]*)", re.MULTILINE)

# A folder of samples with more files than this is not looked through any further.
_MOST_FILES = 20_000


@dataclass(frozen=True, slots=True)
class Recipe:
    """An instrument that there may be: its name, and the patch or the folder of samples that it is made from."""

    name: str
    origin: Patch | Path

    @property
    def sustained(self) -> bool:
        """Whether a held note sounds for as long as it is held, as far as that is known before it is made."""
        return isinstance(self.origin, Patch) and self.origin.sustained

    def make(self, rate: int, progress: Callable[[float], None]) -> tuple[Instrument, list[str]]:
        """Return the instrument at ``rate``, and what of its folder is not known and was left out.

        ``progress`` hears the part done, 0 to 1. Raises BedsideError for a folder that cannot be used.
        """
        if isinstance(self.origin, Patch):
            return bake.bake(self.origin, rate, progress), []
        from bedside.sound.library import sfz  # reads sound files, which an engine never does

        loaded, ignored = sfz.load(self.origin, rate)
        return dataclasses.replace(loaded, name=self.name), ignored

    def fingerprint(self, rate: int) -> str:
        """Return the hexadecimal SHA-256 of all that determines the instrument at ``rate``."""
        patch = isinstance(self.origin, Patch)
        digest = hashlib.sha256(f"{FORMAT} {rate} {self.name} ".encode())
        digest.update(code("sound.library.bake" if patch else "sound.library.sfz"))
        if isinstance(self.origin, Path):
            for line in _listed(self.origin):
                digest.update(line.encode(errors="surrogateescape"))
        else:
            digest.update(repr(self.origin).encode())
        return digest.hexdigest()


@functools.cache
def code(root: str, package: Path = _PACKAGE) -> bytes:
    """Return the SHA-256 of the module ``root`` of a package and of every other that it imports, however indirectly."""
    digest = hashlib.sha256()
    for name, source in sorted(sources(root, package).items()):
        digest.update(f"{name} {len(source)} ".encode() + source)
    return digest.digest()


def sources(root: str, package: Path = _PACKAGE) -> dict[str, bytes]:
    """Return the source of the module ``root`` of a package and of every other that it imports, by name."""
    found: dict[str, bytes] = {}
    waiting = [root]
    while waiting:
        name = waiting.pop()
        file = _file(name, package)
        if name in found or file is None:
            continue
        found[name] = file.read_bytes()
        waiting += _imported(found[name].decode())
        # Python runs the packages that a module lies in, too.
        waiting.append(name.rpartition(".")[0])
    return found


def _imported(source: str) -> Iterator[str]:
    yield from _IMPORT.findall(source)
    for module, names in _FROM.findall(source):
        yield module
        for name in re.findall(r"\w+", names):
            yield f"{module}.{name}"


def _file(name: str, package: Path) -> Path | None:
    """Return the file of a module; None for a name that is none, and for a layer as a whole."""
    path = package.joinpath(*name.split("."))
    if "." not in name:
        return None
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def _listed(folder: Path) -> Iterator[str]:
    """Yield name, size and time of change of each file in a folder and those below it, in order of name."""
    seen = 0
    for here, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            seen += 1
            if seen > _MOST_FILES:
                return
            file = Path(here, name)
            try:
                state = file.stat(follow_symlinks=False)
            except OSError:
                continue
            yield f"{file.relative_to(folder)}\0{state.st_size}\0{state.st_mtime_ns}\0"
