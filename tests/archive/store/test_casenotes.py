from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from archive.improvisations import BEGAN, duet
from bedside.archive.store.casenotes import (
    Attainment,
    CaseNotes,
    Goal,
    Link,
    Marker,
    Patient,
    Rating,
    Remark,
    Session,
    Verdict,
)
from bedside.archive.store.store import Store
from bedside.errors import BedsideError, NotFound, Refused
from effort import times

NOBODY = "0" * 32
NAN = float("nan")
LEVELS = ["none", "some", "as hoped", "more", "most"]


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with Store.create(folder) as made:
        yield made


@pytest.fixture
def casenotes(store: Store) -> CaseNotes:
    return store.casenotes


@pytest.fixture
def session(store: Store) -> str:
    with store.writing() as writing:
        return writing.begin_session("K7")


@pytest.fixture
def take(store: Store, session: str) -> str:
    with store.writing() as writing:
        made = writing.begin_take(session, BEGAN, "played", "1")
        writing.append(made, duet())
    return made


@pytest.fixture
def patient(casenotes: CaseNotes, session: str) -> str:
    found = casenotes.session(session).patient_id
    assert found is not None
    return found


def test_patients(store: Store, casenotes: CaseNotes, patient: str) -> None:
    """Patients are known by their codes, in order, and have the picture that was given them, or none."""
    with store.writing() as writing:
        for code in ("M2", "A1", "K7"):
            writing.begin_session(code)
    assert [each.code for each in casenotes.patients()] == ["A1", "K7", "M2"]
    assert casenotes.patient(patient) == Patient(patient, "K7", None)
    casenotes.picture(patient, "moon")
    assert casenotes.patient(patient).picture == "moon"
    casenotes.picture(patient, None)
    assert casenotes.patient(patient).picture is None


def test_sessions(store: Store, casenotes: CaseNotes, patient: str, session: str) -> None:
    """Sessions come in the order in which they began, whatever the clock said: one child's or all, nobody's too."""
    early = datetime(2020, 1, 1, tzinfo=UTC)
    with store.writing() as writing:
        before = writing.begin_session("K7", early)
        nobodys = writing.begin_session(None)
    assert [each.id for each in casenotes.sessions(patient)] == [session, before]
    assert [each.id for each in casenotes.sessions()] == [session, before, nobodys]
    assert casenotes.session(before) == Session(before, patient, early)
    assert casenotes.session(nobodys).patient_id is None


def test_markers(casenotes: CaseNotes, take: str) -> None:
    """Markers are kept in order of the music, and can be taken back."""
    late, early = casenotes.mark(take, 900, 15.0), casenotes.mark(take, 100, 0.0)
    assert casenotes.markers(take) == [early, late]
    casenotes.take_back(Marker, early.id)
    assert casenotes.markers(take) == [late]
    assert casenotes.markers(NOBODY) == []


def test_remarks(casenotes: CaseNotes, take: str) -> None:
    """A remark is kept with its span and its time, written anew, and taken back; a span is given from either end."""
    before = datetime.now(UTC)
    made = casenotes.remark(take, 900, 100, "  waits,\r\nthen answers ☾ \x00\x1b")
    assert (made.first, made.last, made.words) == (100, 900, "waits,\nthen answers ☾")
    assert before <= made.written <= datetime.now(UTC)
    moment = casenotes.remark(take, 50, 50, "a moment")
    assert casenotes.remarks(take) == [moment, made]
    time.sleep(0.001)
    casenotes.reword(made.id, "other words")
    [_, again] = casenotes.remarks(take)
    assert (again.id, again.words) == (made.id, "other words")
    assert again.written > made.written
    casenotes.take_back(Remark, made.id)
    assert casenotes.remarks(take) == [moment]


def test_verdicts(casenotes: CaseNotes, take: str) -> None:
    """A later verdict on a moment takes the place of the earlier, and of no other moment's."""
    kind = "first note after a long rest, and then some words more than fit"
    first = casenotes.judge(take, kind, 10, 20, accepted=True)
    other = casenotes.judge(take, "longest exchange", 10, 20, accepted=True)
    later = casenotes.judge(take, kind, 20, 10, accepted=False)
    assert first.id != later.id
    assert {each.id for each in casenotes.verdicts(take)} == {other.id, later.id}
    casenotes.take_back(Verdict, later.id)
    assert casenotes.verdicts(take) == [other]


def test_notes(casenotes: CaseNotes, session: str) -> None:
    """A session has one note, whose parts may be empty; a later one takes its place."""
    assert casenotes.note(session) is None
    casenotes.write_note(session, "said nothing", "", "", "")
    later = casenotes.write_note(session, "", "played for ten minutes", "", "again on Monday")
    assert casenotes.note(session) == later
    assert (later.subjective, later.objective, later.plan) == ("", "played for ten minutes", "again on Monday")


