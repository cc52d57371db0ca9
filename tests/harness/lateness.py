"""How slow the machine itself is: how long any program waits for processor and disk, beside the one under test."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

_PAUSE_SECONDS = 0.02
_RECKON_SECONDS = 0.002


class Lateness:
    """A thread that reckons for a moment, then writes and syncs a page, again and again, and times it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        # When each round ended, how long it reckoned, and how long it wrote.
        self._rounds: list[tuple[float, float, float]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        self._ended.set()
        self._thread.join()

    def stretched(self, seconds: float, since: float, until: float) -> float:
        """Return how long what takes ``seconds`` on an idle machine may have taken between two instants.

        It is stretched as the longest round between them was, and waits twice for the disk, as long as a round did.
        """
        rounds = [each for each in self._rounds if each[0] >= since and each[0] - each[1] - each[2] <= until]
        slowness = max((reckoned / _RECKON_SECONDS for _, reckoned, _ in rounds), default=1.0)
        return seconds * max(1.0, slowness) + 2 * max((synced for _, _, synced in rounds), default=0.0)

    def _run(self) -> None:
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o600)
        while not self._ended.wait(_PAUSE_SECONDS):
            began, reckoned = time.monotonic(), time.thread_time() + _RECKON_SECONDS
            while time.thread_time() < reckoned:
                pass
            writing = time.monotonic()
            os.pwrite(descriptor, os.urandom(4096), 0)
            os.fdatasync(descriptor)
            ended = time.monotonic()
            self._rounds.append((ended, writing - began, ended - writing))
        os.close(descriptor)
