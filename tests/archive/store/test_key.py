from __future__ import annotations

import secrets
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from bedside.archive.store import key
from bedside.errors import BedsideError


class MemoryKeyring(KeyringBackend):
    """A key store that keeps its secrets for as long as a test."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""
        self.kept[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        """Return a secret, or None."""
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        """Forget a secret."""
        if (service, username) not in self.kept:
            raise PasswordDeleteError(username)
        del self.kept[service, username]


class BrokenKeyring(MemoryKeyring):
    """A key store that raises at every call."""

    def set_password(self, _service: str, _username: str, _password: str) -> None:
        """Fail, and try to take the program with it."""
        raise SystemExit("broken")


class HangingKeyring(MemoryKeyring):
    """A key store that never answers until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def set_password(self, _service: str, _username: str, _password: str) -> None:
        """Wait to be let go."""
        self.let_go.wait()


class ForgetfulKeyring(MemoryKeyring):
    """A key store that takes a secret and has another one afterwards."""

    def get_password(self, _service: str, _username: str) -> str | None:
        """Return a secret that nobody told it."""
        return "00" * key.KEY_BYTES


@pytest.fixture
def private(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def use(backend: KeyringBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BEDSIDE_KEYRING")
    keyring.set_keyring(backend)


def test_made_once(private: Path) -> None:
    """A key has 32 bytes, is in a file for this user alone, and stays the same."""
    assert key.load(private) is None
    made = key.load_or_make(private)
    assert len(made) == key.KEY_BYTES
    assert key.load_or_make(private) == key.load(private) == made
    assert stat.S_IMODE((private / key.KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in private.iterdir()] == [key.KEY_FILE]


def test_two_folders_have_two_keys(tmp_path: Path) -> None:
    """No store opens with the key of another."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    assert key.load_or_make(tmp_path / "a") != key.load_or_make(tmp_path / "b")


def test_a_key_store_keeps_it(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is a real key store, the key is in it and not in the folder, also after the folder was moved."""
    backend = MemoryKeyring()
    use(backend, monkeypatch)
    made = key.load_or_make(private)
    assert list(backend.kept.values()) == [made.hex()]
    assert made.hex() not in (private / key.KEY_FILE).read_text()
    moved = private.rename(private.parent / "moved")
    assert key.load(moved) == made


@pytest.mark.parametrize("backend", [BrokenKeyring, ForgetfulKeyring])
def test_a_key_store_that_fails_is_none(
    private: Path, monkeypatch: pytest.MonkeyPatch, backend: type[MemoryKeyring]
) -> None:
    """A key store that raises, or that does not give back what it took, is not relied on."""
    use(backend(), monkeypatch)
    made = key.load_or_make(private)
    keyring.set_keyring(MemoryKeyring())
    assert key.load(private) == made


def test_a_key_store_that_hangs_is_none(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key store that never answers holds the start up for a limited time only."""
    backend = HangingKeyring()
    use(backend, monkeypatch)
    monkeypatch.setattr(key, "_PATIENCE_SECONDS", 0.2)
    made = key.load_or_make(private)
    backend.let_go.set()
    keyring.set_keyring(MemoryKeyring())
    assert key.load(private) == made


def test_a_backend_that_is_not_recommended_is_none(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key store below priority 1, which keeps secrets in clear or not at all, is not used."""
    backend = MemoryKeyring()
    monkeypatch.setattr(MemoryKeyring, "priority", 0.5)
    use(backend, monkeypatch)
    key.load_or_make(private)
    assert not backend.kept


def test_a_lost_entry_is_said(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key store that has lost the key gives a sentence, and no new key."""
    backend = MemoryKeyring()
    use(backend, monkeypatch)
    key.load_or_make(private)
    backend.kept.clear()
    with pytest.raises(BedsideError, match="unlock the key store"):
        key.load_or_make(private)
    assert not backend.kept


@pytest.mark.parametrize("text", ["", "bedside key 1\n", "bedside key 2\nfile 00\n00\n", "\udcff\n\n\n"])
def test_a_damaged_key_file_is_said(private: Path, text: str) -> None:
    """A key file that is not one is never replaced: it could be put right."""
    (private / key.KEY_FILE).write_text(text, "utf-8", errors="surrogateescape")
    with pytest.raises(BedsideError, match="damaged"):
        key.load_or_make(private)


def test_another_key_is_refused(private: Path) -> None:
    """A key that does not bear the fingerprint of the one that was made is not used."""
    made = key.load_or_make(private)
    path = private / key.KEY_FILE
    path.write_text(path.read_text().replace(made.hex(), "ab" * key.KEY_BYTES))
    with pytest.raises(BedsideError, match="not the one"):
        key.load(private)


def test_all_that_start_at_once_have_one_key(private: Path) -> None:
    """Eight programs that start in the same moment end with the same key."""
    script = (
        "import sys, pathlib\nfrom bedside.archive.store import key\nprint('ready', flush=True)\nsys.stdin.readline()\n"
        "print(key.load_or_make(pathlib.Path(sys.argv[1])).hex())"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, private], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(8)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    keys = {process.communicate()[0] for process in started}
    assert keys == {f"{key.load_or_make(private).hex()}\n"}
    assert [path.name for path in private.iterdir()] == [key.KEY_FILE]


def test_the_first_key_wins(private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that was overtaken while it made a key takes the other's, and leaves nothing of its own behind."""
    backend = MemoryKeyring()
    use(backend, monkeypatch)
    make, others = secrets.token_bytes, []

    def overtaken(size: int) -> bytes:
        monkeypatch.setattr(secrets, "token_bytes", make)
        others.append(key.load_or_make(private))
        return make(size)

    monkeypatch.setattr(secrets, "token_bytes", overtaken)
    assert [key.load_or_make(private)] == others == [key.load(private)]
    assert list(backend.kept.values()) == [others[0].hex()]
    assert [path.name for path in private.iterdir()] == [key.KEY_FILE]
