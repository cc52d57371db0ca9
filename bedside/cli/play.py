"""``bedside play``: the instrument itself; also what ``bedside`` alone does."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bedside.cli.arguments import look_of, millimetres, patient_of, players_named, seated, together_as, window_pixels
from bedside.cli.backup import keeping_backup
from bedside.cli.demo import demo
from bedside.cli.terminal import say

if TYPE_CHECKING:
    from types import ModuleType

    from bedside.stage.bed import Bed


def play(
    context: typer.Context,
    world: Annotated[str, typer.Option(help="The world to play in.")] = "night",
    patient: Annotated[
        str | None,
        typer.Option(help="The child's code, never a name; - reads it from standard input. Or set BEDSIDE_PATIENT."),
    ] = None,
    window: Annotated[str | None, typer.Option(metavar="WxH", help="Play in a window of this size.")] = None,
    monitor: Annotated[int, typer.Option(metavar="N", min=1, help="On which screen, counted from 1.")] = 1,
    audio: Annotated[str | None, typer.Option(metavar="NAME", help="A sound card; doctor lists them.")] = None,
    midi: Annotated[str | None, typer.Option(metavar="NAME", help="Use only MIDI keyboards of this name.")] = None,
    keys: Annotated[str, typer.Option(metavar="PLAYER", help="Who plays the MIDI keyboards.")] = "therapist",
    profile: Annotated[str, typer.Option(help="Limits of loudness: ward, quiet or night.")] = "ward",
    together: Annotated[
        str, typer.Option(help="Who shares the screen: alone, beside (side by side) or facing (face to face).")
    ] = "alone",
    other: Annotated[str, typer.Option("--with", metavar="PLAYER", help="Who else sits at the screen.")] = "child2",
    look: Annotated[
        str,
        typer.Option(help="For eyes that need it: still (no motion), contrast, dim, or several: still,dim."),
    ] = "",
    screen_mm: Annotated[
        str | None,
        typer.Option("--screen-mm", metavar="WxH", help="The screen's size, if the system does not know it."),
    ] = None,
    free: Annotated[bool, typer.Option("--free", help="Let MIDI keys play every note, not only the scale.")] = False,
    backup: Annotated[
        Path | None,
        typer.Option(metavar="DIR", envvar="BEDSIDE_BACKUP", help="Keep a second copy of the recordings current here."),
    ] = None,
    second: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            envvar="BEDSIDE_SECOND",
            help="Where what is played is kept while the folder of --data takes nothing: another disk.",
        ),
    ] = None,
    or_demo: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Without a screen, make the demo in this folder instead.")
    ] = None,
) -> None:
    """Play the instrument; everything is recorded."""
    # Nothing that takes long to load comes before the window, whose picture is the first sign of life.
    from bedside.stage.opening import opening
    from bedside.stage.window import NoScreenError

    code, pixels, millis = patient_of(patient), window_pixels(window), millimetres(screen_mm)
    seating, who, at_keys = together_as(together), seated(together, other), players_named(keys)[0]

    def load() -> tuple[ModuleType, Bed]:
        from bedside.stage import bed

        return bed, bed.Bed(
            data=context.obj,
            second=None if second is None else second.absolute(),
            world=world,
            patient=code,
            screen_mm=millis,
            together=seating,
            players=who,
            look=look_of(look),
            card=audio,
            midi=midi,
            keys=at_keys,
            profile=profile,
            snapped=not free,
        )

    try:
        with opening(world, pixels, "dim" in look, say, monitor) as opened, ExitStack() as leaving:
            bed, settings = opened.meanwhile(load)
            keeping = keeping_backup(context.obj, backup)
            backup_fault = opened.meanwhile(lambda: leaving.enter_context(keeping))
            bed.play(settings, opened, say, backup_fault)
    except NoScreenError as fault:
        if or_demo is None:
            raise
        say(f"{fault} The demo is made instead.")
        demo(context, or_demo)
