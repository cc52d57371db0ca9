from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from archive.improvisations import BEGAN, RATE, duet
from bedside.archive.journal.reading import read
from bedside.archive.keys import keyfile
from bedside.archive.keys.keyfolder import KEY_FILE
from bedside.archive.store.choices import SET, Chosen, Marked
from bedside.archive.store.index import DATABASE, INDEXED, JOURNAL
from bedside.archive.store.models import Choice, Marker, PartRow, Patient, Session, Take
from bedside.archive.store.store import Store
from bedside.errors import BedsideError, NotFound
from bedside.music.events import NoteOn, Performed, Player
from effort import times

PAGE_BYTES = 4096


def keep(store: Store, notes: int = 4, at: datetime | None = None) -> str:
    with store.writing() as writing:
        take = writing.begin_take(writing.begin_session(None), BEGAN, "played", "1", at)
        writing.append(take, duet(notes))
    return take


def test_reading_nothing_makes_nothing(folder: Path) -> None:
    """A folder that is not there has no takes, which is no error, and is not made by looking."""
    with Store.open(folder) as store:
        assert store.takes() == []
        with pytest.raises(BedsideError, match="Nothing is recorded yet"):
            store.find("last")
    assert not folder.exists()


def test_a_store_opened_to_be_read_is_not_written(folder: Path) -> None:
    """What is opened to be read refuses to write, whether something is recorded or nothing."""
    for _ in range(2):
        with Store.open(folder) as store, pytest.raises(BedsideError), store.writing() as writing:
            writing.begin_session(None)
        Store.create(folder).close()


def test_private(folder: Path) -> None:
    """The folder and each file in it are open to this user alone."""
    folder.mkdir(mode=0o755)
    with Store.create(folder) as store:
        keep(store)
        assert folder.stat().st_mode & 0o077 == 0
        assert {path.name for path in folder.iterdir()} >= {DATABASE, f"{DATABASE}-wal", KEY_FILE}
        assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_a_take_at_a_glance(folder: Path) -> None:
    """A summary gives the players in the order of their first notes, their notes, and the seconds to the last event."""
    at = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    with Store.create(folder) as store:
        take = keep(store, 5, at)
    with Store.open(folder) as store:
        [summary] = store.takes()
        assert store.summary(take) == summary
        assert store.performed(take) == duet(5)
    assert (summary.id, summary.began, summary.origin, summary.rate) == (take, at, "played", RATE)
    assert summary.players == (Player.THERAPIST, Player.CHILD)
    assert (summary.notes, summary.seconds) == (5, 0.5)


def test_appended_in_pieces(folder: Path) -> None:
    """A take written event by event is the same as one written at once, in order and in number of notes."""
    with Store.create(folder) as store:
        whole = keep(store, 6)
        with store.writing() as writing:
            pieces = writing.begin_take(writing.begin_session(None), BEGAN, "played", "1")
        for item in duet(6):
            with store.writing() as writing:
                writing.append(pieces, [item])
        first, second = (store.summary(take) for take in (whole, pieces))
        assert store.performed(pieces) == store.performed(whole)
        assert (first.players, first.notes, first.seconds) == (second.players, second.notes, second.seconds)


@pytest.mark.slow
def test_a_long_take_is_written_in_order(folder: Path) -> None:
    """A take of more events than are written at once stays in order, and its notes are counted once."""
    with Store.create(folder) as store:
        take = keep(store, 6_000)
        assert store.performed(take) == duet(6_000)
        assert store.summary(take).notes == 6_000


def test_whole_or_not_at_all(folder: Path) -> None:
    """When anything in a writing fails, nothing of it is kept."""
    with Store.create(folder) as store:
        with pytest.raises(ZeroDivisionError), store.writing() as writing:
            take = writing.begin_take(writing.begin_session("P"), BEGAN, "played", "1")
            writing.append(take, duet())
            raise ZeroDivisionError
        assert store.takes() == []


def test_a_take_that_is_not_there_takes_nothing(folder: Path) -> None:
    """Events can only belong to a take that is kept, and a take to a session."""
    with Store.create(folder) as store:
        with pytest.raises(NotFound), store.writing() as writing:
            writing.append("0" * 32, duet())
        with pytest.raises(NotFound), store.writing() as writing:
            writing.begin_take("0" * 32, BEGAN, "played", "1")


