"""``bedside play``: the instrument itself; also what ``bedside`` alone does."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bedside.cli.arguments import patient_of
from bedside.cli.backup import keeping_backup
from bedside.cli.demo import demo
from bedside.cli.louder import profile_in_force
from bedside.cli.terminal import say

if TYPE_CHECKING:
    from types import ModuleType

    from bedside.stage.bed import Bed


def play(
    context: typer.Context,
    world: Annotated[str | None, typer.Option(help="The world to play in.")] = None,
    patient: Annotated[
        str | None,
        typer.Option(help="The child's code, never a name; - reads it from standard input. Or set BEDSIDE_PATIENT."),
    ] = None,
    window: Annotated[str | None, typer.Option(metavar="WxH", help="Play in a window of this size.")] = None,
    monitor: Annotated[int | None, typer.Option(metavar="N", min=1, help="On which screen, counted from 1.")] = None,
    audio: Annotated[str | None, typer.Option(metavar="NAME", help="A sound card; doctor lists them.")] = None,
    midi: Annotated[str | None, typer.Option(metavar="NAME", help="Use only MIDI keyboards of this name.")] = None,
    keys: Annotated[str | None, typer.Option(metavar="PLAYER", help="Who plays the MIDI keyboards.")] = None,
    profile: Annotated[str | None, typer.Option(help="Limits of loudness: ward, quiet or night.")] = None,
    together: Annotated[
        str | None, typer.Option(help="Who shares the screen: alone, beside (side by side) or facing (face to face).")
    ] = None,
    other: Annotated[str | None, typer.Option("--with", metavar="PLAYER", help="Who else sits at the screen.")] = None,
    look: Annotated[
        str | None,
        typer.Option(help="For eyes that need it: still (no motion), contrast, dim, or several: still,dim."),
    ] = None,
    screen_mm: Annotated[
        str | None,
        typer.Option("--screen-mm", metavar="WxH", help="The screen's size, if the system does not know it."),
    ] = None,
    free: Annotated[
        bool | None, typer.Option("--free/--no-free", help="Let MIDI keys play every note, not only the scale.")
    ] = None,
    backup: Annotated[
        str | None, typer.Option(metavar="DIR", help="Keep a second copy of the recordings current here.")
    ] = None,
    second: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            help="Where what is played is kept while the folder of --data takes nothing: another disk.",
        ),
    ] = None,
    or_demo: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Without a screen, make the demo in this folder instead.")
    ] = None,
) -> None:
    """Play the instrument; everything is recorded. `bedside settings` shows what holds where an option is not given."""
    # Nothing that takes long to load comes before the window, whose picture is the first sign of life.
    from bedside.stage.opening import opening
    from bedside.stage.settings import load
    from bedside.stage.window import NoScreenError

    try:
        settings = load(
            context.obj,
            {
                "world": world,
                "window": window,
                "monitor": monitor,
                "audio": audio,
                "midi": midi,
                "keys": keys,
                "profile": profile,
                "together": together,
                "with": other,
                "look": look,
                "screen_mm": screen_mm,
                "free": free,
                "backup": _whole(backup),
                "second": _whole(second),
            },
        )
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from fault
    for sentence in settings.faults:
        say(sentence)
    code, profile = patient_of(patient), profile_in_force(context.obj, settings)

    def start() -> tuple[ModuleType, Bed]:
        from bedside.music.events import Player
        from bedside.stage import bed
        from bedside.stage.input.seats import Together
        from bedside.stage.picture.look import Look

        others = () if settings["together"] == "alone" else (Player.named(settings["with"]),)
        return bed, bed.Bed(
            data=context.obj,
            second=settings["second"],
            world=settings["world"],
            patient=code,
            screen_mm=settings["screen_mm"],
            together=Together(settings["together"]),
            players=(Player.CHILD, *others),
            look=Look.named(settings["look"]),
            card=settings["audio"],
            midi=settings["midi"],
            keys=Player.named(settings["keys"]),
            profile=profile,
            snapped=not settings["free"],
            quiet=bed.quiet_hours(settings),
        )

    try:
        with (
            opening(
                settings["world"], settings["window"], "dim" in settings["look"], say, settings["monitor"]
            ) as opened,
            ExitStack() as leaving,
        ):
            bed, begun = opened.meanwhile(start)
            keeping = keeping_backup(context.obj, settings["backup"])
            backup_fault = opened.meanwhile(lambda: leaving.enter_context(keeping))
            bed.play(begun, opened, say, backup_fault)
    except NoScreenError as fault:
        if or_demo is None:
            raise
        say(f"{fault} The demo is made instead.")
        demo(context, or_demo)


def _whole(folder: str | None) -> str | None:
    """Return the whole path of a folder; nothing stays nothing, for an empty variable of a shell names no folder."""
    return str(Path(folder).absolute()) if folder else folder
