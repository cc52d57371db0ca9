from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from archive.improvisations import BEGAN, PERFORMED, duet
from archive.manytakes import RATE, fill
from bedside.archive.store.choices import STAR, Chosen
from bedside.archive.store.search import FoundTake, Order, TakeQuery, TakeSearch
from bedside.archive.store.store import Store
from bedside.music.events import AllOff, Lost, NoteOff, NoteOn, Performed, Player, Stop, TakeEnded
from bedside.music.notes import Note, notes
from effort import times

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
EVERYTHING = 100_000


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with Store.create(folder) as made:
        yield made


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Give ten thousand takes to search."""
    with Store.create(tmp_path_factory.mktemp("large") / "kept") as made:
        fill(made, 10_000)
        yield made


def keep(
    store: Store,
    code: str | None = "K7",
    days: float = 0.0,
    seconds: float = 10.0,
    players: tuple[Player, ...] = (Player.CHILD, Player.THERAPIST),
    notes: int = 4,
    origin: str = "played",
) -> str:
    """Keep a take and return its id."""
    at = AT + timedelta(days=days)
    with store.writing() as writing:
        take = writing.begin_take(writing.begin_session(code, at), BEGAN, origin, "1", at)  # type: ignore[arg-type]
        events = [each for each in duet(notes) if getattr(each.event, "player", Player.CHILD) in players]
        writing.append(take, [*events[:-1], Performed(round(seconds * RATE), events[-1].event)])
    return take


def found(store: Store, *arguments: object, **wanted: object) -> list[str]:
    """Return the ids of what is found, and see that it is counted alike."""
    asked = TakeQuery(*arguments, **wanted)  # type: ignore[arg-type]
    takes = store.search.page(asked, 0, EVERYTHING)
    assert store.search.count(asked) == len(takes)
    return [take.id for take in takes]


def patient(store: Store, code: str) -> str:
    return next(each.id for each in store.casenotes.patients() if each.code == code)


def test_an_empty_shelf(folder: Path) -> None:
    """Where nothing is recorded nothing is found, and nothing is made by looking."""
    with Store.open(folder) as store:
        assert found(store) == found(store, "x") == []
    assert not folder.exists()


def test_a_take_on_the_shelf(store: Store) -> None:
    """A take shows whose it is, when it was, how long, who played how many notes, its remarks and its star."""
    take = keep(store, notes=7, seconds=61.5)
    store.casenotes.picture(patient(store, "K7"), "moon")
    store.casenotes.remark(take, 0, 0, "one")
    store.casenotes.remark(take, 5, 9, "two")
    session = store.summary(take).session
    with store.writing() as writing:
        writing.choose(session, take, Chosen(0, STAR, "", "child"))
    [kept] = store.search.page(TakeQuery(), 0, 10)
    assert kept == FoundTake(
        id=take,
        session=session,
        patient=patient(store, "K7"),
        code="K7",
        picture="moon",
        began=AT,
        origin="played",
        seconds=61.5,
        notes=((Player.THERAPIST, 4), (Player.CHILD, 3)),
        remarks=2,
        starred=True,
        said="one",
    )


def test_nobodys_take_without_a_note(store: Store) -> None:
    """A take of nobody in which nothing was played is there too."""
    with store.writing() as writing:
        take = writing.begin_take(writing.begin_session(None), BEGAN, "played", "1")
    [kept] = store.search.page(TakeQuery(), 0, 10)
    assert (kept.id, kept.code, kept.patient, kept.picture) == (take, None, None, None)
    assert (kept.notes, kept.seconds, kept.remarks, kept.starred) == ((), 0.0, 0, False)


def test_what_was_listened_to_is_not_there(store: Store) -> None:
    """A take that was only heard again is no improvisation of its own."""
    played = keep(store)
    keep(store, origin="replayed")
    assert found(store) == [played]
    assert found(store, order=Order.FULLEST) == [played]


def test_orders(store: Store) -> None:
    """Takes come newest, oldest, longest or fullest first, or by patient, nobody's last and each one's newest first."""
    first = keep(store, "B", 0, seconds=30, notes=8)
    nobodys = keep(store, None, 1, seconds=90, notes=2)
    third = keep(store, "A", 2, seconds=60, notes=4)
    fourth = keep(store, "B", 3, seconds=10, notes=6)
    assert found(store, order=Order.NEWEST) == [fourth, third, nobodys, first]
    assert found(store, order=Order.OLDEST) == [first, nobodys, third, fourth]
    assert found(store, order=Order.LONGEST) == [nobodys, third, first, fourth]
    assert found(store, order=Order.FULLEST) == [first, fourth, third, nobodys]
    assert found(store, order=Order.PATIENT) == [third, fourth, first, nobodys]


def test_by_patient(store: Store) -> None:
    """One child's takes are found, or those of nobody."""
    ours, other, nobodys = keep(store, "K7"), keep(store, "K77"), keep(store, None)
    assert found(store, patient=patient(store, "K7")) == [ours]
    assert found(store, patient=patient(store, "K77")) == [other]
    assert found(store, patient="") == [nobodys]
    assert found(store, patient="0" * 32) == []


