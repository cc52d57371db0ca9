"""Whether a key fits a database is known from its pages alone, as SQLCipher itself would say it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from archive.improvisations import BEGAN, duet
from bedside.archive.keys import keyfile
from bedside.archive.keys.firstpages import PAGE, find_salt, fits, fits_anywhere, header_salt
from bedside.archive.keys.secret import Secret
from bedside.archive.store.index import DATABASE
from bedside.archive.store.store import Store

OTHER = Secret.derive(bytes(32))


@pytest.fixture
def database(folder: Path) -> Path:
    with Store.create(folder) as store, store.writing() as writing:
        take = writing.begin_take(writing.begin_session("K7"), BEGAN, "played", "1")
        writing.append(take, duet(5))
    return folder / DATABASE


@pytest.fixture
def own(database: Path) -> Secret:
    found = keyfile.secret(database.parent)
    assert found is not None
    return found


def garble(path: Path, at: int, length: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(os.urandom(length))


def test_only_its_own_key_fits(database: Path, own: Secret) -> None:
    """The key and salt that a database was made with fit it; another key, or another salt, does not."""
    assert fits(database, own) is True
    assert fits(database, OTHER) is False
    assert fits(database, Secret(own.key, OTHER.salt)) is False
    assert find_salt(database, own.key) == own.salt == header_salt(database)
    assert find_salt(database, OTHER.key) is None


def test_damage_says_nothing_of_the_key(database: Path, own: Secret) -> None:
    """With its first page garbled, or its first eight, a key still fits one of the others."""
    garble(database, 0, PAGE)
    assert fits(database, own) is True
    assert find_salt(database, own.key) is None
    garble(database, 0, 8 * PAGE)
    assert fits(database, own) is False
    assert fits_anywhere(database, own)
    assert not fits_anywhere(database, OTHER)


def test_the_log_has_the_salt_too(database: Path, own: Secret, tmp_path: Path) -> None:
    """Where the first page is garbled, the copy of it in the write-ahead log says the salt."""
    with Store.create(database.parent) as store:
        # Enough that the file grows, which its first page says.
        with store.writing() as writing:
            take = writing.begin_take(writing.begin_session("K8"), BEGAN, "played", "1")
            writing.append(take, duet(1000))
        copy = tmp_path / "copy.db"
        for ending in ("", "-wal"):
            shutil.copyfile(f"{database}{ending}", f"{copy}{ending}")
    garble(copy, 0, PAGE)
    assert find_salt(copy, own.key) == own.salt


def test_what_is_not_there_fits_nothing(tmp_path: Path) -> None:
    """No file, an empty one and one of less than a page are neither of a key nor of another."""
    path = tmp_path / "none.db"
    for length in (None, 0, PAGE - 1):
        if length is not None:
            path.write_bytes(bytes(length))
        assert fits(path, OTHER) is None
        assert find_salt(path, OTHER.key) is None
