"""The salt is kept with the key, so the first bytes of the database, where SQLCipher keeps it, may be anything."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from archive.improvisations import BEGAN, duet
from bedside.archive.keys.keyfolder import KEY_FILE
from bedside.archive.store.index import DATABASE
from bedside.archive.store.store import Store

GOLDEN = Path(__file__).parents[1] / "golden" / "v0_1_0"
SALT_BYTES = 16


def read_all(folder: Path) -> list[object]:
    with Store.open(folder) as store:
        assert store.notice is None
        return [(take, store.performed(take.id)) for take in store.takes()]


def play(folder: Path) -> None:
    with Store.open_or_set_aside(folder) as store, store.writing() as writing:
        assert store.notice is None
        take = writing.begin_take(writing.begin_session("K7"), BEGAN, "played", "1")
        writing.append(take, duet(5))


@pytest.mark.slow
@pytest.mark.parametrize("version", ["this", "first"])
def test_garbled_first_bytes_cost_nothing(folder: Path, version: str) -> None:
    """With the salt garbled, all is read, nothing is set aside, more is recorded; also in what an old version made."""
    folder.mkdir(mode=0o700)
    if version == "first":
        for name in (KEY_FILE, DATABASE):
            shutil.copyfile(GOLDEN / name, folder / name)
    play(folder)
    before = read_all(folder)
    for _ in range(2):
        with (folder / DATABASE).open("r+b") as file:
            file.write(os.urandom(SALT_BYTES))
        assert read_all(folder) == before
        play(folder)
        assert read_all(folder)[: len(before)] == before
        assert len(read_all(folder)) == len(before) + 1
        before = read_all(folder)
    assert not [path.name for path in folder.glob("bedside-*")]
