"""A second copy: whole after every run, whatever becomes of its disk, and enough to bring everything back."""

from __future__ import annotations

import errno
import os
import random
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.journal.runs import OTHER, SECRET, SMALL_BYTES, Run, find, image
from bedside.archive.backup import CONTENTS, back_up, is_backup, verify
from bedside.archive.currentbackup import CurrentBackup
from bedside.archive.journal.dense import tighten
from bedside.archive.journal.resealing import reseal
from bedside.archive.keys import keyfile
from bedside.archive.ownership import Ownership
from bedside.archive.restoring import restore
from bedside.errors import BedsideError, NotFound

CALLS = ["open", "write", "ftruncate", "fsync", "replace"]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("spares", "segment", "scan"):
        monkeypatch.setattr(f"bedside.archive.journal.{module}.SEGMENT_BYTES", SMALL_BYTES)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Make a data folder with the key of the runs."""
    folder = tmp_path / "data"
    folder.mkdir()
    keyfile.add(folder, SECRET)
    return folder


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


def played(data: Path, count: int = 60) -> Run:
    run = Run.begin(data / "journal")
    run.play(count, random.Random(1))
    return run


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_everything_comes_back(tmp_path: Path, data: Path, disk: Path) -> None:
    """From the copy and the key alone, a new computer has every record, and finds no flaw."""
    run = played(data)
    made = back_up(data, disk)
    assert made.files == made.copied == len(image(data / "journal"))
    again = tmp_path / "again"
    found = restore(disk, again)
    assert (found.files, found.brought, found.damaged, found.absent_keys) == (made.files, made.files, 0, 1)
    keyfile.add(again, SECRET)
    assert restore(disk, again).absent_keys == restore(disk, again).brought == 0
    kept = find(again / "journal", run.anchors)
    assert kept.records == run.acknowledged
    assert kept.flaws == []


def test_only_what_is_new_is_copied(data: Path, disk: Path) -> None:
    """A second run copies the file that has grown and those that came, no other."""
    run = played(data)
    back_up(data, disk)
    assert back_up(data, disk).copied == 0
    run.append(["x"])
    assert back_up(data, disk).copied == 1
    run.writer.close()
    assert back_up(data, disk).copied == 1
    # A lost list of contents costs a look at the files, and no copy.
    (disk / CONTENTS).unlink()
    assert back_up(data, disk).copied == 0
    assert verify(disk) == []


def test_nothing_secret_is_in_the_copy(data: Path, disk: Path) -> None:
    """Whoever finds the disk has neither a key nor a word."""
    run = played(data)
    run.append(["a secret word"])
    back_up(data, disk)
    everything = b"".join(path.read_bytes() for path in disk.rglob("*") if path.is_file())
    assert b"secret" not in everything
    for form in (SECRET.key, SECRET.key.hex().encode(), SECRET.key.hex().upper().encode()):
        assert form not in everything
    assert SECRET.public.raw.hex().encode() in everything


def test_a_key_in_the_key_store_is_found_again(data: Path, disk: Path, tmp_path: Path) -> None:
    """On the same computer, where the key store has the key, the copy brings the key file back, too."""
    text = (data / "bedside.key").read_text().split("\n")
    back_up(data, disk)
    listed = (disk / CONTENTS).read_text().replace('"keyring": null', '"keyring": "some-entry"')
    (disk / CONTENTS).write_text(listed)
    assert restore(disk, tmp_path / "again").absent_keys == 0
    again = (tmp_path / "again" / "bedside.key").read_text().split("\n")
    assert again[1] == "keyring some-entry"
    assert again[2:5] == text[2:5]


def test_what_is_rewritten_densely_takes_the_place_of_its_copy(data: Path, disk: Path) -> None:
    """A dense file stands for the one that it was made of."""
    run = played(data)
    run.writer.close()
    back_up(data, disk)
    size = sum(map(len, image(disk / "journal").values()))
    tighten(data / "journal", [SECRET], SECRET.public)
    made = back_up(data, disk)
    assert made.copied == made.files
    assert made.doubtful == ()
    assert sum(map(len, image(disk / "journal").values())) < size / 2
    assert find(disk / "journal", run.anchors).records == run.acknowledged


def test_what_is_sealed_to_another_key_takes_the_place_of_its_copy(data: Path, disk: Path) -> None:
    """After a change of the key, of a run that ended and one that was killed, the copy needs the new key only."""
    runs = [played(data, 20), played(data, 20)]
    runs[0].writer.close()
    back_up(data, disk)
    reseal(data / "journal", [SECRET], OTHER, {})
    made = back_up(data, disk)
    assert made.copied == made.files
    assert made.doubtful == ()
    found = find(disk / "journal", secret=OTHER)
    assert found.records == {key: record for run in runs for key, record in run.acknowledged.items()}
    assert found.inside == []


@pytest.mark.parametrize("harm", ["cut", "flipped", "zeroed", "headless"])
def test_a_damaged_file_never_replaces_its_copy(data: Path, disk: Path, tmp_path: Path, harm: str) -> None:
    """What is damaged after it was copied is told, kept beside its copy, and brought back whole."""
    run = played(data)
    run.writer.close()
    back_up(data, disk)
    name = sorted(image(data / "journal"))[1]
    broken = bytearray((data / "journal" / name).read_bytes())
    if harm == "cut":
        del broken[3 * 4096 :]
    elif harm == "flipped":
        broken[3 * 4096 + 500] ^= 4
    elif harm == "headless":
        broken[:64] = bytes(64)
    else:
        broken[3 * 4096 : 4 * 4096] = bytes(4096)
    (data / "journal" / name).write_bytes(broken)
    for _ in range(2):
        assert back_up(data, disk).doubtful == (name,)
    assert [path.read_bytes() for path in (disk / "journal").glob("*.kept")] == [bytes(broken)]
    assert verify(disk) == []
    restore(disk, tmp_path / "again")
    assert find(tmp_path / "again" / "journal", run.anchors).records == run.acknowledged
    assert restore(disk, data).brought == 1
    assert find(data / "journal", run.anchors).records == run.acknowledged
    assert back_up(data, disk).doubtful == ()
    assert restore(disk, data).brought == 0


def test_a_damaged_copy_is_found_and_made_anew(data: Path, disk: Path) -> None:
    """Reading every copy finds the one that the disk has changed; the next run copies it again."""
    run = played(data)
    back_up(data, disk)
    name = sorted(image(disk / "journal"))[1]
    broken = bytearray((disk / "journal" / name).read_bytes())
    broken[5000] ^= 1
    (disk / "journal" / name).write_bytes(broken)
    assert verify(disk) == [name]
    assert back_up(data, disk).copied == 1
    assert verify(disk) == []
    assert find(disk / "journal", run.anchors).records == run.acknowledged


def test_a_damaged_copy_never_replaces_what_is_there(data: Path, disk: Path) -> None:
    """A copy of the dense files that its disk has changed brings nothing over the recordings as they were played."""
    run = played(data)
    run.writer.close()
    before = image(data / "journal")
    tighten(data / "journal", [SECRET], SECRET.public)
    back_up(data, disk)
    for name in image(disk / "journal"):
        broken = bytearray((disk / "journal" / name).read_bytes())
        broken[len(broken.rstrip(b"\0")) // 2] ^= 1
        (disk / "journal" / name).write_bytes(broken)
    for path in (data / "journal").iterdir():
        path.unlink()
    for name, content in before.items():
        (data / "journal" / name).write_bytes(content)
    restored = restore(disk, data)
    assert restored.damaged == restored.files
    assert restored.brought == 0
    assert find(data / "journal", run.anchors).records == run.acknowledged


def test_a_copy_made_earlier_never_replaces_what_was_played_since(data: Path, disk: Path) -> None:
    """What the copy lacks stays, also in a file whose beginning was damaged meanwhile."""
    run = played(data, 5)
    back_up(data, disk)
    run.play(40, random.Random(2))
    name = min(image(data / "journal"))
    broken = bytearray((data / "journal" / name).read_bytes())
    broken[500] ^= 1
    (data / "journal" / name).write_bytes(broken)
    assert restore(disk, data).brought == 0
    assert (data / "journal" / name).read_bytes() == bytes(broken)


def test_nothing_is_brought_back_into_a_folder_in_use(data: Path, disk: Path) -> None:
    """While another program writes there, the sentence names it, and nothing is changed."""
    played(data)
    back_up(data, disk)
    gone = min(image(data / "journal"))
    (data / "journal" / gone).unlink()
    with Ownership(data, "play") as owner:
        assert owner.held
        with pytest.raises(BedsideError, match="in use by bedside play"):
            restore(disk, data)
    assert not (data / "journal" / gone).exists()
    assert restore(disk, data).brought == 1


def test_what_is_gone_from_the_recordings_stays_in_the_copy(data: Path, disk: Path) -> None:
    """A file that was lost is brought back."""
    run = played(data)
    back_up(data, disk)
    (data / "journal" / min(image(data / "journal"))).unlink()
    assert back_up(data, disk).doubtful == ()
    assert restore(disk, data).brought == 1
    assert find(data / "journal", run.anchors).records == run.acknowledged


def test_a_folder_that_is_no_backup_is_refused(data: Path, tmp_path: Path) -> None:
    """A wrong folder is said, and the recordings stay as they are."""
    with pytest.raises(NotFound, match="no backup"):
        restore(tmp_path / "none", data)
    with pytest.raises(BedsideError, match="it is not there"):
        back_up(data, tmp_path / "none")
    assert not (tmp_path / "none").exists()


class Vanishing:
    """A disk that is pulled out after so many calls of the system that go to it; its files are then at ``away``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, disk: Path, after: int) -> None:
        self.away = disk.with_name("away")
        self.gone = False
        self._disk = disk
        self._left = after
        self._descriptors: set[int] = set()
        for name in CALLS:
            monkeypatch.setattr(os, name, self._counted(name, getattr(os, name)))

    def _counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            first = given[0]
            here = first in self._descriptors if isinstance(first, int) else str(first).startswith(str(self._disk))
            if not here:
                return real(*given, **named)
            self._left -= 1
            if self._left < 0:
                if not self.gone:
                    self._disk.rename(self.away)
                self.gone = True
                raise OSError(errno.EIO, "")
            result = real(*given, **named)
            if name == "open":
                self._descriptors.add(result)
            return result

        return call


