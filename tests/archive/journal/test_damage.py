"""Damage by the thousand: nothing is lost in silence, one place costs one batch, and there is no false alarm."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.journal.runs import Run, find, image, is_told, restore

TRIES = int(os.environ.get("BEDSIDE_DAMAGES", "40"))
PAGE = 4096

Change = Callable[[bytearray, int, random.Random, bytes], bytes | None]


@dataclass
class Left:
    """What a program left: its files, older versions of them, its run, and whether it ended in order."""

    run: Run
    files: dict[str, bytes]
    older: dict[str, bytes]


def played(folder: Path, ends: bool, failing: bool, monkeypatch: pytest.MonkeyPatch) -> Left:
    """Play some files full; once in a while a sync fails."""
    chance = random.Random(7)
    run = Run.begin(folder)
    older = {}
    for i in range(12):
        run.play(6, chance)
        if failing and i % 3 == 2:
            with monkeypatch.context() as patch:
                patch.setattr("os.fdatasync", refuse_once())
                run.play(1, chance)
        if i == 8:
            older = image(folder)
    if ends:
        run.writer.close()
    return Left(run, image(folder), older)


def refuse_once() -> Callable[[int], None]:
    real = os.fdatasync
    refused: list[int] = []

    def sync(descriptor: int) -> None:
        if not refused:
            refused.append(descriptor)
            raise OSError(5, "")
        real(descriptor)

    return sync


def flip(data: bytearray, at: int, chance: random.Random, _older: bytes) -> bytes:
    data[at] ^= 1 << chance.randrange(8)
    return bytes(data)


def cut(data: bytearray, at: int, _chance: random.Random, _older: bytes) -> bytes:
    return bytes(data[:at])


def zero(data: bytearray, at: int, _chance: random.Random, _older: bytes) -> bytes:
    data[at - at % PAGE : at - at % PAGE + PAGE] = bytes(PAGE)
    return bytes(data)


def garble(data: bytearray, at: int, chance: random.Random, _older: bytes) -> bytes:
    data[at - at % PAGE : at - at % PAGE + PAGE] = chance.randbytes(PAGE)
    return bytes(data)


def stale(data: bytearray, at: int, _chance: random.Random, older: bytes) -> bytes:
    page = slice(at - at % PAGE, at - at % PAGE + PAGE)
    data[page] = older[page].ljust(PAGE, b"\0")
    return bytes(data)


def copied(data: bytearray, at: int, chance: random.Random, _older: bytes) -> bytes:
    other = chance.randrange(len(data) // PAGE) * PAGE
    data[at - at % PAGE : at - at % PAGE + PAGE] = data[other : other + PAGE]
    return bytes(data)


def missing(_data: bytearray, _at: int, _chance: random.Random, _older: bytes) -> None:
    return None


@pytest.mark.slow
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("change", [flip, cut, zero, garble, stale, copied, missing])
@pytest.mark.parametrize(("ends", "failing"), [(True, False), (False, False), (False, True)])
def test_damage_is_told_and_costs_one_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Change, ends: bool, failing: bool
) -> None:
    """Whatever happens to one place of one file: what is lost is named, and is one batch unless the file is cut.

    What is there is what was played. Where nothing was lost, only a file that is shorter than it was is told.
    """
    left = played(tmp_path / "played", ends, failing, monkeypatch)
    acknowledged, anchors = left.run.acknowledged, left.run.anchors
    whole = find(tmp_path / "played", anchors)
    assert whole.records == acknowledged
    assert whole.flaws == whole.inside == []
    batches = {(chain, first): len(records) for chain, first, records in left.run.batches}
    chance = random.Random(f"{change.__name__}{ends}{failing}")
    names = sorted(left.files)
    harmless = 0
    for i in range(TRIES):
        name = chance.choice(names)
        data = left.files[name]
        at = chance.randrange(max(1, len(data.rstrip(b"\0"))))
        changed = change(bytearray(data), at, chance, left.older.get(name, b""))
        if changed == data:
            harmless += 1
            continue
        files = {**left.files, name: changed}
        place = tmp_path / str(i)
        restore(place, {key: value for key, value in files.items() if value is not None})
        found = find(place, anchors)
        shutil.rmtree(place)
        lost = acknowledged.keys() - found.records.keys()
        assert all(found.records[key] == acknowledged[key] for key in found.records.keys() & acknowledged), (name, at)
        # What was never acknowledged is in a file whose sync failed; if the next file is damaged, it counts.
        beyond = found.records.keys() - acknowledged
        assert all(found.records[key] in acknowledged.values() for key in beyond) and (failing or not beyond), (
            name,
            at,
        )
        assert is_told(lost, found.flaws), (name, at, sorted(lost), found.flaws)
        if change not in (cut, missing):
            assert len(lost & {(c, first) for c, first in batches}) <= 1, (name, at, sorted(lost))
        if not lost and found.flaws:
            # The frame that begins or ends a file is damaged, or the file is not as long as it was.
            assert len(found.flaws) == 1
            assert change is not missing or ends
    assert harmless < TRIES


@pytest.mark.usefixtures("small")
def test_a_lost_chain_is_told(tmp_path: Path) -> None:
    """If all files of a run are gone, the index still knows of it."""
    run = Run.begin(tmp_path)
    first = run.append(["x"])
    run.writer.close()
    [name] = image(tmp_path)
    (tmp_path / name).unlink()
    [flaw] = find(tmp_path, run.anchors).flaws
    assert (flaw.kind, flaw.chain, flaw.last) == ("missing", run.writer.chain, first)
