"""``bedside sounds``: the list of instruments, and a sheet for each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bedside.cli.arguments import JsonOption
from bedside.cli.extras import needing_review
from bedside.cli.terminal import end, make_folder, print_json, progress, say
from bedside.errors import BedsideError


def sounds(
    context: typer.Context,
    sheet: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a sound file and a picture of each into this folder.")
    ] = None,
    only: Annotated[str | None, typer.Option(metavar="NAME", help="Only this instrument.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the instruments, or write a sheet for each, to judge it by in a minute."""
    from bedside.sound.engine import offline
    from bedside.sound.sheets import export
    from bedside.sound.sheets.sheet import key_name

    recipes = export.chosen_recipes(context.obj / "sounds", only, say)
    if sheet is not None:
        with needing_review("Sheets"):
            import matplotlib  # noqa: F401 - the sheets import it when they draw
        make_folder(sheet)
    found: list[dict[str, Any]] = []
    faults: list[str] = []
    share = 1 if sheet is None else 2
    with progress("Making the instruments" if sheet is None else "Making the sheets", share * len(recipes)) as moved:
        for recipe in recipes:
            try:
                shown = export.load_subject(recipe, offline.FILE_RATE, moved)
            except BedsideError as fault:
                faults.append(str(fault))
                continue
            each: dict[str, Any] = {
                "name": shown.instrument.name,
                "lowest": shown.instrument.lowest,
                "highest": shown.instrument.highest,
                "register": shown.register,
                "sustained": shown.instrument.sustained,
                "pieces": len(shown.pieces) or 1,
                "megabytes": round(shown.megabytes, 1),
                "source": shown.source,
            }
            if sheet is not None:
                wave, picture = export.write(shown, sheet, moved)
                each |= {"wave": str(wave), "picture": str(picture)}
            found.append(each)
    if as_json:
        print_json(found)
    else:
        wide = max((len(each["name"]) for each in found), default=0)
        for each in found:
            keys = f"{key_name(each['lowest'])}–{key_name(each['highest'])}"
            manner = "sustained" if each["sustained"] else "struck"
            size = f"{each['megabytes']:.0f} MB"
            register = key_name(each["register"])
            print(f"{each['name']:{wide}}  {keys:7}  {manner:9}  {register:3}  {size:>6}  {each['source']}")
            if sheet is not None:
                print(f"{'':{wide}}  {each['wave']}, {each['picture']}")
    if faults:
        end("\n".join(faults))
