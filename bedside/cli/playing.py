"""The commands that play: the instrument, and the demo that needs no hands."""

from __future__ import annotations

import functools
import random
from pathlib import Path
from typing import Annotated

import typer

from bedside.cli.arguments import everybody, look_of, millimetres, players_named, seated, together_as, window_pixels
from bedside.cli.rendering import instruments_of, render_to, sound_made_by
from bedside.cli.terminal import make_folder, say, working
from bedside.errors import BedsideError


def play(
    context: typer.Context,
    world: Annotated[str, typer.Option(help="The world to play in.")] = "night",
    patient: Annotated[str | None, typer.Option(help="The code of the child, never a name.")] = None,
    window: Annotated[str | None, typer.Option(metavar="WxH", help="A window, not the whole screen.")] = None,
    audio: Annotated[str | None, typer.Option(metavar="NAME", help="A sound card; doctor lists them.")] = None,
    midi: Annotated[str | None, typer.Option(metavar="NAME", help="Hear only MIDI keyboards of this name.")] = None,
    keys: Annotated[str, typer.Option(metavar="PLAYER", help="Who plays the MIDI keyboards.")] = "therapist",
    profile: Annotated[str, typer.Option(help="How loud and how sudden it may be: ward, quiet or night.")] = "ward",
    together: Annotated[
        str, typer.Option(help="Who shares the screen: alone, beside (side by side) or facing (face to face).")
    ] = "alone",
    other: Annotated[str, typer.Option("--with", metavar="PLAYER", help="Who else sits at the screen.")] = "child2",
    look: Annotated[
        str, typer.Option(help="What eyes need: still (no motion), contrast, dim (night), or several: still,dim.")
    ] = "",
    screen_mm: Annotated[
        str | None, typer.Option("--screen-mm", metavar="WxH", help="The screen's size, if it does not say so itself.")
    ] = None,
    free: Annotated[bool, typer.Option("--free", help="Let MIDI keys sound as they are, not in the scale.")] = False,
    or_demo: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Without a screen, make the demo in this folder instead.")
    ] = None,
) -> None:
    """Play the instrument; everything is recorded."""
    from bedside.stage import bed

    settings = bed.Bed(
        data=context.obj,
        world=world,
        patient=patient,
        size=window_pixels(window),
        screen_mm=millimetres(screen_mm),
        together=together_as(together),
        players=seated(together, other),
        look=look_of(look),
        card=audio,
        midi=midi,
        keys=players_named(keys)[0],
        profile=profile,
        snapped=not free,
    )
    try:
        bed.play(settings, say)
    except bed.NoScreenError as fault:
        if or_demo is None:
            raise
        say(f"{fault} The demo is made instead.")
        demo(context, or_demo)


def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder for what the demo leaves.")] = Path(
        "out"
    ),
) -> None:
    """Let a built-in child and therapist improvise through the whole path: a take, WAV, MIDI file and report."""
    from bedside.archive.midi import midifile
    from bedside.archive.recorder import Recorder
    from bedside.archive.store.store import Store
    from bedside.music.improvisation import improvise
    from bedside.review.report import whole
    from bedside.sound.engine import offline

    make_folder(out)
    chance = random.Random(1)  # noqa: S311 - the demo is to be the same every time
    asked = [(each.seconds, each.event) for each in improvise(chance)]
    instruments = instruments_of(context.obj, offline.FILE_RATE, [event for _, event in asked])
    with working("Improvising"):
        performed = offline.perform(asked, instruments, offline.FILE_RATE, 128, chance.getrandbits(32))
    with Store.create(context.obj) as store:
        recorder = Recorder(store, None, functools.cache(lambda: sound_made_by(context.obj)), origin="demo")
        for each in performed:
            recorder.feed(each)
        if not recorder.close(30.0) or recorder.take is None:
            raise BedsideError(recorder.fault or "The demo could not be recorded.")
        take = recorder.take
        kept = store.performed(take)
    sound, score, page = (out / f"demo{kind}" for kind in (".wav", ".mid", ".html"))
    render_to(kept, instruments, everybody(), sound)
    midifile.write(score, kept, offline.began(kept).rate)
    with Store.open(context.obj) as store, working("Making the report"):
        whole.write(store, context.obj, take, page)
    print(f"The demo left the take {take}, {sound}, {score} and the report {page}.")
