"""Convert events to rows and back without loss; one table of field types drives both directions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import RowMapping

from bedside.archive.store.models import PerformedRow
from bedside.errors import BedsideError
from bedside.music.events import Event, Performed, Player, Source
from bedside.music.kinds import FIELDS, KINDS

# PostgreSQL and SQLite know no unsigned integers.
_LARGEST = 2**63 - 1


def _whole(value: int) -> int:
    if not 0 <= value <= _LARGEST:
        raise ValueError(f"a whole number that is kept is from 0 to 2**63 - 1, not {value}")
    return int(value)


def _float_back(value: float | None) -> float:
    # SQLite keeps a not-a-number as null.
    return math.nan if value is None else value


# How each type of field is written and read; a field's name is also the name of its column.
_CONVERTERS: dict[type, tuple[Callable[[Any], object], Callable[[Any], Any]]] = {
    Player: (lambda player: player.label, {player.label: player for player in Player}.__getitem__),
    Source: (lambda source: source.name.lower(), {source.name.lower(): source for source in Source}.__getitem__),
    int: (_whole, int),
    float: (float, _float_back),
    bool: (bool, bool),
    str: (str, str),
}
_WRITE = {event: [(name, _CONVERTERS[made][0]) for name, made in fields.items()] for event, fields in FIELDS.items()}
_READ = {kind: [(name, _CONVERTERS[made][1]) for name, made in FIELDS[event].items()] for kind, event in KINDS.items()}
_KIND_OF = {event: kind for kind, event in KINDS.items()}

COLUMNS: tuple[str, ...] = tuple(PerformedRow.__table__.columns.keys())


_EMPTY: dict[str, object] = dict.fromkeys(COLUMNS)


def event_fields(event: Event) -> dict[str, object]:
    """Return an event as plain values: its ``kind``, then its fields by name; players and sources as labels.

    Raise ValueError for a whole number that does not fit into 63 bits.
    """
    plain: dict[str, object] = {"kind": _KIND_OF[type(event)]}
    for name, write in _WRITE[type(event)]:
        plain[name] = write(getattr(event, name))
    return plain


def row(take: str, ordinal: int, performed: Performed) -> dict[str, object]:
    """Return the row of an event of a take, with every column; raise ValueError as `event_fields` does."""
    return {
        **_EMPTY,
        "take_id": take,
        "ordinal": ordinal,
        "frame": performed.frame,
        **event_fields(performed.event),
    }


def outline(columns: Sequence[str], found: Iterable[Sequence[Any]]) -> list[Performed]:
    """Return events from rows with only these columns, of which the first two are ``frame`` and ``kind``.

    The columns must include every field of the kinds that occur.
    """
    readers = {
        kind: (event, [(columns.index(name), read) for name, read in _READ[kind]])
        for kind, event in KINDS.items()
        if set(FIELDS[event]) <= set(columns)
    }
    made = []
    for row in found:
        event, places = readers[row[1]]
        made.append(Performed(row[0], event(*[read(row[at]) for at, read in places])))
    return made


def event(kind: str, values: Sequence[Any]) -> Event:
    """Return the event of a kind from the plain values of its fields, in order.

    Raise BedsideError for a kind, fields or values from a later version.
    """
    readers = _READ.get(kind)
    if readers is None or len(readers) != len(values):
        raise _later_version(kind)
    try:
        return KINDS[kind](**{name: read(value) for (name, read), value in zip(readers, values, strict=True)})
    except (KeyError, TypeError, ValueError):
        raise _later_version(kind) from None


def performed(row: RowMapping) -> Performed:
    """Return the event of a row; raise BedsideError for a kind from a later version."""
    kind = row["kind"]
    if kind not in KINDS:
        raise _later_version(kind)
    return Performed(row["frame"], KINDS[kind](**{name: read(row[name]) for name, read in _READ[kind]}))


def _later_version(kind: str) -> BedsideError:
    return BedsideError(f"This recording holds a {kind!r}, which only a later version of bedside can read.")
