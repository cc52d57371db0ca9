"""The stage's end of the socket to an engine's process, in the hand of a test."""

import socket
from typing import TypeVar

from bedside.music.events import Event, Performed, Report, Settled
from bedside.sound.live import wire

M = TypeVar("M")


class Stage:
    """The stage's end of the socket: what it asked, and what it was told."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._link.setblocking(False)
        self._unpacker = wire.Unpacker()
        self.told: list[wire.Message] = []

    def ask(self, *events: Event, asked_ns: int = 1) -> None:
        """Ask for events."""
        for event in events:
            self.send(wire.Request(event, asked_ns))

    def send(self, message: wire.Message) -> None:
        """Send a message."""
        self._link.sendall(wire.pack(message))

    def say(self, piece: bytes) -> None:
        """Send bytes."""
        self._link.sendall(piece)

    def read(self) -> list[wire.Message]:
        """Read all that was sent by now."""
        try:
            while piece := self._link.recv(1 << 16):
                self.told += self._unpacker.feed(piece)
        except BlockingIOError:
            pass
        return self.told

    def close(self) -> None:
        """Leave."""
        self._link.close()

    def all(self, kind: type[M]) -> list[M]:
        """Return all messages of a kind that were sent by now."""
        return [message for message in self.read() if isinstance(message, kind)]

    @property
    def take(self) -> list[Performed]:
        """What was performed by now."""
        return [report for report in self.reports if isinstance(report, Performed)]

    @property
    def reports(self) -> list[Report]:
        """All that the engine reported by now."""
        return [outcome.report for outcome in self.all(wire.Outcome)]


def event_of(outcome: wire.Outcome) -> Event | None:
    """Return the event that was performed or settled; None for a program that is awaited or declined."""
    return outcome.report.event if isinstance(outcome.report, Performed | Settled) else None
