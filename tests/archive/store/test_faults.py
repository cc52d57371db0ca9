"""What the machine does to the database costs nothing that was acknowledged: it is read, said and mended."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from archive.improvisations import BEGAN, duet
from bedside.archive.keys import keyfile
from bedside.archive.store import database, opening
from bedside.archive.store.checking import check
from bedside.archive.store.choices import Chosen
from bedside.archive.store.index import DATABASE, JOURNAL, rebuild, rebuild_in_memory
from bedside.archive.store.models import Base
from bedside.archive.store.store import Store
from bedside.archive.store.tending import rebuild_index, tend
from bedside.archive.store.writeahead import LogState, judge, judge_log
from bedside.errors import BedsideError
from effort import times

PAGE_BYTES = 4096
LOG = f"{DATABASE}-wal"


def play(store: Store, notes: int = 4, patient: str | None = "K7") -> str:
    with store.writing() as writing:
        session = writing.begin_session(patient)
        take = writing.begin_take(session, BEGAN, "played", "1")
        writing.append(take, duet(notes))
        writing.choose(session, take, Chosen(9, "star", "", "child"))
    return take


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows but those that say how far the index is."""
    with database.reading(store._engine) as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name != "anchor"
        }


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def left(folder: Path, tmp_path: Path) -> tuple[Path, dict[str, list[tuple[Any, ...]]]]:
    """Return a folder as a killed program leaves it, its log not folded in, and what had been acknowledged."""
    copy = tmp_path / "left"
    with Store.create(folder) as store:
        for notes in (30, 60, 5):
            take = play(store, notes)
        store.casenotes.remark(take, 1, 2, "waits, then answers")
        store.casenotes.reword(store.casenotes.remark(take, 3, 4, "x").id, "laughs")
        store.casenotes.picture(store.casenotes.patients()[0].id, "moon")
        shutil.copytree(folder, copy)
        (copy / f"{DATABASE}-shm").unlink()
        return copy, everything(store)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Return a disk of 32 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("only root on Linux makes mounts")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", place], check=False).returncode:
        pytest.skip("this machine makes no mounts")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                if size == 1:
                    raise


@pytest.mark.parametrize("lost", ["", DATABASE, LOG])
def test_a_full_disk_is_read(left: tuple[Path, Any], disk: Path, lost: str) -> None:
    """On a full disk everything is read, and a word typed there is refused in one sentence."""
    shutil.copytree(left[0], disk / "kept")
    (disk / "kept" / lost).unlink() if lost else None
    fill(disk)
    before = contents(disk / "kept")
    with Store.open(disk / "kept") as store:
        assert everything(store) == left[1]
    with Store.open_or_set_aside(disk / "kept", owner=False) as store:
        assert everything(store) == left[1]
        with pytest.raises(BedsideError, match="What you wrote cannot be saved: the disk is full"):
            store.casenotes.remark(store.find("last"), 1, 2, "is not kept")
    assert before.items() <= contents(disk / "kept").items()


@pytest.mark.parametrize("lost", ["", DATABASE, LOG])
def test_a_disk_that_can_only_be_read(left: tuple[Path, Any], disk: Path, lost: str) -> None:
    """On a disk that can only be read everything is read."""
    shutil.copytree(left[0], disk / "kept")
    (disk / "kept" / lost).unlink() if lost else None
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    for opening_ in (Store.open, Store.create):
        with opening_(disk / "kept") as store:
            assert everything(store) == left[1]


