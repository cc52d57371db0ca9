"""The engine's end of its link to the stage: messages in, messages out, and nothing ever waits."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterable

from bedside.sound.live import wire

# Messages that the stage has not read are kept up to this many bytes: hours of play.
_BACKLOG = 1 << 24


class StageLink:
    """A non-blocking socket to the stage; ``gone`` is whether the stage has left."""

    def __init__(self, stage: socket.socket) -> None:
        self.gone = False
        self._stage = stage
        self._unpacker = wire.Unpacker()
        self._unsent = bytearray()
        self._notices: deque[wire.Message] = deque()

    @property
    def waiting(self) -> int:
        """The number of bytes that the stage has not taken."""
        return len(self._unsent)

    def notice(self, message: wire.Message) -> None:
        """Send a message with the next flush; any thread may call this."""
        self._notices.append(message)

    def send(self, message: wire.Message) -> None:
        """Send a message with the next flush, after the notices; beyond the backlog it is dropped."""
        if len(self._unsent) < _BACKLOG:
            self._unsent += wire.pack(message)

    def flush(self) -> None:
        """Send what the stage can take now."""
        while self._notices:
            self.send(self._notices.popleft())
        if not self._unsent:
            return
        try:
            sent = self._stage.send(self._unsent)
        except BlockingIOError:
            return
        except OSError:
            self.gone = True
            return
        del self._unsent[:sent]

    def messages(self) -> Iterable[wire.Message]:
        """Return the messages that have come, to be read at once; reading raises ValueError for one that is none."""
        try:
            piece = self._stage.recv(1 << 16)
        except BlockingIOError:
            return ()
        except OSError:
            piece = b""
        if not piece:
            self.gone = True
        return self._unpacker.feed(piece)