def test_by_player(store: Store) -> None:
    """Takes are found in which somebody played a note."""
    both = keep(store)
    alone = keep(store, players=(Player.CHILD,), days=1)
    assert found(store, player=Player.CHILD) == [alone, both]
    assert found(store, player=Player.THERAPIST) == [both]
    assert found(store, player=Player.PARTNER) == []


def test_by_star(store: Store) -> None:
    """Takes with a star are found, whoever gave it and however often; no other choice is a star."""
    keep(store)
    starred = keep(store)
    with store.writing() as writing:
        for what in (STAR, STAR, "sound"):
            writing.choose(store.summary(starred).session, starred, Chosen(0, what, "", "child"))
    assert found(store, starred=True) == [starred]


def test_by_words(store: Store) -> None:
    """Words are looked for in codes, in remarks and at the beginning of an id, whatever their case."""
    one, two = keep(store, "Ward-3 Émile's"), keep(store, "K8", days=1)
    store.casenotes.remark(two, 0, 0, "ÜBER die hohen Glocken; then an ÉCHO")
    assert found(store, "ward-3") == found(store, "WARD") == found(store, " émile ") == [one]
    assert found(store, "glocken") == found(store, "über") == found(store, "Écho") == [two]
    assert found(store, two[:10].upper()) == found(store, two) == [two]
    assert found(store, two[4:14]) == []
    assert found(store, "nothing of this") == []
    assert found(store, "") == found(store, "  ") == [two, one]


def test_what_is_said_of_a_take(store: Store) -> None:
    """Beside a take stands the remark that was looked for, else the first in the order of the music."""
    take = keep(store)
    store.casenotes.remark(take, 900, 900, "Zwei hohe GLOCKEN")
    store.casenotes.remark(take, 5, 9, "waits")
    store.casenotes.remark(take, 999, 999, "glocken again")
    said = {
        words: store.search.page(TakeQuery(words), 0, 1)[0].said for words in ("", "K7", "glocken", "again", " WAIT ")
    }
    assert said == {
        "": "waits",
        "K7": "waits",
        "glocken": "Zwei hohe GLOCKEN",
        "again": "glocken again",
        " WAIT ": "waits",
    }


