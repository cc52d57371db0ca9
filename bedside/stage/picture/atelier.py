"""Where pictures are made that take longer than a frame: one thread of its own, and the loop fetches what is ready."""

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


class Workshop(Protocol):
    """Somebody who makes things and hands them over later."""

    def order(self, make: Callable[[], T], take: Callable[[T], None]) -> None:
        """Have something made; ``take`` is given it when the loop next collects."""

    def collect(self) -> None:
        """Hand over what is ready, on the calling thread."""


class Atelier:
    """Makes one thing after the other.

    ``wake`` is called on the atelier's thread when something is ready. What fails is told to ``say`` in a sentence and
    handed over to nobody.
    """

    def __init__(self, wake: Callable[[], None], say: Callable[[str], None]) -> None:
        self._wake = wake
        self._say = say
        self._orders: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._ready: deque[Callable[[], None]] = deque()
        self._thread = threading.Thread(target=self._run, name="atelier", daemon=True)
        self._thread.start()

    def order(self, make: Callable[[], T], take: Callable[[T], None]) -> None:
        """Have something made; ``take`` is given it when the loop next collects."""

        def work() -> None:
            made = make()
            self._ready.append(lambda: take(made))

        self._orders.put(work)

    def collect(self) -> None:
        """Hand over what is ready, on the calling thread."""
        while self._ready:
            self._ready.popleft()()

    def close(self, seconds: float) -> None:
        """Make nothing more, and wait so long at most for what is being made."""
        self._orders.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        while (work := self._orders.get()) is not None:
            try:
                work()
            except BedsideError as fault:
                self._say(str(fault))
            except Exception as fault:
                _log.exception("A picture could not be made.")
                # The thread must outlive anything, or no door would open any more.
                self._say(f"A picture could not be made ({type(fault).__name__}); the music went on.")
            self._wake()
