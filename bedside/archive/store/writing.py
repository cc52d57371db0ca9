"""Write takes, choices and markers within one transaction; statements are prepared once to keep commits fast."""

from __future__ import annotations

import itertools
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import Connection, bindparam, func, insert, select, update

from bedside.archive.store import rows
from bedside.archive.store.choices import Chosen, Marked
from bedside.archive.store.models import Choice, Marker, PartRow, Patient, PerformedRow, Session, Take
from bedside.music.events import NoteOn, Performed, TakeBegan

# Nobody played in a "replayed" take: somebody only listened to an earlier one.
Origin = Literal["played", "imported", "demo", "replayed"]

# Limits memory: an imported take of a million notes is not copied into rows all at once.
_ROWS_AT_ONCE = 5_000

_performed = PerformedRow.__table__
_part = PartRow.__table__
_take = Take.__table__

_NEXT_ORDINAL = select(func.coalesce(func.max(_performed.c.ordinal) + 1, 0)).where(
    _performed.c.take_id == bindparam("of")
)
_INSERT_PERFORMED = insert(PerformedRow)
_MORE_NOTES = (
    update(PartRow)
    .where(_part.c.take_id == bindparam("of"), _part.c.player == bindparam("by"))
    .values(notes=_part.c.notes + bindparam("more"))
)
_FURTHER = (
    update(Take).where(_take.c.id == bindparam("of"), _take.c.frames < bindparam("to")).values(frames=bindparam("to"))
)


class Writing:
    """An open transaction, given by ``Store.writing``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin_session(self, patient: str | None, at: datetime | None = None) -> str:
        """Write a new session, and its patient if the code is unknown; return its id. ``at`` defaults to now."""
        session = uuid.uuid4().hex
        patient_id = None
        if patient is not None:
            patient_id = self._connection.execute(select(Patient.id).where(Patient.code == patient)).scalar()
            if patient_id is None:
                patient_id = uuid.uuid4().hex
                self._connection.execute(insert(Patient), {"id": patient_id, "code": patient, "picture": None})
        self._connection.execute(
            insert(Session), {"id": session, "patient_id": patient_id, "began": at or datetime.now(UTC)}
        )
        return session

    def begin_take(self, session: str, began: TakeBegan, origin: Origin, sound: str, at: datetime | None = None) -> str:
        """Write a new, empty take of a session; return its id. ``at`` defaults to now.

        ``sound`` says what makes its sound. Raise ValueError for a seed that does not fit into 63 bits.
        """
        take = uuid.uuid4().hex
        plain = rows.event_fields(began)
        self._connection.execute(
            insert(Take),
            {
                "id": take,
                "session_id": session,
                "began": at or datetime.now(UTC),
                "origin": origin,
                "sound": sound,
                "rate": plain["rate"],
                "seed": plain["seed"],
                "block": plain["block"],
                "frames": 0,
            },
        )
        return take

    def set_origin(self, take: str, origin: Origin) -> None:
        """Change the origin of a take."""
        self._connection.execute(update(Take).where(_take.c.id == take).values(origin=origin))

    def append(self, take: str, performed: Iterable[Performed]) -> None:
        """Append performed events to a take, its `TakeBegan` included."""
        ordinal = self._connection.execute(_NEXT_ORDINAL, {"of": take}).scalar_one()
        remaining = iter(performed)
        while batch := list(itertools.islice(remaining, _ROWS_AT_ONCE)):
            self._connection.execute(
                _INSERT_PERFORMED, [rows.row(take, ordinal + i, item) for i, item in enumerate(batch)]
            )
            self._count(take, ordinal, batch)
            ordinal += len(batch)

    def choose(self, session: str, take: str | None, chosen: Chosen, at: datetime | None = None) -> None:
        """Write a choice; ``take`` is None between takes. ``at`` defaults to now."""
        self._connection.execute(
            insert(Choice),
            {
                "id": uuid.uuid4().hex,
                "session_id": session,
                "take_id": take,
                "frame": None if take is None else chosen.frame,
                "made": at or datetime.now(UTC),
                "what": chosen.what,
                "which": chosen.which,
                "by": chosen.by,
            },
        )

    def mark(self, take: str, marked: Marked) -> None:
        """Write a marker of a take."""
        self._connection.execute(
            insert(Marker),
            {"id": uuid.uuid4().hex, "take_id": take, "frame": marked.frame, "seconds": marked.seconds},
        )

    def _count(self, take: str, ordinal: int, batch: list[Performed]) -> None:
        notes: Counter[str] = Counter()
        entered: dict[str, int] = {}
        for i, performed in enumerate(batch):
            if isinstance(performed.event, NoteOn):
                label = performed.event.player.label
                notes[label] += 1
                entered.setdefault(label, ordinal + i)
        for label, more in notes.items():
            known = self._connection.execute(_MORE_NOTES, {"of": take, "by": label, "more": more})
            if not known.rowcount:
                self._connection.execute(
                    insert(PartRow), {"take_id": take, "player": label, "notes": more, "entered": entered[label]}
                )
        self._connection.execute(_FURTHER, {"of": take, "to": max(performed.frame for performed in batch)})
