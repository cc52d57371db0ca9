"""``bedside doctor``: what this machine has, and what went wrong on it."""

from __future__ import annotations

from typing import Annotated

import typer

from bedside import log
from bedside.cli.arguments import JsonOption
from bedside.cli.terminal import print_json, working


def doctor(
    context: typer.Context,
    audio: Annotated[str | None, typer.Option(metavar="NAME", help="The sound card to measure.")] = None,
    show_log: Annotated[bool, typer.Option("--log", help="Print the log instead, the newest line last.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what this machine has, and how quickly it answers a touch; nothing is heard."""
    from bedside.stage import examination

    if show_log:
        lines = log.read(context.obj)
        if as_json:
            print_json([line.as_json() for line in lines])
        elif lines:
            print("\n".join(map(str, lines)))
        else:
            print("Nothing is in the log.")
        return
    with working("Examining"):
        found = examination.examine(context.obj, audio)
    if as_json:
        print_json(found.as_json())
    else:
        for line in found.lines():
            print(line)
