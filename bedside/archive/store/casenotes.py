"""The case notes, which people write about the music: markers, remarks, verdicts, notes, goals and ratings.

The music never changes; what is written about it can be rewritten or deleted. Times are frames of a take.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Select, Table, and_, select

from bedside.archive.store import models
from bedside.archive.store.changes import KEYS, TIMES, Change, Delete, Insert, Update, fresh, labelled, now
from bedside.archive.store.database import reading
from bedside.archive.store.entries import (
    Attainment,
    Finished,
    Goal,
    Link,
    Marker,
    Patient,
    Rating,
    Remark,
    Session,
    SessionNote,
    Verdict,
)
from bedside.archive.store.keeping import Keeper
from bedside.errors import NotFound, Refused

__all__ = [
    "Attainment",
    "CaseNotes",
    "Finished",
    "Goal",
    "Link",
    "Marker",
    "Patient",
    "Rating",
    "Remark",
    "Session",
    "SessionNote",
    "Verdict",
]

T = TypeVar("T")

# Longer text was pasted by mistake.
MOST_WORDS = 20_000
LEVELS = (-2, -1, 0, 1, 2)

_UNWRITTEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


_TABLES: dict[type[Any], Table] = {
    made: getattr(models, made.__name__).__table__
    for made in (Patient, Session, Marker, Remark, Verdict, SessionNote, Goal, Attainment, Link, Rating, Finished)
}


class CaseNotes:
    """Reads and writes the entries of a store; ``sentences`` turns the database's faults into plain sentences.

    Every method is one step. What is written is on the disk when it returns, though the index may show it later. Each
    raises NotFound for an unknown id, Refused for words that are too long and for numbers out of range, and another
    BedsideError if the store cannot be read or written.
    """

    def __init__(self, engine: Engine, keeper: Callable[[], Keeper], sentences: Callable[[str], Any]) -> None:
        self._engine = engine
        self._keeper = keeper
        self._sentences = sentences

    def patients(self) -> list[Patient]:
        """Return all patients in the order of their codes."""
        return self._all(Patient, _of(Patient).order_by(_column(Patient, "code")))

    def patient(self, patient: str) -> Patient:
        """Return the patient of this id."""
        return self._one(Patient, "id", patient)

    def picture(self, patient: str, picture: str | None) -> None:
        """Set the picture of a patient, or remove it with None."""
        self._change(Patient, patient, picture=picture)

    def sessions(self, patient: str | None = None) -> list[Session]:
        """Return the sessions of a patient, or all, in order of beginning."""
        wanted = _of(Session) if patient is None else _of(Session).where(_column(Session, "patient_id") == patient)
        return self._all(Session, wanted.order_by(_column(Session, "sequence"), _column(Session, "id")))

    def session(self, session: str) -> Session:
        """Return the session of this id."""
        return self._one(Session, "id", session)

    def markers(self, take: str) -> list[Marker]:
        """Return the markers of a take in order."""
        return self._of_take(Marker, take, "frame")

    def mark(self, take: str, frame: int, seconds: float) -> Marker:
        """Mark the seconds before a frame."""
        if not 0 <= seconds <= 86_400:
            raise Refused("A marker covers the seconds before it, at most a day.")
        return self._add(Marker(fresh(), take, _frame(frame), seconds))

    def remarks(self, take: str) -> list[Remark]:
        """Return the remarks on a take in order of the music."""
        return self._of_take(Remark, take, "first")

    def remark(self, take: str, first: int, last: int, words: str) -> Remark:
        """Write a remark on the frames ``first`` to ``last``."""
        first, last = _span(first, last)
        return self._add(Remark(fresh(), take, first, last, now(), _words(words)))

    def reword(self, remark: str, words: str) -> None:
        """Replace the words of a remark."""
        self._change(Remark, remark, words=_words(words), written=now())

    def verdicts(self, take: str) -> list[Verdict]:
        """Return the verdicts on a take's moments."""
        return self._of_take(Verdict, take, "first")

    def judge(self, take: str, kind: str, first: int, last: int, accepted: bool) -> Verdict:
        """Accept or dismiss a proposed moment; replaces an earlier verdict."""
        first, last = _span(first, last)
        return self._add(
            Verdict(fresh(), take, _words(kind)[:40], first, last, accepted, now()),
            "take_id",
            "kind",
            "first",
            "last",
        )

    def note(self, session: str) -> SessionNote | None:
        """Return the note of a session, or None."""
        found = self._all(SessionNote, _of(SessionNote).where(_column(SessionNote, "session_id") == session))
        return found[0] if found else None

    def write_note(self, session: str, subjective: str, objective: str, assessment: str, plan: str) -> SessionNote:
        """Write the note of a session; replaces an earlier one."""
        made = SessionNote(
            session,
            _words(subjective, empty=True),
            _words(objective, empty=True),
            _words(assessment, empty=True),
            _words(plan, empty=True),
            now(),
        )
        return self._add(made, "session_id")

    def goals(self, patient: str) -> list[Goal]:
        """Return the goals of a patient, the oldest first."""
        wanted = _of(Goal).where(_column(Goal, "patient_id") == patient)
        return self._all(Goal, wanted.order_by(_column(Goal, "sequence"), _column(Goal, "id")))

    def set_goal(self, patient: str, words: str, levels: Sequence[str], weight: float = 1.0) -> Goal:
        """Set a goal; ``levels`` are five descriptions, for −2 to 2."""
        if len(levels) != len(LEVELS) or not 0 < weight <= 100:
            raise Refused("A goal needs five levels and a weight above 0, at most 100.")
        lines = "\n".join(_words(" ".join(level.split()), empty=True) for level in levels)
        return self._add(Goal(fresh(), patient, _words(words), lines, weight, now(), None))

    def end_goal(self, goal: str) -> None:
        """End a goal that is no longer pursued."""
        self._change(Goal, goal, ended=now())

    def attainments(self, goal: str) -> list[Attainment]:
        """Return the ratings of a goal in order of time."""
        wanted = _of(Attainment).where(_column(Attainment, "goal_id") == goal)
        return self._all(Attainment, wanted.order_by(_column(Attainment, "sequence"), _column(Attainment, "id")))

    def attain(self, goal: str, session: str, level: int, rater: str) -> Attainment:
        """Rate a goal in a session; replaces an earlier rating by the same rater."""
        if level not in LEVELS:
            raise Refused(f"A goal is rated from −2 to 2, not {level}.")
        made = Attainment(fresh(), goal, session, level, _words(rater, empty=True)[:40], now())
        return self._add(made, "goal_id", "session_id", "rater")

    def links(self, session: str | None = None, goal: str | None = None) -> list[Link]:
        """Return the spans that the note of a session, or a goal, refers to."""
        name, owner = ("session_id", session) if goal is None else ("goal_id", goal)
        return self._all(Link, _of(Link).where(_column(Link, name) == owner).order_by(*_in_order(Link, "first")))

    def link(self, take: str, first: int, last: int, session: str | None = None, goal: str | None = None) -> Link:
        """Link the note of a session, or a goal, to a span of a take."""
        if (session is None) == (goal is None):
            raise ValueError("a link belongs to a session or to a goal")
        first, last = _span(first, last)
        return self._add(Link(fresh(), session, goal, take, first, last))

    def ratings(self, take: str, rater: str | None = None) -> list[Rating]:
        """Return the ratings of a take, by one rater or by all."""
        found = self._of_take(Rating, take, "first")
        return found if rater is None else [rating for rating in found if rating.rater == rater]

    def rate(self, take: str, rater: str, category: str, first: int, last: int) -> Rating:
        """Rate a span of a take as a category."""
        first, last = _span(first, last)
        return self._add(Rating(fresh(), take, _words(rater)[:40], _words(category)[:80], first, last, now()))

    def finished(self, take: str) -> list[Finished]:
        """Return the raters who have finished a take, in order of finishing."""
        return self._of_take(Finished, take, "sequence")

    def finish(self, take: str, rater: str) -> Finished:
        """Mark a rater's ratings of a take as done; the second time changes nothing."""
        for said in self.finished(take):
            if said.rater == rater:
                return said
        return self._add(Finished(fresh(), take, _words(rater)[:40], now()))

    def take_back(self, kind: type[Any], which: str) -> None:
        """Delete a marker, remark, verdict, attainment, link, rating or finished mark."""
        if kind not in (Marker, Remark, Verdict, Attainment, Link, Rating, Finished):
            raise ValueError(f"a {kind.__name__} is not taken back")
        with self._changing() as (connection, changes):
            _require_row(connection, kind, which)
            changes.append(Delete(_TABLES[kind].name, {"id": which}))

    def _of_take(self, kind: type[T], take: str, order: str) -> list[T]:
        wanted = _of(kind).where(_column(kind, "take_id") == take)
        return self._all(kind, wanted.order_by(*_in_order(kind, order)))

    def _one(self, kind: type[T], name: str, value: str) -> T:
        found = self._all(kind, _of(kind).where(_column(kind, name) == value))
        if not found:
            raise _not_found(kind.__name__, value)
        return found[0]

    def _all(self, kind: type[T], wanted: Select[Any]) -> list[T]:
        with self._sentences("The recordings cannot be read"), reading(self._engine) as connection:
            return [_entry(kind, row) for row in connection.execute(wanted).mappings()]

    def _add(self, made: T, *same: str) -> T:
        """Insert an entry; delete those before it that equal it in all columns named in ``same``, if any are named."""
        table = _TABLES[type(made)]
        key = KEYS[table.name]
        values = {name: getattr(made, name) for name in _names(type(made))}
        with self._changing() as (connection, changes):
            _require(connection, made)
            if same and list(same) != [key]:
                equal: list[ColumnElement[bool]] = [table.c[name] == values[name] for name in same]
                earlier = connection.execute(select(table.c[key]).where(and_(*equal))).scalars()
                changes += [Delete(table.name, {key: which}) for which in earlier]
            changes.append(Insert(table.name, values))
            if list(same) == [key]:
                changed = {name: value for name, value in values.items() if name != key}
                changes.append(Update(table.name, {key: values[key]}, changed))
        return made

    def _change(self, kind: type[Any], which: str, **values: object) -> None:
        with self._changing() as (connection, changes):
            _require_row(connection, kind, which)
            changes.append(Update(_TABLES[kind].name, {"id": which}, values))

    @contextmanager
    def _changing(self) -> Iterator[tuple[Connection, list[Change]]]:
        with self._sentences("What you wrote cannot be saved"), self._keeper().deciding() as deciding:
            yield deciding


