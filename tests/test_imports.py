"""The import law, read from the source of every module and held to the table in ``imports.toml``."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pytest

import bedside

TABLE = tomllib.loads(Path(__file__).with_name("imports.toml").read_text("utf-8"))
HOMES: dict[str, list[str]] = TABLE.pop("homes")

# The modules that belong to no room.
ROOTS = {"", "children", "ends", "errors", "files", "leftovers", "log", "places", "schema", "secrecy"}

# Those of them that pure rooms may import, and that are as pure.
PURE_ROOTS = {"schema"}

OUTSIDE = {
    "clocks": {"datetime", "sched", "time", "timeit"},
    "chance": {"secrets", "uuid"},
    "files": {"bz2", "codecs", "dbm", "fileinput", "glob", "gzip", "io", "linecache", "lzma", "mmap", "os", "pathlib"}
    | {"pickle", "posix", "shelve", "shutil", "sqlite3", "sys", "tarfile", "tempfile", "wave", "zipfile"},
    "threads": {"_thread", "asyncio", "concurrent", "contextvars", "queue", "threading"},
    "processes": {"multiprocessing", "pty", "signal", "subprocess"},
    "devices": {"ctypes", "fcntl", "ftplib", "gc", "http", "platform", "select", "selectors", "smtplib", "socket"}
    | {"socketserver", "ssl", "urllib", "webbrowser"},
    "log": {"getpass", "locale", "logging", "syslog", "warnings"},
    "loaders": {"builtins", "importlib", "pkgutil", "runpy"},
}
TOUCHES = {module: what for what, modules in OUTSIDE.items() for module in modules}

# All of the standard library that a module may import that may touch nothing.
PURE_LIBRARY = {"__future__", "abc", "array", "bisect", "cmath", "collections", "copy", "dataclasses", "enum"}
PURE_LIBRARY |= {"fractions", "functools", "heapq", "itertools", "math", "numbers", "operator", "random", "re"}
PURE_LIBRARY |= {"statistics", "string", "struct", "types", "typing"}

# Built-in functions, functions of numpy, and methods that reach outside.
IMPURE_BUILTINS = {"__builtins__", "__import__", "__loader__", "__spec__", "breakpoint", "compile", "eval", "exec"}
IMPURE_BUILTINS |= {"input", "open", "print"}
IMPURE_NUMPY = {
    "DataSource",
    "ctypeslib",
    "datetime64",
    "fromfile",
    "fromregex",
    "genfromtxt",
    "load",
    "loadtxt",
}
IMPURE_NUMPY |= {"memmap", "open_memmap", "save", "savetxt", "savez", "savez_compressed"}
IMPURE_METHODS = {"rvs", "tofile"}

# The one module that imports another by a name that is known only when it runs.
LOADER = "bedside.children"

# Generators of chance, which a take's seed can be given to; SEEDED would seed themselves if it were not.
SEEDED = {"PCG64", "PCG64DXSM", "Philox", "Random", "SFC64", "SeedSequence", "default_rng"}
GENERATORS = SEEDED | {"BitGenerator", "Generator"}


@dataclass(frozen=True)
class Module:
    """One module of the program: its dotted name, its tree, and whether it is a package."""

    name: str
    tree: ast.Module = field(repr=False)
    package: bool = False

    @property
    def room(self) -> str:
        """The room it lies in, such as ``sound.engine``; the module's own name where it lies at the top."""
        return room(self.name, self.package)

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """The dotted name of each thing imported: at the top or deeper, for types alone, or by its name."""
        return tuple(self._imports())

    @cached_property
    def reached(self) -> tuple[str, ...]:
        """The dotted name of what it reaches through what it imported, whatever it calls that."""
        return tuple(self._reached())

    def _imports(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            match node:
                case ast.Import(names=names):
                    yield from (alias.name for alias in names)
                case ast.ImportFrom(module=module, names=names, level=level):
                    origin = ".".join(filter(None, [self._above(level), module]))
                    yield from (f"{origin}.{alias.name}" for alias in names)
                case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]):
                    named = self.called.get(ast.unparse(func), ast.unparse(func))
                    if named.split(".")[-1] in {"__import__", "import_module"}:
                        yield name

    def outside(self) -> Iterator[str]:
        """Yield what it imports from outside bedside."""
        yield from (name for name in self.imports if name.split(".")[0] != "bedside")

    @cached_property
    def called(self) -> dict[str, str]:
        """Return what each name that it imports stands for, as a dotted name."""
        called = {}
        for node in ast.walk(self.tree):
            match node:
                case ast.Import(names=names):
                    for alias in names:
                        top = alias.name.split(".")[0]
                        called[alias.asname or top] = alias.name if alias.asname else top
                case ast.ImportFrom(module=module, names=names, level=level):
                    origin = ".".join(filter(None, [self._above(level), module]))
                    called |= {alias.asname or alias.name: f"{origin}.{alias.name}" for alias in names}
        return called

    def _reached(self) -> Iterator[str]:
        called = self.called
        inner = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Attribute)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and id(node) not in inner:
                first, *rest = ast.unparse(node).split(".")
                if first in called:
                    yield ".".join([called[first], *rest])

    def _above(self, level: int) -> str:
        """Return the package that so many leading dots stand for."""
        parts = self.name.split(".")
        return ".".join(parts[: len(parts) - level + self.package]) if level else ""


