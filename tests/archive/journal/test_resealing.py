"""Segments that are sealed anew hold the same records, for another key only."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bedside.archive.journal import spares
from bedside.archive.journal.reading import flaws, read
from bedside.archive.journal.resealing import is_opened_by, needing_another, reseal
from bedside.archive.journal.writer import JournalWriter
from bedside.archive.keys.secret import Secret

OLD, NEW, THIRD = (Secret.derive(bytes([number]) * 32) for number in (1, 2, 3))


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments of 64 kB, so that a chain has many."""
    for module in ("spares", "segment", "scan"):
        monkeypatch.setattr(f"bedside.archive.journal.{module}.SEGMENT_BYTES", 1 << 16)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Return a journal of three chains, one of them not ended."""
    folder = tmp_path / "journal"
    for name, ends in (("a", True), ("b", True), ("c", False)):
        writer = JournalWriter([folder], OLD.public, name)
        for number in range(28):
            writer.append([["played", name, number, "x" * 40]] * 3)
        if ends:
            writer.close()
        else:
            for chain in writer._chains:
                chain._stock.stop()
    return folder


def records(folder: Path, *secrets: Secret) -> list[tuple[str, int, list[object]]]:
    return [(each.chain, each.number, each.record) for each in read(folder, secrets).records]


def reached(folder: Path, *secrets: Secret) -> dict[str, int]:
    return {each.chain: each.number for each in read(folder, secrets).records}


def segments(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.journal") if not path.name.startswith("spare"))


def test_sealed_anew_a_journal_is_the_same_for_another_key(journal: Path) -> None:
    """All records, their numbers and their links are there, again and again; the old key opens nothing any more."""
    before, anchors = records(journal, OLD), reached(journal, OLD)
    assert len(segments(journal)) >= 6
    assert needing_another(journal, NEW) == segments(journal)
    for old, new in ((OLD, NEW), (NEW, THIRD), (THIRD, NEW)):
        told: list[None] = []
        reseal(journal, [old], new, anchors, lambda told=told: told.append(None))  # type: ignore[misc]
        assert len(told) == len(segments(journal))
        assert needing_another(journal, new) == []
        assert records(journal, new) == before
        assert flaws(journal, [new], anchors) == []
        assert not is_opened_by(journal, old)
        assert is_opened_by(journal, new)
        assert [each.kind for each in flaws(journal, [old], anchors)] == ["foreign key"] * 3


def test_at_every_instant_both_keys_open_everything(journal: Path) -> None:
    """Between any two segments the journal is whole with both keys, and begun again, it is ended."""
    before, anchors = records(journal, OLD), reached(journal, OLD)

    class Killed(BaseException):
        """The end of a program."""

    def kill() -> None:
        assert records(journal, OLD, NEW) == before
        assert flaws(journal, [OLD, NEW], anchors) == []
        raise Killed

    for left in range(len(segments(journal)) - 1, -1, -1):
        with pytest.raises(Killed):
            reseal(journal, [OLD], NEW, anchors, kill)
        assert len(needing_another(journal, NEW)) == left
    assert records(journal, NEW) == before


@pytest.mark.parametrize("place", ["first", "middle"])
def test_a_damaged_segment_is_left_as_it_is(journal: Path, place: str) -> None:
    """What cannot be read whole is not written anew: all that it was is still there, under the old key."""
    anchors = reached(journal, OLD)
    wounded = segments(journal)[2]
    data = bytearray(wounded.read_bytes())
    data[300 if place == "first" else 4096 * 3 + 300] ^= 1
    wounded.write_bytes(data)
    before, told = records(journal, OLD), flaws(journal, [OLD], anchors)
    assert [each.kind for each in told] == ["damaged"]
    reseal(journal, [OLD], NEW, anchors)
    assert needing_another(journal, NEW) == [wounded]
    assert wounded.read_bytes() == data
    assert records(journal, OLD, NEW) == before
    assert flaws(journal, [OLD, NEW], anchors) == told


def test_what_was_never_acknowledged_needs_no_key(journal: Path) -> None:
    """A torn page behind the last frame of a chain that did not end is no reason to keep the old key."""
    before, anchors = records(journal, OLD), reached(journal, OLD)
    [torn] = [path for path in segments(journal) if path.read_bytes()[-4096:] == bytes(4096)]
    data = torn.read_bytes()
    used = len(data.rstrip(b"\0"))
    torn.write_bytes(data[:used] + os.urandom(3000) + data[used + 3000 :])
    reseal(journal, [OLD], NEW, anchors)
    assert needing_another(journal, NEW) == []
    assert records(journal, NEW) == before
    assert torn.stat().st_size == 1 << 16


def test_a_full_disk_changes_nothing(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A segment that cannot be written anew stays, and no draft is left."""
    before = {path.name: path.read_bytes() for path in journal.iterdir()}

    def full(_descriptor: int) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Exception, match="the disk is full"):
        reseal(journal, [OLD], NEW, {})
    assert {path.name: path.read_bytes() for path in journal.iterdir()} == before


def test_nothing_is_nothing(tmp_path: Path) -> None:
    """A folder without a journal, and spare files, need no key."""
    assert is_opened_by(tmp_path / "none", OLD) is None
    assert needing_another(tmp_path / "none", OLD) == []
    spare = tmp_path / "spare-0123456789abcdef.journal"
    spare.write_bytes(bytes(spares.SEGMENT_BYTES))
    assert is_opened_by(tmp_path, OLD) is None
    shutil.copy(spare, tmp_path / f"{'0' * 16}-000001.journal")
    assert is_opened_by(tmp_path, OLD) is None
    assert needing_another(tmp_path, OLD) == []
