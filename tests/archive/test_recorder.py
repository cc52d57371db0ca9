"""The recorder needs nobody: what it is fed is kept on whatever disk there is, else in memory until there is one."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.improvisations import BEGAN, duet
from archive.keys.keystores import HangingKeyring, use
from bedside.archive import recorder as recorder_module
from bedside.archive.journal.writer import JournalWriter
from bedside.archive.keys import keyfile, keystore
from bedside.archive.ownership import Ownership
from bedside.archive.recorder import Recorder
from bedside.archive.store.choices import Chosen, Marked
from bedside.archive.store.index import JOURNAL
from bedside.archive.store.store import Store
from bedside.archive.store.tending import tend
from bedside.music.events import NoteOn, Performed, Player, Source, TakeBegan

SECONDS = 60.0


def until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
        time.sleep(0.002)


def until_told_later(recorder: Recorder) -> None:
    until(lambda: recorder.take)
    until(lambda: recorder.state.later)


def until_fed(recorder: Recorder) -> None:
    until(lambda: recorder._done and not recorder._index._backlog)


def performed(folder: Path) -> list[list[Performed]]:
    """Return what every take of a folder holds, as any other program reads it."""
    with Store.open(folder) as store:
        return [store.performed(take.id) for take in store.takes()]


@pytest.fixture
def recorders() -> Iterator[Callable[..., Recorder]]:
    """Give a maker of recorders, which are closed at the end."""
    with ExitStack() as leaving:

        def make(folder: Path, patient: str | None = None, **more: object) -> Recorder:
            made = Recorder(folder, patient, lambda: "made so", **more)  # type: ignore[arg-type]
            leaving.callback(made.close, 0.5)
            return made

        yield make


@contextmanager
def broken_disk(monkeypatch: pytest.MonkeyPatch, number: int, spared: Path | None = None) -> Iterator[None]:
    """Let no journal be written, except in the folder ``spared``; what is there can be read."""
    append = JournalWriter.append

    def fail(self: JournalWriter, records: list[list[object]]) -> int:
        if spared is None:
            raise OSError(number, "")
        first = append(self, records)
        assert self.place == spared
        return first

    with monkeypatch.context() as patched:
        patched.setattr(JournalWriter, "append", fail)
        yield


def test_what_is_fed_is_kept_in_order(folder: Path, recorders: Callable[..., Recorder]) -> None:
    """Everything that was fed is in the take, in order, when the recorder is closed."""
    recorder = recorders(folder)
    for item in duet(50):
        recorder.feed(item)
    assert recorder.close(SECONDS)
    with Store.open(folder) as store:
        assert recorder.take is not None
        assert store.performed(recorder.take) == duet(50)
        assert store.summary(recorder.take).sound == "made so"


def test_nothing_is_opened_before_something_is_played(folder: Path, recorders: Callable[..., Recorder]) -> None:
    """A recorder that is fed nothing writes no journal, and leaves no session."""
    recorder = recorders(folder)
    assert recorder.close(SECONDS)
    assert not list((folder / JOURNAL).glob("[0-9a-f]*.journal"))
    assert performed(folder) == []


def test_one_event_alone_is_kept(folder: Path, recorders: Callable[..., Recorder]) -> None:
    """A single event is on the disk, for every other program to read, without another after it and without an end."""
    kept: list[int] = []
    recorder = recorders(folder, committed=kept.append)
    for i, item in enumerate(duet(3)):
        recorder.feed(item)
        until(lambda: kept and kept[-1] == i + 1)  # noqa: B023 - it is called at once
        assert performed(folder) == [duet(3)[: i + 1]]
    assert kept == list(range(1, len(duet(3)) + 1)), "each was committed by itself"


def test_play_that_goes_on_is_kept_meanwhile(folder: Path, recorders: Callable[..., Recorder]) -> None:
    """However closely events follow each other, the first ones are not held back until there is a pause."""
    kept = threading.Event()
    recorder = recorders(folder, committed=lambda _: kept.set())
    recorder.feed(duet()[0])
    fed = 1
    while not kept.is_set():
        assert fed < 100_000, "nothing is committed while something is fed"
        recorder.feed(Performed(fed, NoteOn(Player.CHILD, fed, 60, 0.5, 0.5, Source.TOUCH)))
        fed += 1
        kept.wait(0.001)
    assert recorder.close(SECONDS)
    assert [len(take) for take in performed(folder)] == [fed]


def test_takes_are_kept_apart(folder: Path, recorders: Callable[..., Recorder]) -> None:
    """Each beginning of a take makes a new one, also several within one commit; sessions have their patients."""
    recorder = recorders(folder, "P-1")
    for notes in (1, 2):
        for item in duet(notes):
            recorder.feed(item)
    recorder.renew(None)
    recorder.feed(Chosen(None, "world", "pond", "child"))
    for item in duet(3):
        recorder.feed(item)
    recorder.feed(Marked(2, 15.0))
    assert recorder.close(SECONDS)
    assert performed(folder) == [duet(1), duet(2), duet(3)]
    with Store.open(folder) as store:
        assert recorder.take == store.takes()[-1].id
        written = store.casenotes
        assert [patient.code for patient in written.patients()] == ["P-1"]
        assert [session.patient_id is None for session in written.sessions()] == [False, True]


def test_fed_from_many_threads(folder: Path, recorders: Callable[..., Recorder]) -> None:
    """Eight threads feed at once; nothing is lost, and each thread's events stay in its order."""
    recorder = recorders(folder)
    recorder.feed(Performed(0, BEGAN))

    def play(thread: int) -> None:
        for i in range(250):
            recorder.feed(Performed(i, NoteOn(Player.CHILD, thread, i % 128, 0.5, 0.5, Source.TOUCH)))

    threads = [threading.Thread(target=play, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert recorder.close(SECONDS)
    (take,) = performed(folder)
    for i in range(8):
        assert [item.frame for item in take if getattr(item.event, "note", None) == i] == list(range(250))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_takes_nothing_loses_nothing(
    folder: Path, recorders: Callable[..., Recorder], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """While no disk takes it staff are told, with minutes, and play stays in memory; afterwards all of it is kept."""
    monkeypatch.setattr(recorder_module, "_RETRY_SECONDS", 0.05)
    take = duet(2_000)
    recorder = recorders(folder)
    recorder.feed(take[0])
    until(lambda: recorder.take)
    with broken_disk(monkeypatch, number):
        for item in take[1:3_000]:
            recorder.feed(item)
        until(lambda: recorder.state.memory)
        told = recorder.state
        assert (told.minutes, told.second, told.later) == (1, None, None)
        for item in take[3_000:]:
            recorder.feed(item)
        assert performed(folder) == [take[:1]]
    until(lambda: recorder.state.memory is None)
    assert recorder.state.minutes is None, "nothing is only in memory"
    assert recorder.close(SECONDS)
    assert performed(folder) == [take]


def test_a_disk_that_was_never_there_loses_nothing(
    tmp_path: Path, recorders: Callable[..., Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a folder to make anything in, not even a key, play is in memory; once there is one, it is kept."""
    monkeypatch.setattr(recorder_module, "_RETRY_SECONDS", 0.05)
    (tmp_path / "place").write_text("")
    recorder = recorders(tmp_path / "place" / "kept", "P-1")
    for item in duet(20):
        recorder.feed(item)
    until(lambda: recorder.state.memory)
    assert recorder.take is None
    (tmp_path / "place").unlink()
    until(lambda: recorder.state.memory is None)
    assert recorder.close(SECONDS)
    assert performed(tmp_path / "place" / "kept") == [duet(20)]


def test_minutes_are_counted(folder: Path, recorders: Callable[..., Recorder], monkeypatch: pytest.MonkeyPatch) -> None:
    """The number for staff is that of the minutes since the first thing that is only in memory, begun ones included."""
    recorder = recorders(folder)
    with broken_disk(monkeypatch, errno.ENOSPC):
        recorder.feed(Performed(0, BEGAN))
        until(lambda: recorder.state.memory)
        began = recorder._since
        assert began is not None
        for minutes, seconds in ((1, 0.0), (1, 59.0), (2, 61.0), (90, 89.5 * 60)):
            monkeypatch.setattr(recorder, "_since", time.monotonic() - seconds)
            assert recorder.state.minutes == minutes


def test_what_the_second_folder_takes_is_not_in_memory(
    tmp_path: Path, folder: Path, recorders: Callable[..., Recorder]
) -> None:
    """While the data folder takes nothing the second one does, and staff are told where; later it is brought home."""
    (tmp_path / "place").write_text("")
    data = tmp_path / "place" / "kept"
    recorder = recorders(data, second=folder)
    for item in duet(20):
        recorder.feed(item)
    until(lambda: recorder.take)
    until(lambda: recorder.state.second)
    assert recorder.state.second is not None
    assert str(folder) in recorder.state.second
    assert recorder.state.memory is None
    assert recorder.close(2)
    (tmp_path / "place").unlink()
    again = recorders(data, second=folder)
    for item in duet(3):
        again.feed(item)
    assert again.close(SECONDS)
    assert performed(data) == [duet(20), duet(3)]


def test_the_second_folder_is_left_though_nobody_plays(
    tmp_path: Path, folder: Path, recorders: Callable[..., Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the data folder takes records again, what was kept elsewhere is brought home, at rest too."""
    monkeypatch.setattr(recorder_module, "_PROBE_SECONDS", 0.1)
    (tmp_path / "place").write_text("")
    data = tmp_path / "place" / "kept"
    recorder = recorders(data, second=folder)
    for item in duet(5):
        recorder.feed(item)
    until(lambda: recorder.state.second)
    (tmp_path / "place").unlink()
    until(lambda: recorder.state.second is None)
    until(lambda: recorder._index._ownership.held and not recorder._index._homeward)
    assert recorder.close(SECONDS)
    for path in data.glob("bedside.db*"):
        path.unlink()
    assert performed(data) == [duet(5)]


@pytest.mark.slow
def test_the_index_is_waited_for(folder: Path, recorders: Callable[..., Recorder]) -> None:
    """While another program holds the database all is kept, and can be read; afterwards it is in the index."""
    recorder = recorders(folder)
    recorder.feed(duet()[0])
    until(lambda: recorder.take and not recorder._index._backlog)
    with Store.create(folder) as other, other._engine.connect() as connection, connection.begin():
        # A feed that waited for the database would wait for this block to end.
        for item in duet(200)[1:]:
            recorder.feed(item)
        until(lambda: not recorder._pending and recorder._kept == 0 and recorder._done >= len(duet(200)))
        assert recorder.state.memory is None
        until(lambda: recorder.state.later)
        assert "another program" in str(recorder.state.later)
    until(lambda: recorder.state.later is None)
    until(lambda: not recorder._index._backlog)
    assert recorder.close(SECONDS)
    assert performed(folder) == [duet(200)]


@pytest.mark.slow
def test_without_the_key_all_is_kept_and_found_with_it(folder: Path, recorders: Callable[..., Recorder]) -> None:
    """A key file that is gone, damaged or another bed's is left as it is; with the right one back all is there."""
    first = recorders(folder)
    for item in duet(2):
        first.feed(item)
    assert first.close(SECONDS)
    key = folder / "bedside.key"
    right = key.read_bytes()
    other = folder.parent / "other"
    other.mkdir(mode=0o700)
    keyfile.make(other)
    count = 1
    for wrong in (None, right[:30] + b"x" + right[31:], (other / "bedside.key").read_bytes()):
        if wrong is None:
            key.unlink()
        else:
            key.write_bytes(wrong)
        before = sorted(path.name for path in folder.glob("bedside*.db"))
        recorder = recorders(folder)
        for item in duet(3):
            recorder.feed(item)
        until_told_later(recorder)
        recorder.close(1)
        assert (key.read_bytes() if key.exists() else None) == wrong
        assert sorted(path.name for path in folder.glob("bedside*.db")) == before, "nothing is set aside"
        key.write_bytes(right)
        count += 1
        assert performed(folder) == [duet(2), *[duet(3)] * (count - 1)]


def test_closing_does_not_wait_for_ever(
    folder: Path, recorders: Callable[..., Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing on a disk that stays full ends, and says that not all is kept."""
    recorder = recorders(folder)
    with broken_disk(monkeypatch, errno.ENOSPC):
        recorder.feed(Performed(0, BEGAN))
        until(lambda: recorder.state.memory)
        assert not recorder.close(0.3)
        assert recorder.fault


def test_what_cannot_be_written_does_not_end_the_recorder(folder: Path, recorders: Callable[..., Recorder]) -> None:
    """An event that no row can hold is told to staff, and everything else is kept."""
    recorder = recorders(folder)
    recorder.feed(Performed(0, TakeBegan(2**64, 48_000, 128)))
    for item in duet(2):
        recorder.feed(item)
    until(lambda: recorder.state.later)
    assert recorder.close(SECONDS)
    assert performed(folder) == [duet(2)]


def test_two_recorders_on_one_folder_are_two_beds(folder: Path, recorders: Callable[..., Recorder]) -> None:
    """Both keep all they are fed, one of them owns the folder, and both are in one list afterwards."""
    beds = [recorders(folder), recorders(folder)]
    takes = [duet(40), duet(60)]
    for number in range(max(map(len, takes))):
        for bed, take in zip(beds, takes, strict=True):
            if number < len(take):
                bed.feed(take[number])
    for bed in beds:
        until_fed(bed)
    assert [bed._index._ownership.held for bed in beds].count(True) == 1
    assert len({path.name[:16] for path in (folder / JOURNAL).glob("[0-9a-f]*.journal")}) == 2
    for bed in beds:
        assert bed.close(SECONDS)
    assert sorted(performed(folder), key=len) == takes


def test_who_does_not_own_the_folder_repairs_nothing(folder: Path, recorders: Callable[..., Recorder]) -> None:
    """While somebody else owns the folder a damaged index is left alone, and all is kept; its owner then mends it."""
    first = recorders(folder)
    for item in duet(2):
        first.feed(item)
    assert first.close(SECONDS)
    database = folder / "bedside.db"
    damaged = database.read_bytes()[:4096] + bytes(8192)
    with Ownership(folder, "another"):
        database.write_bytes(damaged)
        for suffix in ("-wal", "-shm"):
            database.with_name(f"bedside.db{suffix}").unlink(missing_ok=True)
        recorder = recorders(folder)
        for item in duet(3):
            recorder.feed(item)
        until(lambda: recorder.take)
        recorder.close(1)
        assert not list(folder.glob("bedside-damaged-*"))
    assert recorders(folder).close(SECONDS)
    owner = recorders(folder)
    owner.feed(duet()[0])
    until(lambda: not owner._index._backlog and owner.take)
    assert owner.close(SECONDS)
    assert performed(folder)[:2] == [duet(2), duet(3)]


@pytest.mark.parametrize("steps", [[0, -365], [0, 4000, -1], [0, -60, -120]], ids=["year back", "to 2038", "minutes"])
def test_the_clock_orders_nothing(
    folder: Path, recorders: Callable[..., Recorder], monkeypatch: pytest.MonkeyPatch, steps: list[int]
) -> None:
    """However the clock is set while somebody plays, takes, choices and “last” are in the order of playing."""
    moved = timedelta()

    def clock() -> datetime:
        return (datetime.now(UTC) + moved).astimezone()

    monkeypatch.setattr(recorder_module, "now", clock)
    recorder = recorders(folder)
    for number, days in enumerate(steps, 1):
        moved = timedelta(days=days) if abs(days) >= 365 or days == -1 else timedelta(seconds=days)
        recorder.feed(Chosen(None, "world", f"w{number}", "child"))
        for item in duet(number):
            recorder.feed(item)
    assert recorder.close(SECONDS)
    later = recorders(folder)
    for item in duet(9):
        later.feed(item)
    assert later.close(SECONDS)
    with Store.open(folder) as store:
        takes = store.takes()
        assert [take.notes for take in takes] == [*range(1, len(steps) + 1), 9]
        assert store.find("last") == takes[-1].id == later.take
        assert [choice.which for choice in store.choices(takes[0].session)] == [f"w{i + 1}" for i in range(len(steps))]


def test_what_a_killed_program_left_is_brought_in(folder: Path, recorders: Callable[..., Recorder]) -> None:
    """What is in the journal and not in the index is in it after the next start, though nothing is played."""
    recorder = recorders(folder)
    for item in duet(5):
        recorder.feed(item)
    assert recorder.close(SECONDS)
    for path in folder.glob("bedside.db*"):
        path.unlink()
    again = recorders(folder)
    until(lambda: (folder / "bedside.db").exists() and not again._index._backlog)
    assert again.close(SECONDS)
    shutil.rmtree(folder / JOURNAL)
    assert performed(folder) == [duet(5)]


def test_a_key_without_recordings_is_said(folder: Path, recorders: Callable[..., Recorder]) -> None:
    """Who finds only the key is told; a bed on which nobody has played yet is as it should be."""
    for _ in range(2):
        recorder = recorders(folder)
        until((folder / "bedside.key").exists)
        assert recorder.close(SECONDS)
        assert recorder.state.notice is None
    recorder = recorders(folder)
    for item in duet(5):
        recorder.feed(item)
    assert recorder.close(SECONDS)
    for path in folder.iterdir():
        if path.name != "bedside.key":
            (shutil.rmtree if path.is_dir() else os.unlink)(path)
    key = (folder / "bedside.key").read_bytes()
    again = recorders(folder)
    until(lambda: again.state.notice)
    assert "but no recordings" in str(again.state.notice)
    for item in duet(7):
        again.feed(item)
    assert again.close(SECONDS)
    assert performed(folder) == [duet(7)]
    assert (folder / "bedside.key").read_bytes() == key


def test_plain_sqlite_reads_nothing(folder: Path, recorders: Callable[..., Recorder]) -> None:
    """The database is no database to a program without the key."""
    recorder = recorders(folder)
    recorder.feed(duet()[0])
    assert recorder.close(SECONDS)
    plain = sqlite3.connect(folder / "bedside.db")
    with pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT * FROM performed").fetchall()
    plain.close()


def test_a_key_store_that_hangs_at_the_first_start_holds_no_note_up(
    tmp_path: Path, recorders: Callable[..., Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once something is played, the first key is kept in a file at once, and what is played is on the disk."""
    backend = use(HangingKeyring(), monkeypatch)
    monkeypatch.setattr(keystore, "PATIENCE_SECONDS", 10 * SECONDS)
    monkeypatch.setattr(keystore, "HASTE_SECONDS", 0.1)
    recorder = recorders(tmp_path / "data")
    for each in duet():
        recorder.feed(each)
    until(lambda: recorder.take)
    assert recorder.fault is None
    backend.let_go.set()


def test_what_is_played_after_a_lost_journal_is_the_last(tmp_path: Path, recorders: Callable[..., Recorder]) -> None:
    """The index knows how far the numbers went: a take comes after those whose journal is gone."""
    for notes in (3, 5):
        recorder = recorders(tmp_path, "K7")
        for each in duet(notes):
            recorder.feed(each)
        until_fed(recorder)
        assert recorder.close(SECONDS)
    shutil.rmtree(tmp_path / JOURNAL)
    recorder = recorders(tmp_path, "K7")
    until(lambda: recorder._index._engine)
    for each in duet(7):
        recorder.feed(each)
    until_fed(recorder)
    assert recorder.close(SECONDS)
    [said] = tend(tmp_path, owner=True).sentences
    assert "journal" in said
    assert not list(tmp_path.glob("bedside-damaged-*"))
    with Store.open(tmp_path) as store:
        assert [take.notes for take in store.takes()] == [3, 5, 7]
