"""The table of all machines, as Markdown, and its place in CONTRIBUTING.md."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

# The columns behind the machine's own: what each check found.
COLUMNS = ("Python", "`make play`", "demo", "bits", "`make test`", "keyboard", ".deb")

# Those whose cells are to be the same on all machines: hashes.
_EVERYWHERE = ("demo", "bits")

_NOT_TRIED = "–"
_HEAD = ("machine", "user", *COLUMNS)
_BEGIN, _END = "<!-- written by `make machines ARGS=--write` -->\n", "<!-- end of the table -->\n"


def unequal(found: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the columns of hashes in which machines differ; what failed, or was not tried, says nothing."""
    differ = []
    for column in _EVERYWHERE:
        hashes = {each[column] for each in found if re.fullmatch("[0-9a-f]+", each.get(column, ""))}
        if len(hashes) > 1:
            differ.append(column)
    return differ


def markdown(rows: Sequence[tuple[str, str, Mapping[str, str]]]) -> str:
    """Return a table with a row for each machine, its user, and what its checks found; a dash was not tried."""
    return _lines(
        [[machine, user, *(found.get(column, _NOT_TRIED) for column in COLUMNS)] for machine, user, found in rows]
    )


def written(page: str, table: str) -> str:
    """Return a page with the table in its place; rows and cells that were not tried anew stay as they were.

    Raises ValueError if the page has no place for it.
    """
    before, begin, rest = page.partition(_BEGIN)
    old, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError("The page has no place for the table.")
    rows = _cells(old)
    for key, new in _cells(table).items():
        kept = rows.get(key, new)
        rows[key] = [was if now == _NOT_TRIED else now for was, now in zip(kept, new, strict=True)]
    return f"{before}{_BEGIN}\n{_lines([[*key, *cells] for key, cells in rows.items()])}\n\n{_END}{after}"


def _lines(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [_HEAD, ["---"] * len(_HEAD), *rows])


def _cells(table: str) -> dict[tuple[str, str], list[str]]:
    """Return the cells behind machine and user of each row of a table."""
    lines = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")]
    return {(row[0], row[1]): row[2:] for row in lines[2:]}
