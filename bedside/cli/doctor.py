"""``bedside doctor``: this machine's devices and latency, a page for the ward to sign, and the log."""

from __future__ import annotations

import io
import sys
from datetime import datetime
from typing import Annotated

import typer

from bedside import log
from bedside.cli.arguments import JsonOption
from bedside.cli.terminal import print_json, working


def doctor(
    context: typer.Context,
    audio: Annotated[str | None, typer.Option(metavar="NAME", help="The sound card to measure.")] = None,
    ward: Annotated[
        bool,
        typer.Option("--ward", help="Examine a bed before it is used, for a minute or more: a page to print and sign."),
    ] = False,
    show_log: Annotated[bool, typer.Option("--log", help="Print the log instead, newest line last.")] = False,
    show_licences: Annotated[
        bool, typer.Option("--licences", help="List the licences of all packages and libraries instead.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Report the devices of this machine and its latency from touch to sound, without a sound."""
    if show_licences:
        from bedside.cli import licences

        found_licences = licences.licences()
        if as_json:
            print_json([each.as_json() for each in found_licences])
        else:
            print("\n".join(licences.lines(found_licences)))
        return
    if show_log:
        lines = log.read(context.obj)
        if as_json:
            print_json([line.as_json() for line in lines])
        elif lines:
            print("\n".join(map(str, lines)))
        else:
            print("The log is empty.")
        return
    from bedside.stage.examination import examination, page

    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal without these letters still shows the rest.
        sys.stdout.reconfigure(errors="replace")
    with working("Examining") as told:
        examine = examination.examine_for_ward if ward else examination.examine
        found = examine(context.obj, audio, lambda what: told(f"Examining: {what}"))
    if as_json:
        print_json(found.as_json())
    elif ward:
        print(page.page(found, datetime.now().astimezone()), end="")
    else:
        print("\n".join(found.lines()))
