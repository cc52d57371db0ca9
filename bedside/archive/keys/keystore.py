"""The system's key store, which may be absent, locked, broken or dead: every question has an end.

A question that is not answered in time goes on in a thread that nobody waits for. What the key store gives is a string,
of which Python, the library and the key store's own process keep copies that cannot be wiped.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

SERVICE = "bedside"

# A key store may wait for a person or for a dead service; nobody waits longer than this.
PATIENCE_SECONDS = 10.0
# While something is played, it is asked for no longer than this.
HASTE_SECONDS = 1.0
_LOOK_SECONDS = 0.05

Hurried = Callable[[], bool]

_log = logging.getLogger(__name__)


class Unanswered(Enum):
    """Why a key store gave nothing."""

    OFF = auto()
    ABSENT = auto()
    FAILED = auto()
    LATE = auto()
    EMPTY = auto()


def is_used() -> bool:
    """Return whether this computer has a key store that is used; it may take for ever, and raise anything."""
    return os.environ.get("BEDSIDE_KEYRING") != "off" and _store() is not None


def entrust(name: str, value: str, patience: float | None = None, hurried: Hurried = lambda: False) -> bool:
    """Entrust a value to it under a new name; return whether the key store gives back what it took.

    It is given `HASTE_SECONDS` only as soon as ``hurried`` says that something waits for it.
    """

    def ask(store: Any) -> object:
        store.set_password(SERVICE, name, value)
        return store.get_password(SERVICE, name)

    return _answer(ask, patience, hurried) == value


def recall(name: str, patience: float | None = None, hurried: Hurried = lambda: False) -> str | Unanswered:
    """Return the value that is kept under a name, or why there is none; ``hurried`` is as for `entrust`."""
    answer = _answer(lambda store: store.get_password(SERVICE, name), patience, hurried)
    return answer if isinstance(answer, str | Unanswered) else Unanswered.EMPTY


def forget(name: str, patience: float | None = None) -> None:
    """Forget a name, if the key store answers."""
    _answer(lambda store: store.delete_password(SERVICE, name), patience)


def _answer(ask: Callable[[Any], object], patience: float | None, hurried: Hurried = lambda: False) -> object:
    """Return the answer of the system's key store, or a `Unanswered` if it is off, absent, fails, or takes too long."""
    if os.environ.get("BEDSIDE_KEYRING") == "off":
        return Unanswered.OFF
    if patience is None:
        patience = PATIENCE_SECONDS
    answers: queue.SimpleQueue[object] = queue.SimpleQueue()

    def run() -> None:
        # Backends raise exceptions of any type, even those that end a program; their words may hold anything.
        try:
            store = _store()
            answers.put(Unanswered.ABSENT if store is None else ask(store))
        except BaseException as fault:
            _log.warning("The key store failed with %s.", type(fault).__name__)
            answers.put(Unanswered.FAILED)

    threading.Thread(target=run, name="key store", daemon=True).start()
    began = time.monotonic()
    while (waited := time.monotonic() - began) < patience and not (waited >= HASTE_SECONDS and hurried()):
        with contextlib.suppress(queue.Empty):
            return answers.get(timeout=min(patience, _LOOK_SECONDS))
    _log.warning("The key store did not answer within %.1f seconds.", waited)
    return Unanswered.LATE


def _store() -> Any:
    # Importing keyring already searches for backends, which can hang like any call to them.
    import keyring

    backend = keyring.get_keyring()
    # keyring gives a priority below 1 to backends that always fail or store in plain text.
    return backend if backend.priority >= 1 else None
