"""The writer: what it acknowledged is there, whatever fails, and wherever it had to go."""

from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.journal.runs import SECRET, SMALL_BYTES, Run, find, image
from bedside.archive.journal import writer as writing
from bedside.archive.journal.reading import greatest_number, read
from bedside.archive.journal.spares import WANTED, Stock, spares, sweep_drafts
from bedside.archive.journal.writer import JournalWriter
from effort import times

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)

CALLS = ["write", "fdatasync", "fsync", "open", "rename", "mkdir", "ftruncate", "posix_fallocate", "lseek"]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a place that refused be tried again at once."""
    monkeypatch.setattr(writing, "RETRY_SECONDS", 0.0)


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.usefixtures("small")
@settings(max_examples=times(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(JSON, max_size=3), max_size=9), st.integers(1, 4))
def test_what_is_appended_is_read(
    tmp_path_factory: pytest.TempPathFactory, records: list[list[Any]], at_once: int
) -> None:
    """All that JSON can hold comes back as it was, in order, under the numbers that were given."""
    folder = tmp_path_factory.mktemp("journal")
    run = Run.begin(folder)
    for i in range(0, len(records), at_once):
        run.append(*records[i : i + at_once])
    run.writer.close()
    entries = [(each.number, each.record) for each in read(folder, [SECRET]).records][1:-1]
    assert entries == [(number, record) for (_, number), record in run.acknowledged.items()]
    assert greatest_number(folder) == run.writer.next - 1


def test_what_json_cannot_hold_is_refused(tmp_path: Path) -> None:
    """A mistake of the program changes nothing on the disk."""
    writer = JournalWriter([tmp_path], SECRET.public, "test")
    with pytest.raises(TypeError):
        writer.append([["x", b"bytes"]])
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_opened_before_the_first_record(tmp_path: Path) -> None:
    """A writer that writes nothing leaves nothing, and cannot fail."""
    writer = JournalWriter([tmp_path / "none"], SECRET.public, "test")
    assert (writer.place, writer.next) == (None, 1)
    writer.close()
    assert list(tmp_path.iterdir()) == []


def test_a_file_says_what_it_is(tmp_path: Path) -> None:
    """The first record of a file says the format, the key, who wrote it and when, and what the program added."""
    writer = JournalWriter([tmp_path], SECRET.public, "play", {"kinds": {"note_on": ["key"]}})
    writer.append([["x"]])
    writer.close()
    first, *_, last = (each.record for each in read(tmp_path, [SECRET]).records)
    assert first[:2] == ["journal", 1]
    assert first[2]["program"] == "play"
    assert first[2]["kinds"] == {"note_on": ["key"]}
    assert first[2]["key"] == SECRET.public.fingerprint
    assert first[2]["size"] == 4 << 20
    assert last == ["closed"]


def test_a_file_is_private_and_ends_where_it_was_written(tmp_path: Path) -> None:
    """Only this user can read the files; one that ended in order takes no more room than it needs."""
    run = Run.begin(tmp_path / "journal")
    run.append(["x"])
    run.writer.close()
    [path] = (tmp_path / "journal").iterdir()
    assert path.stat().st_size == 3 * 4096
    if os.name != "nt":
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700


def test_nothing_that_was_appended_stands_in_a_file(tmp_path: Path) -> None:
    """Neither words nor numbers of a record can be read without the key, nor how long they are within a page."""
    run = Run.begin(tmp_path)
    run.append(["a secret word", 4711])
    run.append(["a secret word, and a longer one", 4711])
    assert b"secret" not in b"".join(image(tmp_path).values())
    assert find(tmp_path).records == run.acknowledged


@pytest.mark.usefixtures("small")
def test_a_batch_larger_than_a_file_is_kept(tmp_path: Path) -> None:
    """A frame that no usual file holds gets a larger one."""
    run = Run.begin(tmp_path)
    run.append(["x", "y" * 3 * SMALL_BYTES])
    run.append(["x"])
    run.writer.close()
    found = find(tmp_path, run.anchors)
    assert found.records == run.acknowledged
    assert found.flaws == []


class Faults:
    """Makes calls of the system fail, by chance, each with one of these errors; knows which files it touched."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, names: list[str], rate: float, errors: list[int]) -> None:
        self.rate = rate
        self.failed: set[int] = set()
        self.touched_again: list[str] = []
        self._chance = random.Random(11)
        self._errors = errors
        self._kept_open: list[int] = []
        self._names = names
        for name in CALLS:
            monkeypatch.setattr(os, name, self._failing(name, getattr(os, name)))

    def _failing(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            inode = os.fstat(given[0]).st_ino if isinstance(given[0], int) else 0
            if inode in self.failed and name in {"write", "fdatasync", "fsync", "ftruncate"}:
                self.touched_again.append(name)
            if name in self._names and self._chance.random() < self.rate:
                if name in {"write", "fdatasync"}:
                    self.failed.add(inode)
                    # While it is open, no other file gets its number.
                    self._kept_open.append(os.dup(given[0]))
                if name == "write" and self._chance.random() < 0.5:
                    real(given[0], given[1][: len(given[1]) // 2])
                raise OSError(self._chance.choice(self._errors), "")
            return real(*given, **named)

        return call

    def close(self) -> None:
        """Close what was kept open."""
        for descriptor in self._kept_open:
            os.close(descriptor)


@pytest.mark.usefixtures("small", "impatient")
@pytest.mark.parametrize("name", [*CALLS, "all"])
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_nothing_acknowledged_is_lost_when_a_call_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: int
) -> None:
    """Whichever call fails, what `append` acknowledged is there, no flaw is found, and a failed file stays as it is."""
    run = Run.begin(tmp_path / "journal")
    refused = 0
    with monkeypatch.context() as patch:
        faults = Faults(patch, CALLS if name == "all" else [name], 0.1, [error])
        for i in range(120):
            try:
                run.append(["x", i, "y" * 3000], ["x", i])
            except OSError as fault:
                refused += 1
                assert fault.errno == error
        run.writer.close()
    faults.close()
    assert faults.touched_again == []
    found = find(tmp_path / "journal", run.anchors)
    missing = run.acknowledged.keys() - found.records.keys()
    assert not missing
    assert found.flaws == found.inside == []
    assert len(run.batches) + refused == 120
    assert len(run.batches) > 60


def identity(status: os.stat_result) -> tuple[int, int]:
    """Return what tells a file from all others: a pipe of whoever runs the tests may have the number of a file."""
    return status.st_dev, status.st_ino


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="its calls have other names there")
@pytest.mark.usefixtures("small")
def test_what_is_acknowledged_is_on_the_disk_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When `append` returns, each write was followed by a sync of its file, each new name by one of its folder."""
    pending: set[tuple[int, int]] = set()
    folder = identity(tmp_path.stat())
    monkeypatch.setattr(Stock, "fill", lambda _: None)

    def noting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            result = real(*given, **named)
            if name in {"rename", "replace"}:
                pending.add(folder)
            elif name == "write":
                pending.add(identity(os.fstat(given[0])))
            else:
                pending.discard(identity(os.fstat(given[0])))
            return result

        return call

    for name in ("write", "rename", "replace", "fsync", "fdatasync"):
        monkeypatch.setattr(os, name, noting(name, getattr(os, name)))
    run = Run.begin(tmp_path)
    for i in range(60):
        run.append(["x", i, "y" * 2000])
        assert not pending & {folder, *(identity(path.stat()) for path in tmp_path.iterdir())}
    assert len(image(tmp_path)) > 3


@pytest.mark.usefixtures("impatient")
def test_the_second_place_takes_what_the_first_refuses(tmp_path: Path) -> None:
    """A file in the way of the first folder: records go to the second, and back as soon as the first works again."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"")
    run = Run.begin(first / "journal", second / "journal")
    run.append(["x", 1])
    assert run.writer.place == second / "journal"
    first.unlink()

    def moved() -> bool:
        run.append(["x", 2])
        return run.writer.place == first / "journal"

    until(moved)
    run.writer.close()
    kept = [find(first / "journal", {}), find(second / "journal", {})]
    assert {**kept[0].records, **kept[1].records} == run.acknowledged
    assert len(kept[0].records) == 1
    assert [each.flaws for each in kept] == [[], []]
    numbers = [number for _, number, _ in run.batches]
    assert numbers == sorted(set(numbers))


@pytest.mark.usefixtures("impatient")
def test_no_place_at_all(tmp_path: Path) -> None:
    """If nothing takes records, each attempt says why; as soon as something does, they are kept."""
    (tmp_path / "first").write_bytes(b"")
    run = Run.begin(tmp_path / "first" / "journal")
    for _ in range(3):
        with pytest.raises(NotADirectoryError):
            run.append(["x"])
        assert run.writer.place is None
    (tmp_path / "first").unlink()
    run.append(["x"])
    run.writer.close()
    assert find(tmp_path / "first" / "journal", run.anchors).records == run.acknowledged


def test_a_place_that_refused_is_left_in_peace(tmp_path: Path) -> None:
    """A disk that takes nothing is not asked at every batch."""
    (tmp_path / "first").write_bytes(b"")
    run = Run.begin(tmp_path / "first" / "journal")
    with pytest.raises(NotADirectoryError):
        run.append(["x"])
    (tmp_path / "first").unlink()
    with pytest.raises(NotADirectoryError):
        run.append(["x"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("impatient")
def test_a_first_place_that_hangs_delays_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the attempt to go back to the first place hangs, the second takes every record."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"")
    run = Run.begin(first / "journal", second / "journal")
    run.append(["x", 0])
    answered, asked = threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        asked.set()
        answered.wait(60)
        raise OSError(errno.EIO, "")

    monkeypatch.setattr(run.writer._chains[0], "prepare", hang)
    try:
        until(lambda: run.append(["x", 1]) and asked.is_set())
        run.append(["x", 2])
        assert run.writer.place == second / "journal"
        run.writer.close()
    finally:
        answered.set()
    assert find(second / "journal", run.anchors).records == run.acknowledged


@pytest.mark.usefixtures("small")
def test_two_writers_share_a_folder(tmp_path: Path) -> None:
    """Two that write at the same time, and take the same spare files, lose nothing of one another."""
    for _ in range(2):
        runs = [Run.begin(tmp_path) for _ in range(3)]
        threads = [threading.Thread(target=run.play, args=(60, random.Random(i))) for i, run in enumerate(runs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = find(tmp_path, {chain: number for run in runs for chain, number in run.anchors.items()})
        for run in runs:
            run.writer.close()
            assert run.acknowledged.items() <= found.records.items()
        assert found.flaws == []
    assert len(find(tmp_path).records) == sum(1 for each in read(tmp_path, [SECRET]).records if each.record[0] == "x")


def test_numbers_are_never_given_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each program goes on after the greatest number of all before, whatever the clock says, closed or not."""
    numbers: list[int] = []
    for i, now in enumerate([2e9, 1e9, 0.0, 3e9]):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        monkeypatch.setattr(time, "monotonic_ns", lambda now=now: int(now))
        run = Run.begin(tmp_path)
        assert run.writer.next > max(numbers, default=0)
        for _ in range(3):
            numbers.append(run.append(["x", len(numbers)]))
        if i % 2:
            run.writer.close()
    assert numbers == sorted(set(numbers))
    assert [each.record[1] for each in read(tmp_path, [SECRET]).records if each.record[0] == "x"] == list(range(12))


@pytest.mark.usefixtures("impatient")
def test_numbers_go_on_after_those_of_a_place_that_came_late(tmp_path: Path) -> None:
    """Records in a folder that could not be read at the start keep their numbers to themselves."""
    first, second = tmp_path / "first", tmp_path / "second"
    earlier = Run.begin(first)
    earlier.play(20, random.Random(1))
    earlier.writer.close()
    first.rename(tmp_path / "away")
    first.write_bytes(b"")
    run = Run.begin(first, second)
    run.append(["x"])
    first.unlink()
    (tmp_path / "away").rename(first)

    def moved() -> bool:
        run.append(["x"])
        return run.writer.place == first

    until(moved)
    assert run.batches[-1][1] > max(earlier.anchors.values())


def test_spare_files_are_made_and_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few files are ready for when the disk is full; then a run goes on in them."""
    monkeypatch.setattr("bedside.archive.journal.spares._FIRST_SECONDS", 0.0)
    stock = Stock(tmp_path)
    stock.fill()
    until(lambda: len(spares(tmp_path)) == WANTED)
    stock.stop()
    monkeypatch.setattr(os, "posix_fallocate", _full)
    run = Run.begin(tmp_path)
    run.append(["x", "y" * (3 << 20)])
    run.append(["x", "y" * (3 << 20)])
    run.writer.close()
    assert len(spares(tmp_path)) == WANTED - 2
    found = find(tmp_path, run.anchors)
    assert found.records == run.acknowledged
    assert found.flaws == []


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "")


def test_a_stopped_stock_leaves_nothing_half_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is half made when a program ends is removed; what a killed one left is swept."""
    monkeypatch.setattr("bedside.archive.journal.spares._FIRST_SECONDS", 0.0)
    stock = Stock(tmp_path)
    stock.fill()
    until(lambda: any(tmp_path.iterdir()))
    stock.stop()
    assert all(path.stat().st_size == 4 << 20 for path in tmp_path.iterdir())
    (tmp_path / ".spare-1234567812345678.part").write_bytes(b"0")
    sweep_drafts(tmp_path)
    assert [path for path in tmp_path.iterdir() if path not in spares(tmp_path)] == []


def test_a_spare_that_was_cut_is_not_used(tmp_path: Path) -> None:
    """A spare file of another size is none."""
    (tmp_path / "spare-1234567812345678.journal").write_bytes(bytes(5))
    run = Run.begin(tmp_path)
    run.append(["x"])
    assert find(tmp_path, run.anchors).records == run.acknowledged


WRITING = """
import json, sys
from pathlib import Path
from bedside.archive.journal.writer import JournalWriter
from bedside.archive.keys import PublicKey
writer = JournalWriter([Path(sys.argv[1])], PublicKey(bytes.fromhex(sys.argv[2])), "test")
for i in range(1_000_000):
    number = writer.append([["x", i, "y" * (i * 37 % 9000)]])
    sys.stdout.write(f"{writer.chain} {number} {i}\\n")
    sys.stdout.flush()
"""


@pytest.mark.slow
def test_a_killed_program_has_kept_all_that_it_acknowledged(tmp_path: Path) -> None:
    """Killed at any instant, a program leaves everything that it acknowledged, and nothing that looks like damage."""
    chance = random.Random(3)
    kept: dict[tuple[str, int], int] = {}
    for _ in range(int(os.environ.get("BEDSIDE_KILLS", "8"))):
        command = [sys.executable, "-c", WRITING, str(tmp_path), SECRET.public.raw.hex()]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        threading.Timer(chance.random() * 0.7, process.kill).start()
        lines += process.stdout.readlines()
        process.wait()
        process.stdout.close()
        for line in lines:
            if line.endswith("\n"):
                chain, number, i = line.split()
                kept[chain, int(number)] = int(i)
    anchors: dict[str, int] = {}
    for key in kept:
        anchors[key[0]] = max(key[1], anchors.get(key[0], 0))
    found = find(tmp_path, anchors)
    assert {key: found.records[key][1] for key in kept} == kept
    assert found.flaws == found.inside == []
    numbers = [number for _, number in found.records]
    assert len(numbers) == len(set(numbers))


def test_folders_that_others_made_are_on_the_disk_before_a_record_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who made them may have been unable to sync their names: an append does, and fails as long as that fails."""
    folder = tmp_path / "data" / "journal"
    folder.mkdir(parents=True)
    writer = JournalWriter([folder], SECRET.public, "test")
    real, synced = os.fsync, set[int]()

    def fsync(descriptor: int, refused: bool = False) -> None:
        inode = os.fstat(descriptor).st_ino
        if refused and inode == folder.parent.stat().st_ino:
            raise OSError(5, "")
        real(descriptor)
        synced.add(inode)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: fsync(descriptor, refused=True))
        with pytest.raises(OSError, match="5"):
            writer.append([["x"]])
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        patch.setattr(writing, "RETRY_SECONDS", 0.0)
        writer.append([["x"]])
    assert {folder.stat().st_ino, folder.parent.stat().st_ino, tmp_path.stat().st_ino} <= synced
