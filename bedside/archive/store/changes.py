"""All that can be written: values made whole by who writes, ids and times included, and their form in the journal.

Each change says what shall be so, never how much more, so that applying it twice is applying it once.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Table

from bedside.archive.store import rows
from bedside.archive.store.models import Base, UtcDateTime
from bedside.errors import BedsideError
from bedside.music.events import Performed

# The tables that changes name, each with its key.
KEYS: Mapping[str, str] = {
    "patient": "id",
    "session": "id",
    "take": "id",
    "choice": "id",
    "marker": "id",
    "remark": "id",
    "verdict": "id",
    "session_note": "session_id",
    "goal": "id",
    "attainment": "id",
    "link": "id",
    "rating": "id",
    "finished": "id",
    "staff_code": "id",
}
TABLES: Mapping[str, Table] = {name: Base.metadata.tables[name] for name in KEYS}
TIMES: Mapping[str, frozenset[str]] = {
    name: frozenset(column.name for column in table.columns if isinstance(column.type, UtcDateTime))
    for name, table in TABLES.items()
}


@dataclass(frozen=True, slots=True)
class Insert:
    """A row of a table, its key included, is there; nothing changes if it was there before."""

    table: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """These columns of the row of this key have these values, unless a later change gave them others."""

    table: str
    key: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delete:
    """The row of this key is gone for good; its id is never used again."""

    table: str
    key: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Played:
    """An event of a take, whose ``ordinal`` counts from 0."""

    take: str
    ordinal: int
    performed: Performed


Change = Insert | Update | Delete | Played


def fresh() -> str:
    """Return a new id."""
    return uuid.uuid4().hex


def now() -> datetime:
    """Return the present time with the offset that this computer's clock shows."""
    return datetime.now().astimezone()


def labelled(time: datetime, utc_offset: int | None) -> datetime:
    """Return a time with the offset that the clock showed, if it is known."""
    if utc_offset is None:
        return time
    return time.astimezone(timezone(timedelta(seconds=utc_offset)))


def patient_id(code: str, public_key: bytes) -> str:
    """Return the id that whoever has no index gives to the patient of a code; an index may know them by another.

    It is always the same for one bed. Without the public key, which lies beside the recordings, it tells nothing of the
    code.
    """
    return hmac.digest(public_key, code.encode("utf-8", "surrogatepass"), "sha256")[:16].hex()


def encode(change: Change) -> list[Any]:
    """Return a change as the record that the journal keeps: plain values that JSON knows, times as ISO 8601.

    Raise ValueError for a time without a zone and for a whole number that does not fit into 63 bits.
    """
    match change:
        case Played(take, ordinal, performed):
            return ["played", take, ordinal, int(performed.frame), *rows.event_fields(performed.event).values()]
        case Insert(table, values):
            return ["insert", table, _plain(values)]
        case Update(table, key, values):
            return ["update", table, dict(key), _plain(values)]
        case Delete(table, key):
            return ["delete", table, dict(key)]


def decode(record: Sequence[Any]) -> Change:
    """Return the change that a record keeps; raise BedsideError for what only a later version knows."""
    match record:
        case ["played", str(take), int(ordinal), int(frame), str(kind), *fields]:
            return Played(take, ordinal, Performed(frame, rows.event(kind, fields)))
        case ["insert", str(table), dict(values)]:
            return Insert(table, _known(table, values, TABLES.get(table)))
        case ["update", str(table), dict(key), dict(values)]:
            return Update(table, _key(table, key), _known(table, values, TABLES.get(table)))
        case ["delete", str(table), dict(key)]:
            return Delete(table, _key(table, key))
        case _:
            raise later_version()


def later_version() -> BedsideError:
    """Return the fault of a record that this version does not know."""
    return BedsideError("These recordings were made by a later version of bedside; update bedside on this computer.")


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _text(value) if isinstance(value, datetime) else value for name, value in values.items()}


def _text(time: datetime) -> str:
    if time.tzinfo is None:
        raise ValueError("a time of day needs its zone")
    return time.isoformat()


def _known(name: str, values: dict[str, Any], table: Table | None) -> dict[str, Any]:
    if table is None or not values.keys() <= set(table.columns.keys()):
        raise later_version()
    times = TIMES[name]
    try:
        return {
            column: datetime.fromisoformat(value) if column in times and value is not None else value
            for column, value in values.items()
        }
    except (TypeError, ValueError):
        raise later_version() from None


def _key(table: str, key: dict[str, Any]) -> dict[str, Any]:
    if KEYS.get(table) is None or list(key) != [KEYS[table]]:
        raise later_version()
    return key
