"""The tables of the store, in types that SQLite and PostgreSQL share.

Every id is a random UUID of 32 hexadecimal digits, so that the records of many beds can be merged. No table holds a
patient's name. Times within a take are frames. A time of day is a label, in UTC, beside the offset from UTC that the
clock showed, in seconds. Clocks are set back, so rows are ordered by ``sequence``, the number of their record in the
journal; it is below 0 for rows from before the journal.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Double, ForeignKey, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

# Raised whenever tables or columns are added; a store made by a later version is refused.
SCHEMA_VERSION = 4


class UtcDateTime(TypeDecorator[datetime]):
    """A time-zone-aware time, stored as UTC, because SQLite does not store the zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the time in UTC without its zone; raise ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time of day needs its zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the time in UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The base of all tables."""


class Patient(Base):
    """A patient: the code from the ward's list, and the picture that the child knows."""

    __tablename__ = "patient"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(200), unique=True)
    picture: Mapped[str | None] = mapped_column(String(100))
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")


class Session(Base):
    """One meeting."""

    __tablename__ = "session"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patient.id"), index=True)
    began: Mapped[datetime] = mapped_column(UtcDateTime)
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0", index=True)
    utc_offset: Mapped[int | None]


class Take(Base):
    """One improvisation; ``frames`` is the frame of its last event, ``sound`` says what made its sound."""

    __tablename__ = "take"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("session.id"), index=True)
    began: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    origin: Mapped[str] = mapped_column(String(20))
    sound: Mapped[str] = mapped_column(String(100))
    rate: Mapped[int] = mapped_column(BigInteger)
    seed: Mapped[int] = mapped_column(BigInteger)
    block: Mapped[int]
    frames: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0", index=True)
    utc_offset: Mapped[int | None]


class PartRow(Base):
    """How many notes a player played in a take, and the ordinal of the first; saves counting the events."""

    __tablename__ = "part"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    take_id: Mapped[str] = mapped_column(ForeignKey("take.id"), primary_key=True)
    player: Mapped[str] = mapped_column(String(20), primary_key=True)
    notes: Mapped[int]
    entered: Mapped[int] = mapped_column(BigInteger)


class PerformedRow(Base):
    """One performed event; the columns after ``kind`` are the fields of all kinds, NULL where a kind lacks one."""

    __tablename__ = "performed"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    take_id: Mapped[str] = mapped_column(ForeignKey("take.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    frame: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(20))
    player: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[int | None] = mapped_column(BigInteger)
    key: Mapped[int | None]
    velocity: Mapped[float | None] = mapped_column(Double)
    brightness: Mapped[float | None] = mapped_column(Double)
    pitch: Mapped[float | None] = mapped_column(Double)
    semitones: Mapped[float | None] = mapped_column(Double)
    depth: Mapped[float | None] = mapped_column(Double)
    share: Mapped[float | None] = mapped_column(Double)
    spent: Mapped[float | None] = mapped_column(Double)
    down: Mapped[bool | None]
    source: Mapped[str | None] = mapped_column(String(20))
    instrument: Mapped[str | None] = mapped_column(Text)
    db: Mapped[float | None] = mapped_column(Double)
    pan: Mapped[float | None] = mapped_column(Double)
    room: Mapped[str | None] = mapped_column(Text)
    profile: Mapped[str | None] = mapped_column(Text)
    seconds: Mapped[float | None] = mapped_column(Double)
    seed: Mapped[int | None] = mapped_column(BigInteger)
    rate: Mapped[int | None] = mapped_column(BigInteger)
    block: Mapped[int | None]


class Choice(Base):
    """A choice and who made it; the frame is NULL between takes."""

    __tablename__ = "choice"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("session.id"), index=True)
    take_id: Mapped[str | None] = mapped_column(ForeignKey("take.id"), index=True)
    frame: Mapped[int | None] = mapped_column(BigInteger)
    made: Mapped[datetime] = mapped_column(UtcDateTime)
    what: Mapped[str] = mapped_column(String(100))
    which: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(20))
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0", index=True)
    utc_offset: Mapped[int | None]


class Marker(Base):
    """A moment that the therapist marked: the ``seconds`` before a frame."""

    __tablename__ = "marker"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    take_id: Mapped[str] = mapped_column(ForeignKey("take.id"), index=True)
    frame: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[float] = mapped_column(Double)
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")


