"""Key stores that keep, refuse, forget and hang."""

from __future__ import annotations

import threading
from typing import TypeVar

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

Backend = TypeVar("Backend", bound=KeyringBackend)


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


class LockedKeyring(MemoryKeyring):
    """A key store that nobody has unlocked."""

    def get_password(self, _service: str, _username: str) -> str | None:
        """Refuse."""
        raise KeyringLocked("locked")

    def set_password(self, _service: str, _username: str, _password: str) -> None:
        """Refuse."""
        raise KeyringLocked("locked")


class HangingKeyring(MemoryKeyring):
    """A key store that never answers until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def set_password(self, _service: str, _username: str, _password: str) -> None:
        """Wait to be let go."""
        self.let_go.wait()

    def get_password(self, _service: str, _username: str) -> str | None:
        """Wait to be let go."""
        self.let_go.wait()
        return None


class ForgetfulKeyring(MemoryKeyring):
    """A key store that takes a secret and has another one afterwards."""

    def get_password(self, _service: str, _username: str) -> str | None:
        """Return a secret that nobody told it."""
        return "00" * 32


def use(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Backend:
    """Make this the key store until the test ends."""
    monkeypatch.delenv("BEDSIDE_KEYRING", raising=False)
    # What set_keyring sets, so that it is set back.
    monkeypatch.setattr(keyring.core, "_keyring_backend", keyring.get_keyring())
    keyring.set_keyring(backend)
    return backend
