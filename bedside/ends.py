"""However the program is told to end, it ends in one way: in order, within a second, with exit code 0.

Ctrl+C, a terminal that closes, a session or a machine that is shut down, its power button: all reach a program as
signals, or on Windows as events of its console. The first of them raises `Ended` in the main thread, wherever that is,
so that every ``with`` and ``finally`` on the way out is passed. Inside `calling` a function is called instead, by a
part that can end by itself. A second signal changes nothing.

Where a library calls Python from C, and in a destructor, the interpreter drops what is raised. So the signal is
repeated until `Ended` is under way.

A child process ignores all of them (`ignore`): whoever shuts down a machine tells all processes at once, and the parent
still needs its engine for the end of the take. A child ends with its link.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

from bedside import log

# Those of these that the system has. SIGPWR: init on a failing power supply; SIGBREAK: Ctrl+Break on Windows.
SIGNALS: tuple[signal.Signals, ...] = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGPWR", "SIGBREAK") if hasattr(signal, name)
)

# The signal is repeated after this time if nothing came of it.
_AGAIN_SECONDS = 0.1

# Threads that still run when all else is done get this long; then the process ends without them.
_THREADS_SECONDS = 0.3

# Where `Ended` was raised and the process is still there after this time, it is ended as it is: a program that may be
# killed at any instant loses nothing by it.
_LAST_SECONDS = 5.0

# The log gets this long for its last lines.
_LOG_SECONDS = 0.3

# Windows ends a program whose console closes after five seconds, and at once when its handler returns.
_CONSOLE_SECONDS = 4.5


class Ended(SystemExit):
    """The program was told to end; ``midway`` tells whether it had to leave what it was doing."""

    def __init__(self, midway: bool) -> None:
        super().__init__(0)
        self.midway = midway


class _Ends:
    """What the signals do now; there is one in a process."""

    def __init__(self) -> None:
        self.told = False
        self.raising = False
        self.calls: list[Callable[[], None]] = []

    def tell(self, _signal: int, _frame: FrameType | None) -> None:
        """End the program; only the first time does anything, unless what it raised was dropped."""
        if self.told and (not self.raising or _under_way()):
            return
        if not self.told:
            self.told = True
            if self.calls:
                self.calls[-1]()
                return
            self.raising = True
            # Not by `threading`, one of whose locks the interrupted code may hold.
            _thread.start_new_thread(self._repeat, (_thread.get_ident(),))
        raise Ended(midway=True)

    def _repeat(self, main: int) -> None:
        """Repeat the signal until the main thread leaves, and end the process if it never does."""
        until = time.monotonic() + _LAST_SECONDS
        while time.monotonic() < until:
            time.sleep(_AGAIN_SECONDS)
            if not self.raising:
                return
            if sys.platform == "win32":
                _thread.interrupt_main(signal.SIGTERM)
            else:
                signal.pthread_kill(main, signal.SIGTERM)
        _exit()


_ENDS = _Ends()


def watch() -> None:
    """Handle all signals from now on; call it once, in the main thread.

    A program that was started to survive its terminal, as by ``nohup``, does so.
    """
    for number in SIGNALS:
        if number.name != "SIGHUP" or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _ENDS.tell)
    _watch_console()


def ignore() -> None:
    """Ignore all signals, in this process and in the programs that it starts."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def calling(end: Callable[[], None]) -> Iterator[None]:
    """Have the first signal call ``end``, in the main thread, which makes the block end; then raise `Ended`."""
    if _ENDS.told:
        raise Ended(midway=True)
    _ENDS.calls.append(end)
    try:
        yield
    finally:
        _ENDS.calls.pop()
    if _ENDS.told:
        raise Ended(midway=False)


@contextlib.contextmanager
def interrupted() -> Iterator[None]:
    """Raise `Ended` for whatever fails in the block after the program was told to end.

    A library in whose midst it was dropped may fail in a way of its own.
    """
    try:
        yield
    except Exception as fault:
        if not _ENDS.told:
            raise
        raise Ended(midway=True) from fault


def leave() -> None:
    """End the process now if it was told to end and a thread would hold it; call this last, when all is closed."""
    # From here on nothing is repeated.
    _ENDS.raising = False
    if not _ENDS.told:
        return
    # The interpreter gives signals back to the system, which would end the process with another code.
    ignore()
    until = time.monotonic() + _THREADS_SECONDS
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                _exit()


def _under_way() -> bool:
    """Return whether this thread is being left by `Ended`, as the handlers and clean-ups that it is in show."""
    error = sys.exc_info()[1]
    while error is not None:
        if isinstance(error, Ended):
            return True
        error = error.__context__
    return False


def _exit() -> None:
    log.close(_LOG_SECONDS)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(0)


if sys.platform == "win32":
    _HANDLERS: list[object] = []

    def _watch_console() -> None:
        """Treat a console that closes, a session that ends, and a shutdown as SIGTERM."""
        import ctypes

        closing = (2, 5, 6)  # CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT

        def handle(event: int) -> int:
            if event not in closing:
                return 0
            _thread.interrupt_main(signal.SIGTERM)
            time.sleep(_CONSOLE_SECONDS)
            return 1

        handler = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)(handle)
        if ctypes.windll.kernel32.SetConsoleCtrlHandler(handler, 1):
            # The system may call it as long as the process lives.
            _HANDLERS.append(handler)

else:

    def _watch_console() -> None:
        """Do nothing: a terminal that closes sends SIGHUP."""
