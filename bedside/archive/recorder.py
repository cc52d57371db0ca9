"""The recorder: always on, never blocking; what it is fed is on the disk within 100 ms, if any disk takes it.

It needs neither store nor key nor disk to begin. Its own thread alone waits for a disk. What
no disk takes stays in memory, in order, and is tried again every second, for ever; a second thread brings what is kept
into the store's index, when key and database allow.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bedside.archive.backlog import Backlog
from bedside.archive.indexer import Indexer
from bedside.archive.safekeeping import Safekeeping
from bedside.archive.store.changes import encode, fresh, now, patient_id
from bedside.archive.store.choices import Chosen, Marked
from bedside.archive.store.writing import Origin
from bedside.archive.transcript import Kept, NewSession, Transcript
from bedside.errors import BedsideError
from bedside.files import reason
from bedside.music.events import Performed

_log = logging.getLogger(__name__)

# Events fed within this time of the first are kept together; the rest of the 100 ms is for the disk.
_GATHER_SECONDS = 0.04
_RETRY_SECONDS = 1.0
_PROBE_SECONDS = 4.0
# Records of one frame of the journal; thousands would not fit into its file.
_AT_ONCE = 1_000
# The program's end waits no longer for the index.
_INDEX_SECONDS = 0.5
# A disk that has not answered for so long is a trouble that staff are told of.
_LATE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class RecordState:
    """Where what is played is kept now; each sentence is for staff, and None where there is nothing to say.

    ``memory`` says why some of it is only in memory, and ``minutes`` since when, at least 1; ``second`` that it is kept
    in the second folder; ``later`` that it is kept but not listed yet; ``notice`` what was found damaged, and mended.
    """

    memory: str | None = None
    minutes: int | None = None
    second: str | None = None
    later: str | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class _Fed:
    """What is kept, and when it was fed; None only wakes the thread, which then keeps what must be kept again."""

    kept: Kept | None
    at: datetime


class Recorder:
    """Keeps what is played in the record of a data folder, or of a ``second`` one while the first takes nothing.

    The first session is of the patient with this code, or of nobody. ``sound`` returns what makes the sound; it is
    called in the recorder's thread, at once and for each take, and should cache its answer. ``committed``, if given, is
    called there after each commit with the number of items kept so far. ``program`` names who records.
    """

    def __init__(
        self,
        folder: Path,
        patient: str | None,
        sound: Callable[[], str],
        origin: Origin = "played",
        committed: Callable[[int], None] | None = None,
        second: Path | None = None,
        program: str = "play",
    ) -> None:
        self._safe = Safekeeping(folder, second, program, lambda: self._since is not None)
        safe = self._safe
        self._index = Indexer(folder, second, program, self._public, safe.trust, self._mistrust, safe.go_on_after)
        self._sound = sound
        self._transcript = Transcript(patient, origin, sound, self._identify)
        self._committed = committed
        self._queue: queue.SimpleQueue[_Fed | None] = queue.SimpleQueue()
        self._pending = Backlog()
        # Of each item that is not kept yet, how many records there are up to its last.
        self._ends: deque[int] = deque()
        self._made = self._done = 0
        self._kept = 0
        self._take: str | None = None
        self._fault: str | None = None
        self._refused: str | None = None
        self._detoured = False
        self._since: float | None = None
        self._giving_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def take(self) -> str | None:
        """The id of the last take that is kept, None before the first is on a disk."""
        return self._take

    @property
    def state(self) -> RecordState:
        """Where what is played is kept now; any thread may ask."""
        since, fault = self._since, self._fault
        waited = 0.0 if since is None else time.monotonic() - since
        if since is None or (fault is None and waited < _LATE_SECONDS):
            detour = self._safe.detour
            # While a disk is out of use the index is not filled either; that goes without saying.
            later = self._refused or (None if detour else self._index.fault)
            return RecordState(None, None, detour, later, self._index.notice)
        why = fault or "the disk does not answer."
        sentence = (
            f"What is played is only in this computer's memory: {why} "
            "Everything is saved by itself as soon as that is mended; until then do not switch the computer off."
        )
        return RecordState(sentence, int(waited // 60) + 1, None, self._refused, self._index.notice)

    @property
    def fault(self) -> str | None:
        """A sentence for the staff while something is only in memory; None when all is on a disk."""
        return self.state.memory

    def feed(self, kept: Performed | Chosen | Marked) -> None:
        """Queue one item to be recorded; any thread may call this, and it never blocks.

        A `TakeBegan` begins a new take, to which everything after it belongs. Events and markers before the first take
        are dropped; a choice then belongs only to the session.
        """
        self._put(kept)

    def renew(self, patient: str | None, picture: str | None = None) -> None:
        """Begin a new session of a patient, a new one with this picture; the current take stays in the current one."""
        self._put(NewSession(patient, picture))

    def close(self, timeout: float) -> bool:
        """Keep all that was fed, and stop, within ``timeout`` seconds; return whether all of it is on a disk."""
        until = time.monotonic() + timeout
        self._queue.put(None)
        self._thread.join(timeout)
        self._giving_up.set()
        kept = not self._thread.is_alive() and not self._pending
        # What is not in the index is in the journal, and fed after the next start.
        self._index.close(min(max(until - time.monotonic(), 0.0), _INDEX_SECONDS))
        if kept:
            self._safe.close()
        return kept

    def _put(self, kept: Kept) -> None:
        if self._since is None:
            self._since = time.monotonic()
        self._queue.put(_Fed(kept, now()))

    def _public(self) -> bytes | None:
        public = self._safe.public
        return None if public is None else public.raw

    def _mistrust(self) -> None:
        self._safe.mistrust()
        self._queue.put(_Fed(None, now()))

    def _identify(self, code: str) -> str:
        public = self._public()
        return fresh() if public is None else patient_id(code, public)

    def _run(self) -> None:
        # Found before anything is played, if there is time, so that the first commit need not wait for it.
        self._safe.prepare()
        self._sound()
        # It makes the disk busy, so it comes second.
        self._index.start()
        open_ = True
        while open_ or self._pending:
            open_ = (self._drain() and open_) if self._pending else self._gather()
            if not self._keep() and self._giving_up.wait(_RETRY_SECONDS):
                return

    def _gather(self) -> bool:
        """Wait for an item, and for those that follow closely; return False when the recorder is closed."""
        self._since = None
        try:
            first = self._queue.get(timeout=_PROBE_SECONDS if self._detoured else None)
        except queue.Empty:
            # Nobody plays, but what is in the second folder can be brought home as soon as the first is back.
            self._safe.probe()
            return True
        if first is None:
            return False
        self._since = self._since or time.monotonic()
        self._write(first)
        until = time.monotonic() + _GATHER_SECONDS
        while (remaining := until - time.monotonic()) > 0:
            try:
                fed = self._queue.get(timeout=remaining)
            except queue.Empty:
                break
            if fed is None:
                return False
            self._write(fed)
        return True

    def _drain(self) -> bool:
        """Take the items that are queued by now, without waiting; return False when the recorder is closed."""
        while True:
            try:
                fed = self._queue.get_nowait()
            except queue.Empty:
                return True
            if fed is None:
                return False
            self._write(fed)

    def _write(self, fed: _Fed) -> None:
        """Turn an item into records, which wait to be kept."""
        if fed.kept is None:
            return
        try:
            records = [encode(change) for change in self._transcript.write(fed.kept, fed.at)]
        except Exception as error:
            # The thread must survive any fault, or everything after it would be lost too.
            _log.exception("Something that was played cannot be written.")
            self._refused = (
                f"Something that was played could not be recorded ({type(error).__name__}); all else is. "
                "Please tell the people who look after this computer."
            )
            records = []
        self._pending.extend(records)
        self._made += len(records)
        if self._committed is not None:
            self._ends.append(self._made)

    def _keep(self) -> bool:
        """Keep what waits; return whether all of it is on a disk now."""
        try:
            self._safe.settle()
            while records := self._pending.front(_AT_ONCE):
                chain, first = self._safe.keep(records)
                self._pending.drop(len(records))
                self._done += len(records)
                self._index.add(chain, first, records)
                self._take = next((record[2]["id"] for record in reversed(records) if _begins(record)), self._take)
        except OSError as error:
            return self._fail(f"{reason(error)}.")
        except BedsideError as error:
            cause = error.__cause__
            return self._fail(f"{reason(cause)}." if isinstance(cause, OSError) else str(error))
        except Exception as error:
            # As above: nothing ends this thread.
            return self._fail(f"the recorder failed ({type(error).__name__}).")
        self._succeed()
        return True

    def _succeed(self) -> None:
        if self._fault is not None:
            self._index.hurry()
        detoured = self._safe.detour is not None
        if self._detoured and not detoured:
            self._index.bring_home()
        self._detoured = detoured
        self._since = self._fault = None
        before = self._kept
        while self._ends and self._ends[0] <= self._done:
            self._ends.popleft()
            self._kept += 1
        if self._committed is not None and self._kept > before:
            self._committed(self._kept)

    def _fail(self, why: str) -> bool:
        if why != self._fault:
            _log.warning(
                "What is played could not be kept; %d records wait in memory.", len(self._pending), exc_info=True
            )
        self._fault = why
        return False


def _begins(record: list[object]) -> bool:
    return record[:2] == ["insert", "take"]
