"""What is measured is said on the terminal, whatever pytest makes of the rest of the output."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from e2e.conftest import _lifted_fingers, card, keyboard, touchscreen

__all__ = ["_lifted_fingers", "card", "keyboard", "touchscreen"]


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Give a way to say a measurement."""

    def say(line: str) -> None:
        with capsys.disabled():
            print(f"\n  {line}", end="")

    return say


@pytest.fixture(autouse=True)
def _load(report: Callable[[str], None]) -> Iterator[None]:
    """Say how busy the machine was: what is measured beside other work is worth less."""
    yield
    report(f"(load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)")