LOCKING = """
import sys
from pathlib import Path
from bedside.archive.keys import keyfile
from bedside.archive.store import database
folder = Path(sys.argv[1])
engine = database._file_engine(folder / "bedside.db", keyfile.secret(folder), ("locking_mode = EXCLUSIVE",))
with engine.connect() as connection:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    connection.exec_driver_sql("UPDATE take SET sound = 'not yet'")
    print("locked", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.slow
def test_another_program_holds_the_database(left: tuple[Path, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program locks the database, it is read; what is typed is kept, and is there afterwards."""
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.2)
    folder, kept = left
    with Store.open_or_set_aside(folder) as early:
        other = subprocess.Popen(
            [sys.executable, "-c", BEGUN, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert other.stdout
        assert other.stdout.readline() == "locked\n"
        remark = early.casenotes.remark(early.find("last"), 5, 6, "typed meanwhile")
        assert early.waiting
        other.communicate("go\n")
    with Store.open(folder) as store:
        assert remark in store.casenotes.remarks(store.find("last"))
    holding = subprocess.Popen(
        [sys.executable, "-c", LOCKING, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holding.stdout
    assert holding.stdout.readline() == "locked\n"
    try:
        with Store.open(folder) as store:
            assert remark in store.casenotes.remarks(store.find("last"))
            assert {each.sound for each in store.takes()} == {"1"}
        with Store.create(folder) as store:
            late = store.casenotes.remark(store.find("last"), 7, 8, "typed beside a lock")
    finally:
        holding.communicate("go\n")
    with Store.open(folder, owner=True) as store:
        assert late in store.casenotes.remarks(store.find("last"))
        assert len(everything(store)["take"]) == len(kept["take"])


BEGUN = LOCKING.replace('("locking_mode = EXCLUSIVE",)', "()")


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["flip", "cut"])
def test_a_damaged_log(left: tuple[Path, Any], tmp_path: Path, harm: str) -> None:
    """Whichever bit of the log is flipped, and wherever it is cut: everything acknowledged is there."""
    chance = random.Random(7)
    log = (left[0] / LOG).read_bytes()
    for number in range(times(5)):
        harmed = bytearray(log)
        if harm == "flip":
            harmed[chance.randrange(len(log))] ^= 1 << chance.randrange(8)
        else:
            del harmed[chance.randrange(len(log)) :]
        copy = tmp_path / f"harmed-{number}"
        shutil.copytree(left[0], copy)
        (copy / LOG).write_bytes(harmed)
        with Store.open(copy) as store:
            assert everything(store) == left[1]
        with Store.open_or_set_aside(copy) as store:
            assert everything(store) == left[1]
            damaged = judge(bytes(harmed)).state is LogState.DAMAGED
            assert (store.notice is not None) == damaged
            if damaged:
                [aside] = copy.glob("bedside-damaged-*.db-wal")
                assert aside.read_bytes() == harmed
        assert tend(copy, owner=True).sentences == ()


@pytest.mark.parametrize("journal", ["with", "without"])
def test_a_missing_database(left: tuple[Path, Any], journal: str) -> None:
    """Where the database is gone, and its log and key are left, nothing is deleted, and one sentence says so."""
    folder, kept = left
    (folder / DATABASE).unlink()
    if journal == "without":
        shutil.rmtree(folder / JOURNAL)
        with pytest.raises(BedsideError, match="missing"):
            Store.open(folder)
    log = (folder / LOG).read_bytes()
    with Store.open_or_set_aside(folder) as store:
        assert store.notice
        assert "is missing" in store.notice
        if journal == "with":
            assert everything(store) == kept
    [aside] = folder.glob("bedside-damaged-*.db-wal")
    assert aside.read_bytes() == log


@pytest.mark.slow
def test_an_old_page_with_a_right_seal(folder: Path, tmp_path: Path) -> None:
    """A page of an earlier day that comes back is found by the check, and the index is built anew from the journal."""
    with Store.create(folder) as store:
        for notes in (60, 5):
            take = play(store, notes)
        remark = store.casenotes.remark(take, 1, 2, "waits")
    old = (folder / DATABASE).read_bytes()
    with Store.create(folder) as store:
        store.casenotes.reword(remark.id, "does not wait")
        for notes in (5, 100):
            play(store, notes)
        kept = everything(store)
    now = (folder / DATABASE).read_bytes()
    assert tend(folder, owner=False).sentences == ()
    pages = [at for at in range(0, len(old), PAGE_BYTES) if old[at : at + PAGE_BYTES] != now[at : at + PAGE_BYTES]]
    assert len(pages) > 5
    for at in pages[:: 1 if times(10) > 10 else 4]:
        copy = tmp_path / f"stale-{at}"
        shutil.copytree(folder, copy)
        stale = now[:at] + old[at : at + PAGE_BYTES] + now[at + PAGE_BYTES :]
        (copy / DATABASE).write_bytes(stale)
        assert tend(copy, owner=False).sentences, at
        assert (copy / DATABASE).read_bytes() == stale, "who does not own the folder mends nothing"
        [said] = tend(copy, owner=True).sentences
        assert "built anew" in said
        [aside] = copy.glob("bedside-damaged-*.db")
        assert aside.read_bytes() == stale
        with Store.open(copy) as store:
            assert everything(store) == kept, at
        assert tend(copy, owner=True).sentences == ()


def test_who_does_not_own_the_folder_repairs_nothing(left: tuple[Path, Any]) -> None:
    """Beside a program that plays, a second one that finds a damaged page reads, keeps what is typed, moves nothing."""
    folder, kept = left
    with Store.open_or_set_aside(folder) as bed:
        content = bytearray((folder / DATABASE).read_bytes())
        content[-2000] ^= 1
        bed._engine.dispose()
        (folder / DATABASE).write_bytes(content)
        with Store.open_or_set_aside(folder, owner=False) as review:
            assert everything(review) == kept
            remark = review.casenotes.remark(review.find("last"), 9, 9, "typed beside play")
            assert remark in review.casenotes.remarks(review.find("last"))
        assert not [*folder.glob("bedside-damaged-*")]
        take = play(bed, 3)
    with Store.open_or_set_aside(folder) as store:
        assert store.notice
        assert store.find("last") == take
        assert [remark.id] == [each.id for each in store.casenotes.remarks(store.takes()[-2].id) if each.first == 9]


def test_the_index_built_anew_is_the_same(left: tuple[Path, Any]) -> None:
    """Built anew, in a file or in memory, the index has the same rows, and the old one is kept aside."""
    folder, kept = left
    secrets = keyfile.secrets(folder)
    before = (folder / DATABASE).read_bytes(), (folder / LOG).read_bytes()
    engine = rebuild_in_memory(folder, secrets)
    assert everything(Store(folder, engine, None)) == kept
    engine.dispose()
    assert ((folder / DATABASE).read_bytes(), (folder / LOG).read_bytes()) == before
    aside = rebuild_index(folder, owner=True)
    assert aside is not None
    assert aside.is_file()
    with Store.open(folder) as store:
        assert everything(store) == kept
    checked = check(folder, secrets)
    assert checked.is_index_good
    assert checked.is_journal_good


def test_a_program_goes_on_in_the_index_built_anew(left: tuple[Path, Any]) -> None:
    """A program that has the index open reads and writes the new one after it was built anew."""
    folder, kept = left
    with Store.create(folder) as store:
        assert len(store.takes()) == 3
        rebuild(folder, keyfile.secrets(folder), "damaged")
        play(store)
        assert len(store.takes()) == 4
    with Store.open(folder) as store:
        assert len(store.takes()) == 4
        assert len(everything(store)["take"]) == len(kept["take"]) + 1


@settings(max_examples=times(3), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["play", "remark", "reword", "note", "take back", "code"]), max_size=8), st.data())
@pytest.mark.slow
def test_killed_between_journal_and_index(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], data: st.DataObject
) -> None:
    """Killed at any points between journal and index, fed, fed again and built anew: the same rows, and all of them."""
    folder = tmp_path_factory.mktemp("killed") / "kept"
    count = 0
    for step in ["play", *steps]:
        killed = data.draw(st.booleans())
        with Store.create(folder) as store:
            if killed:
                monkey = pytest.MonkeyPatch()
                monkey.setattr("bedside.archive.store.keeping.apply_entries", _killed)
            else:
                monkey = None
            try:
                STEPS[step](store)
                count += step == "play"
            finally:
                if monkey:
                    monkey.undo()
                    store._kept = None
        if data.draw(st.booleans()):
            Store.open(folder, owner=True).close()
        else:
            Store.open_or_set_aside(folder).close()
    with Store.open(folder) as store:
        kept = everything(store)
    assert len(kept["take"]) == count
    assert tend(folder, owner=True).sentences == ()
    engine = rebuild_in_memory(folder, keyfile.secrets(folder))
    with closing(Store(folder, engine, None)) as again:
        assert everything(again) == kept


