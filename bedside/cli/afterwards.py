"""The commands that look and listen afterwards: measures, pages and instruments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from bedside.cli.arguments import Json, Take
from bedside.cli.terminal import end, make_folder, print_json, progress, say, working
from bedside.errors import BedsideError


def measure(context: typer.Context, take: Take, as_json: Json = False) -> None:
    """Measure a take: what each player played, and what passed between two beside what chance would give."""
    from bedside.archive.store.store import Store
    from bedside.review.measures import table
    from bedside.review.measures import take as takes_
    from bedside.review.measures.measure import measure as measured
    from bedside.review.measures.writer import measures_json

    with Store.open(context.obj) as store:
        name = store.find(take)
        performed = store.performed(name)
    with working("Measuring"):
        found = measured(takes_.PlayedTake.of(name, performed))
    if as_json:
        # A line of its own for each number would take longer than to measure it.
        print(json.dumps(measures_json(found), ensure_ascii=False, allow_nan=False))
    else:
        print("\n".join(table.table_lines(found)))


def review(
    context: typer.Context,
    port: Annotated[
        int | None, typer.Option(help="The port of the pages; by default 8023, or any that is free.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser there.")] = True,
) -> None:
    """Open the therapist's pages in the browser, on this computer only."""
    from bedside.review.web import server

    server.serve(context.obj, port, browser, say)


def sounds(
    context: typer.Context,
    sheet: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a sound file and a picture of each into this folder.")
    ] = None,
    only: Annotated[str | None, typer.Option(metavar="NAME", help="Only this instrument.")] = None,
    as_json: Json = False,
) -> None:
    """List the instruments, or write sheets by which each can be judged in a minute."""
    from bedside.sound.engine import offline
    from bedside.sound.sheets import album
    from bedside.sound.sheets.sheet import key_name

    recipes = album.chosen(context.obj / "sounds", only, say)
    if sheet is not None:
        make_folder(sheet)
    found: list[dict[str, Any]] = []
    faults: list[str] = []
    share = 1 if sheet is None else 2
    with progress("Making the instruments" if sheet is None else "Making the sheets", share * len(recipes)) as moved:
        for recipe in recipes:
            try:
                shown = album.subject(recipe, offline.FILE_RATE, moved)
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
                wave, picture = album.write(shown, sheet, moved)
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
