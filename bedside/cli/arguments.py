"""Parse the arguments of commands; an error says what would be valid."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bedside import secrecy
from bedside.cli.terminal import say
from bedside.errors import BedsideError

if TYPE_CHECKING:
    from bedside.music.events import Player

JsonOption = Annotated[bool, typer.Option("--json", help="Print machine-readable output, alone, on standard output.")]
TakeArgument = Annotated[str, typer.Argument(help="A take's id, the beginning of it, or 'last'.")]
OutOption = Annotated[Path, typer.Option("--out", help="The file to write; its suffix selects the format.")]


def patient_of(option: str | None) -> str | None:
    """Return the patient's code for an option: itself, standard input's first line for -, else the environment's.

    The code is taken out of the environment, so that no other process gets it.
    """
    environment = secrecy.taken("BEDSIDE_PATIENT")
    if option != secrecy.STDIN:
        return option or environment
    # A program without a console has no `sys.stdin`.
    if sys.stdin is not None and sys.stdin.isatty():
        say("The child's code, never a name:")
    line = sys.stdin.readline().strip() if sys.stdin is not None else ""
    if not line:
        raise BedsideError("The patient's code was to come on standard input, but nothing came there.")
    return line


def everybody() -> list[Player]:
    """Return all players."""
    from bedside.music.events import Player

    return list(Player)


def players_named(labels: str) -> list[Player]:
    """Return the players with these labels, separated by commas."""
    from bedside.music.events import Player

    try:
        return [Player.named(label.strip()) for label in labels.split(",")]
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from fault