def test_goals(casenotes: CaseNotes, patient: str, session: str) -> None:
    """A goal has five levels, a weight and an end; a rater's later rating takes the place of their earlier one."""
    goal = casenotes.set_goal(patient, "plays with both hands", LEVELS, 2.5)
    other = casenotes.set_goal(patient, "waits", [" two\nlines ", "", "", "", ""])
    assert casenotes.goals(patient) == [goal, other]
    assert goal.levels.split("\n") == LEVELS
    assert other.levels == "two lines\n\n\n\n"
    rater = "the music therapist of the children's ward"
    casenotes.attain(goal.id, session, -1, rater)
    casenotes.attain(goal.id, session, 0, "second")
    casenotes.attain(goal.id, session, 2, rater)
    rated = casenotes.attainments(goal.id)
    assert [(each.level, each.rater) for each in rated] == [(0, "second"), (2, rater[:40])]
    assert casenotes.attainments(other.id) == []
    casenotes.take_back(Attainment, rated[0].id)
    assert len(casenotes.attainments(goal.id)) == 1
    casenotes.end_goal(goal.id)
    ended = {each.id: each.ended for each in casenotes.goals(patient)}
    assert ended[goal.id] is not None
    assert ended[other.id] is None


def test_links(casenotes: CaseNotes, take: str, session: str, patient: str) -> None:
    """A moment is linked to a session's note or to a goal, and found from there."""
    goal = casenotes.set_goal(patient, "waits", LEVELS)
    late = casenotes.link(take, 300, 200, session=session)
    early = casenotes.link(take, 100, 100, session=session)
    to_goal = casenotes.link(take, 5, 6, goal=goal.id)
    assert casenotes.links(session=session) == [early, late]
    assert (late.first, late.last) == (200, 300)
    assert casenotes.links(goal=goal.id) == [to_goal]
    casenotes.take_back(Link, late.id)
    assert casenotes.links(session=session) == [early]
    for owners in ({}, {"session": session, "goal": goal.id}):
        with pytest.raises(ValueError, match="a session or to a goal"):
            casenotes.link(take, 1, 2, **owners)


def test_ratings(casenotes: CaseNotes, take: str) -> None:
    """Each rater's spans are kept apart, and seen together only by who asks for all."""
    one = casenotes.rate(take, "A", "leading", 10, 20)
    two = casenotes.rate(take, "B", "following", 30, 5)
    assert casenotes.ratings(take, "A") == [one]
    assert casenotes.ratings(take) == [two, one]
    assert (two.first, two.last) == (5, 30)
    casenotes.take_back(Rating, one.id)
    assert casenotes.ratings(take, "A") == []


def test_raters_who_are_done(casenotes: CaseNotes, take: str) -> None:
    """A rater is done once, however often that is said."""
    first = casenotes.finish(take, "A")
    assert casenotes.finish(take, "A") == first
    other = casenotes.finish(take, "B")
    assert casenotes.finished(take) == [first, other]


@dataclasses.dataclass
class About:
    """What is written about."""

    take: str
    session: str
    patient: str
    goal: str


WRITTEN: dict[str, Callable[[CaseNotes, About], Any]] = {
    "marker": lambda casenotes, about: casenotes.mark(about.take, 1, 1.0),
    "remark": lambda casenotes, about: casenotes.remark(about.take, 1, 2, "x"),
    "verdict": lambda casenotes, about: casenotes.judge(about.take, "x", 1, 2, True),
    "note": lambda casenotes, about: casenotes.write_note(about.session, "x", "", "", ""),
    "goal": lambda casenotes, about: casenotes.set_goal(about.patient, "x", LEVELS),
    "attainment": lambda casenotes, about: casenotes.attain(about.goal, about.session, 1, "x"),
    "link": lambda casenotes, about: casenotes.link(about.take, 1, 2, session=about.session),
    "goal link": lambda casenotes, about: casenotes.link(about.take, 1, 2, goal=about.goal),
    "rating": lambda casenotes, about: casenotes.rate(about.take, "x", "y", 1, 2),
    "finished": lambda casenotes, about: casenotes.finish(about.take, "x"),
}


@pytest.mark.parametrize("what", WRITTEN)
def test_nothing_is_written_about_what_is_not_there(casenotes: CaseNotes, what: str) -> None:
    """What belongs to a take, a session, a patient or a goal that is not there is refused by its id."""
    with pytest.raises(NotFound, match="does not exist") as told:
        WRITTEN[what](casenotes, About(NOBODY, NOBODY, NOBODY, NOBODY))
    assert told.value.which == NOBODY


def test_what_is_not_there_is_not_changed(casenotes: CaseNotes) -> None:
    """What is read, changed, ended or taken back and is not there is refused by its id; nor is all of it ever."""
    attempt: Callable[[], object]
    for attempt in (
        lambda: casenotes.patient(NOBODY),
        lambda: casenotes.session(NOBODY),
        lambda: casenotes.picture(NOBODY, "moon"),
        lambda: casenotes.reword(NOBODY, "x"),
        lambda: casenotes.end_goal(NOBODY),
        *(lambda kind=kind: casenotes.take_back(kind, NOBODY) for kind in (Marker, Remark, Verdict, Link, Rating)),
    ):
        with pytest.raises(NotFound, match="does not exist") as told:
            attempt()
        assert told.value.which == NOBODY
    for kind in (Patient, Session, Goal):
        with pytest.raises(ValueError, match="not taken back"):
            casenotes.take_back(kind, NOBODY)


