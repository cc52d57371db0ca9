"""The pump: sound for the card, messages to and from the stage; it runs on the card's thread and never waits."""

from __future__ import annotations

import socket
import time
from collections import deque

import numpy as np
from numpy.typing import NDArray

from bedside.music.events import NoteOn, Performed, Player, Report
from bedside.sound.engine.performer import Performer
from bedside.sound.instrument import Instrument
from bedside.sound.live import wire

# The engine sends a heartbeat at least this often.
BEAT_SECONDS = 0.02

# Reports that the stage has not read are kept up to this many bytes: hours of play.
_BACKLOG = 1 << 24


class Pump:
    """Passes sound to the card, in blocks of any size, and messages to and from the stage."""

    def __init__(self, performer: Performer, stage: socket.socket) -> None:
        self.performer = performer
        self.gone = False
        self.quitting = False
        self.fault = ""
        self.error: Exception | None = None
        self._stage = stage
        self._unpacker = wire.Unpacker()
        self._unsent = bytearray()
        self._notices: deque[wire.Message] = deque()
        self._arrived: deque[Instrument] = deque()
        self._asked: dict[tuple[Player, int], int] = {}
        self._pings: list[int] = []
        engine = performer.engine
        self._budget = engine.block / engine.rate
        self._beat_blocks = max(1, int(BEAT_SECONDS / self._budget))
        self._blocks = 0
        self._late = 0
        self._longest = 0.0
        self._made = np.zeros((engine.block, 2), np.float32)
        self._left = 0

    @property
    def over(self) -> bool:
        """Whether nothing is left to do: the stage is gone, or the take has ended and the stage was told."""
        return self.gone or (self.quitting and not self.performer.playing and not self._unsent)

    def notice(self, message: wire.Message) -> None:
        """Send a message with the next block; any thread may call this."""
        self._notices.append(message)

    def offer(self, instrument: Instrument) -> None:
        """Offer an instrument, to be adopted before a later block; any thread may call this."""
        self._arrived.append(instrument)

    def adopt_all(self) -> None:
        """Adopt all instruments that were offered; only while no card asks for sound."""
        while self._arrived:
            self._adopt(self._arrived.popleft())

    def fill(self, out: NDArray[np.float32], underflow: bool) -> None:
        """Write the next frames into ``out``, (frames, 2); silence and a fault where the engine fails."""
        self._late += underflow
        try:
            self._fill(out)
        except Exception as error:  # an exception would end the stream; the stage starts a new engine
            out[:] = 0
            if not self.fault:
                # The main thread logs it; this one must not.
                self.fault, self.error = type(error).__name__, error

    def _fill(self, out: NDArray[np.float32]) -> None:
        block = len(self._made)
        done = 0
        while done < len(out):
            if self._left == 0:
                self._make()
                self._left = block
            count = min(self._left, len(out) - done)
            start = block - self._left
            out[done : done + count] = self._made[start : start + count]
            self._left -= count
            done += count

    def _make(self) -> None:
        """Compute one block: read, play, report."""
        began = time.perf_counter()
        self._read()
        if self._arrived:
            self._adopt(self._arrived.popleft())
        for report in self.performer.render(self._made):
            self._send_later(wire.Outcome(report, self._when_asked(report)))
        now = time.perf_counter_ns()
        while self._pings:
            asked = self._pings.pop()
            self._send_later(wire.Pong(asked, (now - asked) / 1e9))
        while self._notices:
            self._send_later(self._notices.popleft())
        self._blocks += 1
        lasted = time.perf_counter() - began
        self._longest = max(self._longest, lasted)
        self._late += lasted > self._budget
        if self._blocks % self._beat_blocks == 0:
            self._send_later(wire.Beat(self.performer.frame, now, self._late, self._longest, self.performer.playing))
        if self._unsent:
            self._send()

    def _when_asked(self, report: Report) -> int:
        """Return when a `NoteOn` was asked for; 0 for any other event."""
        match report:
            case Performed(_, NoteOn(player, note)):
                return self._asked.pop((player, note), 0)
        return 0

    def _read(self) -> None:
        try:
            piece = self._stage.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self.gone = True
            return
        for message in self._unpacker.feed(piece):
            match message:
                case wire.Request(event, asked):
                    self.performer.ask(event)
                    if isinstance(event, NoteOn):
                        self._asked[event.player, event.note] = asked
                case wire.Ping(asked):
                    self._pings.append(asked)
                case wire.Resume(seed, lost, at):
                    passed = (time.perf_counter_ns() - at) * self.performer.engine.rate // 10**9
                    for report in self.performer.resume(seed, lost, lost + max(0, passed)):
                        self._send_later(wire.Outcome(report, 0))
                case wire.Close():
                    self.performer.close()
                case wire.Quit():
                    self.performer.close()
                    self.quitting = True

    def _adopt(self, instrument: Instrument) -> None:
        self.performer.adopt(instrument)
        self._send_later(wire.Have(instrument.name, instrument.sustained))

    def _send_later(self, message: wire.Message) -> None:
        if len(self._unsent) < _BACKLOG:
            self._unsent += wire.pack(message)

    def _send(self) -> None:
        try:
            sent = self._stage.send(self._unsent)
        except BlockingIOError:
            return
        except OSError:
            self.gone = True
            return
        del self._unsent[:sent]
