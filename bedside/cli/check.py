"""``bedside check``: the record verified, and its index built anew."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated, Any

import typer

from bedside.cli.arguments import JsonOption
from bedside.cli.terminal import end, print_json, say, working


def check(
    context: typer.Context,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Build the database anew from the journal; the old one is kept aside.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check the recordings: every page and every record, and the database against the journal.

    A damaged database is built anew from the journal. Nothing is deleted. It ends with 1 if anything is lost or could
    not be mended.
    """
    from bedside.archive.ownership import Ownership
    from bedside.archive.store.tending import is_recorded, rebuild_index, tend

    with Ownership(context.obj, "check") if is_recorded(context.obj) else nullcontext() as claimed:
        owner = claimed is not None and claimed.held
        if rebuild and claimed is not None:
            claimed.require()
        with working("Checking the recordings"):
            aside = rebuild_index(context.obj, owner) if rebuild else None
            tended = tend(context.obj, owner)
    found = tended.checked
    if as_json:
        plain: dict[str, Any] = {"good": not tended.sentences, "sentences": list(tended.sentences)}
        plain["records"] = None if found is None else found.records
        plain["damaged"] = (
            []
            if found is None
            else [
                {"kind": each.kind, "file": each.file, "first": each.first, "last": each.last} for each in found.flaws
            ]
        )
        plain["missing"] = 0 if found is None else found.missing
        plain["differences"] = (
            {}
            if found is None
            else {each.table: {"wrong": each.wrong, "unwritten": each.unwritten} for each in found.differences}
        )
        plain["aside"] = None if aside is None else str(aside)
        print_json(plain)
    else:
        if aside is not None:
            print(f"The database was built anew; the old one is kept as {aside}.")
        if found is not None:
            print(f"{found.records} records of the journal were read and compared with the database.")
        if not tended.sentences:
            print("Nothing is recorded yet." if found is None else "The recordings are whole.")
    if tended.sentences:
        if as_json:
            raise SystemExit(1)
        for sentence in tended.sentences[:-1]:
            say(sentence)
        end(tended.sentences[-1])
