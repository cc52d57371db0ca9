"""Records that the real program made once, which no test may change."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.program import CHECKOUT, SECONDS, Demos, done, end, score, start


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def demos(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Iterator[Demos]:
    """Give the two demos, made side by side."""
    root = tmp_path_factory.mktemp("demos")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(root / "unpacked")
    runs = [
        start(root / "asked", "demo", "--out", root / "asked_out", PYTHONPATH=str(root / "unpacked")),
        start(root / "played", "play", "--or-demo", root / "played_out"),
    ]
    try:
        yield Demos(root, *[end(run) for run in runs])
    finally:
        for run in runs:
            run.kill()


@pytest.fixture(scope="session")
def kept(demos: Demos) -> Path:
    """Return the record of the demo, which no test may change."""
    assert demos.asked.code == 0, demos.asked.err
    return demos.root / "asked"


@pytest.fixture(scope="session")
def duet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a record of one quiet take: a child's and a therapist's few notes."""
    folder = tmp_path_factory.mktemp("duet")
    done(folder / "kept", "import", score(folder / "duet.mid", {0: 3}, {0: 2}, velocity=30))
    return folder / "kept"


@pytest.fixture(scope="session")
def wave(duet: Path) -> Path:
    """Return the quiet take as a wave."""
    path = duet.parent / "whole.wav"
    done(duet, "render", "last", "--out", path)
    return path
