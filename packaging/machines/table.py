"""The table of all machines, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

# The columns behind the machine's own: what each check found.
COLUMNS = ("Python", "`make play`", "demo", "bits", "`make test`", "keyboard", ".deb")

# Those whose cells are to be the same on all machines: hashes.
_EVERYWHERE = ("demo", "bits")


def unequal(found: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the columns of hashes in which machines differ; what failed, or was not tried, says nothing."""
    hashes = [
        {each[column] for each in found if re.fullmatch("[0-9a-f]+", each.get(column, ""))} for column in _EVERYWHERE
    ]
    return [column for column, different in zip(_EVERYWHERE, hashes, strict=True) if len(different) > 1]


def markdown(rows: Sequence[tuple[str, str, Mapping[str, str]]]) -> str:
    """Return a table with a row for each machine, its user, and what its checks found; an em dash was not tried."""
    head = ("machine", "user", *COLUMNS)
    lines = [head, ("---",) * len(head)]
    lines += [(machine, user, *(found.get(column, "–") for column in COLUMNS)) for machine, user, found in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