def _killed(*_: object) -> None:
    raise OperationalError("killed", None, Exception())


def _code(store: Store) -> None:
    gate = store.gate()
    if gate.closed:
        gate.opens("wrong-code")
    else:
        gate.set("seahorse-7")


def _reword(store: Store) -> None:
    remark = store.casenotes.remark(store.find("last"), 1, 2, "first")
    if not store.waiting:
        store.casenotes.reword(remark.id, "second")


def _take_back(store: Store) -> None:
    take = store.find("last")
    for remark in store.casenotes.remarks(take)[:1]:
        store.casenotes.take_back(type(remark), remark.id)


STEPS: dict[str, Callable[[Store], object]] = {
    "play": play,
    "remark": lambda store: store.casenotes.remark(store.find("last"), 1, 2, "waits"),
    "reword": _reword,
    "note": lambda store: store.casenotes.write_note(store.summary(store.find("last")).session, "a", "", "", ""),
    "take back": _take_back,
    "code": _code,
}


def test_a_log_that_another_program_writes_is_looked_at_again(
    left: tuple[Path, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log that looks damaged once, because it was being written, is not set aside."""
    looks = iter([LogState.DAMAGED, LogState.WHOLE])
    real = judge_log
    monkeypatch.setattr(opening, "judge_log", lambda path: type(real(path))(next(looks), 0))
    with Store.open_or_set_aside(left[0]) as store:
        assert store.notice is None
        assert everything(store) == left[1]
