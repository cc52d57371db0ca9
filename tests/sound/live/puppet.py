"""An engine's process that only exists in a test: it plays nothing, and says nothing by itself."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from bedside.children import ChildProcess
from bedside.sound.live.child import Child, Phase


class _Popen:
    """A process that runs until it is killed."""

    pid = 1
    code: int | None = None

    def poll(self) -> int | None:
        return self.code

    def kill(self) -> None:
        self.code = -9

    def wait(self, _seconds: float | None = None) -> int:
        return self.code or 0


@contextmanager
def puppet(phase: Phase) -> Iterator[Child]:
    """Give an engine that has been in a phase since time 0."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield Child(ChildProcess(ours, cast("subprocess.Popen[bytes]", _Popen())), phase, 0.0)
