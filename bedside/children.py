"""Start child processes, all in one way: the engine, the baker and the renderer.

A child runs one module's ``main(link, settings)``. It gets its settings once, at the start, as a frozen dataclass. Its
link is one end of a duplex socket; the parent holds the other. These rules hold for every child:

- End-of-file on the link means that the parent is gone, for whatever reason, or is done with it: the child ends.
- Ctrl+C in the terminal reaches the whole process group; a child ignores it and leaves the decision to its parent.
- Standard input and output are closed. Standard error is the parent's, or goes to the log.
- It may be killed at any instant. Its parent reaps it, so that no zombie is left.

The parent can use the link at once: what it sends before the child runs waits in the socket. On Linux and macOS the
child inherits its end. On Windows it gets a copy, which can be made only for a known process id. That is not the id of
the process that was started, because the ``python.exe`` of a virtual environment, like a packed program, starts another
one. So the child first reports its id; a thread of the parent waits for it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import types
import typing
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

from bedside import log

# The first argument of a child.
MARK = "--child"

# The buffer that is requested for a link, in bytes.
_BUFFER = 1 << 19

# One end of the duplex socket between a parent and its child.
Socket = socket.socket

# Stands in for the number of an inherited socket where the child gets a copy instead.
_SHARED = "shared"

S = TypeVar("S", contravariant=True)


class Main(Protocol[S]):
    """The entry point of a child; it returns, or raises SystemExit, when the link ends."""

    __module__: str

    def __call__(self, link: Socket, settings: S) -> None:
        """Run."""


@dataclass(eq=False, slots=True)
class ChildProcess:
    """The parent's handle on a child: its link, and its process."""

    link: Socket
    _started: subprocess.Popen[bytes]
    _lent: Lent | None = None

    @property
    def pid(self) -> int:
        """The child's process id, as far as it is known."""
        return self._started.pid if self._lent is None or self._lent.pid is None else self._lent.pid

    def poll(self) -> int | None:
        """Return the exit code; None while the child runs."""
        return self._started.poll()

    def wait(self, seconds: float | None = None) -> int:
        """Wait for the child to exit; return its exit code, or raise `subprocess.TimeoutExpired` after ``seconds``."""
        return self._started.wait(seconds)

    def kill(self) -> None:
        """Kill the child without waiting; what it had sent can still be read from the link."""
        if self.pid != self._started.pid and self.poll() is None:
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGTERM)
        self._started.kill()

    def end(self, seconds: float) -> None:
        """Close the link, kill the child, and wait at most ``seconds`` for it to exit."""
        self.link.close()
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(seconds)


@dataclass(slots=True)
class Lent:
    """What a child has reported: its process id, None until then."""

    pid: int | None = None


def launch(main: Main[S], settings: S, *, niceness: int = 0, stderr_to_log: str | None = None) -> ChildProcess:
    """Start a child that runs ``main``, a function of that name at the top of its module; return at once.

    A ``niceness``, 0–19, lowers its priority; on Windows any but 0 means below normal. With ``stderr_to_log``, its
    standard error goes to the log under this name. Raises OSError if the system refuses.
    """
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        if end.family == socket.AF_INET:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        if sys.platform == "win32":
            with _standard_error(stderr_to_log) as said:
                started = subprocess.Popen(  # noqa: S603
                    _command(main, _SHARED, niceness, settings),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    creationflags=subprocess.BELOW_NORMAL_PRIORITY_CLASS if niceness else 0,
                )
            lent = Lent()
            threading.Thread(target=lend, args=(started, theirs, theirs.share, lent), name="link", daemon=True).start()
            return ChildProcess(ours, started, lent)
        with theirs, _standard_error(stderr_to_log) as said:
            started = subprocess.Popen(  # noqa: S603
                _command(main, str(theirs.fileno()), niceness, settings),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
            return ChildProcess(ours, started)
    except OSError:
        ours.close()
        theirs.close()
        raise


def _command(main: Main[S], link: str, niceness: int, settings: S) -> list[str]:
    # A packed program is its own interpreter, and knows no modules by name.
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "bedside"]
    return [*program, MARK, main.__module__, link, str(niceness), to_json(settings)]


def _standard_error(name: str | None) -> contextlib.AbstractContextManager[int | None]:
    """Yield the target of a child's standard error; None is the parent's own."""
    return contextlib.nullcontext() if name is None else log.stderr_for_child(name)


def lend(started: subprocess.Popen[bytes], end: socket.socket, share: Callable[[int], bytes], lent: Lent) -> None:
    """Wait for a child to report its id, give it a copy of its end of the link, and close the original.

    ``share`` copies it for a process. If the child dies before it has reported its id, its parent reads end-of-file.
    """
    assert started.stdin is not None and started.stdout is not None  # noqa: S101
    with end, contextlib.suppress(OSError, ValueError), started.stdin, started.stdout:
        lent.pid = int(started.stdout.readline())
        started.stdin.write(share(lent.pid))


def borrow(source: IO[bytes], out: IO[bytes], copied: Callable[[bytes], socket.socket]) -> socket.socket:
    """Report this process's id, and return the end of the link that its parent gives it in answer."""
    out.write(b"%d\n" % os.getpid())
    out.flush()
    return copied(source.read())


def is_child(arguments: Sequence[str]) -> bool:
    """Return whether the arguments after the program's name start a child."""
    return arguments[:1] == [MARK]


def run(arguments: Sequence[str]) -> None:
    """Run the child that these arguments describe: ``--child MODULE LINK NICENESS SETTINGS``."""
    _, module, link, niceness, text = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not os.environ.get("BEDSIDE_DEBUG"):
        # The warnings of libraries mean nothing to the staff who read standard error.
        warnings.simplefilter("ignore")
    if sys.platform != "win32" and niceness != "0":
        with contextlib.suppress(OSError):
            os.nice(int(niceness))
    end = _link(link)
    main = importlib.import_module(module).main
    # A parent that is gone waits for nothing more, whether the child was reading or writing.
    with contextlib.suppress(ConnectionError):
        main(end, from_json(typing.get_type_hints(main)["settings"], text))


def _link(link: str) -> socket.socket:
    if sys.platform == "win32":
        end = borrow(sys.stdin.buffer, sys.stdout.buffer, socket.fromshare)
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 0)
        os.dup2(nowhere, 1)
        return end
    return socket.socket(fileno=int(link))


def to_json(settings: object) -> str:
    """Return a dataclass of numbers, texts, paths and tuples of these as text for `from_json`."""
    return json.dumps(dataclasses.asdict(settings), default=os.fspath)  # type: ignore[call-overload]


def from_json(kind: type[Any], text: str) -> Any:
    """Return the dataclass ``kind`` from its text; raise TypeError for an unknown setting."""
    hints = typing.get_type_hints(kind)
    return kind(**{name: _setting(hints.get(name), value) for name, value in json.loads(text).items()})


def _setting(hint: Any, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    return Path(value) if Path in kinds and value is not None else value
