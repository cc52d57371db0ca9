"""Write takes, choices and markers: a writing gathers changes, which are kept all together or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, bindparam, func, select

from bedside.archive.store import rows
from bedside.archive.store.changes import Change, Insert, Played, Update, fresh, now
from bedside.archive.store.choices import Chosen, Marked
from bedside.archive.store.models import Patient, PerformedRow, Session, Take
from bedside.errors import NotFound
from bedside.music.events import Performed, TakeBegan

# Nobody played in a "replayed" take: somebody only listened to an earlier one.
Origin = Literal["played", "imported", "demo", "replayed"]

_performed = PerformedRow.__table__

_NEXT_ORDINAL = select(func.coalesce(func.max(_performed.c.ordinal) + 1, 0)).where(
    _performed.c.take_id == bindparam("of")
)


class Writing:
    """An open writing, given by ``Store.writing``; ``connection`` reads what is there already."""

    def __init__(self, connection: Connection) -> None:
        self.changes: list[Change] = []
        self._connection = connection
        self._patients: dict[str, str] = {}
        self._begun: set[str] = set()
        self._ordinals: dict[str, int] = {}

    def begin_session(self, patient: str | None, at: datetime | None = None) -> str:
        """Write a new session, and its patient if the code is unknown; return its id. ``at`` defaults to now."""
        session = fresh()
        values = {
            "id": session,
            "patient_id": None if patient is None else self._patient(patient),
            "began": at or now(),
        }
        self.changes.append(Insert("session", values))
        self._begun.add(session)
        return session

    def begin_take(self, session: str, began: TakeBegan, origin: Origin, sound: str, at: datetime | None = None) -> str:
        """Write a new, empty take of a session; return its id. ``at`` defaults to now.

        ``sound`` says what makes its sound. Raise NotFound for an unknown session, ValueError for a seed that does not
        fit into 63 bits.
        """
        self._require("session", session)
        self.changes.append(take_begun(take := fresh(), session, began, origin, sound, at or now()))
        self._begun.add(take)
        self._ordinals[take] = 0
        return take

    def set_origin(self, take: str, origin: Origin) -> None:
        """Change the origin of a take."""
        self.changes.append(Update("take", {"id": take}, {"origin": origin}))

    def append(self, take: str, performed: Iterable[Performed]) -> None:
        """Append performed events to a take, its `TakeBegan` included; raise NotFound for an unknown take."""
        self._require("take", take)
        ordinal = self._ordinals.get(take)
        if ordinal is None:
            ordinal = int(self._connection.execute(_NEXT_ORDINAL, {"of": take}).scalar_one())
        for item in performed:
            self.changes.append(Played(take, ordinal, item))
            ordinal += 1
        self._ordinals[take] = ordinal

    def choose(self, session: str, take: str | None, chosen: Chosen, at: datetime | None = None) -> None:
        """Write a choice; ``take`` is None between takes. ``at`` defaults to now."""
        self.changes.append(choice_made(session, take, chosen, at or now()))

    def mark(self, take: str, marked: Marked) -> None:
        """Write a marker of a take."""
        self.changes.append(marker_set(take, marked))

    def _patient(self, code: str) -> str:
        known = self._patients.get(code)
        if known is None:
            known = self._connection.execute(select(Patient.id).where(Patient.code == code)).scalar()
        if known is None:
            known = fresh()
            self.changes.append(Insert("patient", {"id": known, "code": code, "picture": None}))
        self._patients[code] = known
        return known

    def _require(self, kind: Literal["session", "take"], which: str) -> None:
        if which in self._begun:
            return
        table = {"session": Session, "take": Take}[kind].__table__
        if self._connection.execute(select(table.c.id).where(table.c.id == which)).first() is None:
            raise NotFound(f"That {kind} does not exist, or no longer exists.", which)


def take_begun(take: str, session: str, began: TakeBegan, origin: Origin, sound: str, at: datetime) -> Insert:
    """Return the change that begins a take; raise ValueError for a seed that does not fit into 63 bits."""
    plain = rows.event_fields(began)
    values = {
        "id": take,
        "session_id": session,
        "began": at,
        "origin": origin,
        "sound": sound,
        **{name: plain[name] for name in ("rate", "seed", "block")},
        "frames": 0,
    }
    return Insert("take", values)


def choice_made(session: str, take: str | None, chosen: Chosen, at: datetime) -> Insert:
    """Return the change that keeps a choice; ``take`` is None between takes."""
    values = {
        "id": fresh(),
        "session_id": session,
        "take_id": take,
        "frame": None if take is None else chosen.frame,
        "made": at,
        "what": chosen.what,
        "which": chosen.which,
        "by": chosen.by,
    }
    return Insert("choice", values)


def marker_set(take: str, marked: Marked) -> Insert:
    """Return the change that keeps a marker."""
    return Insert("marker", {"id": fresh(), "take_id": take, "frame": marked.frame, "seconds": marked.seconds})
