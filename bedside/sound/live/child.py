"""One engine's process, as its parent sees it: its phase, its link and its heartbeat."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

from bedside import children
from bedside.sound.live import wire
from bedside.sound.live.process import EngineSettings, main

# An engine whose heartbeat is older than this hangs; time in which its parent stood still as well does not count.
HUNG_SECONDS = 0.2

# Timeouts for opening a card, and for loading the first instruments.
_OPENING_SECONDS = 4.0
_LOADING_SECONDS = 60.0

# A card that was just opened may be slow to ask for its first block.
_FIRST_BEAT_SECONDS = 1.5

# The most bytes that may wait for room in the socket: an engine that far behind hangs.
_MOST_UNSENT = 1 << 16


class Phase(Enum):
    """The phase of an engine's process."""

    LOADING = auto()
    READY = auto()
    OPENING = auto()
    PLAYING = auto()


@dataclass(eq=False, slots=True)
class Child:
    """One engine's process, with everything that its parent knows of it.

    ``excused`` are the seconds since its last heartbeat in which the whole machine stood still.
    """

    process: children.ChildProcess
    phase: Phase = Phase.LOADING
    since: float = field(default_factory=time.perf_counter)
    unpacker: wire.Unpacker = field(default_factory=wire.Unpacker)
    card: str = ""
    latency: float = 0.0
    beat: wire.Beat | None = None
    excused: float = 0.0
    _unsent: bytearray = field(default_factory=bytearray)
    _most_unsent: int = _MOST_UNSENT

    def enter(self, phase: Phase) -> None:
        """Change the phase, and note the time."""
        self.phase = phase
        self.since = time.perf_counter()

    def begin(self, messages: Iterable[wire.Message]) -> None:
        """Let the engine play, beginning with these messages, however many."""
        self.enter(Phase.PLAYING)
        for message in messages:
            self._unsent += wire.pack(message)
        self._most_unsent = _MOST_UNSENT + len(self._unsent)
        self.flush()

    def hear_beat(self, beat: wire.Beat) -> None:
        """Register a heartbeat."""
        self.beat = beat
        self.excused = 0.0

    def send(self, message: wire.Message) -> None:
        """Send a message; what does not fit into the socket waits for `flush`."""
        self._unsent += wire.pack(message)
        self.flush()

    def flush(self) -> None:
        """Send as much of the backlog as fits; drop it if the engine is gone."""
        try:
            while self._unsent:
                del self._unsent[: self.process.link.send(self._unsent)]
        except BlockingIOError:
            return
        except OSError:
            self._unsent.clear()

    def kill(self) -> bytes:
        """Kill the process without waiting; return what it had sent and nobody had read."""
        self.process.kill()
        said = bytearray()
        with contextlib.suppress(OSError):
            while piece := self.process.link.recv(1 << 16):
                said += piece
        self.process.link.close()
        return bytes(said)

    def overdue(self, now: float) -> bool:
        """Whether the engine has exceeded the time limit of its phase."""
        match self.phase:
            case Phase.LOADING:
                return now - self.since > _LOADING_SECONDS
            case Phase.OPENING:
                return now - self.since > _OPENING_SECONDS
            case Phase.PLAYING:
                if len(self._unsent) > self._most_unsent:
                    return True
                if self.beat is None:
                    return now - self.since > _FIRST_BEAT_SECONDS
                return now - self.beat.at_ns / 1e9 - self.excused > HUNG_SECONDS
            case Phase.READY:
                return False


def launch(settings: EngineSettings) -> Child:
    """Start an engine's process; raise OSError if it cannot be started."""
    process = children.launch(main, settings, "engine")
    process.link.setblocking(False)
    return Child(process)
