"""What the owner does for the record after a start: the journal of earlier runs is packed, and nothing else changes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from archive.improvisations import BEGAN, duet
from bedside.archive import keychange
from bedside.archive.journal.resealing import opens_segment
from bedside.archive.keys import keyfile
from bedside.archive.keys.keyfolder import KEY_FILE, key_file_name
from bedside.archive.keys.secret import Secret
from bedside.archive.safekeeping import Safekeeping
from bedside.archive.store.index import JOURNAL
from bedside.archive.store.store import Store
from bedside.archive.store.tending import rebuild_index, tend
from bedside.errors import BedsideError


def keep(folder: Path, notes: int = 120) -> str:
    """Keep a take, a few events at a time, as the recorder does."""
    with Store.create(folder) as store:
        with store.writing() as writing:
            take = writing.begin_take(writing.begin_session("K7"), BEGAN, "played", "1")
        events = duet(notes)
        for at in range(0, len(events), 4):
            with store.writing() as writing:
                writing.append(take, events[at : at + 4])
    return take


def music(folder: Path, take: str) -> list[Any]:
    with Store.open(folder) as store:
        return list(store.performed(take))


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / JOURNAL).glob("[0-9a-f]*.journal"))


def test_what_was_kept_before_is_packed(folder: Path) -> None:
    """The padding of earlier runs goes; the music stays, and an index that is built anew has all of it."""
    take = keep(folder)
    kept, before = music(folder, take), size(folder)
    assert tend(folder, owner=False).sentences == ()
    assert size(folder) == before, "who does not own the folder moves nothing"
    assert tend(folder, owner=True).sentences == ()
    assert size(folder) < before / 4
    assert tend(folder, owner=True).sentences == ()
    assert music(folder, take) == kept
    rebuild_index(folder, owner=True)
    assert music(folder, take) == kept
    assert tend(folder, owner=True).sentences == ()


def test_a_journal_with_a_fault_is_left_as_it_is(folder: Path) -> None:
    """Where something is damaged nothing else is moved: whoever mends it finds the disk as it was."""
    keep(folder)
    keep(folder)
    first = min((folder / JOURNAL).glob("[0-9a-f]*.journal"))
    data = bytearray(first.read_bytes())
    data[5 * 4096 + 200] ^= 1
    first.write_bytes(data)
    before = {path.name: path.read_bytes() for path in (folder / JOURNAL).glob("[0-9a-f]*.journal")}
    looked = tend(folder, owner=False)
    told = tend(folder, owner=True)
    assert looked.news == told.news == told.sentences, "who does not own the folder has not told its staff"
    [said] = told.sentences
    assert "damaged in one place" in said
    after = {path.name: path.read_bytes() for path in (folder / JOURNAL).glob("[0-9a-f]*.journal")}
    assert {name: after[name] for name in before} == before


def test_what_is_packed_keeps_its_key(folder: Path) -> None:
    """Where a change of the key was interrupted, what was recorded under the new key is not sealed to the old one."""
    keep(folder)
    old, new = keyfile.secrets(folder)[0], Secret.random()
    keyfile.add(folder, new, key_file_name(new))
    keychange._promote(folder, new)
    keep(folder)
    segments = sorted((folder / JOURNAL).glob("[0-9a-f]*.journal"))
    before = [(opens_segment(path, old), opens_segment(path, new)) for path in segments]
    assert sorted(before) == [(False, True), (True, False)]
    kept = size(folder)
    assert tend(folder, owner=True).sentences == ()
    assert size(folder) < kept / 4
    assert [(opens_segment(path, old), opens_segment(path, new)) for path in segments] == before


@pytest.mark.parametrize("mend", ["tend", "rebuild_index"])
def test_another_beds_key_moves_nothing(folder: Path, tmp_path: Path, mend: str) -> None:
    """With the key of another bed nothing is set aside or called damaged; with the right one all is there again."""
    take = keep(folder)
    kept = music(folder, take)
    right = (folder / KEY_FILE).read_bytes()
    keep(tmp_path / "other")
    (folder / KEY_FILE).write_bytes((tmp_path / "other" / KEY_FILE).read_bytes())
    before = {path.name: path.stat().st_ino for path in folder.iterdir()}
    with pytest.raises(BedsideError, match="another key"):
        tend(folder, owner=True) if mend == "tend" else rebuild_index(folder, owner=True)
    assert {path.name: path.stat().st_ino for path in folder.iterdir()} == before
    (folder / KEY_FILE).write_bytes(right)
    assert tend(folder, owner=True).sentences == ()
    assert music(folder, take) == kept


def test_what_another_key_opens_is_not_called_lost(folder: Path, tmp_path: Path) -> None:
    """Recordings under a key that is not here are not damaged: the sentence says what brings them back."""
    keep(folder)
    keep(tmp_path / "other")
    [foreign] = (tmp_path / "other" / JOURNAL).glob("[0-9a-f]*.journal")
    shutil.copy(foreign, folder / JOURNAL)
    [said] = tend(folder, owner=True).sentences
    assert "nothing of them is lost" in said
    assert "damaged" not in said


def test_a_folder_that_never_had_a_database_lacks_none(folder: Path) -> None:
    """A first start that was killed before there was a database is no damage; a database that is gone is."""
    safe = Safekeeping(folder, None, "play")
    safe.keep([["adopting"]])
    with Store.open(folder) as store:
        assert store.notice is None
    with Store.open_or_set_aside(folder) as store:
        assert store.notice is None
    for path in folder.glob("bedside.db*"):
        path.unlink()
    with Store.open(folder) as store:
        assert "is missing" in (store.notice or "")
    with Store.open_or_set_aside(folder) as store:
        assert "is missing" in (store.notice or "")


def test_a_full_disk_is_no_fault(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room for one more file, the journal stays as it is, and nobody is told anything."""
    take = keep(folder)
    kept, before = music(folder, take), size(folder)

    def full(*_: object) -> int:
        raise OSError(28, "")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        assert tend(folder, owner=True).sentences == ()
    assert size(folder) == before
    assert music(folder, take) == kept


def test_the_same_damage_is_told_once_and_more_of_it_again(folder: Path) -> None:
    """What nobody can mend stands on no child's screen for ever; a check says it each time."""
    take = keep(folder)
    first = min((folder / JOURNAL).glob("[0-9a-f]*.journal"))
    for number in (5, 9):
        data = bytearray(first.read_bytes())
        data[number * 4096 + 200] ^= 1
        first.write_bytes(data)
        told = tend(folder, owner=True)
        assert told.news == told.sentences
        assert len(told.news) == 1
        again = tend(folder, owner=True)
        assert again.sentences == told.sentences
        assert again.news == ()
    (folder / "told").write_text("nonsense")
    assert tend(folder, owner=True).news == told.sentences
    assert len(music(folder, take)) > 100


def test_recordings_that_are_gone_are_not_called_none(folder: Path) -> None:
    """Where database and journal were removed, a check does not say that all is well."""
    keep(folder, 4)
    shutil.rmtree(folder / JOURNAL)
    for path in folder.glob("bedside.db*"):
        path.unlink()
    for owner in (False, True):
        with pytest.raises(BedsideError, match="missing"):
            tend(folder, owner)