def test_find(folder: Path) -> None:
    """A take is found by its id, by a beginning of it that no other has, and as the last one."""
    now = datetime.now(UTC)
    with Store.create(folder) as store:
        takes = [keep(store, 1, now - timedelta(seconds=i)) for i in range(40)]
        assert store.find("last") == takes[-1], "whatever the clock says"
        assert [store.find(take) for take in takes] == takes
        assert store.find(takes[3][:12]) == takes[3]
        first = next(digit for digit in "0123456789abcdef" if sum(take.startswith(digit) for take in takes) > 1)
        with pytest.raises(BedsideError, match="Several takes"):
            store.find(first)
        for name in ("", "%", "_", "LAST", "g" * 32, "0" * 33, takes[0] + "0", "'; --"):
            with pytest.raises(BedsideError, match="No take is called"):
                store.find(name)


def test_choices_and_markers(folder: Path) -> None:
    """Choices and markers are kept with their take, and a choice between takes with its session alone."""
    with Store.create(folder) as store:
        with store.writing() as writing:
            session = writing.begin_session("P")
            take = writing.begin_take(session, BEGAN, "played", "1")
            writing.choose(session, None, Chosen(None, "world", "pond", "child"))
            writing.choose(session, take, Chosen(4800, "stop", "", "adult"))
            writing.mark(take, Marked(9600, 15.0))
        with store._engine.connect() as connection:
            choices = connection.execute(select(Choice.take_id, Choice.frame, Choice.what, Choice.which, Choice.by))
            assert set(map(tuple, choices)) == {
                (None, None, "world", "pond", "child"),
                (take, 4800, "stop", "", "adult"),
            }
            markers = connection.execute(select(Marker.take_id, Marker.frame, Marker.seconds))
            assert list(map(tuple, markers)) == [(take, 9600, 15.0)]


def test_how_the_bed_was_set_is_no_choice(folder: Path) -> None:
    """What is said when a take begins is told apart from what people chose; older takes say nothing."""
    with Store.create(folder) as store:
        with store.writing() as writing:
            session = writing.begin_session("P")
            old, take = (writing.begin_take(session, BEGAN, "played", "1") for _ in range(2))
            writing.choose(session, take, Chosen(0, "scale", "blues", SET))
            writing.choose(session, take, Chosen(0, "world", "pond", SET))
            writing.choose(session, take, Chosen(480, "world", "night", "child"))
        assert store.setups() == store.setups(take) == {take: {"scale": "blues", "world": "pond"}}
        assert store.setups(old) == {}
        assert [(each.what, each.which, each.by) for each in store.choices(session)] == [("world", "night", "child")]


def test_a_patient_is_known_again(folder: Path) -> None:
    """Two sessions with one code belong to one patient."""
    with Store.create(folder) as store:
        for _ in range(2):
            with store.writing() as writing:
                writing.begin_session("P-17")
        with store._engine.connect() as connection:
            assert connection.execute(select(Patient.code)).scalars().all() == ["P-17"]
            assert len(set(connection.execute(select(Session.patient_id)).scalars())) == 1


@pytest.mark.slow
def test_ten_thousand_takes(folder: Path) -> None:
    """Ten thousand takes of two players are listed in order; `bench/test_archive.py` says how soon."""
    with Store.create(folder) as store:
        with store.writing() as writing:
            session = writing.begin_session(None)
            ids = [uuid.uuid4().hex for _ in range(10_000)]
            take = {"session_id": session, "origin": "played", "sound": "1", "rate": RATE, "seed": 1, "block": 128}
            now = datetime.now(UTC)
            rows = [
                {"id": id_, "began": now + timedelta(seconds=i), "frames": 9, "sequence": i, **take}
                for i, id_ in enumerate(ids)
            ]
            writing._connection.execute(insert(Take), rows)
            parts = [{"take_id": id_, "player": name, "notes": 1} for id_ in ids for name in ("child", "therapist")]
            writing._connection.execute(insert(PartRow), [{"entered": i, **part} for i, part in enumerate(parts)])
        assert [take.id for take in store.takes()] == ids
        assert store.find("last") == ids[-1]


def test_a_later_schema_is_refused_and_kept(folder: Path) -> None:
    """A store made by a later version is neither opened nor set aside."""
    with Store.create(folder) as store, store.writing() as writing:
        writing._connection.exec_driver_sql("PRAGMA user_version = 99")
    for opening in (Store.open, Store.create, Store.open_or_set_aside):
        with pytest.raises(BedsideError, match="later version"):
            opening(folder)
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == [DATABASE, KEY_FILE, INDEXED]


