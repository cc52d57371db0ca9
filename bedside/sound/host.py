"""The host of the engine's process: keeps one engine playing and one more in readiness.

An engine that dies, hangs or loses its card is replaced by the spare, which goes on with the same take. One thread
listens to both; it alone calls the listener. `EngineHost.ask` may be called from one other thread and never blocks.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from bedside.music.events import (
    Event,
    Level,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Program,
    Stop,
    TakeBegan,
    TakeEnded,
)
from bedside.sound import wire
from bedside.sound.process import BEAT_SECONDS, Settings

# An engine that says nothing for this long hangs.
HUNG_SECONDS = 0.25

# What opening a card, and loading all instruments, may take at most.
_OPENING_SECONDS = 4.0
_LOADING_SECONDS = 60.0

# A spare that dies is not replaced faster than this.
_SPARE_SECONDS = 0.5

# Sound that may wait in the socket between stage and engine, in records: some seconds of the wildest play.
_BUFFER = 8192 * wire.SIZE


@dataclass(frozen=True, slots=True)
class Health:
    """How the engine fares; ``card`` is empty where nothing is heard."""

    card: str
    latency_seconds: float
    late_blocks: int
    longest_block_seconds: float
    restarts: int


class _Phase(Enum):
    LOADING = auto()
    READY = auto()
    OPENING = auto()
    PLAYING = auto()


@dataclass(eq=False, slots=True)
class _Child:
    """One engine's process as the host sees it."""

    process: subprocess.Popen[bytes]
    link: socket.socket
    phase: _Phase = _Phase.LOADING
    since: float = field(default_factory=time.perf_counter)
    unpacker: wire.Unpacker = field(default_factory=wire.Unpacker)
    card: str = ""
    latency: float = 0.0
    beat: wire.Beat | None = None

    def enter(self, phase: _Phase) -> None:
        self.phase = phase
        self.since = time.perf_counter()

    def send(self, message: wire.Message) -> None:
        """Send what the engine has room for; one that has none is hung and about to be replaced."""
        with contextlib.suppress(OSError):
            self.link.send(wire.pack(message))

    def kill(self) -> None:
        self.process.kill()
        self.link.close()

    def overdue(self, now: float) -> bool:
        """Whether the engine should have said something by now."""
        match self.phase:
            case _Phase.LOADING:
                return now - self.since > _LOADING_SECONDS
            case _Phase.OPENING:
                return now - self.since > _OPENING_SECONDS
            case _Phase.PLAYING:
                return self.beat is not None and now - self.beat.at_ns / 1e9 > HUNG_SECONDS
            case _Phase.READY:
                return False


