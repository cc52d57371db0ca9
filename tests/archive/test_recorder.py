from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, select

from archive.improvisations import BEGAN, duet
from bedside.archive import recorder as recorder_module
from bedside.archive.recorder import Recorder
from bedside.archive.store.choices import Chosen, Marked
from bedside.archive.store.models import Choice, Marker
from bedside.archive.store.store import Store
from bedside.music.events import NoteOn, Performed, Player, Source, TakeBegan


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with Store.create(folder) as store:
        yield store


def meet(store: Store) -> str:
    with store.writing() as writing:
        return writing.begin_session(None)


def until(condition: object, seconds: float = 60.0) -> None:
    began = time.monotonic()
    while not condition():  # type: ignore[operator]
        assert time.monotonic() - began < seconds
        time.sleep(0.002)


@contextmanager
def full_disk(store: Store) -> Iterator[None]:
    """Let the database have no page more than it has."""
    with store._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(connection: object) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}").all()  # type: ignore[attr-defined]

    event.listen(store._engine, "begin", limit)
    yield
    event.remove(store._engine, "begin", limit)
    # The limit belongs to a connection, of which the recorder keeps one.
    event.listen(
        store._engine, "begin", lambda it: it.exec_driver_sql("PRAGMA max_page_count = 4294967294").all(), once=True
    )


def test_what_is_fed_is_kept_in_order(store: Store) -> None:
    """Everything that was fed is in the take, in order, when the recorder is closed."""
    recorder = Recorder(store, None, lambda: "1")
    for item in duet(50):
        recorder.feed(item)
    assert recorder.close(5)
    assert recorder.take is not None
    assert store.performed(recorder.take) == duet(50)
    assert store.summary(recorder.take).sound == "1"


def test_one_event_alone_is_kept(store: Store) -> None:
    """A single event is on the disk, for every other program to read, without another after it and without an end."""
    kept: list[int] = []
    recorder = Recorder(store, None, lambda: "1", committed=kept.append)
    for i, item in enumerate(duet(3)):
        recorder.feed(item)
        until(lambda i=i: kept and kept[-1] == i + 1)
        assert recorder.take is not None
        assert store.performed(recorder.take) == duet(3)[: i + 1]
    assert kept == list(range(1, len(duet(3)) + 1)), "each was committed by itself"
    recorder.close(5)


def test_play_that_goes_on_is_kept_meanwhile(store: Store) -> None:
    """However closely events follow each other, the first ones are not held back until there is a pause."""
    kept = threading.Event()
    recorder = Recorder(store, None, lambda: "1", committed=lambda _: kept.set())
    recorder.feed(duet()[0])
    fed = 1
    while not kept.is_set():
        assert fed < 100_000, "nothing is committed while something is fed"
        recorder.feed(Performed(fed, NoteOn(Player.CHILD, fed, 60, 0.5, 0.5, Source.TOUCH)))
        fed += 1
        kept.wait(0.001)
    assert recorder.close(10)
    assert recorder.take is not None
    assert len(store.performed(recorder.take)) == fed


def test_takes_are_kept_apart(store: Store) -> None:
    """Each beginning of a take makes a new one, also several within one commit."""
    recorder = Recorder(store, None, lambda: "1")
    for notes in (1, 2, 3):
        for item in duet(notes):
            recorder.feed(item)
    assert recorder.close(5)
    takes = store.takes()
    assert [take.notes for take in takes] == [1, 2, 3]
    assert [store.performed(take.id) for take in takes] == [duet(1), duet(2), duet(3)]
    assert recorder.take == takes[-1].id


def test_what_belongs_to_no_take(store: Store) -> None:
    """Before the first take only choices are kept, for the session; later ones belong to their take."""
    recorder = Recorder(store, None, lambda: "1")
    recorder.feed(duet()[2])
    recorder.feed(Marked(1, 15.0))
    recorder.feed(Chosen(None, "world", "pond", "child"))
    recorder.feed(duet()[0])
    recorder.feed(Marked(2, 15.0))
    recorder.feed(Chosen(3, "sound", "harp", "adult"))
    assert recorder.close(5)
    assert recorder.take is not None
    assert store.performed(recorder.take) == [Performed(0, BEGAN)]
    with store._engine.connect() as connection:
        assert connection.execute(select(Choice.take_id).order_by(Choice.what.desc())).scalars().all() == [
            None,
            recorder.take,
        ]
        assert connection.execute(select(Marker.frame)).scalars().all() == [2]


