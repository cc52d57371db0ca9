"""The links to the engines' processes: heard all at once, and followed until the last process is gone."""

from __future__ import annotations

import contextlib
import selectors
from collections.abc import Iterator

from bedside.children import ChildProcess
from bedside.sound.live.child import Child


class Links:
    """The sockets to all engines that live, and the processes that were ended and may not be gone yet."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._killed: list[ChildProcess] = []

    def __len__(self) -> int:
        return len(self._selector.get_map() or ())

    def add(self, child: Child) -> None:
        """Hear an engine from here on."""
        self._selector.register(child.process.link, selectors.EVENT_READ, child)

    def hear(self, seconds: float) -> Iterator[tuple[Child, bytes]]:
        """Yield what engines said, waiting at most so long; an engine that is gone says nothing, b"".

        Each is read when its turn comes, so that one may be ended on account of what another said.
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
        """Kill an engine, and return what it had still said."""
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(child.process.link)
        said = child.kill()
        self._killed.append(child.process)
        return said

    def reap(self) -> None:
        """Let go of the processes that are gone."""
        self._killed = [process for process in self._killed if process.poll() is None]

    def close(self, seconds: float) -> None:
        """Wait for each process that was ended, at most so long, and hear nothing more."""
        for process in self._killed:
            process.end(seconds)
        self._selector.close()
