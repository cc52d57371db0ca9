"""Takes for the pages, each read once and cached while it is looked at."""

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

# Two takes are compared at once, and others opened between.
_MOST = 4


@dataclass(frozen=True, eq=False)
class Read:
    """A take's summary and its events."""

    summary: Summary
    performed: list[Performed]

    @cached_property
    def notes(self) -> list[Note]:
        """The notes in order of onset."""
        return notes(self.performed, self.summary.rate)

    @cached_property
    def gaps(self) -> list[tuple[float, float]]:
        """The spans of lost sound, in seconds."""
        return [(float(begin), float(end)) for begin, end in gaps(self.performed, self.summary.rate)]

    def frame(self, seconds: float) -> int:
        """Return the frame at a time of this take."""
        return round(seconds * self.summary.rate)

    def seconds(self, frame: int) -> float:
        """Return the time of a frame of this take, in seconds."""
        return frame / self.summary.rate


class Takes:
    """The takes of a store, with a cache of those read last; safe to call from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[str, float], Read] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, take: str) -> Read:
        """Return the take of this id as it is now; raise KeyError for an unknown id."""
        summary = self._store.summary(take)
        # A take that is still being played grows.
        key = (take, summary.seconds)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = Read(summary, self._store.performed(take))
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
            return self._kept[key]

    def prefetch(self, take: str) -> None:
        """Start to read a take in the background."""

        def read() -> None:
            # The request that needs the take reports the fault.
            with contextlib.suppress(BedsideError, KeyError):
                self.read(take)

        threading.Thread(target=read, name="prefetched take", daemon=True).start()

    def performed(self, take: str) -> list[Performed]:
        """Return the events of the take of this id; raise KeyError for an unknown id."""
        return self.read(take).performed
