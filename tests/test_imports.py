"""The import law, read from the source of every module and held to the table in ``imports.toml``."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import bedside

TABLE = tomllib.loads(Path(__file__).with_name("imports.toml").read_text("utf-8"))
HOMES: dict[str, list[str]] = TABLE.pop("homes")

# The modules that belong to no room.
ROOTS = {"", "children", "errors", "files", "log", "places", "schema"}

# Those of them that pure rooms may import, and that are as pure.
PURE_ROOTS = {"schema"}

OUTSIDE = {
    "clocks": {"datetime", "sched", "time"},
    "chance": {"secrets", "uuid"},
    "files": {"fileinput", "glob", "io", "mmap", "os", "pathlib", "pickle", "shelve", "shutil", "sys", "tempfile"},
    "threads": {"_thread", "asyncio", "concurrent", "contextvars", "queue", "threading"},
    "processes": {"multiprocessing", "signal", "subprocess"},
    "devices": {"ctypes", "fcntl", "gc", "http", "platform", "select", "selectors", "socket", "ssl", "urllib"},
    "log": {"getpass", "locale", "logging", "syslog", "warnings"},
    "loaders": {"builtins", "importlib", "runpy"},
}
TOUCHES = {module: what for what, modules in OUTSIDE.items() for module in modules}

# Built-in functions and functions of numpy that reach outside.
IMPURE_BUILTINS = {"__import__", "breakpoint", "compile", "eval", "exec", "input", "open", "print"}
IMPURE_NUMPY = {"fromfile", "genfromtxt", "load", "loadtxt", "memmap", "open_memmap", "save", "savetxt", "savez"}

# Generators of chance, which a take's seed can be given to; SEEDED would seed themselves if it were not.
SEEDED = {"PCG64", "PCG64DXSM", "Philox", "Random", "SFC64", "SeedSequence", "default_rng"}
GENERATORS = SEEDED | {"BitGenerator", "Generator"}


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the program: its dotted name, its tree, and whether it is a package."""

    name: str
    tree: ast.Module = field(repr=False)
    package: bool = False

    @property
    def room(self) -> str:
        """The room it lies in, such as ``sound.engine``; the module's own name where it lies at the top."""
        return room(self.name, self.package)

    def imports(self) -> Iterator[str]:
        """Yield the dotted name of each thing imported: at the top or deeper, for types alone, or by its name."""
        for node in ast.walk(self.tree):
            match node:
                case ast.Import(names=names):
                    yield from (alias.name for alias in names)
                case ast.ImportFrom(module=module, names=names, level=level):
                    origin = ".".join(filter(None, [self._above(level), module]))
                    yield from (f"{origin}.{alias.name}" for alias in names)
                case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]):
                    if ast.unparse(func).split(".")[-1] in {"__import__", "import_module"}:
                        yield name

    def outside(self) -> Iterator[str]:
        """Yield what it imports from outside bedside."""
        yield from (name for name in self.imports() if name.split(".")[0] != "bedside")

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
        found += [*breaches_of_direction(module), *breaches_of_reach(module), *breaches_of_purity(module)]
    return found


def breaches_of_direction(module: Module) -> Iterator[str]:
    """Yield what a module imports from a room that its own may not import."""
    if module.name == "bedside.__main__":
        lawful = {"bedside.children", "bedside.cli.main", "sys"}
        yield from (f"{module.name} imports {name}" for name in module.imports() if name not in lawful)
        return
    if module.room not in ROOMS.keys() | ROOTS:
        yield f"{module.name} lies in no room of the table"
        return
    allowed = {module.room, *ROOMS.get(module.room, {"imports": ["roots"]})["imports"]}  # type: ignore[misc]
    if "roots" in allowed:
        allowed |= ROOTS
    for name in module.imports():
        if name.split(".")[0] != "bedside":
            continue
        # ``from bedside import __version__`` takes a name of bedside itself, as no room is called so.
        wanted = room(name)
        if wanted not in ROOMS.keys() | ROOTS:
            wanted = ""
        if wanted not in allowed:
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
    for name in module.imports():
        match name.split("."):
            case ["scipy", "io", *_]:
                yield f"{module.name} is pure and imports {name}"
            case ["random", what] | ["numpy", "random", what] if what not in GENERATORS:
                yield f"{module.name} draws from {name}, which nobody passed in"
            case ["numpy", what] if what in IMPURE_NUMPY:
                yield f"{module.name} is pure and imports {name}"
    # A generator that was passed in may itself be called ``random``.
    sources = {"np.random", "numpy.random"} | ({"random"} & set(module.imports()))
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_BUILTINS:
                yield f"{module.name} is pure and calls {name}"
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments) if name in SEEDED:
                given = [*arguments, *(keyword.value for keyword in node.keywords)]
                if all(ast.unparse(argument) == "None" for argument in given):
                    yield f"{module.name} makes a {name} without a seed"
            case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=what) if what in IMPURE_NUMPY:
                yield f"{module.name} is pure and calls numpy.{what}"
            case ast.Attribute(value=source, attr=what) if what not in GENERATORS:
                if ast.unparse(source) in sources:
                    yield f"{module.name} draws from random.{what}, which nobody passed in"


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


@pytest.mark.slow
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
        ("bedside.sound.engine.engine", "import scipy.io.wavfile", "pure and imports scipy.io"),
        ("bedside.sound.engine.engine", "open('patch')", "calls open"),
        ("bedside.sound.engine.engine", "import numpy as np\nnp.load('pool')", "calls numpy.load"),
        ("bedside.sound.engine.engine", "import numpy as np\nnp.random.rand(3)", "draws from random.rand"),
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
        "bedside.sound.physics.bar": "import numpy as np\nfrom scipy import signal\nfrom bedside.sound import tuning",
        "bedside.sound.engine.voices": "import numpy as np\nfrom .strike import Strike\nnp.random.default_rng(seed)",
        "bedside.sound.live.card": "import sounddevice, threading, time",
        "bedside.sound.audiofile": "import soundfile\nfrom pathlib import Path",
        "bedside.archive.midi.midifile": "import mido",
        "bedside.archive.store.": "from bedside import __version__\nfrom bedside.sound import profiles",
        "bedside.stage.input.midi": "import mido, rtmidi\nfrom bedside.music import events",
        "bedside.review.web.pages": "from bedside import places\nfrom bedside.sound.library import catalogue",
        "bedside.cli": "from bedside.stage import loop\nfrom bedside.review.web import pages",
        "bedside.__main__": "from bedside.cli import main",
    }
    assert violations(planted(sources)) == []
