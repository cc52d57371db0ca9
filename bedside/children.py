"""Start child processes, all in one way: the engine, the baker and the renderer.

A child runs one module's ``main(link, settings)``. It gets its settings once, at the start, as a frozen dataclass. Its
link is one end of a duplex socket; the parent holds the other. These rules hold for every child:

- End-of-file on the link means that the parent is gone, for whatever reason, or is done with it: the child ends.
- It is guarded from dumps and debuggers (`secrecy`) before it knows anything.
- Signals to end, such as Ctrl+C, reach all processes; a child ignores them and leaves the decision to its parent.
- It has a name, under which it logs: what is raised in it, from its first import on, and what it, the interpreter or a
  library prints on standard error. That of a child that speaks to the staff is the parent's instead.
- It may be killed at any instant. Its parent reaps it, so that no zombie is left.

The settings come on standard input, as a command line may be too short for them: Windows ends it at 32 kB, Linux at
128 kB. Then standard input and output lead nowhere. The parent can use the link at once: what it sends before the
child runs waits in the socket. On Linux and macOS the child inherits its end. On Windows it gets a copy, which can be
made only for a known process id. That is not the id of the process that was started, because the ``python.exe`` of a
virtual environment starts another one. So the child first reports its id on standard output. A thread of the parent
writes the settings, waits for the id, and writes the copy.
"""

from __future__ import annotations

import contextlib
import dataclasses
import faulthandler
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
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

from bedside import ends, log, secrecy

# The first argument of a child.
MARK = "--child"

# The buffer that is requested for a link, in bytes.
_BUFFER = 1 << 19

# One end of the duplex socket between a parent and its child.
Socket = socket.socket

# Whether a child gets a copy of its end of the link, because it cannot inherit it.
LENDS = sys.platform == "win32"

# Stands in for the number of an inherited socket where the child gets a copy instead.
_LENT = "lent"

S = TypeVar("S", contravariant=True)


class Main(Protocol[S]):
    """The entry point of a child; it returns, or raises SystemExit, when the link ends."""

    __module__: str

    def __call__(self, link: Socket, settings: S) -> None:
        """Run."""


@dataclass(slots=True)
class Lent:
    """What a child that gets a copy of its link has reported: its process id, None until then."""

    pid: int | None = None


@dataclass(eq=False, slots=True)
class ChildProcess:
    """The parent's handle on a child: its link, and its process."""

    link: Socket
    _started: subprocess.Popen[bytes]
    _lent: Lent = field(default_factory=Lent)

    @property
    def pid(self) -> int:
        """The child's process id, as far as it is known."""
        return self._started.pid if self._lent.pid is None else self._lent.pid

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
                os.kill(self.pid, KILL)
        self._started.kill()

    def end(self, seconds: float) -> None:
        """Close the link, kill the child, and wait at most ``seconds`` for it to exit."""
        self.link.close()
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(seconds)


def launch(main: Main[S], settings: S, name: str, *, niceness: int = 0, speaks: bool = False) -> ChildProcess:
    """Start a child that runs ``main``, a function of that name at the top of its module; return at once.

    It logs under ``name``, a word. A ``niceness``, 0–19, lowers its priority; on Windows any but 0 means below normal.
    A child that ``speaks`` prints sentences for the staff on the parent's standard error. Raises OSError if the system
    refuses.
    """
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        if end.family == socket.AF_INET:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        with contextlib.nullcontext() if speaks else log.stderr_for_child(name) as said:
            started = subprocess.Popen(  # noqa: S603
                _command(main, _LENT if LENDS else str(theirs.fileno()), niceness, name),
                pass_fds=[] if LENDS else [theirs.fileno()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if LENDS else subprocess.DEVNULL,
                stderr=said,
                creationflags=_priority(niceness),
            )
    except OSError:
        ours.close()
        theirs.close()
        raise
    lent = Lent()
    text = to_json(settings).encode() + b"\n"
    if LENDS:
        telling = threading.Thread(target=lend, args=(started, theirs, text, _share, lent), name="link", daemon=True)
    else:
        theirs.close()
        telling = threading.Thread(target=tell, args=(started, text), name="link", daemon=True)
    telling.start()
    return ChildProcess(ours, started, lent)


def _command(main: Main[Any], link: str, niceness: int, name: str) -> list[str]:
    # A packed program is its own interpreter, and knows no modules by name.
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "bedside"]
    return [*program, MARK, main.__module__, link, str(niceness), name]


