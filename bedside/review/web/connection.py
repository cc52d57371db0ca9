"""A browser's connection to the pages, which is closed if no request comes over it within a reasonable time.

The server itself waits for ever for a request that does not begin, or never ends its headers: enough of such
connections would use up all that a process may have.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

# A connection over which no request was begun or answered between two looks is closed at the second.
LOOK_SECONDS = 5.0


class PromptConnection(H11Protocol):
    """A connection that wants requests: whole, and soon."""

    _look: asyncio.TimerHandle | None = None
    _seen: object | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look at the connection."""
        super().connection_made(transport)
        self._look = self.loop.call_later(LOOK_SECONDS, self._look_again)

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def _look_again(self) -> None:
        """Close the connection if it has no request but the one that was already answered when it was last seen."""
        answered = self.cycle is None or self.cycle.response_complete
        if answered and self._seen is (self.cycle or self):
            self.transport.close()
            return
        self._seen = (self.cycle or self) if answered else None
        self._look = self.loop.call_later(LOOK_SECONDS, self._look_again)