def test_a_missing_key_is_said(folder: Path) -> None:
    """Without its key a store is neither opened nor set aside, and no new key is made."""
    with Store.create(folder) as store:
        keep(store)
    (folder / KEY_FILE).unlink()
    for opening in (Store.open, Store.create, Store.open_or_set_aside):
        with pytest.raises(BedsideError, match="key"):
            opening(folder)
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == [DATABASE, INDEXED]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_key_of_another_store_opens_nothing(tmp_path: Path) -> None:
    """A store does not open under another store's key; one sentence says so, and nothing is moved or overwritten."""
    for name in ("a", "b"):
        with Store.create(tmp_path / name) as store:
            keep(store)
    shutil.copy(tmp_path / "b" / KEY_FILE, tmp_path / "a" / KEY_FILE)
    before = contents(tmp_path / "a")
    for opening in (Store.open, Store.create, Store.open_or_set_aside):
        with pytest.raises(BedsideError, match="another key"):
            opening(tmp_path / "a")
    assert contents(tmp_path / "a") == before


@pytest.mark.parametrize("obstacle", ["folder", "database", "key"])
def test_things_in_the_way_are_said(tmp_path: Path, obstacle: str) -> None:
    """A file where the folder should be, or a folder where a file should be, gives a sentence."""
    folder = tmp_path / "kept"
    if obstacle == "folder":
        folder.write_text("")
    else:
        (folder / {"database": DATABASE, "key": KEY_FILE}[obstacle]).mkdir(parents=True)
    for opening in (Store.create, Store.open_or_set_aside):
        with pytest.raises(BedsideError):
            opening(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="everything is allowed to root")
def test_a_folder_without_permission_is_said(folder: Path) -> None:
    """A folder that this user may not write gives a sentence."""
    folder.parent.chmod(0o500)
    try:
        with pytest.raises(BedsideError, match="not allowed"):
            Store.create(folder)
    finally:
        folder.parent.chmod(0o700)


@pytest.mark.slow
def test_damage_on_any_page(folder: Path, tmp_path: Path) -> None:
    """Whichever page is damaged, everything is there again; staff are told, and the damaged file is kept whole."""
    with Store.create(folder) as store:
        first = keep(store, 200)
    original = (folder / DATABASE).read_bytes()
    pages = len(original) // PAGE_BYTES
    assert pages > 10
    for page in range(0, pages, 1 if times(10) > 10 else 4):
        damaged = bytearray(original)
        damaged[page * PAGE_BYTES + 1000] ^= 0x40
        copy = tmp_path / f"damaged-{page}"
        shutil.copytree(folder, copy)
        (copy / DATABASE).write_bytes(damaged)
        with Store.open(copy) as store:
            assert store.performed(first) == duet(200), "who only reads mends nothing and reads everything"
        assert (copy / DATABASE).read_bytes() == damaged
        with Store.open_or_set_aside(copy) as store:
            assert store.notice is not None, page
            assert str(copy) in store.notice
            assert store.performed(first) == duet(200)
            take = keep(store)
            assert store.performed(take) == duet()
        [aside] = copy.glob("bedside-damaged-*.db")
        assert aside.read_bytes() == damaged
        with Store.open_or_set_aside(copy) as store:
            assert store.notice is None
            assert [each.id for each in store.takes()] == [first, take]


@pytest.mark.parametrize("content", [b"not a database at all", b"SQLite format 3\0" + bytes(8176), bytes(4096)])
def test_not_a_database(folder: Path, content: bytes) -> None:
    """Whatever else stands in place of the database is said and left where it is, until something is to be rebuilt."""
    Store.create(folder).close()
    (folder / DATABASE).write_bytes(content)
    for opening in (Store.open, Store.create, Store.open_or_set_aside):
        with pytest.raises(BedsideError, match="damaged"):
            opening(folder)
    assert (folder / DATABASE).read_bytes() == content


