"""Whether a key that does not open the index is that of the recordings: only then is the index damaged.

What another bed's key does not open is whole. It is left where it is, for the key that comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bedside.archive.journal.reading import read
from bedside.archive.keys import firstpages
from bedside.archive.keys.secret import Secret
from bedside.archive.store.index import DATABASE, JOURNAL


def require_own(folder: Path, secrets: Sequence[Secret], error: DBAPIError) -> None:
    """Raise the error again unless one of the keys is that which the recordings of a folder were made with."""
    try:
        found = read(folder / JOURNAL, secrets)
        # What is recorded under another bed's key, before anybody knows that it is one, is no proof that it is right.
        foreign = any(finding.kind == "foreign key" for finding in found.findings)
        if not foreign and any(entry.record for entry in found.records):
            return
    except OSError:
        pass
    if not any(firstpages.fits_anywhere(folder / DATABASE, each) for each in secrets):
        raise error
