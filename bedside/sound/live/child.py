"""One engine's process, as its parent sees it: its phase, its link and its heartbeat."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from enum import Enum, auto

from bedside import children
from bedside.sound.live import wire
from bedside.sound.live.process import EngineSettings, main

# An engine whose heartbeat is older than this hangs.
HUNG_SECONDS = 0.25

# Timeouts for opening a card, and for loading the first instruments.
_OPENING_SECONDS = 4.0
_LOADING_SECONDS = 60.0

# A card that was just opened may be slow to ask for its first block.
_FIRST_BEAT_SECONDS = 1.5

# The most bytes that may wait for room in the socket: an engine that far behind hangs.
_MOST_UNSENT = 1 << 22


class Phase(Enum):
    """The phase of an engine's process."""

    LOADING = auto()
    READY = auto()
    OPENING = auto()
    PLAYING = auto()


@dataclass(eq=False, slots=True)
class Child:
    """One engine's process, with everything that its parent knows of it."""

    process: children.ChildProcess
    phase: Phase = Phase.LOADING
    since: float = field(default_factory=time.perf_counter)
    unpacker: wire.Unpacker = field(default_factory=wire.Unpacker)
    card: str = ""
    latency: float = 0.0
    beat: wire.Beat | None = None
    _unsent: bytearray = field(default_factory=bytearray)

    def enter(self, phase: Phase) -> None:
        """Change the phase, and note the time."""
        self.phase = phase
        self.since = time.perf_counter()

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
                if len(self._unsent) > _MOST_UNSENT:
                    return True
                if self.beat is None:
                    return now - self.since > _FIRST_BEAT_SECONDS
                return now - self.beat.at_ns / 1e9 > HUNG_SECONDS
            case Phase.READY:
                return False


def launch(settings: EngineSettings) -> Child:
    """Start an engine's process; raise OSError if it cannot be started."""
    process = children.launch(main, settings, "engine")
    process.link.setblocking(False)
    return Child(process)