@pytest.mark.parametrize("garbled", [16, 512, PAGE_BYTES])
def test_the_beginning_of_the_database_is_garbled(folder: Path, garbled: int) -> None:
    """With its salt, a sector or its first page garbled, everything is readable, and the owner builds it anew."""
    with Store.create(folder) as store:
        take = keep(store, 50)
        remark = store.casenotes.remark(take, 1, 2, "waits")
    content = bytearray((folder / DATABASE).read_bytes())
    content[:garbled] = os.urandom(garbled)
    (folder / DATABASE).write_bytes(content)
    for opening in (Store.open, Store.create, Store.open_or_set_aside, Store.open):
        with opening(folder) as store:
            assert store.performed(take) == duet(50)
            assert store.casenotes.remarks(take) == [remark]
    with Store.create(folder) as store:
        assert len(store.takes()) == 1


def test_a_whole_store_is_not_set_aside_while_another_reads(folder: Path) -> None:
    """A reader in the middle of its reading does not make a whole store look damaged."""
    with Store.create(folder) as store:
        keep(store)
        with Store.open(folder) as reader, reader._engine.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM performed").all()
            keep(store)
            with Store.open_or_set_aside(folder) as second:
                assert second.notice is None
                assert len(second.takes()) == 2


@pytest.mark.slow
def test_many_start_at_once(folder: Path) -> None:
    """Six programs that start on an empty folder in the same moment share one store."""
    script = (
        "import sys, pathlib\nfrom bedside.archive.store.store import Store\nsys.stdin.readline()\n"
        "with Store.open_or_set_aside(pathlib.Path(sys.argv[1])) as store, store.writing() as writing:\n"
        "    assert store.notice is None\n    writing.begin_session('P')\n"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", script, folder], stdin=subprocess.PIPE, text=True) for _ in range(6)
    ]
    time.sleep(1)
    for process in started:
        process.communicate("go\n")
    assert [process.returncode for process in started] == [0] * 6
    with Store.open(folder) as store, store._engine.connect() as connection:
        assert len(connection.execute(select(Session.id)).all()) == 6
        assert len(connection.execute(select(Patient.id)).all()) == 1


def test_a_writing_is_not_overtaken(folder: Path) -> None:
    """Who has begun to write, and first reads, is not refused because another wrote meanwhile: the other waits."""
    with Store.create(folder) as store, Store.create(folder) as other:
        overtaking = threading.Thread(target=keep, args=(other,))
        with store.writing() as writing:
            writing._connection.execute(select(Session.id)).all()
            overtaking.start()
            overtaking.join(0.3)
            writing.begin_session("P")
        overtaking.join()
        assert len(store.takes()) == 1


def test_an_index_without_room_takes_it_later(folder: Path) -> None:
    """What the index has no room for is in the journal and not lost; the index takes it when there is room."""
    with Store.create(folder) as store:
        take = keep(store)
        with store._engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}").all()
        late = keep(store, 1_000)
        assert store.waiting
        assert [each.id for each in store.takes()] == [take]
        with store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 4294967294").all()
        last = keep(store)
        assert not store.waiting
        assert store.performed(late) == duet(1_000)
        assert [each.id for each in store.takes()] == [take, late, last]


def test_a_note_counts_for_the_player_that_played_it(folder: Path) -> None:
    """A player who was given an instrument and played nothing is not a player of the take."""
    with Store.create(folder) as store:
        with store.writing() as writing:
            take = writing.begin_take(writing.begin_session(None), BEGAN, "played", "1")
            writing.append(take, [item for item in duet() if not isinstance(item.event, NoteOn)])
            writing.append(take, [Performed(99, duet()[2].event)])
        assert store.summary(take).players == (Player.THERAPIST,)


def test_two_programs_write_in_turn(folder: Path) -> None:
    """What is written after what another program wrote comes after it in the journal, each in a chain of its own."""
    with Store.create(folder) as bed, Store.create(folder) as review:
        takes = []
        for _ in range(3):
            takes.append(keep(bed))
            remark = review.casenotes.remark(takes[-1], 1, 2, "waits")
            bed.casenotes.reword(remark.id, "waits long")
        assert [take.id for take in bed.takes()] == takes
    whole = read(folder / JOURNAL, keyfile.secrets(folder)).records
    found = [entry for entry in whole if entry.record[0] not in ("journal", "closed")]
    assert len({entry.chain for entry in found}) == 2
    assert len({entry.number for entry in found}) == len(found), "no number is given twice"
    (folder / DATABASE).unlink()
    with Store.open(folder) as store:
        assert [take.id for take in store.takes()] == takes
        assert [store.casenotes.remarks(take)[0].words for take in takes] == ["waits long"] * 3
