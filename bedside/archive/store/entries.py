"""What stands in the journal, as plain values; times within a take are frames, all others UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient: the code of the ward's list, and the picture that the child knows, if there is one."""

    id: str
    code: str
    picture: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """A meeting: of which patient, None of nobody's, and when it began."""

    id: str
    patient_id: str | None
    began: datetime


@dataclass(frozen=True, slots=True)
class Marker:
    """A moment that was marked unseen: the ``seconds`` before ``frame``."""

    id: str
    take_id: str
    frame: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Remark:
    """Words about the frames ``first`` to ``last`` of a take, equal for a moment."""

    id: str
    take_id: str
    first: int
    last: int
    written: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a proposed moment of a kind, at frames ``first`` to ``last``, was accepted."""

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
    """A goal: what −2 to 2 look like, one line each in ``levels``, and how much it weighs."""

    id: str
    patient_id: str
    words: str
    levels: str
    weight: float
    set: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Attainment:
    """How far a goal was attained in a session, −2 to 2, as a rater saw it."""

    id: str
    goal_id: str
    session_id: str
    level: int
    rater: str
    rated: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """A moment of a take that a session's note or a goal points to."""

    id: str
    session_id: str | None
    goal_id: str | None
    take_id: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Rating:
    """A span of a take that a rater put into a category."""

    id: str
    take_id: str
    rater: str
    category: str
    first: int
    last: int
    made: datetime


@dataclass(frozen=True, slots=True)
class Finished:
    """A rater has said that their ratings of a take are done."""

    id: str
    take_id: str
    rater: str
    made: datetime
