"""``bedside render``: a take becomes a sound file."""

from __future__ import annotations

from typing import Annotated

import typer

from bedside.cli.arguments import OutOption, TakeArgument, everybody, players_named
from bedside.cli.recordings import recordings
from bedside.cli.rendering import instruments_of, render_to, say_what_differs
from bedside.errors import BedsideError


def render(
    context: typer.Context,
    take: TakeArgument,
    out: OutOption,
    player: Annotated[str | None, typer.Option(help="Only this player's part, or several: child,therapist.")] = None,
) -> None:
    """Render a take to a sound file, bit for bit as it was heard: wav (exact), flac, ogg or mp3."""
    from bedside.sound import audiofile
    from bedside.sound.engine import offline

    if out.suffix.lower() not in audiofile.endings():
        raise BedsideError(f"A sound file ends in {', '.join(audiofile.endings())}; {out.name} does not.")
    heard = players_named(player) if player is not None else everybody()
    with recordings(context.obj) as store:
        summary = store.summary(store.find(take))
        performed = store.performed(summary.id)
    events = [each.event for each in performed]
    instruments = instruments_of(context.obj, offline.sound_rate(performed), events)
    render_to(performed, instruments, heard, out)
    say_what_differs(summary.sound, context.obj, events)
    print(f"{out} is written.")
