"""Turn what is played and chosen into changes of the record, each made whole: ids, times and ordinals included.

Nothing is asked of the store or of anybody else, so that what is played can be kept where there is no store yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bedside.archive.store.changes import Change, Insert, Played, Update, fresh
from bedside.archive.store.choices import STAR, Chosen, Marked
from bedside.archive.store.writing import Origin, choice_made, marker_set, take_begun
from bedside.music.events import NoteOn, Performed, Source, TakeBegan


@dataclass(frozen=True, slots=True)
class NewSession:
    """Begin a new session from here on, of the patient with this code, whose ``picture`` it is if they are new."""

    patient: str | None
    picture: str | None = None


Kept = Performed | Chosen | Marked | NewSession


@dataclass(frozen=True, slots=True)
class _Where:
    """The session and the take to which the next item belongs.

    ``session`` and ``take`` are None until they begin; ``owner`` is the session of the current take, ``ordinal`` that
    of its next event. ``own`` is the last take of that session in which somebody played. ``replayed`` is whether the
    current take is only a replay so far.
    """

    patient: str | None
    picture: str | None = None
    session: str | None = None
    take: str | None = None
    ordinal: int = 0
    owner: str | None = None
    own: str | None = None
    replayed: bool = False


class Transcript:
    """The sessions and takes of one run of the program.

    The first session is of the patient with this code, or of nobody; it begins with the first item that is kept, so
    that a session without music leaves nothing. ``sound`` returns what makes the sound, and ``identify`` the id of the
    patient of a code.
    """

    def __init__(
        self, patient: str | None, origin: Origin, sound: Callable[[], str], identify: Callable[[str], str]
    ) -> None:
        self._where = _Where(patient)
        self._origin: Origin = origin
        self._sound = sound
        self._identify = identify

    @property
    def take(self) -> str | None:
        """The id of the last take that began."""
        return self._where.take

    def write(self, kept: Kept, at: datetime) -> list[Change]:
        """Return the changes that keep one item of this time; none for what belongs to no take.

        Raise ValueError for a number that cannot be kept; the item then changes nothing.
        """
        changes: list[Change] = []
        where = self._where
        match kept:
            case Performed(_, TakeBegan() as began):
                where = self._begin_session(changes, where, at)
                take = take_begun(fresh(), str(where.session), began, self._origin, self._sound(), at)
                changes.append(take)
                own = where.own if where.owner == where.session else None
                where = replace(where, take=take.values["id"], ordinal=0, owner=where.session, own=own, replayed=False)
                where = self._append(changes, where, kept)
            case Performed():
                where = self._append(changes, where, kept)
            case Chosen():
                where = self._begin_session(changes, where, at)
                changes.append(_choice(where, kept, at))
            case Marked() if where.take is not None:
                changes.append(marker_set(where.take, kept))
            case NewSession(patient, picture):
                where = replace(where, patient=patient, picture=picture, session=None)
        self._where = where
        return changes

    def _begin_session(self, changes: list[Change], where: _Where, at: datetime) -> _Where:
        """Begin a session if there is none; return where the next item belongs."""
        if where.session is not None:
            return where
        patient_id = None
        if where.patient is not None:
            patient_id = self._identify(where.patient)
            changes.append(Insert("patient", {"id": patient_id, "code": where.patient, "picture": where.picture}))
        session = fresh()
        changes.append(Insert("session", {"id": session, "patient_id": patient_id, "began": at}))
        return replace(where, session=session)

    def _append(self, changes: list[Change], where: _Where, performed: Performed) -> _Where:
        """Write a performed event of the current take; return where the next item belongs."""
        if where.take is None:
            return where
        changes.append(Played(where.take, where.ordinal, performed))
        where = replace(where, ordinal=where.ordinal + 1)
        if not isinstance(performed.event, NoteOn):
            return where
        if performed.event.source is not Source.REPLAY:
            if where.replayed:
                # Somebody plays along, so this take is an improvisation.
                changes.append(Update("take", {"id": where.take}, {"origin": self._origin}))
            return replace(where, own=where.take, replayed=False)
        if where.own != where.take and not where.replayed:
            changes.append(Update("take", {"id": where.take}, {"origin": "replayed"}))
            return replace(where, replayed=True)
        return where


def _choice(where: _Where, chosen: Chosen, at: datetime) -> Insert:
    """Return the change of a choice; a star belongs to the take that was played last, not to a replay of it."""
    take = where.take if where.owner == where.session else None
    if chosen.what == STAR and where.replayed and take is not None:
        take, chosen = where.own, replace(chosen, frame=None)
    return choice_made(str(where.session), take, chosen, at)
