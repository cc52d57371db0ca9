"""An eye on the picture: when the screen was drawn on, as the X server saw it (the DAMAGE extension, version 1.1)."""

from __future__ import annotations

import select
import threading
import time
from itertools import pairwise
from types import TracebackType
from typing import Any, Self

from e2e.rig.touchscreen import Touchscreen
from e2e.rig.waiting import wait_for

# What is drawn within so long of something else is of the same picture: there are no more than sixty a second.
_PARTS_SECONDS = 0.008


class Eye:
    """Watches the whole screen of a touchscreen; ``drawn`` holds the monotonic times at which something was drawn."""

    def __init__(self, screen: Touchscreen) -> None:
        self.drawn: list[float] = []
        self._name = screen.env["DISPLAY"]
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="eye", daemon=True)
        self._display: Any = None

    def __enter__(self) -> Self:
        """Begin to watch."""
        from Xlib import display
        from Xlib.ext import damage

        self._display = display.Display(self._name)
        self._display.damage_query_version()
        root = self._display.screen().root
        root.damage_create(damage.DamageReportRawRectangles)
        self._display.sync()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop watching."""
        self._stopped.set()
        self._thread.join(5.0)
        self._display.close()

    def wait_for_motion(self, seconds: float = 10.0) -> None:
        """Wait until the picture moves."""
        before = len(self.drawn)
        wait_for(lambda: len(self.drawn) > before, seconds, "the picture to move")

    def frames(self, since: float, until: float) -> int:
        """Return how many pictures were drawn between two monotonic times; one may be drawn in several parts."""
        times = [float("-inf"), *(at for at in list(self.drawn) if since <= at <= until)]
        return sum(b - a > _PARTS_SECONDS for a, b in pairwise(times))

    def longest_still(self, since: float, until: float) -> float:
        """Return the longest time, in seconds, in which nothing was drawn between two monotonic times."""
        times = [since, *(at for at in list(self.drawn) if since <= at <= until), until]
        return max(b - a for a, b in pairwise(times))

    def _watch(self) -> None:
        while not self._stopped.is_set():
            ready, _, _ = select.select([self._display.fileno()], [], [], 0.05)
            if not ready:
                continue
            count = self._display.pending_events()
            for _ in range(count):
                self._display.next_event()
            if count:
                self.drawn.append(time.monotonic())
