"""The engine's process: blocks of sound for the card, and one socket to the stage.

The card's thread does everything that has to do with sound: it reads what was asked, plays, and reports, and waits for
nothing. The main thread sleeps, and looks only whether card and stage are still there. When the stage is gone, the
process ends; when the card is gone, it plays on unheard, so that the record goes on.
"""

from __future__ import annotations

import dataclasses
import gc
import json
import random
import signal
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bedside.errors import BedsideError
from bedside.music.events import NoteOn, Player, Source
from bedside.sound import band, wire
from bedside.sound.engine import Engine
from bedside.sound.performer import Performer

# The engine says that it lives at least this often.
BEAT_SECONDS = 0.02

# Reports that the stage has not read are kept up to this many bytes, hours of play.
_BACKLOG = 1 << 24


@dataclass(frozen=True, slots=True)
class Settings:
    """What an engine's process is told once, at its start."""

    rate: int
    block: int
    polyphony: int
    card: str | None

    def to_json(self) -> str:
        """Return the settings as a text that `from_json` reads."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """Return the settings that a text holds."""
        return cls(**json.loads(text))


class Pump:
    """Carries sound to the card and records to and from the stage, whatever size of block the card asks for."""

    def __init__(self, performer: Performer, stage: socket.socket) -> None:
        self.performer = performer
        self.gone = False
        self.quitting = False
        self.fault = ""
        self._stage = stage
        self._unpacker = wire.Unpacker()
        self._unsent = bytearray()
        self._notices: deque[wire.Message] = deque()
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
        """Whether nothing is left to do: the stage is gone, or the take has ended and the stage knows."""
        return self.gone or (self.quitting and not self.performer.playing and not self._unsent)

    def notice(self, message: wire.Message) -> None:
        """Send a message with the next block; any thread may call this."""
        self._notices.append(message)

    def fill(self, out: NDArray[np.float32], underflow: bool) -> None:
        """Write the next frames into ``out``, (frames, 2); silence and a fault where the engine fails."""
        self._late += underflow
        try:
            self._fill(out)
        except Exception as error:  # an exception would end the stream; the stage sends a new engine
            out[:] = 0
            self.fault = self.fault or type(error).__name__

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
        for performed in self.performer.render(self._made):
            event = performed.event
            asked = self._asked.pop((event.player, event.note), 0) if isinstance(event, NoteOn) else 0
            self._report(wire.Report(performed, asked))
        now = time.perf_counter_ns()
        while self._pings:
            asked = self._pings.pop()
            self._report(wire.Pong(asked, (now - asked) / 1e9))
        while self._notices:
            self._report(self._notices.popleft())
        self._blocks += 1
        lasted = time.perf_counter() - began
        self._longest = max(self._longest, lasted)
        self._late += lasted > self._budget
        if self._blocks % self._beat_blocks == 0:
            self._report(wire.Beat(self.performer.frame, now, self._late, self._longest, self.performer.playing))
        if self._unsent:
            self._send()

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
                case wire.Ask(event, asked):
                    self.performer.ask(event)
                    if isinstance(event, NoteOn):
                        self._asked[event.player, event.note] = asked
                case wire.Ping(asked):
                    self._pings.append(asked)
                case wire.Resume(seed, lost, at):
                    passed = (time.perf_counter_ns() - at) * self.performer.engine.rate // 10**9
                    for performed in self.performer.resume(seed, lost, lost + max(0, passed)):
                        self._report(wire.Report(performed, 0))
                case wire.Close():
                    self.performer.close()
                case wire.Quit():
                    self.performer.close()
                    self.quitting = True

    def _report(self, message: wire.Message) -> None:
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


def main() -> None:
    """Be an engine's process: ``python -m bedside.sound.process SOCKET SETTINGS``.

    SOCKET is the number of an inherited socket, or ``share`` where it comes, as Windows shares it, on standard input.
    """
    where, text = sys.argv[1:]
    # An interrupt at the terminal goes to the whole group; the stage decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stage = _socket(where)
    settings = Settings.from_json(text)
    engine = Engine(band.load(settings.rate), settings.rate, settings.block, settings.polyphony)
    _warm(engine)
    pump = Pump(Performer(engine, lambda: random.SystemRandom().getrandbits(32)), stage)
    stage.sendall(wire.pack(wire.Ready()))
    patient = _opened(stage)
    gc.collect()
    gc.freeze()
    gc.disable()
    _play(pump, stage, settings, patient)


def _socket(where: str) -> socket.socket:
    if sys.platform == "win32":
        return socket.fromshare(sys.stdin.buffer.read())
    return socket.socket(fileno=int(where))


def _warm(engine: Engine) -> None:
    """Play once, unheard, so that the first touch finds everything loaded."""
    out = np.zeros((engine.block, 2), np.float32)
    for note, key in enumerate(range(48, 72)):
        engine.apply(NoteOn(Player.CHILD, note, key, 0.5, 0.5, Source.TOUCH))
        engine.render(out)
    engine.reset(0)


def _opened(stage: socket.socket) -> bool:
    """Wait to be opened and return whether patiently; leave when the stage is gone."""
    unpacker = wire.Unpacker()
    while True:
        piece = stage.recv(wire.SIZE)
        if not piece:
            raise SystemExit(0)
        for message in unpacker.feed(piece):
            if isinstance(message, wire.Open):
                return message.patient


def _play(pump: Pump, stage: socket.socket, settings: Settings, patient: bool) -> None:
    """Play until the stage is gone or has had enough."""
    # PortAudio lists the cards the moment it is imported, so not before there is need of one.
    from bedside.sound import card

    stream: card.Stream | None = None
    while stream is None:
        try:
            stage.setblocking(False)
            stream = card.Stream(settings.card, settings.rate, pump.fill)
        except BedsideError:
            if not patient:
                break
            patient = not _asked_again(stage, 1.0)
            card.look_again()
    if stream is not None:
        pump.notice(wire.Opened(stream.latency, stream.name))
        while stream.alive and not pump.over:
            time.sleep(0.02)
            if pump.fault:
                raise SystemExit(f"The engine failed: {pump.fault}.")
        stream.close()
    if not pump.over:
        pump.notice(wire.Opened(0.0, ""))
        _play_unheard(pump, settings)


def _asked_again(stage: socket.socket, seconds: float) -> bool:
    """Return whether the stage, within some seconds, no longer wants to wait for a card."""
    stage.settimeout(seconds)
    try:
        return not _opened(stage)
    except TimeoutError:
        return False


def _play_unheard(pump: Pump, settings: Settings) -> None:
    """Keep the time that a card would keep, so that what is played is still performed and recorded."""
    out = np.zeros((settings.block, 2), np.float32)
    due = time.perf_counter()
    while not pump.over and not pump.fault:
        pump.fill(out, False)
        due = max(due + settings.block / settings.rate, time.perf_counter() - 0.1)
        time.sleep(max(0.0, due - time.perf_counter()))


if __name__ == "__main__":
    main()
