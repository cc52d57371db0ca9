"""One name stands for one thing: no class and no public function of a module has a name that another has, too."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from test_imports import Module, planted, program

# What is kept is a value for those who read it and a row in `models`: the same thing in memory and in the database.
ROWS = {"archive.store.entries", "archive.store.models", "archive.store.store"}

# Verbs that every module may use for its own noun, as STYLE has it: `cache.load`, `midifile.write`, `offline.render`.
VERBS = {"launch", "load", "main", "make", "parse", "read", "render", "write"}


# The same type wherever it stands: a colour is red, green and blue, and numbers are an array.
ALIASES = {"Colour", "Floats"}


def names(module: Module) -> Iterator[str]:
    """Yield the classes, types and public functions of a module; routes of the pages are known by their address."""
    for node in module.tree.body:
        match node:
            case ast.ClassDef(name=name) if not name.startswith("_"):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) if re.match("[A-Z][a-z]", name) and name not in ALIASES:
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if not name.startswith("_"):
                if name not in VERBS and not answers(node):
                    yield name


def answers(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether a function is a route of the pages: people and other code reach it by its address only."""
    return any(ast.unparse(each).startswith(("routes.", "router.", "app.")) for each in node.decorator_list)


def homonyms(modules: list[Module]) -> dict[str, set[str]]:
    """Return each name that two modules define, with the modules."""
    homes = defaultdict(set)
    for module in modules:
        own = module.name.removeprefix("bedside.")
        # A command has the name of what it runs.
        if not own.startswith("cli"):
            for name in names(module):
                homes[name].add(own)
    return {name: several for name, several in homes.items() if len(several) > 1 and not several <= ROWS}


@pytest.mark.slow
def test_no_name_means_two_things() -> None:
    """Whoever reads a name knows which thing it is, in every module."""
    assert homonyms(program()) == {}


def test_a_planted_homonym_is_found() -> None:
    """A class or a function of a name that is taken is named with both homes; verbs and rows are not."""
    sources = {
        "bedside.music.pad": "class Pad: ...\ndef load(): ...\ndef fit(): ...",
        "bedside.sound.patch": "class Pad: ...\ndef load(): ...\ndef fit(): ...\ndef _fit(): ...",
        "bedside.archive.store.entries": "class Goal: ...",
        "bedside.archive.store.models": "class Goal: ...",
        "bedside.cli.render": "def fit(): ...",
        "bedside.music.curve": "Curve = list[float]\nLEAST = 1",
        "bedside.review.line": "class Curve: ...\nLEAST = 2",
    }
    both = {"music.pad", "sound.patch"}
    assert homonyms(planted(sources)) == {"Pad": both, "fit": both, "Curve": {"music.curve", "review.line"}}
