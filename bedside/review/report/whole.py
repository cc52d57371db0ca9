"""A take as a page for the team with all that there is of it, without anybody who ticks."""

from __future__ import annotations

from pathlib import Path

from bedside.archive.store.store import Store
from bedside.files import replacing
from bedside.review.hearing.sound import listening
from bedside.review.readings.measured import Measured
from bedside.review.readings.takes import Takes
from bedside.review.report import content, hearing, html, pdf


def write(store: Store, folder: Path, take: str, out: Path) -> None:
    """Write the report of a take to a file that ends in ``.html`` or ``.pdf``; ``folder`` is where everything is kept.

    Notes and goals are of more than a take, and stay where they are. Raises BedsideError for a place that cannot be
    written and for a take that cannot be heard.
    """
    takes = Takes(store)
    wish = content.Wish((take,), frozenset(content.PARTS) - {"goals", "notes"})
    made = content.compose(content.ReportSources(store, takes, Measured(store, takes)), wish)
    if out.suffix.lower() == ".pdf":
        body = pdf.write(made)
    else:
        with listening(takes.performed, folder / "sounds") as heard:
            body = html.write(made, {take: hearing.mp3(heard, take)})
    with replacing(out) as file:
        file.write(body)
