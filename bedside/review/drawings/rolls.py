"""Thumbnails of piano rolls for the library, cached in memory only."""

from __future__ import annotations

import threading
from collections import OrderedDict

from bedside.archive.store.store import Store
from bedside.music.notes import notes
from bedside.review.drawings.miniature import miniature

_MOST = 1000


class Rolls:
    """The thumbnails of a store's takes; safe to call from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._drawn: OrderedDict[tuple[str, float, int], str] = OrderedDict()
        self._lock = threading.Lock()

    def roll(self, take: str) -> str:
        """Return a take's thumbnail as SVG; raise KeyError for an unknown id."""
        summary = self._store.summary(take)
        # A take that is still being played grows.
        key = (take, summary.seconds, summary.notes)
        with self._lock:
            if key in self._drawn:
                self._drawn.move_to_end(key)
                return self._drawn[key]
        drawn = miniature(notes(self._store.shelf.outline(take), summary.rate), summary.seconds)
        with self._lock:
            self._drawn[key] = drawn
            while len(self._drawn) > _MOST:
                self._drawn.popitem(last=False)
        return drawn
