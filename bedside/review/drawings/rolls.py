"""Thumbnails of piano rolls for the library page, drawn through an LRU cache in memory."""

from __future__ import annotations

import threading

from cachetools import LRUCache

from bedside.archive.store.store import Store
from bedside.music.notes import notes
from bedside.review.drawings.miniature import miniature

MOST_ROLLS = 1000


class Rolls:
    """Piano rolls of a store's takes, the latest `MOST_ROLLS` cached; any thread may ask."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cache: LRUCache[tuple[str, float, int], str] = LRUCache(MOST_ROLLS)
        self._lock = threading.Lock()

    def roll(self, take: str) -> str:
        """Return a take's piano roll as an SVG; raise NotFound for an unknown id."""
        summary = self._store.summary(take)
        # A take that is still being played has grown since it was cached.
        key = (take, summary.seconds, summary.notes)
        with self._lock:
            cached = self._cache.get(key)
        if cached is not None:
            return cached
        drawn = miniature(notes(self._store.search.outline(take), summary.rate), summary.seconds)
        with self._lock:
            self._cache[key] = drawn
        return drawn
