"""Feed the index from the journal: each record once, together with the anchor that says so."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from bedside.archive.store.applying import apply, apply_played
from bedside.archive.store.changes import decode
from bedside.archive.store.migration import UNADOPTED
from bedside.archive.store.models import Base

# Records of one transaction; more would make a long log, and a long wait for others who write.
_AT_ONCE = 20_000

# Several frames of the journal that are kept all together or not at all stand between these two.
BEGIN = "begin"
END = "end"
# Records that the journal writes about itself.
ITS_OWN = {"journal", "closed", "rolled", "adopting", "adopted"}
_MARKS = {BEGIN, END, *ITS_OWN}

_anchor = Base.metadata.tables["anchor"]
_MOVED = upsert(_anchor)
_MOVED = _MOVED.on_conflict_do_update(
    index_elements=["chain"],
    set_={"number": _MOVED.excluded.number},
    where=_anchor.c.number < _MOVED.excluded.number,
)


class Numbered(Protocol):
    """A record as the journal gives it back: its chain, its number there, and what it keeps."""

    @property
    def chain(self) -> str:
        """The chain that the record is of."""

    @property
    def number(self) -> int:
        """Its number, greater than those before it in its chain."""

    @property
    def record(self) -> list[Any]:
        """What it keeps."""


_Numbered = TypeVar("_Numbered", bound=Numbered)


def anchors(connection: Connection) -> dict[str, int]:
    """Return the number of the last record of each chain that the index holds."""
    found = connection.execute(select(_anchor.c.chain, _anchor.c.number).where(_anchor.c.chain != UNADOPTED))
    return {row.chain: row.number for row in found}


def greatest(connection: Connection) -> int:
    """Return the greatest number of a record that the index holds."""
    return connection.execute(select(func.max(_anchor.c.number))).scalar() or 0


def feed(engine: Engine, entries: Iterable[Numbered]) -> int:
    """Apply the entries that the index does not hold yet, in their order; return how many were new.

    Raise BedsideError for a record of a later version; what came before it is kept.
    """
    remaining = iter(whole(entries))
    fed = 0
    while batch := list(itertools.islice(remaining, _AT_ONCE)):
        with engine.begin() as connection:
            fed += apply_entries(connection, batch)
    return fed


def apply_entries(connection: Connection, entries: Iterable[Numbered]) -> int:
    """Apply the entries that the index does not hold yet within a transaction; return how many were new."""
    reached = anchors(connection)
    moved: dict[str, int] = {}
    played: list[list[Any]] = []
    fed = 0
    for entry in entries:
        if entry.number <= reached.get(entry.chain, 0):
            continue
        reached[entry.chain] = moved[entry.chain] = entry.number
        fed += 1
        kind = entry.record[0] if entry.record else None
        if kind == "played":
            played.append(entry.record)
        elif kind not in _MARKS:
            apply(connection, decode(entry.record), entry.number, entry.chain)
    apply_played(connection, played)
    move_anchors(connection, moved)
    return fed


def move_anchors(connection: Connection, moved: Mapping[str, int]) -> None:
    """Say how far these chains are in the index; an anchor never goes back."""
    if moved:
        connection.execute(_MOVED, [{"chain": chain, "number": number} for chain, number in moved.items()])


def whole(entries: Iterable[_Numbered]) -> Iterable[_Numbered]:
    """Return the entries that an index can take: not those about the journal itself, nor groups without an end."""
    held: dict[str, list[_Numbered]] = {}
    for entry in entries:
        kind = entry.record[0] if entry.record else None
        if kind in ITS_OWN:
            continue
        if kind == BEGIN:
            held[entry.chain] = [entry]
        elif entry.chain not in held:
            yield entry
        else:
            held[entry.chain].append(entry)
            if kind == END:
                yield from held.pop(entry.chain)