def test_a_choice_of_the_next_child_belongs_to_no_take_of_the_last_one(store: Store) -> None:
    """What is chosen after a new session began, and before anything is played in it, is of that session alone."""
    recorder = Recorder(store, "one", lambda: "1")
    for item in duet(2):
        recorder.feed(item)
    recorder.renew("two")
    recorder.feed(Chosen(None, "world", "pond", "child"))
    assert recorder.close(5)
    assert recorder.take is not None
    assert store.choices(store.summary(recorder.take).session) == []
    with store._engine.connect() as connection:
        (choice,) = connection.execute(select(Choice.take_id, Choice.which)).all()
    assert choice == (None, "pond")


def test_fed_from_many_threads(store: Store) -> None:
    """Eight threads feed at once; nothing is lost, and each thread's events stay in its order."""
    recorder = Recorder(store, None, lambda: "1")
    recorder.feed(Performed(0, BEGAN))

    def play(thread: int) -> None:
        for i in range(250):
            recorder.feed(Performed(i, NoteOn(Player.CHILD, thread, i % 128, 0.5, 0.5, Source.TOUCH)))

    threads = [threading.Thread(target=play, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert recorder.close(10)
    assert recorder.take is not None
    played = [item for item in store.performed(recorder.take) if isinstance(item.event, NoteOn)]
    for i in range(8):
        assert [item.frame for item in played if getattr(item.event, "note", None) == i] == list(range(250))


def test_a_full_disk_loses_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the disk is full the staff sign says so and play stays in memory; with room again all of it is written."""
    monkeypatch.setattr(recorder_module, "_RETRY_SECONDS", 0.05)
    take = duet(2_000)
    recorder = Recorder(store, None, lambda: "1")
    recorder.feed(take[0])
    until(lambda: recorder.take)
    with full_disk(store):
        for item in take[1:3_000]:
            recorder.feed(item)
        until(lambda: recorder.fault)
        assert recorder.fault is not None
        assert "disk is full" in recorder.fault
        assert recorder.take is not None
        assert len(store.performed(recorder.take)) < 3_000
        for item in take[3_000:]:
            recorder.feed(item)
    until(lambda: recorder.fault is None)
    assert recorder.close(10)
    assert store.performed(recorder.take) == take


@pytest.mark.slow
def test_feeding_never_waits(store: Store, folder: Path) -> None:
    """While another program holds the database, all can be fed, and none of it is kept; all is written afterwards."""
    recorder = Recorder(store, None, lambda: "1")
    recorder.feed(duet()[0])
    until(lambda: recorder.take)
    assert recorder.take is not None
    with Store.create(folder) as other, other.writing() as writing:
        writing.begin_session(None)
        # A feed that waited for the database would wait for this block to end.
        for item in duet(200)[1:]:
            recorder.feed(item)
        assert store.performed(recorder.take) == duet()[:1]
    assert recorder.close(10)
    assert store.performed(recorder.take) == duet(200)


@pytest.mark.slow
def test_closing_does_not_wait_for_ever(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing on a disk that stays full ends, and says that not all is kept."""
    monkeypatch.setattr(recorder_module, "_RETRY_SECONDS", 0.05)
    recorder = Recorder(store, None, lambda: "1")
    recorder.feed(Performed(0, BEGAN))
    until(lambda: recorder.take)
    with full_disk(store):
        for item in duet(3_000)[1:]:
            recorder.feed(item)
        until(lambda: recorder.fault)
        assert not recorder.close(0.5)
        assert recorder.fault


def test_what_cannot_be_written_does_not_end_the_recorder(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that no row can hold is a fault on the staff sign, not the silent end of the recording."""
    monkeypatch.setattr(recorder_module, "_RETRY_SECONDS", 0.05)
    recorder = Recorder(store, None, lambda: "1")
    recorder.feed(Performed(0, TakeBegan(2**64, 48_000, 128)))
    until(lambda: recorder.fault)
    assert recorder._thread.is_alive()
    assert not recorder.close(0.2)


def test_plain_sqlite_reads_nothing(store: Store, folder: Path) -> None:
    """The database is no database to a program without the key."""
    meet(store)
    plain = sqlite3.connect(folder / "bedside.db")
    with pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT * FROM performed").fetchall()
    plain.close()
