"""The links to all engine processes: poll them together, and reap the processes that were killed."""

from __future__ import annotations

import contextlib
import selectors
from collections.abc import Iterator

from bedside.children import ChildProcess
from bedside.sound.live.child import Child


class Links:
    """The sockets to all living engines, and the killed processes that have not been reaped."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._killed: list[ChildProcess] = []

    def __len__(self) -> int:
        return len(self._selector.get_map() or ())

    def add(self, child: Child) -> None:
        """Begin to poll an engine."""
        self._selector.register(child.process.link, selectors.EVENT_READ, child)

    def hear(self, seconds: float) -> Iterator[tuple[Child, bytes]]:
        """Yield the bytes that each engine has sent, waiting at most ``seconds``; b"" for an engine that is gone.

        Each is read only in its turn, so the caller may end one because of what another sent.
        """
        for key, _ in self._selector.select(seconds):
            child: Child = key.data
            try:
                piece = child.process.link.recv(1 << 18)
            except BlockingIOError:
                continue
            except OSError:
                piece = b""
            yield child, piece

    def end(self, child: Child) -> bytes:
        """Kill an engine; return what it had sent and nobody had read."""
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(child.process.link)
        said = child.kill()
        self._killed.append(child.process)
        return said

    def reap(self) -> None:
        """Forget the killed processes that have exited."""
        self._killed = [process for process in self._killed if process.poll() is None]

    def close(self, seconds: float) -> None:
        """Wait for each killed process to exit, at most ``seconds``, and stop polling."""
        for process in self._killed:
            process.end(seconds)
        self._selector.close()
