"""Whoever passes bedside on can list what it consists of, and under which licences."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from bedside.cli import licences
from bedside.cli.licences import Library, Licence
from commands.program import done


def test_every_package_is_listed_with_a_licence(tmp_path: Path) -> None:
    """Python, bedside and all that the bed and the pages need, but no tool of the tests; each states its licence."""
    listed = {each["name"].lower(): each for each in json.loads(done(tmp_path, "doctor", "--licences", "--json"))}
    assert {"python", "bedside", "numpy", "pygame-ce", "sqlcipher3", "cffi", "fastapi", "starlette"} <= set(listed)
    assert not {"pytest", "mypy", "ruff", "hypothesis", "scipy"} & set(listed)
    assert not [name for name, each in listed.items() if each["licence"] == licences.UNKNOWN]
    assert [listed[name]["part"] for name in ("numpy", "cffi", "fastapi", "pillow")] == ["bed", "bed", "pages", "pages"]
    assert listed["python"]["version"] == sys.version.split()[0]


@pytest.mark.skipif(sys.platform != "linux", reason="each system's packages bring other libraries")
def test_the_libraries_inside_packages_are_listed() -> None:
    """SDL, OpenBLAS and libsndfile travel inside packages, SQLCipher is built in; none is without licence."""
    inside = {each.name: each.libraries for each in licences.licences()}
    assert Library("SDL2", "Zlib") in inside["pygame-ce"]
    assert Library("SQLCipher", "BSD-3-Clause") in inside["sqlcipher3"]
    assert any(library.name.startswith("sndfile") for library in inside["soundfile"])
    assert any("openblas" in library.name for library in inside["numpy"])
    assert not [library for each in inside.values() for library in each if library.licence == licences.UNKNOWN]


def test_people_get_a_line_for_each_package(tmp_path: Path) -> None:
    """Without --json each package has a line, and its libraries another."""
    printed = done(tmp_path, "doctor", "--licences")
    assert f"numpy {metadata.version('numpy')}" in printed
    assert printed.count("with ") >= 4


@pytest.mark.parametrize("function", ["requires", "distribution"])
def test_it_never_raises(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the description of what is installed cannot be read, Python and bedside are listed all the same."""

    def broken(_name: str) -> Callable[[], None]:
        raise OSError("the disk is gone")

    monkeypatch.setattr(metadata, function, broken)
    found = licences.licences()
    assert [each.name for each in found][:2] == ["Python", "bedside"]
    assert all(each == Licence(each.name, "?", licences.UNKNOWN, each.part) for each in found[2:])
    assert list(licences.lines(found))
