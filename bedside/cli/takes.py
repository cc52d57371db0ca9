"""``bedside takes``: the list of takes."""

from __future__ import annotations

import typer

from bedside.cli.arguments import JsonOption
from bedside.cli.recordings import recordings
from bedside.cli.terminal import print_json


def takes(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the recorded takes."""
    from bedside.archive.store import naming

    with recordings(context.obj) as store:
        found = store.takes()
        setups = store.setups() if as_json else {}
        choices = {take.session: store.choices(take.session) for take in found} if as_json else {}
    if as_json:
        shortened = [
            {
                "seconds": round(take.seconds, 3),
                "notes": take.notes,
                "setup": setups.get(take.id, {}),
                "choices": naming.choices_json((each for each in choices[take.session] if each.take == take.id), take),
            }
            for take in found
        ]
        print_json([{**naming.take_json(take), **more} for take, more in zip(found, shortened, strict=True)])
        return
    if not found:
        print("Nothing is recorded yet.")
    for take in found:
        began = take.began.astimezone().strftime("%Y-%m-%d %H:%M")
        minutes, seconds = divmod(round(take.seconds), 60)
        players = ", ".join(player.label for player in take.players)
        print(f"{take.id}  {began}  {minutes:3}:{seconds:02}  {take.notes:6} notes  {players}")
