"""``bedside export``: a take becomes a file for other programs, or a page for the team."""

from __future__ import annotations

import typer

from bedside.cli.arguments import OutOption, TakeArgument
from bedside.cli.extras import needing_review
from bedside.cli.recordings import recordings
from bedside.cli.terminal import working
from bedside.errors import BedsideError


def export(context: typer.Context, take: TakeArgument, out: OutOption) -> None:
    """Write a take as mid, csv or json, or as a page for the team: html, which plays anywhere, or pdf."""
    from bedside.archive import csvfile, jsonfile
    from bedside.archive.midi import midifile

    kind = out.suffix.lower()
    if kind not in (".mid", ".csv", ".json", ".html", ".pdf"):
        raise BedsideError(
            f"A take is exported to a file that ends in .mid, .csv, .json, .html or .pdf; {out.name} does not."
        )
    if kind in (".html", ".pdf"):
        with needing_review("Pages for the team"):
            from bedside.review.report import whole
    with recordings(context.obj) as store:
        summary = store.summary(store.find(take))
        if kind in (".html", ".pdf"):
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
