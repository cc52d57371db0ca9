"""The key of a store: 32 random bytes, made once and read back before anything is encrypted with it.

It is kept in the system's key store or, if there is none, in the key file of the data folder. The key file says which,
and is created atomically, so that two programs that start at the same moment end up with the same key.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
import secrets
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bedside.errors import BedsideError
from bedside.files import reason, sync_folder

KEY_BYTES = 32
KEY_FILE = "bedside.key"

_SERVICE = "bedside"
_HEADING = "bedside key 1"

# A key store may wait for a person or for a dead service; a child never waits longer than this.
_PATIENCE_SECONDS = 10.0


def load(folder: Path) -> bytes | None:
    """Return the key of the store in a folder, or None if none was made; raise BedsideError if it is lost."""
    path = folder / KEY_FILE
    try:
        text = path.read_text("ascii", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BedsideError(f"The key of the recordings, {path}, cannot be read: {reason(error)}.") from error
    match text.split("\n"):
        case [heading, describe_place, fingerprint, ""] if heading == _HEADING:
            pass
        case _:
            raise BedsideError(f"The key of the recordings, {path}, is damaged; put a copy of it back.")
    where, _, value = describe_place.partition(" ")
    key = _from_hex(_recall(value) if where == "keyring" else value)
    if key is None and where == "keyring":
        raise BedsideError(
            f"The key of the recordings in {folder} is in this computer's key store, which did not give it: "
            "log in as the user who made them, unlock the key store and start again."
        )
    if key is None or _fingerprint(key) != fingerprint:
        raise BedsideError(f"The key of the recordings in {folder} is not the one that they were made with.")
    return key


def describe_place(folder: Path) -> str:
    """Describe where the key of a folder's store is, or would be if it were made now."""
    try:
        kept = (folder / KEY_FILE).read_text("ascii", errors="replace").split("\n")
        in_store = len(kept) > 1 and kept[1].startswith("keyring")
    except OSError:
        in_store = _key_store() is not None
    return "in this computer's key store" if in_store else f"in a file only this user can read, {folder / KEY_FILE}"


def load_or_make(folder: Path) -> bytes:
    """Return the key of the store in a folder, made now if there is none; raise BedsideError if that fails."""
    key = load(folder)
    if key is not None:
        return key
    _make(folder)
    key = load(folder)
    if key is None:
        raise BedsideError(f"The key of the recordings was made in {folder} and is gone again.")
    return key


def _make(folder: Path) -> None:
    key = secrets.token_bytes(KEY_BYTES)
    name = uuid.uuid4().hex
    kept = _remember(name, key.hex()) and _recall(name) == key.hex()
    place = f"keyring {name}" if kept else f"file {key.hex()}"
    final, draft = folder / KEY_FILE, folder / f".{name}.part"
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
                file.write(f"{_HEADING}\n{place}\n{_fingerprint(key)}\n")
                file.flush()
                os.fsync(file.fileno())
            # Unlike a rename, a link never replaces the key that another program has just made.
            with contextlib.suppress(FileExistsError):
                os.link(draft, final)
                name = ""
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(folder)
    except OSError as error:
        raise BedsideError(
            f"The key of the recordings cannot be saved in {folder}: {reason(error)}. "
            "Choose a folder on this computer's own disk."
        ) from error
    finally:
        if kept and name:
            _forget(name)


def _fingerprint(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()


def _from_hex(text: str | None) -> bytes | None:
    try:
        key = bytes.fromhex(text or "")
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None


def _key_store() -> Any:
    # Importing keyring already searches for backends, which can hang like any call to them.
    import keyring

    backend = keyring.get_keyring()
    # keyring gives a priority below 1 to backends that always fail or store in plain text.
    return backend if backend.priority >= 1 else None


def _remember(name: str, value: str) -> bool:
    def ask() -> bool:
        backend = _key_store()
        if backend is None:
            return False
        backend.set_password(_SERVICE, name, value)
        return True

    return _answer(ask) is True


def _recall(name: str) -> str | None:
    def ask() -> object:
        backend = _key_store()
        return None if backend is None else backend.get_password(_SERVICE, name)

    answer = _answer(ask)
    return answer if isinstance(answer, str) else None


def _forget(name: str) -> None:
    def ask() -> None:
        backend = _key_store()
        if backend is not None:
            backend.delete_password(_SERVICE, name)

    _answer(ask)


def _answer(ask: Callable[[], object]) -> object:
    """Return the answer of the system's key store, or None if it is off, fails, or takes too long."""
    if os.environ.get("BEDSIDE_KEYRING") == "off":
        return None
    answers: queue.SimpleQueue[object] = queue.SimpleQueue()

    def run() -> None:
        # Backends raise exceptions of any type; a key store that fails counts as absent.
        try:
            answers.put(ask())
        except BaseException:
            answers.put(None)

    threading.Thread(target=run, name="key store", daemon=True).start()
    try:
        return answers.get(timeout=_PATIENCE_SECONDS)
    except queue.Empty:
        return None
