"""The recipe of an instrument: a patch or a folder of samples, and a fingerprint that tells when to bake it again.

Equal fingerprints mean equal bits: they cover everything that determines the sound, including the program's own code.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from bedside.sound.instrument import Instrument
from bedside.sound.library import bake
from bedside.sound.library.patch import Patch
from bedside.sound.library.tablefile import FORMAT

_PACKAGE = Path(__file__).parents[2]

# Imports from sound or music, at the top of a module or inside a function: a module, or names from one.
_FROM = re.compile(r"^\s*from bedside\.((?:sound|music)[\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)
_IMPORT = re.compile(r"^\s*import bedside\.((?:sound|music)[\w.]*)", re.MULTILINE)

# What a statement can lie in.
_HOLDS_STATEMENTS = (ast.stmt, ast.ExceptHandler, ast.match_case)

# Files beyond this number in a folder of samples are not fingerprinted.
_MOST_FILES = 20_000


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to make an instrument: its name, and the patch or the folder of samples that it is made from."""

    name: str
    origin: Patch | Path

    @property
    def sustained(self) -> bool:
        """Whether a held note sounds for as long as it is held; False for samples, where this is not known yet."""
        return isinstance(self.origin, Patch) and self.origin.sustained

    def make(self, rate: int, progress: Callable[[float], None]) -> tuple[Instrument, list[str]]:
        """Return the instrument at ``rate``, and what its folder states that is not supported and was ignored.

        ``progress`` gets the part done, 0–1. Raises BedsideError for a folder that cannot be used.
        """
        if isinstance(self.origin, Patch):
            return bake.bake(self.origin, rate, progress), []
        from bedside.sound.library import sfz  # reads sound files, which an engine never does

        loaded, ignored = sfz.load(self.origin, rate)
        return dataclasses.replace(loaded, name=self.name), ignored

    def begin(self, rate: int, keys: Collection[int]) -> Instrument | None:
        """Return the instrument at ``rate`` with those of these keys that it has, unfinished; None if it has none.

        A folder of samples has none that are known beforehand.
        """
        patch = self.origin
        if isinstance(patch, Path) or not any(patch.lowest <= key <= patch.highest for key in keys):
            return None
        return bake.begin(patch, rate, keys)

    def fingerprint(self, rate: int) -> str:
        """Return the SHA-256, in hexadecimal, of everything that determines the instrument at ``rate``."""
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
    """Return the SHA-256 of the statements of the module ``root`` and of all that it imports, even indirectly."""
    digest = hashlib.sha256()
    for name, source in sorted(sources(root, package).items()):
        kept = statements(source)
        digest.update(f"{name} {len(kept)} ".encode() + kept)
    return digest.digest()


def statements(source: bytes) -> bytes:
    """Return the source of a module without docstrings, comment lines and blank lines, none of which can sound."""
    passed: set[int] = set()
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        # Docstrings lie in statements; expressions are most of a tree.
        waiting += (each for each in ast.iter_child_nodes(node) if isinstance(each, _HOLDS_STATEMENTS))
        match node:
            case (
                ast.Module(body=[ast.Expr(value=ast.Constant(value=str())) as words, *_])
                | ast.ClassDef(body=[ast.Expr(value=ast.Constant(value=str())) as words, *_])
                | ast.FunctionDef(body=[ast.Expr(value=ast.Constant(value=str())) as words, *_])
            ):
                passed.update(range(words.lineno, (words.end_lineno or words.lineno) + 1))
    lines = enumerate(source.splitlines(), 1)
    return b"\n".join(
        line.rstrip() for number, line in lines if number not in passed and line.strip() and line.lstrip()[:1] != b"#"
    )


def sources(root: str, package: Path = _PACKAGE) -> dict[str, bytes]:
    """Return the source of the module ``root`` and of all modules that it imports, even indirectly, by name."""
    found: dict[str, bytes] = {}
    waiting = [root]
    while waiting:
        name = waiting.pop()
        file = _file(name, package)
        if name in found or file is None:
            continue
        found[name] = file.read_bytes()
        waiting += _imported(found[name].decode())
        # Python also runs the package that a module lies in.
        waiting.append(name.rpartition(".")[0])
    return found


def _imported(source: str) -> Iterator[str]:
    yield from _IMPORT.findall(source)
    for module, names in _FROM.findall(source):
        yield module
        for name in re.findall(r"\w+", names):
            yield f"{module}.{name}"


def _file(name: str, package: Path) -> Path | None:
    """Return the file of a module; None for a name that is no module, and for a top-level package."""
    path = package.joinpath(*name.split("."))
    if "." not in name:
        return None
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def _listed(folder: Path) -> Iterator[str]:
    """Yield the name, size and modification time of each file in a folder tree, in order of name."""
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
