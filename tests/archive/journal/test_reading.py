"""The reader: what an index asks for, other beds' keys, other formats, and files that are being written."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import pytest

from archive.journal.runs import OTHER, SECRET, Run, find, image
from bedside.archive.journal.reading import Flaw, greatest_number, read


def test_an_empty_or_absent_folder_has_no_records(tmp_path: Path) -> None:
    """Before anything was recorded there is nothing, and nothing is missing."""
    for folder in (tmp_path, tmp_path / "none"):
        assert list(read(folder, [SECRET]).records) == []
        assert read(folder, [SECRET]).findings == []
        assert greatest_number(folder) == 0


@pytest.mark.usefixtures("small")
def test_an_index_gets_what_it_has_not(tmp_path: Path) -> None:
    """After each number of each chain, exactly the later records come, without a flaw."""
    runs = [Run.begin(tmp_path) for _ in range(2)]
    for run in runs:
        run.play(30, random.Random(1))
    runs[0].writer.close()
    numbers = [number for _, first, records in runs[0].batches for number in range(first, first + len(records))]
    for anchor in numbers[::7]:
        after = {runs[0].writer.chain: anchor}
        reading = read(tmp_path, [SECRET], after)
        found = {each.number for each in reading.records if each.chain == runs[0].writer.chain}
        assert {number for number in numbers if number > anchor} <= found
        assert min(found) > anchor
        assert reading.findings == []


@pytest.mark.usefixtures("small")
def test_files_that_the_index_has_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Feeding an index costs what is new, not what there is."""
    run = Run.begin(tmp_path)
    run.play(60, random.Random(1))
    assert len(image(tmp_path)) > 3
    opened: list[str] = []
    real = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        opened.append(path.name)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert list(read(tmp_path, [SECRET], run.anchors).records) == []
    assert set(opened) == {max(image(tmp_path))}


def test_what_the_index_has_and_the_journal_has_not_is_missing(tmp_path: Path) -> None:
    """An end that is gone is known by the index."""
    run = Run.begin(tmp_path)
    last = run.append(["x"])
    found = find(tmp_path, {run.writer.chain: last + 5}).flaws
    assert [(flaw.kind, flaw.first, flaw.last) for flaw in found] == [("missing", last + 1, last + 5)]
    [flaw] = read(tmp_path, [SECRET], {run.writer.chain: last + 5}).findings
    assert (flaw.kind, flaw.first, flaw.last) == ("missing", last + 1, last + 5)


def test_another_beds_records_are_named(tmp_path: Path) -> None:
    """What is sealed to a key that is not here is said to be that; the rest is read, and with both keys all."""
    ours, theirs = Run.begin(tmp_path), Run.begin(tmp_path, secret=OTHER)
    for run in (ours, theirs):
        run.append(["x", 1])
        run.append(["x", 2])
    reading = read(tmp_path, [SECRET])
    assert [each.record[1] for each in reading.records if each.record[0] == "x"] == [1, 2]
    [flaw] = reading.findings
    assert isinstance(flaw, Flaw)
    assert (flaw.kind, flaw.chain, flaw.first, flaw.last) == (
        "foreign key",
        theirs.writer.chain,
        theirs.batches[0][1] - 1,
        theirs.batches[1][1],
    )
    both = read(tmp_path, [SECRET, OTHER])
    assert len([each for each in both.records if each.record[0] == "x"]) == 4
    assert both.findings == []


def test_a_page_that_the_disk_does_not_give_costs_one_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk answers with an error, the other pages are read all the same."""
    run = Run.begin(tmp_path)
    for i in range(10):
        run.append(["x", i])

    def refuse(_self: Path) -> bytes:
        raise OSError(5, "")

    real = os.read

    def read_some(descriptor: int, count: int) -> bytes:
        if os.lseek(descriptor, 0, os.SEEK_CUR) == 4 * 4096:
            raise OSError(5, "")
        return real(descriptor, count)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        patch.setattr(os, "read", read_some)
        found = find(tmp_path, run.anchors)
    assert [record[1] for record in found.records.values()] == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    lost = run.batches[3][1]
    assert [(flaw.kind, flaw.first, flaw.last) for flaw in found.flaws] == [("damaged", lost, lost)]


@pytest.mark.usefixtures("small")
def test_a_file_that_is_gone_after_another_is_missing(tmp_path: Path) -> None:
    """A full file says that another follows it; without an index too, the loss of that one is told."""
    run = Run.begin(tmp_path)
    while len(image(tmp_path)) < 3:
        run.append(["x", "y" * 3000])
    last = max(image(tmp_path))
    (tmp_path / last).unlink()
    [flaw] = find(tmp_path).inside
    assert (flaw.kind, flaw.file) == ("missing", last)
    assert flaw.first is not None
    assert flaw.first <= run.batches[-1][1]


def test_a_page_that_was_read_before_it_was_written_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that shows a later frame and not the one before it is no proof of damage."""
    run = Run.begin(tmp_path)
    for i in range(5):
        run.append(["x", i])
    real = Path.read_bytes
    looks: list[Path] = []

    def read_bytes(path: Path) -> bytes:
        looks.append(path)
        data = real(path)
        return data if len(looks) > 1 else data[: 3 * 4096] + bytes(4096) + data[4 * 4096 :]

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    reading = read(tmp_path, [SECRET])
    assert [each.record[1] for each in reading.records if each.record[0] == "x"] == list(range(5))
    assert reading.findings == []


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_reading_while_somebody_writes_finds_no_flaw(tmp_path: Path) -> None:
    """Files that grow, end and follow one another while they are read are not taken for damaged ones."""
    done = threading.Event()

    def write() -> None:
        chance = random.Random(1)
        for _ in range(12):
            run = Run.begin(tmp_path)
            run.play(40, chance)
            run.writer.close()
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    while not done.is_set():
        assert read(tmp_path, [SECRET]).findings == []
    thread.join()
