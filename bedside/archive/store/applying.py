"""Bring the tables to what changes say; in whatever order they arrive, and however often, the rows are the same.

A row's ``sequence`` is the smallest number it was inserted with; a column has the value of its latest change; what was
deleted stays deleted; patients of one code are one patient, known by the id that came first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bedside.archive.store.changes import (
    KEYS,
    TABLES,
    TIMES,
    Change,
    Delete,
    Insert,
    Played,
    Update,
    encode,
    later_version,
)
from bedside.archive.store.models import Base
from bedside.music.events import NoteOn
from bedside.music.kinds import FIELDS, KINDS

_tables = Base.metadata.tables
_performed, _part, _take = _tables["performed"], _tables["part"], _tables["take"]
_latest, _patient, _alias = _tables["latest"], _tables["patient"], _tables["patient_alias"]
_session, _goal = _tables["session"], _tables["goal"]

_GONE = ""
# Nobody deletes rows of other tables, so that their inserts need not ask.
DELETABLE = frozenset({"marker", "remark", "verdict", "attainment", "link", "rating", "finished"})


def _quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


# A record of what was played is a row of these columns; its first item says what it is.
_COLUMNS = {kind: ("take_id", "ordinal", "frame", "kind", *FIELDS[event]) for kind, event in KINDS.items()}
_INSERTS = {
    kind: f"INSERT INTO performed ({_quoted(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
    for kind, columns in _COLUMNS.items()
}
_NOTE = next(kind for kind, event in KINDS.items() if event is NoteOn)
_PLAYER = 1 + _COLUMNS[_NOTE].index("player")

_THERE = select(_performed.c.ordinal).where(
    _performed.c.take_id == bindparam("of"), _performed.c.ordinal.between(bindparam("first"), bindparam("last"))
)
_FURTHER = (
    update(_take).where(_take.c.id == bindparam("of"), _take.c.frames < bindparam("to")).values(frames=bindparam("to"))
)
_UP_TO = select(func.coalesce(func.max(_performed.c.frame), 0)).where(_performed.c.take_id == bindparam("of"))


def apply(connection: Connection, change: Change, number: int, chain: str = "") -> None:
    """Apply the change that the record of this number of a chain keeps."""
    match change:
        case Played():
            apply_played(connection, [encode(change)])
        case Insert(table, values):
            _insert(connection, table, values, number)
        case Update(table, key, values):
            _update(connection, table, key, values, number, chain)
        case Delete(table, key):
            _delete(connection, table, key, number, chain)


def apply_played(connection: Connection, records: Iterable[Sequence[Any]]) -> None:
    """Add events, given as the records that keep them, to their takes; those that are there already are passed over.

    Raise BedsideError for a kind from a later version.
    """
    of: dict[str, dict[int, Sequence[Any]]] = defaultdict(dict)
    for record in records:
        if len(record) < 5 or len(record) != 1 + len(_COLUMNS.get(record[4], ())):
            raise later_version()
        of[record[1]].setdefault(record[2], record)
    new: dict[str, list[Sequence[Any]]] = defaultdict(list)
    for take, played in of.items():
        there = set(connection.execute(_THERE, {"of": take, "first": min(played), "last": max(played)}).scalars().all())
        fresh = [record for ordinal, record in played.items() if ordinal not in there]
        for record in fresh:
            new[record[4]].append(record)
        if fresh:
            _count(connection, take, fresh)
    for kind, found in new.items():
        connection.exec_driver_sql(_INSERTS[kind], [tuple(record[1:]) for record in found])


def _count(connection: Connection, take: str, fresh: list[Sequence[Any]]) -> None:
    notes: Counter[str] = Counter()
    entered: dict[str, int] = {}
    for record in fresh:
        if record[4] == _NOTE:
            player = record[_PLAYER]
            notes[player] += 1
            entered[player] = min(record[2], entered.get(player, record[2]))
    if notes:
        made = upsert(_part)
        made = made.on_conflict_do_update(
            index_elements=["take_id", "player"],
            set_={
                "notes": _part.c.notes + made.excluded.notes,
                "entered": func.min(_part.c.entered, made.excluded.entered),
            },
        )
        connection.execute(
            made,
            [{"take_id": take, "player": who, "notes": more, "entered": entered[who]} for who, more in notes.items()],
        )
    connection.execute(_FURTHER, {"of": take, "to": max(record[3] for record in fresh)})


def _insert(connection: Connection, name: str, values: Mapping[str, Any], number: int) -> None:
    table, key = TABLES[name], KEYS[name]
    if name in DELETABLE and _is_gone(connection, name, str(values[key])):
        return
    row = {**values}
    if "sequence" in table.c:
        row.setdefault("sequence", number)
    if "utc_offset" in table.c:
        row.setdefault("utc_offset", _offset(name, values))
    if name == "patient":
        _insert_patient(connection, row)
        return
    if row.get("patient_id") is not None and "patient_id" in table.c:
        row["patient_id"] = _known_as(connection, row["patient_id"])
    if name == "take":
        row["frames"] = max(row.get("frames", 0), connection.execute(_UP_TO, {"of": row["id"]}).scalar_one())
    made = upsert(table)
    if "sequence" in table.c:
        made = made.on_conflict_do_update(
            index_elements=[key], set_={"sequence": func.min(table.c.sequence, made.excluded.sequence)}
        )
    else:
        made = made.on_conflict_do_nothing(index_elements=[key])
    connection.execute(made, row)


def _insert_patient(connection: Connection, row: dict[str, Any]) -> None:
    there = connection.execute(
        select(_patient.c.id, _patient.c.sequence, _patient.c.picture).where(_patient.c.code == row["code"])
    ).first()
    if there is None:
        connection.execute(insert(_patient), row)
        return
    earliest = min(there.sequence, row["sequence"])
    if there.id == row["id"]:
        connection.execute(update(_patient).where(_patient.c.id == there.id).values(sequence=earliest))
    elif (there.sequence, there.id) <= (row["sequence"], row["id"]):
        _also_known_as(connection, row["id"], there.id)
    else:
        changed = connection.execute(
            select(_latest.c.name).where(_latest.c.kind == "patient", _latest.c.row == there.id)
        ).first()
        connection.execute(
            update(_patient)
            .where(_patient.c.id == there.id)
            .values(id=row["id"], sequence=earliest, picture=there.picture if changed else row.get("picture"))
        )
        for table in (_session, _goal, _alias):
            connection.execute(update(table).where(table.c.patient_id == there.id).values(patient_id=row["id"]))
        connection.execute(
            update(_latest).where(_latest.c.kind == "patient", _latest.c.row == there.id).values(row=row["id"])
        )
        connection.execute(delete(_alias).where(_alias.c.id == row["id"]))
        _also_known_as(connection, there.id, row["id"])


def _also_known_as(connection: Connection, other: str, patient: str) -> None:
    connection.execute(upsert(_alias).on_conflict_do_nothing(), {"id": other, "patient_id": patient})
    for table in (_session, _goal):
        connection.execute(update(table).where(table.c.patient_id == other).values(patient_id=patient))


def _known_as(connection: Connection, patient: str) -> str:
    known = connection.execute(select(_alias.c.patient_id).where(_alias.c.id == patient)).scalar()
    return patient if known is None else known


def _update(
    connection: Connection, name: str, key: Mapping[str, Any], values: Mapping[str, Any], number: int, chain: str
) -> None:
    table = TABLES[name]
    of = key[KEYS[name]]
    if name == "patient":
        of = _known_as(connection, of)
    known = connection.execute(
        select(_latest.c.name, _latest.c.number, _latest.c.chain).where(
            _latest.c.kind == name, _latest.c.row == str(of)
        )
    ).all()
    later = {found.name for found in known if (found.number, found.chain) > (number, chain)}
    if any(found.name == _GONE for found in known):
        return
    newer = {column: value for column, value in values.items() if column not in later}
    if not newer:
        return
    connection.execute(update(table).where(table.c[KEYS[name]] == of).values(**newer))
    _stamp(connection, name, str(of), newer, number, chain)


def _delete(connection: Connection, name: str, key: Mapping[str, Any], number: int, chain: str) -> None:
    table = TABLES[name]
    of = key[KEYS[name]]
    connection.execute(delete(table).where(table.c[KEYS[name]] == of))
    connection.execute(delete(_latest).where(_latest.c.kind == name, _latest.c.row == str(of), _latest.c.name != _GONE))
    _stamp(connection, name, str(of), [_GONE], number, chain)


def _stamp(connection: Connection, name: str, row: str, columns: Iterable[str], number: int, chain: str) -> None:
    made = upsert(_latest)
    made = made.on_conflict_do_update(
        index_elements=["kind", "row", "name"],
        set_={"number": made.excluded.number, "chain": made.excluded.chain},
        where=(_latest.c.number < made.excluded.number)
        | ((_latest.c.number == made.excluded.number) & (_latest.c.chain < made.excluded.chain)),
    )
    connection.execute(
        made,
        [{"kind": name, "row": row, "name": column, "number": number, "chain": chain} for column in columns],
    )


def _is_gone(connection: Connection, name: str, row: str) -> bool:
    gone = select(_latest.c.name).where(_latest.c.kind == name, _latest.c.row == row, _latest.c.name == _GONE)
    return connection.execute(gone).first() is not None


def _offset(name: str, values: Mapping[str, Any]) -> int | None:
    """Return the offset from UTC, in seconds, of the row's first time of day."""
    times = [values[column.name] for column in TABLES[name].columns if column.name in TIMES[name]]
    first = next((time for time in times if isinstance(time, datetime)), None)
    offset = None if first is None else first.utcoffset()
    return None if offset is None else round(offset.total_seconds())