class EngineHost:
    """Starts engines, asks them to play, and hands what they performed to ``listener``.

    ``sustained`` names the instruments whose held notes sound on: after a loss of sound these are taken up again, while
    a struck note is not struck a second time. ``listener`` must not block or raise.
    """

    def __init__(self, settings: Settings, sustained: frozenset[str], listener: Callable[[Performed], None]) -> None:
        self._settings = settings
        self._sustained = sustained
        self._listener = listener
        self._lock = threading.Lock()
        self._active: _Child | None = None
        self._spare: _Child | None = None
        self._active_due = 0.0
        self._spare_due = 0.0
        self._restarts = 0
        self._parts: dict[tuple[Player, type[Event]], Program | Level] = {}
        self._held: dict[tuple[Player, int], NoteOn] = {}
        self._performed: dict[tuple[Player, int], str] = {}
        self._take: TakeBegan | None = None
        self._frame = 0
        self._at_ns = 0
        self._pongs: list[float] = []
        self._selector = selectors.DefaultSelector()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine-host", daemon=True)

    def start(self) -> None:
        """Start the engines; sound is there when `ready` says so, and what is asked before is not lost while held."""
        self._active = self._launch()
        self._thread.start()

    @property
    def ready(self) -> bool:
        """Whether an engine plays."""
        active = self._active
        return active is not None and active.phase is _Phase.PLAYING and active.beat is not None

    @property
    def health(self) -> Health:
        """How the engine fares now."""
        active = self._active
        if active is None or active.beat is None:
            return Health("", 0.0, 0, 0.0, self._restarts)
        return Health(active.card, active.latency, active.beat.late, active.beat.longest, self._restarts)

    @property
    def processes(self) -> list[int]:
        """The process numbers of the playing engine and, after it, of the spare."""
        return [child.process.pid for child in (self._active, self._spare) if child is not None]

    def ask(self, event: Event) -> None:
        """Ask the engine to perform an event."""
        with self._lock:
            self._remember(event)
            if self._active is not None and self._active.phase is _Phase.PLAYING:
                self._active.send(wire.Ask(event, time.perf_counter_ns()))

    def close_take(self) -> None:
        """Let the take that is playing end."""
        with self._lock:
            if self._active is not None:
                self._active.send(wire.Close())

    def ping(self) -> None:
        """Ask for the time it takes an event to reach the next block; `pongs` has the answers."""
        with self._lock:
            if self._active is not None:
                self._active.send(wire.Ping(time.perf_counter_ns()))

    @property
    def pongs(self) -> list[float]:
        """The answers to pings so far, in seconds."""
        return list(self._pongs)

    def stop(self, seconds: float = 3.0) -> None:
        """End the take and the engines, waiting at most so long for the last sound to fade."""
        with self._lock:
            active = self._active
            if active is not None:
                active.send(wire.Quit())
        if active is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                active.process.wait(seconds)
        self._stopped.set()
        self._thread.join(seconds)
        for child in (self._active, self._spare):
            if child is not None:
                child.kill()
                child.process.wait()
        self._selector.close()

    def _remember(self, event: Event) -> None:
        """Keep what a new engine would have to be told."""
        match event:
            case Program() | Level():
                self._parts[event.player, type(event)] = event
            case NoteOn(player, note):
                self._held[player, note] = event
            case NoteOff(player, note):
                self._held.pop((player, note), None)
                self._performed.pop((player, note), None)
            case Stop():
                self._held.clear()
                self._performed.clear()

    def _launch(self) -> _Child:
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        command = [sys.executable, "-m", "bedside.sound.process"]
        # Sound libraries complain of every card that is not there; nobody at a bed can use that.
        said = None if os.environ.get("BEDSIDE_DEBUG") else subprocess.DEVNULL
        text = self._settings.to_json()
        with theirs:
            if sys.platform == "win32":
                process = subprocess.Popen([*command, "share", text], stdin=subprocess.PIPE, stderr=said)  # noqa: S603
                assert process.stdin is not None  # noqa: S101
                with process.stdin:
                    process.stdin.write(theirs.share(process.pid))
            else:
                process = subprocess.Popen(  # noqa: S603
                    [*command, str(theirs.fileno()), text],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stderr=said,
                )
        ours.setblocking(False)
        child = _Child(process, ours)
        self._selector.register(ours, selectors.EVENT_READ, child)
        return child

    def _run(self) -> None:
        while not self._stopped.is_set():
            for key, _ in self._selector.select(BEAT_SECONDS):
                self._read(key.data)
            self._watch(time.perf_counter())

    def _watch(self, now: float) -> None:
        active, spare = self._active, self._spare
        if active is not None and active.overdue(now):
            self._fail(active)
        if spare is not None and spare.overdue(now) and spare.phase is not _Phase.OPENING:
            self._fail(spare)
        if self._active is None:
            if now >= self._active_due:
                self._promote()
        elif self._spare is None and self._active.phase is _Phase.PLAYING and now > self._spare_due:
            self._spare = self._launch()
        elif self._unheard and self._spare is not None and self._spare.phase is _Phase.READY:
            self._spare.enter(_Phase.OPENING)
            self._spare.send(wire.Open(patient=True))

    @property
    def _unheard(self) -> bool:
        active = self._active
        return active is not None and active.phase is _Phase.PLAYING and not active.card

    def _read(self, child: _Child) -> None:
        try:
            piece = child.link.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self._fail(child)
            return
        for message in child.unpacker.feed(piece):
            self._hear(child, message)

    def _hear(self, child: _Child, message: wire.Message) -> None:
        match message:
            case wire.Ready():
                child.enter(_Phase.READY)
                if child is self._active:
                    self._open(child)
            case wire.Opened(latency, card):
                child.latency, child.card = latency, card
                if child is self._spare and card:
                    self._replace(child)
                elif child.phase is _Phase.OPENING:
                    self._begin(child)
            case wire.Beat() if child is self._active:
                child.beat = message
                if message.playing:
                    self._frame, self._at_ns = message.frame, message.at_ns
            case wire.Pong(seconds=seconds):
                self._pongs.append(seconds)
            case wire.Report(performed) if child is self._active:
                self._note(performed)
                self._listener(performed)

    def _note(self, performed: Performed) -> None:
        """Keep where the take stands, for the engine that may have to go on with it."""
        match performed.event:
            case TakeBegan() as began:
                self._take = began
            case TakeEnded():
                self._take = None
            case NoteOn(player, note):
                program = self._parts.get((player, Program))
                name = program.instrument if isinstance(program, Program) else ""
                with self._lock:
                    if (player, note) in self._held:
                        self._performed[player, note] = name
        self._frame, self._at_ns = performed.frame, time.perf_counter_ns()

    def _open(self, child: _Child) -> None:
        child.enter(_Phase.OPENING)
        child.send(wire.Open(patient=False))

    def _begin(self, child: _Child) -> None:
        """Bring a newly opened engine to where the last one was, and let it play."""
        with self._lock:
            child.enter(_Phase.PLAYING)
            if self._take is not None:
                child.send(wire.Resume(self._take.seed, self._frame, self._at_ns))
            now = time.perf_counter_ns()
            for event in [*self._parts.values(), *self._held.values()]:
                struck = isinstance(event, NoteOn) and self._struck(event)
                if not struck:
                    child.send(wire.Ask(event, now))

    def _struck(self, on: NoteOn) -> bool:
        """Whether a held note was already heard on an instrument that does not sustain."""
        name = self._performed.get((on.player, on.note))
        return name is not None and name not in self._sustained

    def _replace(self, spare: _Child) -> None:
        """Let a spare that found a card take the place of an engine that had none."""
        if self._active is not None:
            self._selector.unregister(self._active.link)
            self._active.kill()
            self._active.process.wait()
        self._active, self._spare = spare, None
        self._spare_due = time.perf_counter() + _SPARE_SECONDS
        self._begin(spare)

    def _promote(self) -> None:
        """Let the spare play, or start an engine where there is no spare."""
        self._restarts += 1
        spare, self._spare = self._spare, None
        self._active = spare or self._launch()
        self._spare_due = time.perf_counter() + _SPARE_SECONDS
        if self._active.phase in (_Phase.READY, _Phase.OPENING):
            self._open(self._active)

    def _fail(self, child: _Child) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(child.link)
        child.kill()
        child.process.wait()
        with self._lock:
            if child is self._active:
                self._active = None
                # One that never played may have a lasting reason; a machine busy with starting engines plays nothing.
                self._active_due = 0.0 if child.phase is _Phase.PLAYING else time.perf_counter() + _SPARE_SECONDS
            if child is self._spare:
                self._spare = None
                self._spare_due = time.perf_counter() + _SPARE_SECONDS
