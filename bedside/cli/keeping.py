"""The commands about what is kept: what is recorded, and the ways in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bedside.cli.arguments import Json, Out, Take, everybody, players_named
from bedside.cli.rendering import instruments_of, render_to, say_what_differs, sound_made_by
from bedside.cli.terminal import end, print_json, progress, say, working
from bedside.errors import BedsideError


def takes(context: typer.Context, as_json: Json = False) -> None:
    """List what is recorded."""
    from bedside.archive.store.store import Store

    with Store.open(context.obj) as store:
        found = store.takes()
    if as_json:
        print_json(
            [
                {
                    "id": take.id,
                    "start": take.began.isoformat(timespec="milliseconds"),
                    "seconds": round(take.seconds, 3),
                    "players": [player.label for player in take.players],
                    "notes": take.notes,
                    "sound": take.sound,
                }
                for take in found
            ]
        )
        return
    if not found:
        print("Nothing is recorded yet.")
    for take in found:
        began = take.began.astimezone().strftime("%Y-%m-%d %H:%M")
        minutes, seconds = divmod(round(take.seconds), 60)
        players = ", ".join(player.label for player in take.players)
        print(f"{take.id}  {began}  {minutes:3}:{seconds:02}  {take.notes:6} notes  {players}")


def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE.mid…", help="MIDI files; each becomes a take.")],
    players: Annotated[
        str | None, typer.Option(help="Who plays the parts, in order: child,therapist,child2,partner.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make takes of MIDI files; their channels or tracks become players."""
    from bedside.archive.midi import midifile
    from bedside.archive.store.store import Store
    from bedside.sound.engine import offline

    named = None if players is None else players_named(players)
    done: list[dict[str, Any]] = []
    faults: list[str] = []
    sound = sound_made_by(context.obj)
    with Store.create(context.obj) as store, progress("Importing", len(files)) as moved:
        for file in files:
            try:
                for imported in midifile.read(file, named):
                    with store.writing() as writing:
                        session = writing.begin_session(None)
                        began = offline.began(imported.performed)
                        take = writing.begin_take(session, began, "imported", sound)
                        writing.append(take, imported.performed)
                    notes = {player.label: count for player, count in imported.notes.items()}
                    done.append(
                        {"take": take, "notes": sum(notes.values()), "players": notes, "warnings": imported.warnings}
                    )
            except BedsideError as fault:
                faults.append(str(fault))
            moved(1)
    if as_json:
        print_json(done)
    else:
        for each in done:
            parts = ", ".join(f"{player} {count}" for player, count in each["players"].items())
            print(f"{each['take']}  {each['notes']} notes  {parts}")
            for warning in each["warnings"]:
                say(f"  {warning}")
    if faults:
        end("\n".join(faults))


def render(
    context: typer.Context,
    take: Take,
    out: Out,
    player: Annotated[
        str | None, typer.Option(help="Only what this player played; or several: child,therapist.")
    ] = None,
) -> None:
    """Make a take sound again, bit for bit as it was heard: wav (exact), flac, ogg or mp3."""
    from bedside.archive.store.store import Store
    from bedside.sound import audiofile
    from bedside.sound.engine import offline

    if out.suffix.lower() not in audiofile.endings():
        raise BedsideError(f"A sound file ends in {', '.join(audiofile.endings())}; {out.name} does not.")
    heard = players_named(player) if player is not None else everybody()
    with Store.open(context.obj) as store:
        summary = store.summary(store.find(take))
        performed = store.performed(summary.id)
    events = [each.event for each in performed]
    instruments = instruments_of(context.obj, offline.sound_rate(performed), events)
    render_to(performed, instruments, heard, out)
    say_what_differs(summary.sound, context.obj, events)
    print(f"{out} is written.")


def export(context: typer.Context, take: Take, out: Out) -> None:
    """Write a take as mid, csv or json, or as a page for the team: html, which plays anywhere, or pdf."""
    from bedside.archive import csvfile, jsonfile
    from bedside.archive.midi import midifile
    from bedside.archive.store.store import Store

    kind = out.suffix.lower()
    if kind not in (".mid", ".csv", ".json", ".html", ".pdf"):
        raise BedsideError(
            f"A take is exported to a file that ends in .mid, .csv, .json, .html or .pdf; {out.name} does not."
        )
    with Store.open(context.obj) as store:
        summary = store.summary(store.find(take))
        if kind in (".html", ".pdf"):
            from bedside.review.report import whole

            with working("Making the page"):
                whole.write(store, context.obj, summary.id, out)
            print(f"{out} is written.")
            return
        performed = store.performed(summary.id)
    match kind:
        case ".mid":
            midifile.write(out, performed, summary.rate)
        case ".csv":
            csvfile.write(out, performed, summary.rate)
        case _:
            jsonfile.write(out, summary, performed)
    print(f"{out} is written.")
