"""The watchdog over the screen: a process of its own that ends the program when a display server holds it for ever.

SDL waits for the display server without a limit, and holds the GIL meanwhile, so that neither a thread nor a Python
signal handler of this process can run. The interpreter's C code still writes the number of each signal into the link to
the watchdog (`signal.set_wakeup_fd`). So SIGTERM ends a program that hangs, too.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bedside import children

_log = logging.getLogger(__name__)

# No screen that works takes as long to open, nor does leaving, with the last of a take being written.
OPENING_SECONDS = 30.0
LEAVING_SECONDS = 20.0

# Then it is asked to end, and killed if that does not help.
_LAST_SECONDS = 2.0

# What the program sends, besides the numbers of signals: it waits for the screen; it has it; it leaves.
_OPENING = 253
_OPENED = 254
_LEAVING = 255

# Not to slow down the start: it is needed only when nothing else goes on.
_NICENESS = 10

_BURIED_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Watched:
    """The process that is watched, and how long it may take to open its window and to leave, in seconds."""

    pid: int
    opening_seconds: float
    leaving_seconds: float


class Watchdog:
    """Watches this process until `close`: while its window is `opening`, and from a signal or `leave` on.

    Create it in the main thread; in another one signals are not watched.
    """

    def __init__(self, opening_seconds: float = OPENING_SECONDS, leaving_seconds: float = LEAVING_SECONDS) -> None:
        self._child: children.ChildProcess | None = None
        self._before: int | None = None
        try:
            self._child = children.launch(
                main,
                Watched(os.getpid(), opening_seconds, leaving_seconds),
                "watchdog",
                niceness=_NICENESS,
                speaks=True,
            )
        except OSError:
            _log.exception("There is no watchdog over the screen.")
            return
        self._child.link.setblocking(False)
        if threading.current_thread() is threading.main_thread():
            self._before = signal.set_wakeup_fd(self._child.link.fileno(), warn_on_full_buffer=False)

    @contextlib.contextmanager
    def opening(self) -> Iterator[None]:
        """Limit what is done meanwhile, and needs the screen."""
        self._send(_OPENING)
        try:
            yield
        finally:
            self._send(_OPENED)

    def leave(self) -> None:
        """Limit what is left to do."""
        self._send(_LEAVING)

    def close(self) -> None:
        """Watch no longer."""
        if self._before is not None:
            signal.set_wakeup_fd(self._before)
        if self._child is not None:
            self._child.end(_BURIED_SECONDS)

    def _send(self, message: int) -> None:
        if self._child is not None:
            with contextlib.suppress(OSError):
                self._child.link.send(bytes([message]))


def main(link: children.Socket, settings: Watched) -> None:
    """Watch a process until it closes the link; end it if it takes too long."""
    until, fault = math.inf, ""
    # On Windows the first ends a process as well.
    ending = [signal.SIGTERM, children.KILL]
    while ending:
        left = until - time.monotonic()
        if select.select([link], [], [], None if math.isinf(left) else max(0.0, left))[0]:
            received = link.recv(64)
            if not received:
                return
            for message in received:
                if message == _OPENED:
                    until = math.inf
                elif message == _OPENING:
                    until = time.monotonic() + settings.opening_seconds
                    fault = f"The screen did not open within {settings.opening_seconds:.0f} seconds; bedside ends."
                else:
                    until = min(until, time.monotonic() + settings.leaving_seconds)
                    fault = "The screen does not let go, so bedside is ended; what was played is kept."
            continue
        if len(ending) == 2:
            _log.error("The screen held the program for too long.")
            print(fault, file=sys.stderr, flush=True)
        with contextlib.suppress(OSError):
            os.kill(settings.pid, ending.pop(0))
        until = time.monotonic() + _LAST_SECONDS
