"""Search all takes by patient, player, words and time, a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, Select, and_, exists, func, or_, select

from bedside.archive.store import rows
from bedside.archive.store.changes import labelled
from bedside.archive.store.choices import STAR
from bedside.archive.store.database import reading
from bedside.archive.store.models import Choice, PartRow, Patient, PerformedRow, Remark, Session, Take
from bedside.music.events import Performed, Player


class Order(StrEnum):
    """The order of the results; FULLEST puts the take with the most notes first, PATIENT sorts by code."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"
    FULLEST = "fullest"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class TakeQuery:
    """A search: ``words`` occur in a patient's code, in a remark or at the beginning of a take's id.

    None or an empty text matches all takes. ``patient`` is an id, or "" for takes without a patient. ``starred`` takes
    are those that somebody claimed as their own.
    """

    words: str = ""
    patient: str | None = None
    player: Player | None = None
    starred: bool = False
    order: Order = Order.NEWEST


@dataclass(frozen=True, slots=True)
class FoundTake:
    """A take that was found; ``notes`` counts each player's, in the order in which they entered.

    ``said`` is its first remark that contains the words searched for, or else its first remark.
    """

    id: str
    session: str
    patient: str | None
    code: str | None
    picture: str | None
    began: datetime
    origin: str
    seconds: float
    notes: tuple[tuple[Player, int], ...]
    remarks: int
    starred: bool
    said: str | None


# The events that begin and end notes, and the columns they need. All other events, which are most, are not read.
_OF_NOTES = ("note_on", "note_off", "all_off", "stop", "lost", "take_ended")
_OUTLINE = ("frame", "kind", "player", "note", "key", "velocity", "brightness", "source")
_performed = PerformedRow.__table__.c

_take, _session, _patient = Take.__table__.c, Session.__table__.c, Patient.__table__.c
_part, _remark, _choice = PartRow.__table__.c, Remark.__table__.c, Choice.__table__.c

_STARRED = exists().where(and_(_choice.take_id == _take.id, _choice.what == STAR))
_REMARKS = select(func.count()).where(_remark.take_id == _take.id).correlate(Take.__table__).scalar_subquery()
_NOTES = (
    select(func.coalesce(func.sum(_part.notes), 0))
    .where(_part.take_id == _take.id)
    .correlate(Take.__table__)
    .scalar_subquery()
)
_ORDERS: dict[Order, tuple[Any, ...]] = {
    Order.NEWEST: (_take.sequence.desc(),),
    Order.OLDEST: (_take.sequence,),
    Order.LONGEST: ((_take.frames * 1.0 / _take.rate).desc(),),
    Order.FULLEST: (_NOTES.desc(),),
    Order.PATIENT: (_patient.code.is_(None), _patient.code, _take.sequence.desc()),
}


class TakeSearch:
    """Searches the takes of a store; ``sentences`` turns the database's faults into plain sentences."""

    def __init__(self, engine: Engine, sentences: Callable[[str], Any]) -> None:
        self._engine = engine
        self._sentences = sentences

    def count(self, wanted: TakeQuery) -> int:
        """Return how many takes match."""
        counted = _matching(select(func.count()), wanted)
        with self._sentences("The recordings cannot be read"), reading(self._engine) as connection:
            return int(connection.execute(counted).scalar_one())

    def page(self, wanted: TakeQuery, first: int, count: int) -> list[FoundTake]:
        """Return up to ``count`` matching takes in order, beginning with number ``first``, counted from 0."""
        columns = (
            *(_take.id, _take.session_id, _session.patient_id, _patient.code, _patient.picture),
            *(
                _take.began,
                _take.utc_offset,
                _take.origin,
                _take.frames,
                _take.rate,
                _REMARKS.label("remarks"),
                _STARRED.label("starred"),
            ),
        )
        matching = _matching(select(*columns), wanted).order_by(*_ORDERS[wanted.order], _take.id)
        with self._sentences("The recordings cannot be read"), reading(self._engine) as connection:
            found = connection.execute(matching.limit(count).offset(first)).all()
            ids = [row[0] for row in found]
            parts = connection.execute(
                select(_part.take_id, _part.player, _part.notes).where(_part.take_id.in_(ids)).order_by(_part.entered)
            ).all()
            remarks = connection.execute(
                select(_remark.take_id, _remark.words)
                .where(_remark.take_id.in_(ids))
                .order_by(_remark.first, _remark.sequence, _remark.id)
            ).all()
        notes: dict[str, list[tuple[Player, int]]] = {}
        for take, player, number in parts:
            notes.setdefault(take, []).append((Player.named(player), number))
        said: dict[str, str] = {}
        words_lower = wanted.words.strip().lower()
        for take, words in sorted(remarks, key=lambda each: words_lower not in each.words.lower()):
            said.setdefault(take, words)
        return [
            FoundTake(
                id=row.id,
                session=row.session_id,
                patient=row.patient_id,
                code=row.code,
                picture=row.picture,
                began=labelled(row.began, row.utc_offset),
                origin=row.origin,
                seconds=row.frames / row.rate if row.rate else 0.0,
                notes=tuple(notes.get(row.id, ())),
                remarks=row.remarks,
                starred=bool(row.starred),
                said=said.get(row.id),
            )
            for row in found
        ]

    def outline(self, take: str) -> list[Performed]:
        """Return only those performed events of a take that begin and end notes, in order."""
        wanted = (
            select(*(_performed[name] for name in _OUTLINE))
            .where(_performed.take_id == take, _performed.kind.in_(_OF_NOTES))
            .order_by(_performed.ordinal)
        )
        with self._sentences("The recordings cannot be read"), reading(self._engine) as connection:
            return rows.outline(_OUTLINE, connection.execute(wanted))


def _matching(what: Select[Any], wanted: TakeQuery) -> Select[Any]:
    found = (
        what.select_from(Take.__table__)
        .join(Session.__table__, _session.id == _take.session_id)
        .join(Patient.__table__, _patient.id == _session.patient_id, isouter=True)
        .where(_take.origin != "replayed")
    )
    if wanted.words:
        words = wanted.words.strip()
        said = exists().where(and_(_remark.take_id == _take.id, _remark.words.icontains(words, autoescape=True)))
        code = _patient.code.icontains(words, autoescape=True)
        found = found.where(or_(code, said, _take.id.startswith(words.lower(), autoescape=True)))
    if wanted.patient is not None:
        found = found.where(_session.patient_id == wanted.patient if wanted.patient else _session.patient_id.is_(None))
    if wanted.player is not None:
        played = exists().where(and_(_part.take_id == _take.id, _part.player == wanted.player.label, _part.notes > 0))
        found = found.where(played)
    if wanted.starred:
        found = found.where(_STARRED)
    return found
