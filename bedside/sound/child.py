"""One engine's process, as the host sees it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from enum import Enum, auto

from bedside.sound import wire
from bedside.sound.process import Settings

# An engine that says nothing for this long hangs.
HUNG_SECONDS = 0.25

# What opening a card, and loading all instruments, may take at most.
_OPENING_SECONDS = 4.0
_LOADING_SECONDS = 60.0

# What may wait in the socket between stage and engine, in bytes: some seconds of the wildest play.
_BUFFER = 8192 * wire.SIZE


class Phase(Enum):
    """What an engine's process is doing."""

    LOADING = auto()
    READY = auto()
    OPENING = auto()
    PLAYING = auto()


@dataclass(eq=False, slots=True)
class Child:
    """One engine's process as the host sees it."""

    process: subprocess.Popen[bytes]
    link: socket.socket
    phase: Phase = Phase.LOADING
    since: float = field(default_factory=time.perf_counter)
    unpacker: wire.Unpacker = field(default_factory=wire.Unpacker)
    card: str = ""
    latency: float = 0.0
    beat: wire.Beat | None = None

    def enter(self, phase: Phase) -> None:
        """Note that the engine begins something else."""
        self.phase = phase
        self.since = time.perf_counter()

    def send(self, message: wire.Message) -> None:
        """Send what the engine has room for; one that has none is hung and about to be replaced."""
        with contextlib.suppress(OSError):
            self.link.send(wire.pack(message))

    def kill(self) -> None:
        """End the process at once, and wait until it is gone."""
        self.process.kill()
        self.link.close()
        self.process.wait()

    def overdue(self, now: float) -> bool:
        """Whether the engine should have said something by now."""
        match self.phase:
            case Phase.LOADING:
                return now - self.since > _LOADING_SECONDS
            case Phase.OPENING:
                return now - self.since > _OPENING_SECONDS
            case Phase.PLAYING:
                return self.beat is not None and now - self.beat.at_ns / 1e9 > HUNG_SECONDS
            case Phase.READY:
                return False


def launch(settings: Settings) -> Child:
    """Start an engine's process."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    command = [sys.executable, "-m", "bedside.sound.process"]
    # Sound libraries complain of every card that is not there; nobody at a bed can use that.
    said = None if os.environ.get("BEDSIDE_DEBUG") else subprocess.DEVNULL
    text = settings.to_json()
    with theirs:
        if sys.platform == "win32":
            process = subprocess.Popen([*command, "share", text], stdin=subprocess.PIPE, stderr=said)  # noqa: S603
            assert process.stdin is not None  # noqa: S101
            with process.stdin:
                process.stdin.write(theirs.share(process.pid))
        else:
            process = subprocess.Popen(  # noqa: S603
                [*command, str(theirs.fileno()), text],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stderr=said,
            )
    ours.setblocking(False)
    return Child(process, ours)
