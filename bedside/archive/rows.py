"""Every event has one row and every row one event, exactly: both ways are read from the same table of kinds."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

from sqlalchemy import RowMapping

from bedside.archive.models import PerformedRow
from bedside.errors import BedsideError
from bedside.music.events import (
    Event,
    Level,
    Lost,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Program,
    Resumed,
    Shape,
    Source,
    Stop,
    TakeBegan,
    TakeEnded,
    Tempo,
)

KINDS: dict[str, type[Event]] = {
    "note_on": NoteOn,
    "note_off": NoteOff,
    "shape": Shape,
    "program": Program,
    "level": Level,
    "stop": Stop,
    "tempo": Tempo,
    "take_began": TakeBegan,
    "take_ended": TakeEnded,
    "lost": Lost,
    "resumed": Resumed,
}

# PostgreSQL and SQLite know no unsigned integers.
LARGEST_SEED = 2**63 - 1


def _seed(value: int) -> int:
    if not 0 <= value <= LARGEST_SEED:
        raise ValueError(f"a seed that is kept is from 0 to 2**63 - 1, not {value}")
    return value


def _float_back(value: float | None) -> float:
    # SQLite keeps a not-a-number as null.
    return math.nan if value is None else value


# For every field of every event, which is also the name of its column: how it is written and how it is read.
_WRITE: dict[str, Callable[[Any], object]] = {
    "player": lambda player: player.label,
    "source": lambda source: source.name.lower(),
    "note": int,
    "key": int,
    "velocity": float,
    "brightness": float,
    "instrument": str,
    "db": float,
    "pan": float,
    "seconds": float,
    "seed": _seed,
    "rate": int,
    "block": int,
}
_READ: dict[str, Callable[[Any], Any]] = {
    "player": {player.label: player for player in Player}.__getitem__,
    "source": {source.name.lower(): source for source in Source}.__getitem__,
    "note": int,
    "key": int,
    "velocity": _float_back,
    "brightness": _float_back,
    "instrument": str,
    "db": _float_back,
    "pan": _float_back,
    "seconds": _float_back,
    "seed": int,
    "rate": int,
    "block": int,
}

_FIELDS: dict[str, tuple[str, ...]] = {
    kind: tuple(field.name for field in dataclasses.fields(event)) for kind, event in KINDS.items()
}
_KIND_OF: dict[type[Event], str] = {event: kind for kind, event in KINDS.items()}
_EMPTY: dict[str, object] = dict.fromkeys(_WRITE)

COLUMNS: tuple[str, ...] = tuple(PerformedRow.__table__.columns.keys())


def fields(event: Event) -> dict[str, object]:
    """Return an event as plain values: its ``kind``, then its fields by name, players and sources by their labels.

    Raise ValueError for a seed that does not fit into 63 bits.
    """
    kind = _KIND_OF[type(event)]
    plain: dict[str, object] = {"kind": kind}
    for name in _FIELDS[kind]:
        plain[name] = _WRITE[name](getattr(event, name))
    return plain


def row(take: str, ordinal: int, performed: Performed) -> dict[str, object]:
    """Return the row of an event, with every column, for the take of this id; raise ValueError as `fields` does."""
    return {
        **_EMPTY,
        "take_id": take,
        "ordinal": ordinal,
        "frame": performed.frame,
        **fields(performed.event),
    }


def performed(row: RowMapping) -> Performed:
    """Return the event of a row; raise BedsideError for one that a later version wrote."""
    kind = row["kind"]
    if kind not in KINDS:
        raise BedsideError(f"This recording holds a {kind!r}, which only a later version of bedside can read.")
    return Performed(row["frame"], KINDS[kind](**{name: _READ[name](row[name]) for name in _FIELDS[kind]}))