@settings(max_examples=times(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(PERFORMED, max_size=30))
def test_the_outline_has_the_same_notes(store: Store, events: list[Performed]) -> None:
    """From the outline of a take the same notes are made as from all of it."""
    events = [*sorted(events, key=lambda each: each.frame), *duet()]
    with store.writing() as writing:
        take = writing.begin_take(writing.begin_session(None), BEGAN, "played", "1")
        writing.append(take, events)
    outline = store.search.outline(take)
    assert {*map(type, (each.event for each in outline))} <= {NoteOn, NoteOff, AllOff, Stop, Lost, TakeEnded}
    assert [each for each in events if each in outline] == outline
    assert notes_before_the_end(outline) == notes_before_the_end(store.performed(take))
    assert store.search.outline("0" * 32) == []


def notes_before_the_end(events: list[Performed]) -> list[Note]:
    """Return the notes as they are when the last event of all, which may be of any kind, ends what still sounds."""
    return notes([*events, Performed(2**62, TakeEnded())], RATE)


@pytest.mark.parametrize("words", ["%", "_", "100%", "a_b", "/", "\\", "//%", "'", '"', "'; DROP TABLE take; --", "*"])
def test_signs_are_words(store: Store, words: str) -> None:
    """A sign that means something to a database is looked for as it is written, and matches nothing else."""
    plain, signed = keep(store, "K100aXb"), keep(store, "K9", days=1)
    assert found(store, words) == []
    store.casenotes.remark(signed, 0, 0, f"he said {words} twice")
    store.casenotes.remark(plain, 0, 0, "he said so twice")
    assert found(store, words) == [signed]


def test_two_remarks_are_one_take(store: Store) -> None:
    """A take whose code and two remarks all match is found once."""
    take = keep(store, "bells")
    for _ in range(2):
        store.casenotes.remark(take, 0, 0, "bells")
    assert found(store, "bells") == [take]


def test_everything_together(store: Store) -> None:
    """All that is wanted must be true of a take at once."""
    takes = [keep(store, code, days) for days, code in enumerate(("K7", "K7", "K8"))]
    store.casenotes.remark(takes[0], 0, 0, "bells")
    store.casenotes.remark(takes[2], 0, 0, "bells")
    asked = {"patient": patient(store, "K7"), "player": Player.CHILD}
    assert found(store, "bells", **asked) == [takes[0]]
    assert found(store, "bells", starred=True, **asked) == []


WANTED = st.builds(
    TakeQuery,
    words=st.sampled_from(["", "bells", "K0", "zzz", "a"]),
    patient=st.sampled_from([None, ""]),
    player=st.sampled_from([None, *Player]),
    starred=st.booleans(),
    order=st.sampled_from(Order),
)


@pytest.mark.slow
@settings(max_examples=times(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=WANTED, size=st.integers(40, 3000))
def test_pages_are_the_whole(large: Store, wanted: TakeQuery, size: int) -> None:
    """Page by page everything is shown once, in the same order as in one, however large the pages are."""
    search = large.search
    whole = search.page(wanted, 0, EVERYTHING)
    assert len(whole) == search.count(wanted) == len({take.id for take in whole})
    paged: list[FoundTake] = []
    while page := search.page(wanted, len(paged), size):
        assert len(page) <= size
        paged += page
    assert paged == whole
    assert all(true_of(take, wanted) for take in whole)


def true_of(take: FoundTake, wanted: TakeQuery) -> bool:
    return (
        (wanted.patient is None or take.patient is None)
        and (wanted.player is None or wanted.player in dict(take.notes))
        and (not wanted.starred or take.starred)
    )


@pytest.mark.slow
@pytest.mark.parametrize("order", Order)
def test_every_order_of_ten_thousand(large: Store, order: Order) -> None:
    """Each of ten thousand takes lies after the one before it."""
    keys: dict[Order, Callable[[FoundTake], Any]] = {
        Order.NEWEST: lambda take: -take.began.timestamp(),
        Order.OLDEST: lambda take: take.began.timestamp(),
        Order.LONGEST: lambda take: -take.seconds,
        Order.FULLEST: lambda take: -sum(number for _, number in take.notes),
        Order.PATIENT: lambda take: (take.code is None, take.code or "", -take.began.timestamp()),
    }
    takes = large.search.page(TakeQuery(order=order), 0, EVERYTHING)
    assert len(takes) == 10_000
    assert all(keys[order](one) <= keys[order](next_) for one, next_ in pairwise(takes))


@pytest.mark.parametrize(
    "wanted", [TakeQuery(), TakeQuery("bells"), TakeQuery(player=Player.CHILD, order=Order.FULLEST)]
)
def test_a_page_of_ten_thousand_takes_three_questions(large: Store, wanted: TakeQuery) -> None:
    """A page is asked for in three questions, which give its own rows and no others, and no event is read."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(large._engine, "before_cursor_execute", note)
    try:
        page = large.search.page(wanted, 400, 40)
    finally:
        event.remove(large._engine, "before_cursor_execute", note)
    questions = [each for each in asked if each.startswith("SELECT")]
    assert len(page) == 40
    assert len(questions) == 3
    assert "LIMIT" in questions[0]
    assert not any("performed" in each for each in questions)


def test_a_shelf_is_read_while_a_take_is_played(folder: Path, store: Store) -> None:
    """What is being recorded at the same moment, by another program, is found when it is searched for again."""
    take = keep(store)
    with Store.open(folder) as reading:
        search: TakeSearch = reading.search
        before = search.page(TakeQuery(), 0, 1)[0].notes
        with store.writing() as writing:
            event_ = next(each for each in duet() if isinstance(each.event, NoteOn))
            writing.append(take, [Performed(RATE * 60, event_.event)])
        after = search.page(TakeQuery(), 0, 1)[0]
    assert sum(number for _, number in after.notes) == sum(number for _, number in before) + 1
    assert after.seconds == 60.0
