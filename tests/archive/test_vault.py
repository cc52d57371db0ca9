from __future__ import annotations

import secrets
import stat
import threading
from pathlib import Path

import pytest

from bedside.archive.vault import Vault
from bedside.errors import NotFound

WORDS = b"the high bells at night " * 400


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sound.db"


@pytest.fixture
def vault(path: Path) -> Vault:
    return Vault(path, secrets.token_bytes(32))


def test_pieces(vault: Vault) -> None:
    """A piece is what was kept last under its two numbers; others are not there."""
    vault.put(1, 0, b"one")
    vault.put(1, 1, b"")
    vault.put(2, 0, bytes(range(256)))
    vault.put(1, 0, b"again")
    assert (vault.get(1, 0), vault.get(1, 1), vault.get(2, 0)) == (b"again", b"", bytes(range(256)))
    with pytest.raises(NotFound):
        vault.get(2, 1)


def test_forget(vault: Vault) -> None:
    """What is forgotten is gone, and nothing else."""
    for of in (1, 2):
        for at in range(3):
            vault.put(of, at, b"x")
    vault.forget(1)
    vault.forget(9)
    for at in range(3):
        with pytest.raises(NotFound):
            vault.get(1, at)
        assert vault.get(2, at) == b"x"


def test_nothing_lies_in_clear(vault: Vault, path: Path) -> None:
    """Neither in use nor afterwards does any file beside it hold what is kept, or say that it is a database."""
    for at in range(50):
        vault.put(1, at, WORDS)
    vault.forget(1)
    vault.put(2, 0, WORDS)
    for closed in (False, True):
        if closed:
            vault.close()
        files = [each.read_bytes() for each in path.parent.iterdir()]
        assert sum(map(len, files)) > 100_000
        assert not any(b"high bells" in held or b"SQLite format" in held or b"piece" in held for held in files)


def test_it_is_one_users(vault: Vault, path: Path) -> None:
    """The file is this user's alone, and never one that was there."""
    vault.put(1, 0, b"x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["sound.db"]
    with pytest.raises(FileExistsError):
        Vault(path, secrets.token_bytes(32))


def test_gone_after_close(path: Path) -> None:
    """Once closed nothing is read any more, by nobody who has another key."""
    key = secrets.token_bytes(32)
    vault = Vault(path, key)
    vault.put(1, 0, WORDS)
    vault.close()
    with pytest.raises(Exception, match="closed"):
        vault.get(1, 0)
    from sqlcipher3 import dbapi2

    def opened(by: bytes) -> bool:
        other = dbapi2.connect(str(path))
        other.execute("PRAGMA cipher_log_level = NONE")
        other.execute(f"PRAGMA key = \"x'{by.hex()}'\"")
        try:
            return bool(other.execute("SELECT count(*) FROM piece").fetchall())
        except dbapi2.DatabaseError:
            return False
        finally:
            other.close()

    assert not opened(secrets.token_bytes(32))
    assert not opened(bytes(32))
    assert opened(key)


def test_from_many_threads(vault: Vault) -> None:
    """Pieces that many threads keep and read at once are each their own."""
    wrong: list[tuple[int, int]] = []

    def work(of: int) -> None:
        for at in range(60):
            vault.put(of, at, bytes([of, at]) * 2000)
            if vault.get(of, at // 2) != bytes([of, at // 2]) * 2000:
                wrong.append((of, at))

    threads = [threading.Thread(target=work, args=(of,)) for of in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert all(vault.get(of, at) == bytes([of, at]) * 2000 for of in range(6) for at in range(60))