class Remark(Base):
    """The therapist's words about a span of a take, in frames; ``first`` and ``last`` are equal for a moment.

    Older stores also have a column ``marker_id``, which is null in every row and not read.
    """

    __tablename__ = "remark"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    take_id: Mapped[str] = mapped_column(ForeignKey("take.id"), index=True)
    first: Mapped[int] = mapped_column(BigInteger)
    last: Mapped[int] = mapped_column(BigInteger)
    written: Mapped[datetime] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(Text)
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    utc_offset: Mapped[int | None]


class Verdict(Base):
    """The therapist's verdict on a proposed moment: accepted or dismissed."""

    __tablename__ = "verdict"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    take_id: Mapped[str] = mapped_column(ForeignKey("take.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    first: Mapped[int] = mapped_column(BigInteger)
    last: Mapped[int] = mapped_column(BigInteger)
    accepted: Mapped[bool]
    made: Mapped[datetime] = mapped_column(UtcDateTime)
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    utc_offset: Mapped[int | None]


class SessionNote(Base):
    """The therapist's note of a session, in the four parts of a SOAP note."""

    __tablename__ = "session_note"

    session_id: Mapped[str] = mapped_column(ForeignKey("session.id"), primary_key=True)
    subjective: Mapped[str] = mapped_column(Text)
    objective: Mapped[str] = mapped_column(Text)
    assessment: Mapped[str] = mapped_column(Text)
    plan: Mapped[str] = mapped_column(Text)
    written: Mapped[datetime] = mapped_column(UtcDateTime)
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    utc_offset: Mapped[int | None]


class Goal(Base):
    """A goal for a patient: ``levels`` are five lines, what −2, −1, 0, 1 and 2 look like; ``weight`` is over 0."""

    __tablename__ = "goal"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    levels: Mapped[str] = mapped_column(Text)
    weight: Mapped[float] = mapped_column(Double)
    set: Mapped[datetime] = mapped_column(UtcDateTime)
    ended: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    utc_offset: Mapped[int | None]


class Attainment(Base):
    """How far a goal was attained in a session, −2 to 2, as one rater saw it."""

    __tablename__ = "attainment"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    goal_id: Mapped[str] = mapped_column(ForeignKey("goal.id"), index=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("session.id"), index=True)
    level: Mapped[int]
    rater: Mapped[str] = mapped_column(String(40))
    rated: Mapped[datetime] = mapped_column(UtcDateTime)
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    utc_offset: Mapped[int | None]


class Link(Base):
    """A moment of a take, in frames, that a session's note or a goal points to; exactly one of the two is set."""

    __tablename__ = "link"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    session_id: Mapped[str | None] = mapped_column(ForeignKey("session.id"), index=True)
    goal_id: Mapped[str | None] = mapped_column(ForeignKey("goal.id"), index=True)
    take_id: Mapped[str] = mapped_column(ForeignKey("take.id"), index=True)
    first: Mapped[int] = mapped_column(BigInteger)
    last: Mapped[int] = mapped_column(BigInteger)
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")


class Rating(Base):
    """A span of a take, in frames, and the category a rater gave it, blind to other raters."""

    __tablename__ = "rating"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    take_id: Mapped[str] = mapped_column(ForeignKey("take.id"), index=True)
    rater: Mapped[str] = mapped_column(String(40))
    category: Mapped[str] = mapped_column(String(80))
    first: Mapped[int] = mapped_column(BigInteger)
    last: Mapped[int] = mapped_column(BigInteger)
    made: Mapped[datetime] = mapped_column(UtcDateTime)
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    utc_offset: Mapped[int | None]


class Finished(Base):
    """A rater's statement that their ratings of a take are done; they do not change afterwards."""

    __tablename__ = "finished"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    take_id: Mapped[str] = mapped_column(ForeignKey("take.id"), index=True)
    rater: Mapped[str] = mapped_column(String(40))
    made: Mapped[datetime] = mapped_column(UtcDateTime)
    sequence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    utc_offset: Mapped[int | None]


class StaffCode(Base):
    """The only row: the hash of the staff code, and the number of wrong codes since the last right one."""

    __tablename__ = "staff_code"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    hashed: Mapped[str] = mapped_column(Text)
    failures: Mapped[int]


class PatientAlias(Base):
    """An id that some program gave to a patient whom another program had given an id before."""

    __tablename__ = "patient_alias"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)


class Latest(Base):
    """The latest change of a row's column, so that an earlier one that arrives later changes nothing.

    ``name`` is empty for a row that was deleted; its id never comes back.
    """

    __tablename__ = "latest"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    row: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    chain: Mapped[str] = mapped_column(String(16))


class Anchor(Base):
    """The number of the last record of a chain of the journal that these tables hold."""

    __tablename__ = "anchor"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    chain: Mapped[str] = mapped_column(String(16), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