def test_a_disk_that_is_pulled_out_keeps_what_counted(
    tmp_path: Path, data: Path, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pulled out at any call of the system: one sentence, every copy is whole, and the next run ends well."""
    run = played(data, 12)
    back_up(data, disk)
    run.play(25, random.Random(2))
    shutil.copytree(disk, tmp_path / "first")
    after = 0
    gone = True
    while gone:
        shutil.rmtree(disk)
        shutil.copytree(tmp_path / "first", disk)
        with monkeypatch.context() as patch:
            vanishing = Vanishing(patch, disk, after)
            try:
                back_up(data, disk)
            except BedsideError as fault:
                assert str(fault).endswith("What was copied before is whole.")
            else:
                assert not vanishing.gone
        gone = vanishing.gone
        if gone:
            vanishing.away.rename(disk)
        for name, copy in image(disk / "journal").items():
            versions = [(place / "journal" / name) for place in (data, tmp_path / "first")]
            assert copy in [path.read_bytes() for path in versions if path.exists()]
        assert verify(disk) == []
        back_up(data, disk)
        assert find(disk / "journal", run.anchors).records == run.acknowledged
        assert find(disk / "journal", run.anchors).flaws == []
        after += 7
    assert after > 50


def test_a_file_that_comes_while_the_copy_is_made_links_to_the_one_before(data: Path, disk: Path) -> None:
    """Between the copies of two files, the writer goes from one to the other: the copy has no gap."""
    run = Run.begin(data / "journal")
    run.append(["x"])
    run.writer._chains[0].prepare()
    assert len(image(data / "journal")) == 2
    rounds = iter(range(20))

    def go_on() -> None:
        for _ in rounds:
            run.append(["x", "y" * 3000])

    back_up(data, disk, go_on)
    assert len(image(data / "journal")) == 2
    assert all(map(any, image(data / "journal").values()))
    assert find(disk / "journal").inside == []


def test_it_is_made_while_somebody_plays(data: Path, disk: Path) -> None:
    """A copy of a journal that is being written has all that was acknowledged before, and looks like no damage."""
    done = threading.Event()
    runs: list[Run] = []

    def write() -> None:
        chance = random.Random(1)
        for _ in range(4):
            runs.append(Run.begin(data / "journal"))
            runs[-1].play(60, chance)
            runs[-1].writer.close()
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    while not done.is_set():
        before = {key: record for run in list(runs) for key, record in run.acknowledged.items()}
        assert back_up(data, disk).doubtful == ()
        found = find(disk / "journal")
        assert before.items() <= found.records.items()
        assert found.inside == []
    thread.join()


def test_a_current_copy_follows_what_is_played(data: Path, disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody plays, the copy follows; without its disk it says so; and it goes on when the disk is back."""
    monkeypatch.setattr("bedside.archive.currentbackup._device", lambda path: path.name)
    run = played(data)
    current = CurrentBackup(data, disk, 0.01)
    current.start()

    def is_current() -> bool:
        return find(disk / "journal").records == run.acknowledged

    try:
        until(is_current)
        disk.rename(disk.with_name("away"))
        until(lambda: "plug it in" in (current.fault or ""))
        run.append(["x"])
        # The empty place where the disk was is no backup.
        disk.mkdir()
        until(lambda: "make it once" in (current.fault or ""))
        assert list(disk.iterdir()) == []
        disk.rmdir()
        disk.with_name("away").rename(disk)
        until(lambda: current.fault is None)
        until(is_current)
    finally:
        current.stop()


def test_a_current_copy_is_begun_before_anything_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the first start of all the data folder is not there yet: that is no fault, and the copy is made."""
    monkeypatch.setattr("bedside.archive.currentbackup.Path.stat", _on_two_disks(Path.stat))
    folder, disk = tmp_path / "kept", tmp_path / "disk"
    disk.mkdir()
    current = CurrentBackup(folder, disk, 0.01)
    current.start()
    try:
        until(lambda: is_backup(disk))
        assert current.fault is None
        run = played(folder)
        until(lambda: find(disk / "journal").records == run.acknowledged)
    finally:
        current.stop()


def _on_two_disks(stat: Callable[..., os.stat_result]) -> Callable[..., os.stat_result]:
    """Return a `Path.stat` to which folders called "disk" are on a disk of their own."""

    def found(path: Path, **how: Any) -> os.stat_result:
        status = stat(path, **how)
        if path.name != "disk":
            return status
        return os.stat_result([*status[:2], status.st_dev + 1, *status[3:]])

    return found


def test_no_current_copy_is_begun_on_the_same_disk(data: Path, disk: Path) -> None:
    """A second copy beside the first would be none; made once by hand, it is kept current all the same."""
    run = played(data)
    current = CurrentBackup(data, disk, 0.01)
    current.start()
    until(lambda: current.fault)
    assert not is_backup(disk)
    back_up(data, disk)
    run.append(["x"])
    until(lambda: find(disk / "journal").records == run.acknowledged)
    current.stop()
    assert current.made is not None