def rooms(table: Mapping[str, object], above: str = "") -> dict[str, dict[str, object]]:
    """Return the rows of the table by their rooms' dotted names."""
    found: dict[str, dict[str, object]] = {}
    for name, row in table.items():
        if not isinstance(row, dict) or name == "except":
            continue
        if "imports" in row:
            found[above + name] = row
        found |= rooms(row, f"{above}{name}.")
    return found


ROOMS = rooms(TABLE)


def room(name: str, package: bool = True) -> str:
    """Return the longest room that a dotted name below ``bedside`` lies in; its first part where it lies in none."""
    parts = name.split(".")[1:] if package else name.split(".")[1:-1] or name.split(".")[1:]
    for length in range(len(parts), 0, -1):
        if ".".join(parts[:length]) in ROOMS:
            return ".".join(parts[:length])
    return parts[0] if parts else ""


def violations(modules: list[Module]) -> list[str]:
    """Return a sentence for each breach of the import law by a set of modules."""
    found = []
    for module in modules:
        found += [*breaches_of_sight(module), *breaches_of_direction(module)]
        found += [*breaches_of_reach(module), *breaches_of_purity(module)]
    return found


def breaches_of_sight(module: Module) -> Iterator[str]:
    """Yield how a module imports what cannot be read in its source."""
    for node in ast.walk(module.tree):
        match node:
            case ast.ImportFrom(names=[ast.alias(name="*")]):
                yield f"{module.name} imports everything of {node.module}"
            case ast.Call(func=func, args=arguments) if module.name != LOADER:
                named = module.called.get(ast.unparse(func), ast.unparse(func)).split(".")[-1]
                if named in {"__import__", "import_module"}:
                    match arguments:
                        case [ast.Constant(value=str(name)), *_] if not name.startswith("."):
                            pass
                        case _:
                            yield f"{module.name} imports by a name that only its run tells"
    if "sys.modules" in module.reached:
        yield f"{module.name} takes modules from sys.modules"


def breaches_of_direction(module: Module) -> Iterator[str]:
    """Yield what a module imports from a room that its own may not import."""
    if module.name == "bedside.__main__":
        lawful = {"bedside.children", "bedside.cli.main", "sys"}
        yield from (f"{module.name} imports {name}" for name in module.imports if name not in lawful)
        return
    if module.room not in ROOMS.keys() | ROOTS:
        yield f"{module.name} lies in no room of the table"
        return
    allowed = {module.room, *ROOMS.get(module.room, {"imports": ["roots"]})["imports"]}  # type: ignore[misc]
    if "roots" in allowed:
        allowed |= ROOTS
    seen: set[str] = set()
    for name in [*module.imports, *module.reached]:
        if name.split(".")[0] != "bedside":
            continue
        # ``from bedside import __version__`` takes a name of bedside itself, as no room is called so.
        wanted = room(name)
        if wanted not in ROOMS.keys() | ROOTS:
            wanted = ""
        if wanted not in allowed | seen:
            seen.add(wanted)
            yield f"{module.name} imports {name}"


def breaches_of_reach(module: Module) -> Iterator[str]:
    """Yield what a module imports of the outside that its room may not touch, and each library away from its home."""
    row = {"touches": [], "libraries": []} if module.room in PURE_ROOTS else ROOMS.get(module.room)
    own = module.name.removeprefix("bedside.")
    for name in module.outside():
        top = name.split(".")[0]
        if own not in HOMES.get(top, [own]):
            yield f"{module.name} imports {top}, whose home is {' and '.join(HOMES[top])}"
        elif row is None or (TOUCHES.get(top) == "loaders" and not pure(module)):
            continue
        elif top in TOUCHES and TOUCHES[top] not in touches(module):
            yield f"{module.name} touches {TOUCHES[top]}: it imports {name}"
        elif top in sys.stdlib_module_names - PURE_LIBRARY and pure(module):
            yield f"{module.name} is pure and imports {name}"
        elif top not in sys.stdlib_module_names | set(row.get("libraries", [top])) | HOMES.keys():  # type: ignore[call-overload]
            yield f"{module.name} imports {name}, which its room does not stand on"


