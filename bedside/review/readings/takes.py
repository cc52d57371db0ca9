"""Takes as the pages need them: each is read once, and kept in memory for as long as somebody looks at it."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

from bedside.archive.store.store import Store, Summary
from bedside.errors import BedsideError
from bedside.music.events import Performed
from bedside.music.notes import Note, notes
from bedside.review.measures.take import gaps

# Whoever compares two takes looks at both, and at a third afterwards.
_MOST = 4


@dataclass(frozen=True, eq=False)
class Read:
    """A take at a glance, and all that was performed in it."""

    summary: Summary
    performed: list[Performed]

    @cached_property
    def notes(self) -> list[Note]:
        """The notes in order of onset."""
        return notes(self.performed, self.summary.rate)

    @cached_property
    def gaps(self) -> list[tuple[float, float]]:
        """The spans, in seconds, in which the sound was lost."""
        return [(float(begin), float(end)) for begin, end in gaps(self.performed, self.summary.rate)]

    def frame(self, seconds: float) -> int:
        """Return the frame at some seconds of this take."""
        return round(seconds * self.summary.rate)

    def seconds(self, frame: int) -> float:
        """Return the seconds at a frame of this take."""
        return frame / self.summary.rate


class Takes:
    """The takes of a store that were read last; any thread may ask."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[str, float], Read] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, take: str) -> Read:
        """Return the take of this id as it is now; raise NotFound for an unknown id."""
        summary = self._store.summary(take)
        # One that is being played at this moment has grown since.
        key = (take, summary.seconds)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = Read(summary, self._store.performed(take))
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
            return self._kept[key]

    def expect(self, take: str) -> None:
        """Begin to read a take that will be asked for in a moment; nobody waits for it here."""

        def read() -> None:
            # Whoever asks for it is told what is wrong with it.
            with contextlib.suppress(BedsideError):
                self.read(take)

        threading.Thread(target=read, name="expected take", daemon=True).start()

    def performed(self, take: str) -> list[Performed]:
        """Return all that was performed in the take of this id; raise NotFound for an unknown id."""
        return self.read(take).performed
