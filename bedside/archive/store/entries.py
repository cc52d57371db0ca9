"""The entries of the case notes as values; times within a take are frames, all others are UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient: the code on the ward's list, and the picture that the child knows, if there is one."""

    id: str
    code: str
    picture: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """A session: its patient, or None, and when it began."""

    id: str
    patient_id: str | None
    began: datetime


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker set at the bed, unseen by the child; it covers the ``seconds`` before ``frame``."""

    id: str
    take_id: str
    frame: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Remark:
    """Words about the frames ``first`` to ``last`` of a take; both are equal for a moment."""

    id: str
    take_id: str
    first: int
    last: int
    written: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a proposed moment of a ``kind``, from frame ``first`` to ``last``, was accepted."""

    id: str
    take_id: str
    kind: str
    first: int
    last: int
    accepted: bool
    made: datetime


@dataclass(frozen=True, slots=True)
class SessionNote:
    """A session's note in four parts (SOAP)."""

    session_id: str
    subjective: str
    objective: str
    assessment: str
    plan: str
    written: datetime


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal; ``levels`` describes −2 to 2, one line each, and ``weight`` is its weight in the total."""

    id: str
    patient_id: str
    words: str
    levels: str
    weight: float
    set: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Attainment:
    """A rater's rating of a goal in a session, −2 to 2."""

    id: str
    goal_id: str
    session_id: str
    level: int
    rater: str
    rated: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """A span of a take that the note of a session, or a goal, refers to."""

    id: str
    session_id: str | None
    goal_id: str | None
    take_id: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Rating:
    """A span of a take and the category that a rater gave it."""

    id: str
    take_id: str
    rater: str
    category: str
    first: int
    last: int
    made: datetime


@dataclass(frozen=True, slots=True)
class Finished:
    """A rater's statement that their ratings of a take are done."""

    id: str
    take_id: str
    rater: str
    made: datetime
