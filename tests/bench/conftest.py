"""What is measured is said on the terminal, whatever pytest makes of the rest of the output."""

from __future__ import annotations

import compileall
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import bedside
from e2e.conftest import _lifted_fingers, card, keyboard, touchscreen

__all__ = ["_lifted_fingers", "card", "keyboard", "touchscreen"]


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Give a way to say a measurement."""

    def say(line: str) -> None:
        with capsys.disabled():
            print(f"\n  {line}", end="")

    return say


@pytest.fixture(autouse=True, scope="session")
def _compiled() -> None:
    """Compile the program as its installation does: else each of its processes compiles it anew, half a second in all.

    Python does it by itself, unless the shell has told it to write no compiled files.
    """
    compileall.compile_dir(Path(bedside.__file__).parent, quiet=1)


@pytest.fixture(autouse=True)
def _load(report: Callable[[str], None]) -> Iterator[None]:
    """Say how busy the machine was: what is measured beside other work is worth less."""
    yield
    report(f"(load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)")