def touches(module: Module) -> list[str]:
    """Return what a module may touch of the outside: what its room may, and what it alone may."""
    if module.room in PURE_ROOTS:
        return []
    row = ROOMS[module.room]
    alone = row.get("except", {}).get(module.name.split(".")[-1], [])  # type: ignore[attr-defined]
    return [*row["touches"], *alone]  # type: ignore[misc]


def pure(module: Module) -> bool:
    """Return whether a module may touch nothing."""
    return module.room in ROOMS.keys() | PURE_ROOTS and not touches(module)


def breaches_of_purity(module: Module) -> Iterator[str]:
    """Yield how a module that may touch nothing reaches the world all the same, or draws by chance."""
    if not pure(module):
        return
    called = module.called
    seen: set[str] = set()
    for name in [*module.imports, *module.reached]:
        match name.split("."):
            case ["random", what, *_] if what not in GENERATORS:
                breach = f"{module.name} draws from random.{what}, which nobody passed in"
            case ["numpy", "random", what, *_] if what not in GENERATORS:
                breach = f"{module.name} draws from numpy.random.{what}, which nobody passed in"
            case ["numpy", "lib", what, *_] if what != "stride_tricks":
                breach = f"{module.name} is pure and reaches numpy.lib.{what}"
            case ["numpy", what, *_] if what in IMPURE_NUMPY:
                breach = f"{module.name} is pure and reaches numpy.{what}"
            case _:
                continue
        if breach not in seen:
            seen.add(breach)
            yield breach
    for node in ast.walk(module.tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in IMPURE_BUILTINS:
                yield f"{module.name} is pure and calls {name}"
            case ast.Attribute(attr=name) if name in IMPURE_METHODS:
                yield f"{module.name} is pure and calls {name}"
            case ast.keyword(arg="default_factory", value=made):
                if _last(made, called) in SEEDED:
                    yield f"{module.name} makes a {_last(made, called)} without a seed"
            case ast.Call(func=ast.Name() | ast.Attribute() as func, args=arguments) if _last(func, called) in SEEDED:
                given = [*arguments, *(keyword.value for keyword in node.keywords)]
                if all(ast.unparse(argument) == "None" for argument in given):
                    yield f"{module.name} makes a {_last(func, called)} without a seed"


def _last(node: ast.expr, called: Mapping[str, str]) -> str:
    """Return the last part of the name of what an expression names."""
    name = ast.unparse(node)
    return called.get(name, name).split(".")[-1]


def program() -> list[Module]:
    """Return every module of bedside."""
    top = Path(bedside.__file__).parent
    modules = []
    for file in sorted(top.rglob("*.py")):
        package = file.name == "__init__.py"
        parts = file.relative_to(top.parent).with_suffix("").parts
        modules.append(Module(".".join(parts[:-1] if package else parts), ast.parse(file.read_text("utf-8")), package))
    return modules


def planted(sources: Mapping[str, str]) -> list[Module]:
    """Return modules of these names and sources; a name that ends with a dot is a package."""
    return [Module(name.rstrip("."), ast.parse(source), name.endswith(".")) for name, source in sources.items()]


def test_every_module_keeps_the_law() -> None:
    """Each module imports only what its room may, touches only what it may, and each library has its home."""
    assert violations(program()) == []


def test_the_table_is_the_tree() -> None:
    """Every package has its row in the table, and every row its package; every home is a module that is there."""
    modules = program()
    packages = {module.name.removeprefix("bedside.") for module in modules if module.package}
    assert packages - ROOMS.keys() <= {"bedside", "review"}
    assert ROOMS.keys() <= packages
    assert {f"bedside.{home}" for homes in HOMES.values() for home in homes} <= {module.name for module in modules}


def test_every_package_states_its_law() -> None:
    """The docstring of every package says in more than one line what it may do."""
    for module in program():
        if module.package and module.name not in {"bedside", "bedside.cli"}:
            assert "\n" in (ast.get_docstring(module.tree) or ""), module.name


def test_worlds_and_input_never_meet() -> None:
    """In the table itself, neither of the two may import the other."""
    assert "stage.input" not in ROOMS["stage.worlds"]["imports"]  # type: ignore[operator]
    assert "stage.worlds" not in ROOMS["stage.input"]["imports"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("bedside.music.scales", "from bedside.sound.engine import engine", "imports bedside.sound.engine"),
        ("bedside.music.scales", "from bedside.errors import BedsideError", "imports bedside.errors"),
        ("bedside.music.scales", "from bedside import places", "imports bedside.places"),
        ("bedside.music.scales", "from ..sound.engine import engine", "imports bedside.sound.engine"),
        ("bedside.music.", "from ..sound.engine import engine", "imports bedside.sound.engine"),
        ("bedside.music.scales", "import scipy.signal", "does not stand on"),
        ("bedside.music.scales", "def f():\n    import bedside.stage", "imports bedside.stage"),
        ("bedside.music.scales", "import random\nrandom.shuffle([1, 2])", "draws from random.shuffle"),
        ("bedside.music.scales", "from random import choice", "draws from random.choice"),
        ("bedside.music.scales", "from random import Random\nRandom()", "makes a Random without a seed"),
        ("bedside.music.scales", "from time import monotonic", "touches clocks"),
        ("bedside.sound.engine.engine", "import bedside.archive.store.models", "imports bedside.archive"),
        ("bedside.sound.engine.engine", "from bedside.sound.library import cache", "imports bedside.sound.library"),
        ("bedside.sound.engine.engine", "from bedside.sound.physics import bar", "imports bedside.sound.physics"),
        ("bedside.sound.engine.engine", "from bedside.sound.live import wire", "imports bedside.sound.live"),
        ("bedside.sound.physics.bar", "from bedside.sound.engine import voices", "imports bedside.sound.engine"),
        ("bedside.sound.library.cache", "from bedside.sound.live import wire", "imports bedside.sound.live"),
        ("bedside.sound.library.cache", "from bedside.sound.engine import engine", "imports bedside.sound.engine"),
        ("bedside.sound.library.cache", "import threading", "touches threads"),
        ("bedside.sound.library.cache", "import subprocess", "touches processes"),
        ("bedside.sound.sheets.export", "from bedside.sound.live import host", "imports bedside.sound.live"),
        ("bedside.sound.sheets.export", "import subprocess", "touches processes"),
        ("bedside.sound.live.host", "from bedside.sound.sheets import export", "imports bedside.sound.sheets"),
        ("bedside.stage.worlds.world", "from bedside.stage.input import hands", "imports bedside.stage.input"),
        ("bedside.stage.input.hands", "from bedside.stage.worlds.world import find", "imports bedside.stage.worlds"),
        ("bedside.stage.input.hands", "from bedside.stage.picture import view", "imports bedside.stage.picture"),
        ("bedside.stage.input.hands", "import os", "touches files"),
        ("bedside.stage.picture.view", "from bedside.stage import loop", "imports bedside.stage.loop"),
        ("bedside.archive.store.models", "__import__('bedside.stage')", "imports bedside.stage"),
        ("bedside.archive.store.models", "import importlib as i\ni.import_module('bedside.cli')", "bedside.cli"),
        ("bedside.archive.store.store", "from bedside.archive import recorder", "imports bedside.archive.recorder"),
        ("bedside.sound.engine.engine", "from pathlib import Path", "touches files"),
        ("bedside.sound.engine.engine", "import soundfile", "whose home is sound.audiofile"),
        ("bedside.sound.engine.engine", "import matplotlib", "does not stand on"),
        ("bedside.sound.engine.engine", "import scipy.signal", "does not stand on"),
        ("bedside.sound.engine.engine", "open('patch')", "calls open"),
        ("bedside.sound.engine.engine", "import numpy as np\nnp.load('pool')", "reaches numpy.load"),
        ("bedside.sound.engine.engine", "import numpy as np\nnp.random.rand(3)", "draws from numpy.random.rand"),
        ("bedside.sound.engine.engine", "from numpy.random import normal", "numpy.random.normal"),
        ("bedside.sound.engine.engine", "import numpy as np\nnp.random.default_rng()", "without a seed"),
        ("bedside.sound.physics.bar", "from numpy.random import default_rng\ndefault_rng(seed=None)", "without a seed"),
        ("bedside.review.measures.pair", "from bedside.archive.store import store", "imports bedside.archive.store"),
        ("bedside.review.measures.pair", "import time", "touches clocks"),
        ("bedside.archive.store.models", "from bedside.stage.input import midi", "imports bedside.stage.input"),
        ("bedside.archive.store.models", "from bedside.review.web import pages", "imports bedside.review.web"),
        ("bedside.stage.loop", "from bedside.review.web import pages", "imports bedside.review.web"),
        ("bedside.review.web.pages", "from bedside.stage import loop", "imports bedside.stage.loop"),
        ("bedside.review.web.pages", "import bedside.cli", "imports bedside.cli"),
        ("bedside.errors", "from bedside.music import events", "imports bedside.music.events"),
        ("bedside.", "from bedside.music import events", "imports bedside.music.events"),
        ("bedside.utils", "import math", "lies in no room"),
        ("bedside.schema", "from pathlib import Path", "touches files"),
        ("bedside.schema", "open('patch')", "calls open"),
        ("bedside.sound.physics.bar", "from bedside import places", "imports bedside.places"),
        ("bedside.review.web.pages", "import mido", "whose home is archive.midi.midifile and stage.input.midi"),
        ("bedside.archive.vault", "import sqlcipher3", "whose home is archive.store.database"),
        ("bedside.sound.engine.engine", "from bedside import sound as s\ns.live.host", "imports bedside.sound.live"),
        ("bedside.sound.engine.engine", "import bedside.sound\nbedside.sound.live.host", "bedside.sound.live"),
        ("bedside.sound.engine.engine", "from bedside.sound import *", "imports everything of bedside.sound"),
        ("bedside.review.web.pages", "import importlib\nimportlib.import_module(name)", "only its run tells"),
        ("bedside.review.web.pages", "import importlib\nimportlib.import_module('..x', 'y')", "only its run tells"),
        ("bedside.review.web.pages", "from importlib import import_module as i\ni('bedside.cli')", "bedside.cli"),
        ("bedside.review.web.pages", "import sys\nsys.modules['bedside.stage']", "from sys.modules"),
        ("bedside.music.scales", "import numpy as n\nn.random.seed(3)", "draws from numpy.random.seed"),
        ("bedside.music.scales", "from numpy import random as r\nr.seed(3)", "draws from numpy.random.seed"),
        ("bedside.music.scales", "import random as r\nr.choice([1])", "draws from random.choice"),
        ("bedside.music.scales", "from random import Random as R\nR()", "makes a Random without a seed"),
        ("bedside.music.scales", "f(default_factory=Random)", "makes a Random without a seed"),
        ("bedside.music.scales", "import numpy as np\nnp.datetime64('now')", "reaches numpy.datetime64"),
        ("bedside.music.scales", "from numpy.lib import format as f\nf.open_memmap('x')", "reaches numpy.lib"),
        ("bedside.music.scales", "tones.tofile('x')", "calls tofile"),
        ("bedside.music.scales", "o = open", "calls open"),
        ("bedside.music.scales", "import codecs", "touches files"),
        ("bedside.music.scales", "import tomllib", "pure and imports tomllib"),
        ("bedside.music.scales", "import _socket", "pure and imports _socket"),
        ("bedside.music.scales", "from concurrent.futures import ThreadPoolExecutor", "touches threads"),
        ("bedside.stage.input.hands", "import sqlite3", "touches files"),
    ],
)
def test_a_planted_breach_is_found(name: str, source: str, expected: str) -> None:
    """Each way of breaking the law is seen, once, in the module that does it."""
    (breach,) = violations(planted({name: source}))
    assert expected in breach
    assert name.rstrip(".") in breach


