"""The import law: cli → stage, review → archive → sound → music, read from the source of every module."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import bedside

# What each layer may import of bedside, besides itself.
LAYERS = {
    "music": set[str](),
    "sound": {"music"},
    "archive": {"sound", "music"},
    "stage": {"archive", "sound", "music"},
    "review": {"archive", "sound", "music"},
    "cli": {"review", "stage", "archive", "sound", "music"},
    "__main__": {"cli"},
}

# The modules that belong to no layer: everything above music may import them, and they import no layer.
ROOTS = {"", "errors", "files", "places"}

# The modules of sound/ that may touch the world. All others, and all of music/, are pure.
SHELL = {
    f"bedside.sound.{name}"
    for name in (
        *("arrivals", "audiofile", "baker", "baking", "band", "cache", "card", "catalogue", "child", "host", "process"),
        *("album", "folders", "links", "panels", "portrait", "pump", "recipe", "tablefile"),
    )
} | {"bedside.sound.sfz", "bedside.sound.sfz.folder", "bedside.sound.sfz.samples"}

CLOCKS = {"datetime", "sched", "time"}
CHANCE = {"secrets", "uuid"}
FILES = {"fileinput", "glob", "io", "mmap", "os", "pathlib", "pickle", "shelve", "shutil", "sqlite3", "sys", "tempfile"}
THREADS = {"_thread", "asyncio", "concurrent", "contextvars", "multiprocessing", "queue", "signal", "threading"}
DEVICES = {"ctypes", "fcntl", "gc", "http", "platform", "select", "selectors", "socket", "ssl", "subprocess", "urllib"}
SPEECH = {"getpass", "locale", "logging", "syslog", "warnings"}
LOADERS = {"builtins", "importlib", "runpy"}
IMPURE = CLOCKS | CHANCE | FILES | THREADS | DEVICES | SPEECH | LOADERS

# What the synthesis may stand on; music may not even import scipy.
CORE = sys.stdlib_module_names | {"bedside", "numpy", "scipy"}

# Built-in functions and functions of numpy that reach outside, or draw from a generator that nobody passed in.
IMPURE_BUILTINS = {"__import__", "breakpoint", "compile", "eval", "exec", "input", "open", "print"}
IMPURE_NUMPY = {"fromfile", "genfromtxt", "load", "loadtxt", "memmap", "open_memmap", "save", "savetxt", "savez"}

# Generators of chance, which a take's seed can be given to; SEEDED would seed themselves if it were not.
SEEDED = {"PCG64", "PCG64DXSM", "Philox", "Random", "SFC64", "SeedSequence", "default_rng"}
GENERATORS = SEEDED | {"BitGenerator", "Generator"}

# Each outside thing is touched in one module; these may be two.
ONE_MODULE = {"keyring", "rtmidi", "sounddevice", "soundfile", "sqlcipher3"}
HOMES = {"mido": {"bedside.archive.midifile", "bedside.stage.midi"}}


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the program: its dotted name, and its tree with whether it is a package."""

    name: str
    tree: ast.Module = field(repr=False)
    package: bool = False

    @property
    def layer(self) -> str:
        """The part of bedside it belongs to, empty for bedside itself."""
        return layer(self.name)

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

    def _above(self, level: int) -> str:
        """Return the package that so many leading dots stand for."""
        parts = self.name.split(".")
        return ".".join(parts[: len(parts) - level + self.package]) if level else ""


def layer(name: str) -> str:
    """Return the part of bedside that a dotted name below it belongs to."""
    return [*name.split("."), ""][1]


def violations(modules: list[Module]) -> list[str]:
    """Return a sentence for each breach of the import law by a set of modules."""
    found = []
    for module in modules:
        found += [*breaches_of_direction(module), *breaches_of_purity(module)]
    return [*found, *breaches_of_one_home(modules)]


def breaches_of_direction(module: Module) -> Iterator[str]:
    """Yield what a module imports from a layer above or beside its own, or that music imports from outside."""
    if module.layer not in LAYERS.keys() | ROOTS:
        yield f"{module.name} belongs to no layer"
        return
    allowed = LAYERS.get(module.layer, set()) | {module.layer}
    if module.layer != "music":
        allowed |= ROOTS
    for name in module.imports():
        top = name.split(".")[0]
        # ``from bedside import __version__`` takes a name of bedside itself, as no layer is called so.
        wanted = layer(name) if layer(name) in LAYERS.keys() | ROOTS else ""
        if top == "bedside" and wanted not in allowed:
            yield f"{module.name} imports {name}"
        if top != "bedside" and module.layer == "music" and top not in sys.stdlib_module_names | {"numpy"}:
            yield f"{module.name} imports {name}, and music imports the standard library and numpy only"


def breaches_of_purity(module: Module) -> Iterator[str]:
    """Yield how a module of music, or of sound outside its shell, reaches the world or draws by chance."""
    if module.layer not in {"music", "sound"} or module.name in SHELL:
        return
    for name in module.imports():
        match name.split("."):
            case [top, *_] if top in IMPURE:
                yield f"{module.name} is pure and imports {name}"
            case ["scipy", "io", *_]:
                yield f"{module.name} is pure and imports {name}"
            case ["random", what] | ["numpy", "random", what] if what not in GENERATORS:
                yield f"{module.name} draws from {name}, which nobody passed in"
            case ["numpy", what] if what in IMPURE_NUMPY:
                yield f"{module.name} is pure and imports {name}"
            case [top, *_] if module.layer == "sound" and top not in CORE:
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


