"""Takes as the pages need them, read from the store through an LRU cache."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from functools import cached_property

from cachetools import LRUCache

from bedside.archive.store.store import Store, Summary
from bedside.archive.store.withheld import withheld
from bedside.errors import BedsideError
from bedside.music.events import Performed
from bedside.music.notes import Note, notes
from bedside.review.measures.take import gaps

# Two takes may be compared at once, and others opened in between.
MOST_TAKES = 4


@dataclass(frozen=True, eq=False)
class LoadedTake:
    """A take's summary, its events, and the spans in frames in which its sound was withheld."""

    summary: Summary
    performed: list[Performed]
    withheld: list[tuple[int, int]]

    @cached_property
    def notes(self) -> list[Note]:
        """The notes in order of onset."""
        return notes(self.performed, self.summary.rate)

    @cached_property
    def gaps(self) -> list[tuple[float, float]]:
        """The spans of lost or withheld sound, in seconds."""
        spans = gaps(self.performed, self.summary.rate, self.withheld)
        return [(float(begin), float(end)) for begin, end in spans]

    def frame(self, seconds: float) -> int:
        """Return the frame at a time of this take."""
        return round(seconds * self.summary.rate)

    def seconds(self, frame: int) -> float:
        """Return the time of a frame of this take, in seconds."""
        return frame / self.summary.rate


class Takes:
    """The takes of a store, the latest `MOST_TAKES` cached; safe to call from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cache: LRUCache[tuple[str, float], LoadedTake] = LRUCache(MOST_TAKES)
        self._lock = threading.Lock()

    def read(self, take: str) -> LoadedTake:
        """Return the take of this id in its present state; raise NotFound for an unknown id."""
        summary = self._store.summary(take)
        # A take that is still being played has grown since it was cached.
        key = (take, summary.seconds)
        # The lock is held while reading, so that a take announced with `prefetch` is not read twice.
        with self._lock:
            found = self._cache.get(key)
            if found is None:
                performed = self._store.performed(take)
                spans = withheld(self._store.choices(summary.session), take, performed[-1].frame if performed else 0)
                found = self._cache[key] = LoadedTake(summary, performed, spans)
            return found

    def prefetch(self, take: str) -> None:
        """Start reading a take that will be asked for soon; return at once."""

        def read() -> None:
            # The request for it will report the fault.
            with contextlib.suppress(BedsideError):
                self.read(take)

        threading.Thread(target=read, name="prefetched take", daemon=True).start()

    def performed(self, take: str) -> list[Performed]:
        """Return the events of the take of this id; raise NotFound for an unknown id."""
        return self.read(take).performed
