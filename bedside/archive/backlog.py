"""A backlog: records in order that wait for a disk or a key, perhaps for hours, in as little memory as they need."""

from __future__ import annotations

import json
import zlib
from collections import deque
from collections.abc import Iterable

from bedside.archive.store.keeping import Record

# An hour of lively play, 90,000 records, takes about 2 MB packed in blocks of so many.
_BLOCK = 500


class Backlog:
    """Records in order, taken from the front; only one thread may use it.

    A record is a list of what JSON knows; not-a-number and infinity count as numbers.
    """

    def __init__(self) -> None:
        self._front: deque[Record] = deque()
        self._packed: deque[bytes] = deque()
        self._back: list[Record] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def extend(self, records: Iterable[Record]) -> None:
        """Add records at the end."""
        for record in records:
            self._back.append(record)
            self._count += 1
            if len(self._back) == _BLOCK:
                self._packed.append(zlib.compress(json.dumps(self._back, separators=(",", ":")).encode(), 1))
                self._back = []

    def front(self, most: int) -> list[Record]:
        """Return the first records, at least one if there is one, at most so many; they stay."""
        if not self._front:
            if self._packed:
                self._front.extend(json.loads(zlib.decompress(self._packed.popleft())))
            else:
                self._front.extend(self._back)
                self._back = []
        return [record for record, _ in zip(self._front, range(most), strict=False)]

    def drop(self, count: int) -> None:
        """Remove so many of the records that `front` returned."""
        for _ in range(count):
            self._front.popleft()
        self._count -= count
