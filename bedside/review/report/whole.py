"""The full report of a take, as a file."""

from __future__ import annotations

from pathlib import Path

from bedside.archive.store.store import Store
from bedside.files import replacing
from bedside.review.hearing.sound import listening
from bedside.review.readings.measured import Measured
from bedside.review.readings.takes import Takes
from bedside.review.report import content, hearing, html, pdf


def write(store: Store, folder: Path, take: str, out: Path) -> None:
    """Write the report of a take to a file that ends in ``.html`` or ``.pdf``; ``folder`` is the data folder.

    It leaves out notes and goals, which belong to more than one take. Raise BedsideError for a file that cannot be
    written and for a take that cannot be rendered.
    """
    takes = Takes(store)
    request = content.ReportRequest((take,), frozenset(content.PARTS) - {"goals", "notes"})
    made = content.compose(content.ReportSources(store, takes, Measured(store, takes)), request)
    if out.suffix.lower() == ".pdf":
        body = pdf.write(made)
    else:
        with listening(takes.performed, folder / "sounds") as heard:
            body = html.write(made, {take: hearing.mp3(heard, take)})
    with replacing(out) as file:
        file.write(body)
