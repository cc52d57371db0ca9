"""A store from before the journal goes on: its rows are written into the journal, once, whatever happens meanwhile."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from archive.improvisations import duet
from archive.store.test_faults import PAGE_BYTES, everything, play
from bedside.archive.journal.reading import read
from bedside.archive.journal.writer import JournalWriter
from bedside.archive.keys import keyfile
from bedside.archive.store import adoption
from bedside.archive.store.adoption import adopt, adopter
from bedside.archive.store.database import reading, writing_engine
from bedside.archive.store.index import DATABASE, JOURNAL
from bedside.archive.store.models import Anchor
from bedside.archive.store.store import Store
from bedside.archive.store.tending import tend
from golden.reading import kept

FIRST = Path(__file__).parents[2] / "golden" / "v0_1_0"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return a copy of what the first version recorded."""
    folder = tmp_path / "old"
    folder.mkdir(mode=0o700)
    for name in (DATABASE, "bedside.key"):
        shutil.copy(FIRST / name, folder / name)
    return folder


def rows(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    with Store.open(folder) as store:
        return everything(store)


def is_adopted(folder: Path) -> bool:
    with Store.open(folder) as store, reading(store._engine) as connection:
        return "unadopted" not in connection.execute(select(Anchor.chain)).scalars().all()


def test_the_first_version_is_adopted_whole(old: Path) -> None:
    """After its adoption an archive of the first version is whole in the journal alone, and says what it said."""
    before = kept(old)
    with Store.open_or_set_aside(old) as store:
        assert store.notice is None
        new = play(store)
    assert not is_adopted(old)
    assert tend(old, owner=False).sentences == (), "rows that are not adopted yet are no damage"
    assert tend(old, owner=True).sentences == ()
    assert is_adopted(old)
    whole = rows(old)
    (old / DATABASE).unlink()
    assert rows(old) == whole
    with Store.open_or_set_aside(old) as store:
        assert [take.id for take in store.takes()] == [*(each["id"] for each in before["summaries"]), new]
        assert store.find("last") == new
    assert rows(old) == whole
    now = kept(old)
    assert now["written"]["takes"].keys() >= before["written"]["takes"].keys()
    assert now["written"]["goals"].items() >= before["written"]["goals"].items()
    assert now["choices"].items() >= before["choices"].items()
    assert tend(old, owner=True).sentences == ()


@pytest.mark.parametrize("frames", [0, 1, 2, 4])
def test_killed_in_an_adoption(old: Path, monkeypatch: pytest.MonkeyPatch, frames: int) -> None:
    """Killed after any frame of an adoption, it is done again at the next start, and nothing is doubled."""
    with Store.open_or_set_aside(old) as store:
        before = everything(store)
    left = iter(range(frames))

    class Killed(Exception):  # noqa: N818 - what happens to the program
        pass

    real = JournalWriter.append

    def append(self: Any, records: Sequence[Any], after: int = 0) -> int:
        if next(left, None) is None:
            raise Killed
        return real(self, records, after)

    monkeypatch.setattr(adoption, "_ROWS_OF_A_FRAME", 50)
    with monkeypatch.context() as patch:
        patch.setattr(JournalWriter, "append", append)
        with pytest.raises(Killed):
            tend(old, owner=True)
    with Store.open_or_set_aside(old) as store:
        play(store)
        store.casenotes.picture(store.casenotes.patients()[0].id, "moon")
        changed = everything(store)
    assert tend(old, owner=True).sentences == ()
    assert rows(old) == changed
    (old / DATABASE).unlink()
    assert rows(old) == changed
    assert len(changed["performed"]) == len(before["performed"]) + len(duet())


def test_a_change_between_two_halves_of_an_adoption(old: Path) -> None:
    """What is rewritten and taken back while the events are still being adopted stays so."""
    engine = writing_engine(old / DATABASE, keyfile.secrets(old)[0])
    with Store.create(old) as store:
        take = next(each.id for each in store.takes() if len(store.casenotes.remarks(each.id)))
        remark = store.casenotes.remarks(take)[0]
        paused = 0

        def pause() -> None:
            nonlocal paused
            paused += 1
            if paused == 1:
                store.casenotes.reword(remark.id, "reworded meanwhile")
                store.casenotes.take_back(type(store.casenotes.markers(take)[0]), store.casenotes.markers(take)[0].id)

        adopt(engine, lambda: adopter(old), pause)
        engine.dispose()
        changed = everything(store)
    assert paused
    (old / DATABASE).unlink()
    assert rows(old) == changed


@pytest.mark.slow
def test_an_old_store_with_a_damaged_page(old: Path, tmp_path: Path) -> None:
    """Where a page of a store from before the journal is damaged, the rest is saved, and what is not is said."""
    with Store.open(old) as store:
        takes = {take.id for take in store.takes()}
    original = (old / DATABASE).read_bytes()
    chance = random.Random(3)
    pages = chance.sample(range(1, len(original) // PAGE_BYTES), 6)
    saved = 0
    for page in pages:
        copy = tmp_path / f"damaged-{page}"
        shutil.copytree(old, copy)
        damaged = bytearray(original)
        damaged[page * PAGE_BYTES : (page + 1) * PAGE_BYTES] = os.urandom(PAGE_BYTES)
        (copy / DATABASE).write_bytes(damaged)
        with Store.open_or_set_aside(copy) as store:
            assert store.notice
            [aside] = copy.glob("bedside-damaged-*.db")
            assert aside.name in store.notice
            assert {take.id for take in store.takes()} <= takes
            saved += sum(len(store.performed(take.id)) for take in store.takes())
            play(store)
        assert tend(copy, owner=True).sentences == ()
        assert read(copy / JOURNAL, keyfile.secrets(copy)).findings == []
    assert saved
