"""The table of all machines, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# The columns behind the machine's own: what each check found.
COLUMNS = ("Python", "`make play`", "demo", "`make test`", "keyboard", ".deb")


def markdown(rows: Sequence[tuple[str, str, Mapping[str, str]]]) -> str:
    """Return a table with a row for each machine, its user, and what its checks found; an em dash was not tried."""
    head = ("machine", "user", *COLUMNS)
    lines = [head, ("---",) * len(head)]
    lines += [(machine, user, *(found.get(column, "–") for column in COLUMNS)) for machine, user, found in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
