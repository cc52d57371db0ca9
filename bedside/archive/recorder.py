"""The recorder: always on, never blocking; what it is fed is on the disk within 100 ms.

Only its own thread writes to the store and may block on the disk. While writing fails, everything stays in memory, in
order, and is retried every second.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bedside.archive.store.choices import STAR, Chosen, Marked
from bedside.archive.store.store import Store
from bedside.archive.store.writing import Origin, Writing
from bedside.errors import BedsideError
from bedside.music.events import NoteOn, Performed, Source, TakeBegan

_log = logging.getLogger(__name__)

# Events fed within this time of the first are committed together; the rest of the 100 ms is for the disk.
_GATHER_SECONDS = 0.04
_RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _NewSession:
    """Begin a new session from here on, of the patient with this code."""

    patient: str | None


@dataclass(frozen=True, slots=True)
class _Fed:
    kept: Performed | Chosen | Marked | _NewSession
    at: datetime


@dataclass(frozen=True, slots=True)
class _Where:
    """The session and the take to which the next item belongs.

    ``session`` and ``take`` are None until they begin; ``owner`` is the session of the current take. ``own`` is the
    last take of that session in which somebody played. ``replayed`` is whether the current take is only a replay so
    far.
    """

    patient: str | None
    session: str | None = None
    take: str | None = None
    owner: str | None = None
    own: str | None = None
    replayed: bool = False


class Recorder:
    """Writes sessions into a store as they are played.

    The first session is of the patient with this code, or of nobody; it begins with the first item that is kept, so
    that a session without music leaves nothing. ``sound`` returns what makes the sound; it is called in the recorder's
    thread, at once and for each take, and should cache its answer. ``committed``, if given, is called there after each
    commit with the number of items kept so far.
    """

    def __init__(
        self,
        store: Store,
        patient: str | None,
        sound: Callable[[], str],
        origin: Origin = "played",
        committed: Callable[[int], None] | None = None,
    ) -> None:
        self._store = store
        self._sound = sound
        self._origin: Origin = origin
        self._committed = committed
        self._queue: queue.SimpleQueue[_Fed | None] = queue.SimpleQueue()
        self._where = _Where(patient)
        self._fault: str | None = None
        self._kept = 0
        self._giving_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def take(self) -> str | None:
        """The id of the last take written, None before the first is on the disk."""
        return self._where.take

    @property
    def fault(self) -> str | None:
        """A sentence for the staff while events cannot be written; None when all are written."""
        return self._fault

    def feed(self, kept: Performed | Chosen | Marked) -> None:
        """Queue one item to be recorded; any thread may call this, and it never blocks.

        A `TakeBegan` begins a new take, to which everything after it belongs. Events and markers before the first take
        are dropped; a choice then belongs only to the session.
        """
        self._queue.put(_Fed(kept, datetime.now(UTC)))

    def renew(self, patient: str | None) -> None:
        """Begin a new session with the next take; the current take stays in the current session."""
        self._queue.put(_Fed(_NewSession(patient), datetime.now(UTC)))

    def close(self, timeout: float) -> bool:
        """Write all that was fed, and stop, within ``timeout`` seconds; return whether all of it is on the disk."""
        self._queue.put(None)
        self._thread.join(timeout)
        self._giving_up.set()
        return not self._thread.is_alive() and self._fault is None

    def _run(self) -> None:
        # Computed before anything is played, so that the first commit need not wait for it.
        self._sound()
        waiting: list[_Fed] = []
        open_ = True
        while open_ or waiting:
            if not waiting:
                open_ = self._gather(waiting)
            if waiting and not self._commit(waiting):
                if self._giving_up.wait(_RETRY_SECONDS):
                    return
                open_ = self._drain(waiting) and open_

    def _gather(self, waiting: list[_Fed]) -> bool:
        """Wait for an item, and for those that follow closely; return False when the recorder is closed."""
        first = self._queue.get()
        if first is None:
            return False
        waiting.append(first)
        until = time.monotonic() + _GATHER_SECONDS
        while (remaining := until - time.monotonic()) > 0:
            try:
                fed = self._queue.get(timeout=remaining)
            except queue.Empty:
                break
            if fed is None:
                return False
            waiting.append(fed)
        return True

    def _drain(self, waiting: list[_Fed]) -> bool:
        """Collect the items that are queued by now, without waiting; return False when the recorder is closed."""
        while True:
            try:
                fed = self._queue.get_nowait()
            except queue.Empty:
                return True
            if fed is None:
                return False
            waiting.append(fed)

    def _commit(self, waiting: list[_Fed]) -> bool:
        try:
            with self._store.writing() as writing:
                where = self._write(writing, waiting)
        except BedsideError as error:
            _log.exception("What is played could not be written; %d items wait in memory.", len(waiting))
            self._fault = f"{error} What is played stays in memory until it can be saved."
            return False
        except Exception as error:
            _log.exception("The recorder failed; %d items wait in memory.", len(waiting))
            # The thread must survive any fault, or everything after it would be lost too.
            self._fault = f"The recording cannot be saved: {type(error).__name__}. What is played stays in memory."
            return False
        self._where = where
        self._fault = None
        self._kept += len(waiting)
        waiting.clear()
        if self._committed is not None:
            self._committed(self._kept)
        return True

    def _write(self, writing: Writing, waiting: list[_Fed]) -> _Where:
        where = self._where
        performed: list[Performed] = []
        for fed in waiting:
            match fed.kept:
                case Performed(_, TakeBegan() as began):
                    where = self._append(writing, where, performed)
                    where = _begun(writing, where, fed.at)
                    begun = writing.begin_take(str(where.session), began, self._origin, self._sound(), fed.at)
                    own = where.own if where.owner == where.session else None
                    where = replace(where, take=begun, owner=where.session, own=own, replayed=False)
                    performed = [fed.kept]
                case Performed() as played:
                    performed.append(played)
                case Chosen() as chosen:
                    where = _begun(writing, where, fed.at)
                    where = self._append(writing, where, performed)
                    performed = []
                    self._choose(writing, where, chosen, fed.at)
                case Marked() as marked if where.take is not None:
                    writing.mark(where.take, marked)
                case _NewSession(patient):
                    where = replace(where, patient=patient, session=None)
        return self._append(writing, where, performed)

    def _append(self, writing: Writing, where: _Where, performed: list[Performed]) -> _Where:
        """Write performed events of the current take; return where the next item belongs."""
        if where.take is None or not performed:
            return where
        writing.append(where.take, performed)
        sources = {each.event.source for each in performed if isinstance(each.event, NoteOn)}
        if sources - {Source.REPLAY}:
            if where.replayed:
                # Somebody plays along, so this take is an improvisation.
                writing.set_origin(where.take, self._origin)
            return replace(where, own=where.take, replayed=False)
        if sources and where.own != where.take and not where.replayed:
            writing.set_origin(where.take, "replayed")
            return replace(where, replayed=True)
        return where

    @staticmethod
    def _choose(writing: Writing, where: _Where, chosen: Chosen, at: datetime) -> None:
        """Write a choice with its take; a star belongs to the take that was played last, not to a replay of it."""
        take = where.take if where.owner == where.session else None
        if chosen.what == STAR and where.replayed and take is not None:
            take, chosen = where.own, replace(chosen, frame=None)
        writing.choose(str(where.session), take, chosen, at)


def _begun(writing: Writing, where: _Where, at: datetime) -> _Where:
    """Begin a session if there is none; return where the next item belongs."""
    if where.session is not None:
        return where
    return replace(where, session=writing.begin_session(where.patient, at))


def record_all(store: Store, performed: Iterable[Performed], sound: str, origin: Origin, timeout: float = 30.0) -> str:
    """Record a whole take without a patient, as if it were played; return its id.

    Raise BedsideError if it is not on the disk after ``timeout`` seconds.
    """
    recorder = Recorder(store, None, lambda: sound, origin)
    for each in performed:
        recorder.feed(each)
    if not recorder.close(timeout) or recorder.take is None:
        raise BedsideError(recorder.fault or "The take could not be recorded.")
    return recorder.take