def test_what_is_lawful_is_let_pass() -> None:
    """Imports that the table allows, of the roots, and by the homes break nothing."""
    sources = {
        "bedside.": "import os",
        "bedside.errors": "",
        "bedside.places": "from pathlib import Path\nimport platformdirs",
        "bedside.music.partner": "from random import Random\ndef f(random: Random):\n    random.choice([1])",
        "bedside.music.scales": "import math, random\nfrom bedside.music.events import NoteOn\nrandom.Random(7)",
        "bedside.sound.physics.bar": "import numpy as np\nfrom bedside.sound import tuning",
        "bedside.sound.engine.voices": "import numpy as np\nfrom .strike import Strike\nnp.random.default_rng(seed)",
        "bedside.sound.live.card": "import sounddevice, threading, time",
        "bedside.sound.audiofile": "import soundfile\nfrom pathlib import Path",
        "bedside.archive.midi.midifile": "import mido",
        "bedside.archive.store.": "from bedside import __version__\nfrom bedside.sound import profiles",
        "bedside.stage.input.rtmidi": "import mido, rtmidi\nfrom bedside.music import events",
        "bedside.review.web.pages": "from bedside import places\nfrom bedside.sound.library import catalogue",
        "bedside.cli": "from bedside.stage import loop\nfrom bedside.review.web import pages",
        "bedside.__main__": "from bedside.cli import main",
    }
    assert violations(planted(sources)) == []