def test_what_means_nothing_is_refused(casenotes: CaseNotes, take: str, session: str, patient: str) -> None:
    """No words, too many, a moment outside any take and a number that is none leave nothing behind."""
    goal = casenotes.set_goal(patient, "waits", LEVELS)
    attempt: Callable[[], object]
    for attempt in (
        lambda: casenotes.remark(take, 1, 2, " \n\x00"),
        lambda: casenotes.remark(take, 1, 2, "x" * 20_001),
        lambda: casenotes.remark(take, -1, 2, "x"),
        lambda: casenotes.remark(take, 1, 2**63, "x"),
        lambda: casenotes.mark(take, -1, 0.0),
        *(lambda seconds=seconds: casenotes.mark(take, 1, seconds) for seconds in (-1.0, float("nan"), float("inf"))),
        lambda: casenotes.judge(take, " ", 1, 2, True),
        lambda: casenotes.write_note(session, "x" * 20_001, "", "", ""),
        lambda: casenotes.set_goal(patient, "", LEVELS),
        lambda: casenotes.set_goal(patient, "x", LEVELS[:4]),
        *(
            lambda weight=weight: casenotes.set_goal(patient, "x", LEVELS, weight)
            for weight in (0, -1, 101, float("nan"))
        ),
        *(lambda level=level: casenotes.attain(goal.id, session, level, "x") for level in (-3, 3)),
        lambda: casenotes.rate(take, "", "x", 1, 2),
        lambda: casenotes.rate(take, "x", "", 1, 2),
    ):
        with pytest.raises(Refused):
            attempt()
    assert not casenotes.remarks(take) and not casenotes.markers(take) and not casenotes.verdicts(take)
    assert not casenotes.ratings(take) and not casenotes.attainments(goal.id)
    assert casenotes.goals(patient) == [goal]
    assert casenotes.note(session) is None


WORDS = st.text(min_size=1, max_size=60)


@pytest.mark.slow
@settings(max_examples=times(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=WORDS)
def test_words_are_kept_as_they_were_written(casenotes: CaseNotes, take: str, words: str) -> None:
    """Whatever is written is read again, but for what no keyboard writes and for space at its ends."""
    kept = "".join(c for c in words.replace("\r\n", "\n").replace("\r", "\n") if c >= " " or c in "\n\t")
    kept = "".join(c for c in kept if c not in "\x7f\ufffe\uffff").strip()
    if not kept:
        with pytest.raises(Refused, match="Please write some text"):
            casenotes.remark(take, 0, 0, words)
        return
    made = casenotes.remark(take, 0, 0, words)
    assert made.words == kept
    assert made in casenotes.remarks(take)


@pytest.mark.parametrize("what", WRITTEN)
def test_whole_or_not_at_all(
    store: Store, casenotes: CaseNotes, take: str, session: str, patient: str, what: str
) -> None:
    """What takes the place of an earlier one does so in one step: where the new is not kept, the old is still there."""
    about = About(take, session, patient, casenotes.set_goal(patient, "waits", LEVELS).id)
    WRITTEN[what](casenotes, about)
    before = everything(store)

    def cut(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT"):
            raise ZeroDivisionError("the power is cut")

    event.listen(store._engine, "before_cursor_execute", cut)
    try:
        with pytest.raises(ZeroDivisionError):
            WRITTEN[what](casenotes, about)
            raise ZeroDivisionError  # what is written once is not written again
    finally:
        event.remove(store._engine, "before_cursor_execute", cut)
    assert everything(store) == before


def test_the_music_is_not_touched(store: Store, casenotes: CaseNotes, take: str, session: str, patient: str) -> None:
    """Whatever is written about a take, its events stay as they were."""
    about = About(take, session, patient, casenotes.set_goal(patient, "waits", LEVELS).id)
    for write in WRITTEN.values():
        write(casenotes, about)
    assert store.performed(take) == duet()


def test_it_lasts(folder: Path, store: Store, casenotes: CaseNotes, take: str) -> None:
    """What is written is there when the store is opened again."""
    made = casenotes.remark(take, 1, 2, "waits")
    store.close()
    with Store.open(folder) as again:
        assert again.casenotes.remarks(take) == [made]


def test_what_is_only_read_is_not_written(folder: Path, take: str, store: Store) -> None:
    """Where a store was opened to be read, a plain sentence says that the words are not kept."""
    store.close()
    with Store.open(folder) as reading, pytest.raises(BedsideError, match="open to be read only"):
        reading.casenotes.remark(take, 1, 2, "waits")


def test_values_cannot_be_changed(casenotes: CaseNotes, take: str) -> None:
    """What the case notes give is a value; changing it would change nothing."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        casenotes.remark(take, 1, 2, "x").words = "y"  # type: ignore[misc]


def everything(store: Store) -> dict[str, list[Any]]:
    with store._engine.connect() as connection:
        tables = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        return {name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}")))) for name in tables}  # noqa: S608
