"""A background thread for pictures that take longer than a frame; the loop collects the results."""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol, TypeVar

from bedside.errors import BedsideError

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Worker(Protocol):
    """Runs jobs elsewhere, and delivers their results when asked."""

    def submit(self, make: Callable[[], T], take: Callable[[T], None]) -> None:
        """Queue a job: ``take`` gets what ``make`` returned at the next `deliver`."""

    def deliver(self) -> None:
        """Hand every finished result to its ``take``, on the calling thread."""


class PictureWorker:
    """Runs jobs one after the other on a daemon thread.

    ``wake`` is called on that thread after every job. A job that fails delivers nothing; ``say`` gets a sentence.
    """

    def __init__(self, wake: Callable[[], None], say: Callable[[str], None]) -> None:
        self._wake = wake
        self._say = say
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._ready: deque[Callable[[], None]] = deque()
        self._thread = threading.Thread(target=self._run, name="picture worker", daemon=True)
        self._thread.start()

    def submit(self, make: Callable[[], T], take: Callable[[T], None]) -> None:
        """Queue a job: ``take`` gets what ``make`` returned at the next `deliver`."""

        def work() -> None:
            made = make()
            self._ready.append(lambda: take(made))

        self._jobs.put(work)

    def deliver(self) -> None:
        """Hand every finished result to its ``take``, on the calling thread."""
        while self._ready:
            self._ready.popleft()()

    def close(self, seconds: float) -> None:
        """Start no further job; wait at most ``seconds`` for the current one."""
        self._jobs.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        while (work := self._jobs.get()) is not None:
            try:
                work()
            except BedsideError as fault:
                self._say(str(fault))
            except Exception as fault:
                _log.exception("A picture could not be made.")
                # If the thread died, no world could be entered any more.
                self._say(f"A picture could not be made ({type(fault).__name__}); the music went on.")
            self._wake()
