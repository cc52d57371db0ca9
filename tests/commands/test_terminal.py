"""What the terminal is told about the program itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bedside import cli
from bedside.cli import app
from bedside.cli.terminal import program


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An installation that lacks a library is said to, with what to do."""

    def start(**_how: object) -> None:
        raise ModuleNotFoundError("No module named 'packaging'", name="packaging")

    monkeypatch.setattr(app, "app", start)
    with pytest.raises(SystemExit) as ended:
        cli.run()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "“packaging”" in said
    assert said.endswith("Please install bedside again.\n")


def test_the_program_is_named_as_it_can_be_called(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run by `make play`, it is the command of the checkout's environment; else the command that was typed."""
    binaries = tmp_path / ".venv" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "bedside").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(binaries / "python"))
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "bedside" / "__main__.py")])
    assert program() == str(Path(".venv", "bin", "bedside"))
    monkeypatch.setattr(sys, "argv", ["/usr/bin/bedside"])
    assert program() == "bedside"
