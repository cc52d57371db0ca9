"""``bedside demo``: a built-in improvisation takes the whole path, from a touch to the report."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Annotated

import typer

from bedside.cli.arguments import everybody
from bedside.cli.extras import NotInstalledError, needing_review
from bedside.cli.rendering import instruments_of, render_to, sound_made_by
from bedside.cli.terminal import make_folder, program, say, working


def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder for the files of the demo.")] = Path(
        "out"
    ),
) -> None:
    """Let a built-in child and therapist improvise through the whole path: a take, WAV, MIDI file and report.

    The take is kept in a library of its own, in DIR, unless --data or BEDSIDE_DATA names another.
    """
    from bedside.archive.importing import write_take
    from bedside.archive.midi import midifile
    from bedside.archive.store.store import Store
    from bedside.music.improvisation import improvise
    from bedside.sound.engine import offline

    make_folder(out)
    asked_for = context.find_root().params["data"] is not None
    library: Path = context.obj if asked_for else (out / "library").absolute()
    chance = random.Random(1)  # noqa: S311 - the demo must be the same every time
    asked = [(each.seconds, each.event) for each in improvise(chance)]
    instruments = instruments_of(library, offline.FILE_RATE, [event for _, event in asked])
    with working("Improvising"):
        performed = offline.perform(asked, instruments, offline.FILE_RATE, 128, chance.getrandbits(32))
    with Store.create(library, "demo") as store:
        take = write_take(store, performed, "demo", sound_made_by(library))
        kept = store.performed(take)
    sound, score, page = (out / f"demo{kind}" for kind in (".wav", ".mid", ".html"))
    render_to(kept, instruments, everybody(), sound)
    midifile.write(score, kept, offline.began(kept).rate)
    try:
        with needing_review("Reports"):
            from bedside.review.report import whole
    except NotInstalledError as fault:
        print(f"The demo made the take {take}, {sound} and {score}; the report was left out.")
        say(str(fault))
        shows = "takes"
    else:
        with Store.open(library) as store, working("Making the report"):
            whole.write(store, library, take, page)
        print(f"The demo made the take {take}, {sound}, {score} and the report {page}.")
        shows = "review"
    if not asked_for:
        print(f'The take is in a library of its own; {program()} --data "{library}" {shows} shows it.')