def _require_row(connection: Connection, kind: type[Any], which: str) -> None:
    if connection.execute(select(_column(kind, "id")).where(_column(kind, "id") == which)).first() is None:
        raise _not_found(kind.__name__, which)


def _require(connection: Connection, made: object) -> None:
    """Raise NotFound if a value names an owner that does not exist; the database would not say which one."""
    for name in _names(type(made)):
        owner = {"take_id": "take", "session_id": "session", "patient_id": "patient", "goal_id": "goal"}.get(name)
        value = getattr(made, name)
        if owner is None or value is None:
            continue
        table = models.Base.metadata.tables[owner]
        if connection.execute(select(table.c.id).where(table.c.id == value)).first() is None:
            raise _not_found(owner, value)


def _not_found(kind: str, which: str) -> NotFound:
    called = {"SessionNote": "note", "Attainment": "rating", "Finished": "entry"}.get(kind, kind.lower())
    return NotFound(f"That {called} does not exist, or no longer exists.", which)


def _names(kind: type[Any]) -> list[str]:
    return [field.name for field in fields(kind)]


def _column(kind: type[Any], name: str) -> Any:
    return _TABLES[kind].c[name]


def _of(kind: type[Any]) -> Select[Any]:
    offset = [_column(kind, "utc_offset")] if "utc_offset" in _TABLES[kind].c else []
    return select(*(_column(kind, name) for name in _names(kind)), *offset)


def _in_order(kind: type[Any], first: str) -> tuple[Any, ...]:
    return _column(kind, first), _column(kind, "sequence"), _column(kind, "id")


def _entry(kind: type[T], row: RowMapping) -> T:
    values = {name: row[name] for name in _names(kind)}
    for name in TIMES[_TABLES[kind].name]:
        if values[name] is not None:
            values[name] = labelled(values[name], row["utc_offset"])
    return kind(**values)


def _frame(frame: int) -> int:
    if not 0 <= frame < 2**62:
        raise Refused("A moment must lie within its take.")
    return frame


def _span(first: int, last: int) -> tuple[int, int]:
    if first > last:
        first, last = last, first
    return _frame(first), _frame(last)


def _words(words: str, empty: bool = False) -> str:
    """Return text without control characters, which some files and databases cannot hold."""
    words = _UNWRITTEN.sub("", words.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(words) > MOST_WORDS:
        raise Refused(f"That text is too long; at most {MOST_WORDS} characters are kept.")
    if not words and not empty:
        raise Refused("Please write some text first.")
    return words