def breaches_of_one_home(modules: list[Module]) -> Iterator[str]:
    """Yield each outside library that is imported in a second module, or outside its homes."""
    users: dict[str, set[str]] = {}
    for module in modules:
        for name in module.imports():
            users.setdefault(name.split(".")[0], set()).add(module.name)
    for library in sorted(users.keys() & ONE_MODULE):
        if len(users[library]) > 1:
            yield f"{library} is imported in {', '.join(sorted(users[library]))}"
    for library, homes in HOMES.items():
        for stranger in sorted(users.get(library, set()) - homes):
            yield f"{library} is imported in {stranger}"


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
    """Imports point one way, the core is pure, and each outside library has one home."""
    modules = program()
    assert {"bedside", "bedside.cli", "bedside.music.events", "bedside.sound.instrument"} <= {m.name for m in modules}
    assert violations(modules) == []


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("bedside.music.scales", "from bedside.sound import engine", "imports bedside.sound.engine"),
        ("bedside.music.scales", "from bedside.errors import BedsideError", "imports bedside.errors"),
        ("bedside.music.scales", "from bedside import places", "imports bedside.places"),
        ("bedside.music.scales", "from ..sound import engine", "imports bedside.sound.engine"),
        ("bedside.music.", "from ..sound import engine", "imports bedside.sound.engine"),
        ("bedside.music.scales", "import scipy.signal", "standard library and numpy only"),
        ("bedside.music.scales", "def f():\n    import bedside.stage", "imports bedside.stage"),
        ("bedside.music.scales", "import random\nrandom.shuffle([1, 2])", "draws from random.shuffle"),
        ("bedside.music.scales", "from random import choice", "draws from random.choice"),
        ("bedside.music.scales", "from random import Random\nRandom()", "makes a Random without a seed"),
        ("bedside.music.scales", "from time import monotonic", "pure and imports time"),
        ("bedside.sound.engine", "import bedside.archive.models", "imports bedside.archive"),
        ("bedside.archive.models", "__import__('bedside.stage')", "imports bedside.stage"),
        ("bedside.archive.models", "import importlib as i\ni.import_module('bedside.cli')", "imports bedside.cli"),
        ("bedside.sound.engine", "from pathlib import Path", "pure and imports pathlib.Path"),
        ("bedside.sound.engine", "import soundfile", "pure and imports soundfile"),
        ("bedside.sound.engine", "import scipy.io.wavfile", "pure and imports scipy.io"),
        ("bedside.sound.engine", "open('patch')", "calls open"),
        ("bedside.sound.engine", "import numpy as np\nnp.load('pool')", "calls numpy.load"),
        ("bedside.sound.engine", "import numpy as np\nnp.random.rand(3)", "draws from random.rand"),
        ("bedside.sound.engine", "from numpy.random import normal", "numpy.random.normal"),
        ("bedside.sound.engine", "import numpy as np\nnp.random.default_rng()", "without a seed"),
        ("bedside.sound.engine", "from numpy.random import default_rng\ndefault_rng(seed=None)", "without a seed"),
        ("bedside.archive.models", "from bedside.stage import midi", "imports bedside.stage.midi"),
        ("bedside.archive.models", "from bedside.review import pages", "imports bedside.review.pages"),
        ("bedside.stage.loop", "from bedside.review import pages", "imports bedside.review.pages"),
        ("bedside.review.pages", "from bedside.stage import loop", "imports bedside.stage.loop"),
        ("bedside.review.pages", "import bedside.cli", "imports bedside.cli"),
        ("bedside.errors", "from bedside.music import events", "imports bedside.music.events"),
        ("bedside.", "from bedside.music import events", "imports bedside.music.events"),
        ("bedside.utils", "import math", "belongs to no layer"),
        ("bedside.review.pages", "import mido", "mido is imported in bedside.review.pages"),
    ],
)
def test_a_planted_breach_is_found(name: str, source: str, expected: str) -> None:
    """Each way of breaking the law is seen, once, in the module that does it."""
    (breach,) = violations(planted({name: source}))
    assert expected in breach
    assert name.rstrip(".") in breach


@pytest.mark.parametrize("library", sorted(ONE_MODULE))
def test_a_second_home_is_found(library: str) -> None:
    """A library that two modules import is named with both."""
    source = f"import {library}"
    (breach,) = violations(planted({"bedside.stage.midi": source, "bedside.archive.keys": source}))
    assert breach == f"{library} is imported in bedside.archive.keys, bedside.stage.midi"


def test_what_is_lawful_is_let_pass() -> None:
    """Imports downwards, of the roots, in the shell and by the homes break nothing."""
    sources = {
        "bedside.": "import os",
        "bedside.errors": "",
        "bedside.places": "from pathlib import Path\nimport platformdirs",
        "bedside.music.partner": "from random import Random\ndef f(random: Random):\n    random.choice([1])",
        "bedside.music.scales": "import math, random\nfrom bedside.music.events import NoteOn\nrandom.Random(7)",
        "bedside.sound.engine": "import numpy as np\nfrom scipy import signal\nfrom bedside.errors import BedsideError",
        "bedside.sound.voices": "import numpy as np\nfrom .engine import Engine\nnp.random.default_rng(take.seed)",
        "bedside.sound.card": "import sounddevice, threading, time",
        "bedside.sound.audiofile": "import soundfile\nfrom pathlib import Path",
        "bedside.archive.midifile": "import mido",
        "bedside.archive.": "from bedside import __version__\nfrom bedside.sound import offline",
        "bedside.stage.midi": "import mido, rtmidi\nfrom bedside.archive import recorder",
        "bedside.review.pages": "from bedside import places\nfrom bedside.sound import offline",
        "bedside.cli": "from bedside.stage import loop\nfrom bedside.review import pages",
        "bedside.__main__": "from bedside.cli import main",
    }
    assert violations(planted(sources)) == []