def tell(started: subprocess.Popen[bytes], text: bytes) -> None:
    """Write a child's settings to its standard input, and close it; a child that died reads nothing more."""
    assert started.stdin is not None  # noqa: S101
    with contextlib.suppress(OSError), started.stdin:
        started.stdin.write(text)


def lend(
    started: subprocess.Popen[bytes],
    end: socket.socket,
    text: bytes,
    share: Callable[[socket.socket, int], bytes],
    lent: Lent,
) -> None:
    """Tell a child its settings, wait for its id, give it a copy of its end of the link, and close the original.

    ``share`` copies it for a process. If the child dies before it has reported its id, its parent reads end-of-file.
    """
    assert started.stdin is not None and started.stdout is not None  # noqa: S101
    with end, contextlib.suppress(OSError, ValueError), started.stdin, started.stdout:
        started.stdin.write(text)
        started.stdin.flush()
        lent.pid = int(started.stdout.readline())
        started.stdin.write(share(end, lent.pid))


def borrow(source: IO[bytes], out: IO[bytes], copied: Callable[[bytes], socket.socket]) -> socket.socket:
    """Report this process's id, and return the end of the link that its parent gives it in answer."""
    out.write(b"%d\n" % os.getpid())
    out.flush()
    return copied(source.read())


if sys.platform == "win32":
    KILL = signal.SIGTERM

    def _priority(niceness: int) -> int:
        return subprocess.BELOW_NORMAL_PRIORITY_CLASS if niceness else 0

    def _give_way(_niceness: int) -> None:
        """Do nothing: the parent has set the priority."""

    def _share(end: socket.socket, pid: int) -> bytes:
        return end.share(pid)

    def _shared(copy: bytes) -> socket.socket:
        return socket.fromshare(copy)

else:
    KILL = signal.SIGKILL

    def _priority(_niceness: int) -> int:
        return 0

    def _give_way(niceness: int) -> None:
        if niceness:
            with contextlib.suppress(OSError):
                os.nice(niceness)

    def _share(_end: socket.socket, _pid: int) -> bytes:
        raise NotImplementedError

    def _shared(_copy: bytes) -> socket.socket:
        raise NotImplementedError


def is_child(arguments: Sequence[str]) -> bool:
    """Return whether the arguments after the program's name start a child."""
    return arguments[:1] == [MARK]


def run(arguments: Sequence[str]) -> None:
    """Run the child that these arguments describe: ``--child MODULE LINK NICENESS NAME``."""
    _, module, link, niceness, name = arguments
    secrecy.guard()
    ends.ignore()
    log.follow(name)
    if not os.environ.get("BEDSIDE_DEBUG"):
        # The warnings of libraries mean nothing to the staff who read standard error.
        warnings.simplefilter("ignore")
    if sys.stderr is not None and not sys.stderr.isatty():
        # Where a library crashes, the log gets the line that called it.
        faulthandler.enable()
    _give_way(int(niceness))
    # A program without a console has no `sys.stdin`.
    with open(0, "rb", closefd=False) as source, open(1, "wb", closefd=False) as out:
        text = source.readline()
        if not text.endswith(b"\n"):
            # The parent was gone before it had told all.
            return
        end = borrow(source, out, _shared) if link == _LENT else socket.socket(fileno=int(link))
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    main = importlib.import_module(module).main
    # A parent that is gone waits for nothing more, whether the child was reading or writing.
    with contextlib.suppress(ConnectionError):
        main(end, from_json(typing.get_type_hints(main)["settings"], text.decode()))


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
