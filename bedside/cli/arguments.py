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
    from bedside.stage.input.seats import Together
    from bedside.stage.picture.look import Look

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


def together_as(name: str) -> Together:
    """Return how players share a screen; raise BadParameter for another name."""
    from bedside.stage.input.seats import Together

    if name not in list(Together):
        raise typer.BadParameter(f"choose one of {', '.join(Together)}, not {name!r}")
    return Together(name)


def seated(together: str, other: str) -> tuple[Player, ...]:
    """Return the players at a screen: the child, and ``other`` unless ``together`` is "alone"."""
    from bedside.music.events import Player

    second = players_named(other)[0]
    if second is Player.CHILD:
        raise typer.BadParameter("the child plays anyway; choose child2, therapist or partner")
    return (Player.CHILD,) if together == "alone" else (Player.CHILD, second)


def look_of(names: str) -> Look:
    """Return the look for names separated by commas: still, contrast, dim."""
    from bedside.stage.picture.look import Look

    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = ("still", "contrast", "dim")
    for name in wanted:
        if name not in known:
            raise typer.BadParameter(f"a look is one or more of {', '.join(known)}, not {name!r}")
    return Look(**dict.fromkeys(wanted, True))


def millimetres(text: str | None) -> tuple[float, float] | None:
    """Return the size of a screen in millimetres from text such as 217x136; None for None."""
    if text is None:
        return None
    width, cross, height = text.lower().partition("x")
    if cross and width.isdigit() and height.isdigit() and 40 <= int(width) <= 3000 and 40 <= int(height) <= 3000:
        return float(width), float(height)
    raise typer.BadParameter(f"write the size of a screen like 217x136, from 40 to 3000 millimetres, not {text!r}")


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


def window_pixels(text: str | None) -> tuple[int, int] | None:
    """Return the size of a window in pixels from text such as 1280x800; None for None."""
    if text is None:
        return None
    width, cross, height = text.lower().partition("x")
    if cross and width.isdigit() and height.isdigit() and 160 <= int(width) <= 16384 and 160 <= int(height) <= 16384:
        return int(width), int(height)
    raise typer.BadParameter(f"write the size of a window like 1280x800, from 160 to 16384 pixels, not {text!r}")
