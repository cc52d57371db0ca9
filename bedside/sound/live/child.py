"""One engine's process, as the host sees it."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from enum import Enum, auto

from bedside import children
from bedside.sound.live import wire
from bedside.sound.live.process import Settings, main

# An engine that says nothing for this long hangs.
HUNG_SECONDS = 0.25

# What opening a card, and loading all instruments, may take at most.
_OPENING_SECONDS = 4.0
_LOADING_SECONDS = 60.0

# A card that was just opened may take its time until it asks for the first block.
_FIRST_BEAT_SECONDS = 1.5

# Bytes that may wait beside those in the socket: an engine that far behind hangs.
_MOST_UNSENT = 1 << 16


class Phase(Enum):
    """What an engine's process is doing."""

    LOADING = auto()
    READY = auto()
    OPENING = auto()
    PLAYING = auto()


@dataclass(eq=False, slots=True)
class Child:
    """One engine's process as the host sees it."""

    process: children.ChildProcess
    phase: Phase = Phase.LOADING
    since: float = field(default_factory=time.perf_counter)
    unpacker: wire.Unpacker = field(default_factory=wire.Unpacker)
    card: str = ""
    latency: float = 0.0
    beat: wire.Beat | None = None
    _unsent: bytearray = field(default_factory=bytearray)

    def enter(self, phase: Phase) -> None:
        """Note that the engine begins something else."""
        self.phase = phase
        self.since = time.perf_counter()

    def send(self, message: wire.Message) -> None:
        """Send a message, or keep it for `flush` while the engine has no room."""
        self._unsent += wire.pack(message)
        self.flush()

    def flush(self) -> None:
        """Send what is still to be sent, as far as there is room; an engine that is gone takes nothing more."""
        try:
            while self._unsent:
                del self._unsent[: self.process.link.send(self._unsent)]
        except BlockingIOError:
            return
        except OSError:
            self._unsent.clear()

    def kill(self) -> bytes:
        """End the process at once, waiting for nothing, and return what it had still said."""
        self.process.kill()
        said = bytearray()
        with contextlib.suppress(OSError):
            while piece := self.process.link.recv(1 << 16):
                said += piece
        self.process.link.close()
        return bytes(said)

    def overdue(self, now: float) -> bool:
        """Whether the engine should have said something by now."""
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


def launch(settings: Settings) -> Child:
    """Start an engine's process; raise OSError where the system refuses."""
    # Sound libraries complain of every card that is not there; nobody at a bed can use that.
    process = children.launch(main, settings, "engine", silent=True)
    process.link.setblocking(False)
    return Child(process)
