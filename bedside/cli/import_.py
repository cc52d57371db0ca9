"""``bedside import``: MIDI files become takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bedside.cli.arguments import JsonOption, players_named
from bedside.cli.rendering import sound_made_by
from bedside.cli.terminal import end, print_json, progress, say
from bedside.errors import BedsideError


def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE.mid…", help="MIDI files; each becomes a take.")],
    players: Annotated[
        str | None, typer.Option(help="The players of the parts, in order: child,therapist,child2,partner.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Import MIDI files as takes; their channels or tracks become players."""
    from bedside.archive.importing import ImportedTake, import_file
    from bedside.archive.store.store import Store

    named = None if players is None else players_named(players)
    sound = sound_made_by(context.obj)
    done: list[ImportedTake] = []
    faults: list[str] = []
    with Store.create(context.obj, "import") as store, progress("Importing", len(files)) as moved:
        if store.notice:
            say(store.notice)
        for file in files:
            try:
                done += import_file(store, file, named, sound)
            except BedsideError as fault:
                faults.append(str(fault))
            moved(1)
    if as_json:
        print_json([take.as_json() for take in done])
    else:
        for take in done:
            parts = ", ".join(f"{player.label} {count}" for player, count in take.notes.items())
            print(f"{take.id}  {sum(take.notes.values())} notes  {parts}")
            for warning in take.warnings:
                say(f"  {warning}")
    if faults:
        end("\n".join(faults))
