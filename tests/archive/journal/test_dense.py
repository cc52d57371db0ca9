"""Rewriting: the same records in less room, whole at every instant, and as safe from damage as before."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from archive.journal.runs import OTHER, SECRET, Run, find, image, is_told, restore
from bedside.archive.journal.dense import tighten
from bedside.archive.journal.reading import greatest_number, read
from bedside.archive.journal.resealing import reseal
from effort import times

pytestmark = pytest.mark.usefixtures("small")


def played(folder: Path, count: int = 200) -> Run:
    run = Run.begin(folder)
    for i in range(count):
        run.append(["x", i], ["x", "y" * 40])
        if i % 50 == 7:
            run.append(["x", "y" * 9000])
    run.writer.close()
    return run


def test_the_same_records_take_less_room(tmp_path: Path) -> None:
    """Every record keeps its number and its chain; a quarter of the room is enough; a second time changes nothing."""
    run = played(tmp_path)
    whole = list(read(tmp_path, [SECRET]).records)
    before = sum(map(len, image(tmp_path).values()))
    assert tighten(tmp_path, [SECRET], SECRET.public) == len(image(tmp_path))
    assert list(read(tmp_path, [SECRET]).records) == whole
    assert find(tmp_path, run.anchors).flaws == []
    assert sum(map(len, image(tmp_path).values())) < before / 4
    assert greatest_number(tmp_path) == whole[-1].number
    assert tighten(tmp_path, [SECRET], SECRET.public) == 0
    assert not list(tmp_path.glob(".*"))


def test_an_index_gets_what_it_has_not(tmp_path: Path) -> None:
    """After any number, exactly the later records come."""
    run = played(tmp_path)
    tighten(tmp_path, [SECRET], SECRET.public)
    whole = list(read(tmp_path, [SECRET]).records)
    for anchor in range(1, whole[-1].number, 41):
        reading = read(tmp_path, [SECRET], {run.writer.chain: anchor})
        assert list(reading.records) == [each for each in whole if each.number > anchor]
        assert reading.findings == []


def test_only_what_has_ended_is_rewritten(tmp_path: Path) -> None:
    """The file that is being written stays; those before it are rewritten; and the run goes on."""
    run = Run.begin(tmp_path)
    run.play(60, random.Random(1))
    current = max(image(tmp_path))
    untouched = (tmp_path / current).stat().st_ino
    assert tighten(tmp_path, [SECRET], SECRET.public) == len(image(tmp_path)) - 1
    assert (tmp_path / current).stat().st_ino == untouched
    run.play(60, random.Random(2))
    run.writer.close()
    tighten(tmp_path, [SECRET], SECRET.public)
    found = find(tmp_path, run.anchors)
    assert found.records == run.acknowledged
    assert found.flaws == found.inside == []


def test_a_damaged_segment_stays_as_it_is(tmp_path: Path) -> None:
    """What is damaged is kept for those who can do more with it."""
    run = played(tmp_path)
    name = sorted(image(tmp_path))[1]
    data = bytearray((tmp_path / name).read_bytes())
    data[3 * 4096 + 200] ^= 1
    (tmp_path / name).write_bytes(data)
    flaws = find(tmp_path, run.anchors).flaws
    assert len(flaws) == 1
    tighten(tmp_path, [SECRET], SECRET.public)
    assert (tmp_path / name).read_bytes() == data
    assert find(tmp_path, run.anchors).flaws == flaws


def test_everything_is_sealed_to_another_key(tmp_path: Path) -> None:
    """After a change of the key the old one opens nothing, the new one everything, and both on the way."""
    run = played(tmp_path)
    whole = list(read(tmp_path, [SECRET]).records)
    paused: list[None] = []

    def stop() -> None:
        paused.append(None)
        if len(paused) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        tighten(tmp_path, [SECRET, OTHER], OTHER.public, stop)
    between = read(tmp_path, [SECRET, OTHER])
    assert list(between.records) == whole
    assert between.findings == []
    tighten(tmp_path, [SECRET, OTHER], OTHER.public)
    assert find(tmp_path, run.anchors, OTHER).records == run.acknowledged
    assert find(tmp_path, run.anchors, OTHER).flaws == []
    assert find(tmp_path, {}, SECRET).records == {}


def test_what_is_sealed_anew_loses_its_padding(tmp_path: Path) -> None:
    """A run that is sealed to another key takes no more room than one that was rewritten."""
    run = played(tmp_path)
    whole = [each for each in read(tmp_path, [SECRET]).records if each.record[0] == "x"]
    before = sum(map(len, image(tmp_path).values()))
    reseal(tmp_path, [SECRET], OTHER, {})
    assert sum(map(len, image(tmp_path).values())) < before / 4
    assert tighten(tmp_path, [OTHER], OTHER.public) == 0
    found = read(tmp_path, [OTHER], {})
    assert [each for each in found.records if each.record[0] == "x"] == whole
    assert find(tmp_path, run.anchors, OTHER).flaws == []


def test_a_full_disk_leaves_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If there is no room for the new file, the old one stays and nothing is left half made."""
    run = played(tmp_path)

    def full(*_: object) -> int:
        raise OSError(28, "")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(OSError, match="28"):
            tighten(tmp_path, [SECRET], SECRET.public)
    assert find(tmp_path, run.anchors).records == run.acknowledged
    assert not list(tmp_path.glob(".*"))


@pytest.mark.slow
def test_damage_to_a_rewritten_segment_is_told(tmp_path: Path) -> None:
    """One bit costs one page of records at most, and never in silence."""
    run = played(tmp_path / "played", 600)
    tighten(tmp_path / "played", [SECRET], SECRET.public)
    files = image(tmp_path / "played")
    chance = random.Random(5)
    acknowledged = run.acknowledged
    for i in range(times(100)):
        name = chance.choice(sorted(files))
        data = bytearray(files[name])
        at = chance.randrange(len(data))
        match i % 3:
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at - at % 4096 : at - at % 4096 + 4096] = bytes(4096)
            case _:
                del data[at:]
        place = tmp_path / str(i)
        restore(place, {**files, name: bytes(data)})
        found = find(place, run.anchors)
        shutil.rmtree(place)
        lost = acknowledged.keys() - found.records.keys()
        assert found.records.items() <= acknowledged.items()
        assert is_told(lost, found.flaws), (i, name, at)
        assert found.flaws
