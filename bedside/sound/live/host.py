"""The host of the engine's process: keeps one engine playing and a spare ready.

The spare replaces an engine that dies or hangs, and goes on with the same take. While a card hangs or is missing, an
engine performs what is asked unheard, and the spare tries to open a card. Instruments that the engines lack are baked
meanwhile. One thread listens to all processes; it alone calls the listener. `EngineHost.ask` may be called from one
other thread and never blocks.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bedside import log
from bedside.music.events import Event, Report
from bedside.sound.live import wire
from bedside.sound.live.baking import Baking
from bedside.sound.live.child import Child, Phase, launch
from bedside.sound.live.continuation import Continuation
from bedside.sound.live.links import Links
from bedside.sound.live.process import EngineSettings
from bedside.sound.live.pump import BEAT_SECONDS

_log = logging.getLogger(__name__)

# If a turn of the host took this long, the whole machine stood still.
_STALL_SECONDS = 0.05

# A card that takes longer to open is played without, until it opens.
_OPENING_SECONDS = 3.0

# The screen's signs of life are passed on no more often than this.
_ALIVE_SECONDS = 0.2

# A spare that dies is not replaced faster than this.
_SPARE_SECONDS = 0.5

# The first spare is launched this long after the first engine plays: at a start the picture needs the other core.
_SETTLED_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Health:
    """The state of the engine; ``card`` is empty where nothing is heard."""

    card: str
    latency_seconds: float
    late_blocks: int
    longest_block_seconds: float
    restarts: int


class EngineHost:
    """Starts engines, asks them to play, and passes what they report to ``listener``.

    ``sustained`` names the instruments whose held notes ring on, as far as is known before they are ready.
    ``listener`` must not block or raise.
    """

    def __init__(self, settings: EngineSettings, sustained: frozenset[str], listener: Callable[[Report], None]) -> None:
        self._continuation = Continuation(sustained)
        self._instruments: dict[str, None] = {}
        self._baking = Baking(settings.rate, None if settings.own is None else Path(settings.own), settings.first)
        self._settings = replace(settings, fallback=str(self._baking.fallback))
        self._listener = listener
        self._lock = threading.Lock()
        self._active: Child | None = None
        self._spare: Child | None = None
        self._active_due = 0.0
        self._spare_due = 0.0
        self._restarts = 0
        self._pongs: list[float] = []
        self._links = Links()
        self._wanted = wire.Opening.TRIED
        self._leaving = False
        self._asked_ns = 0
        self._alive_ns = 0
        self._ended = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine-host", daemon=True)

    def start(self) -> None:
        """Start the engines; they play once `ready`, beginning with the notes that are still held then."""
        self._active = self._launch()
        self._thread.start()

    @property
    def ready(self) -> bool:
        """Whether an engine plays."""
        active = self._active
        return active is not None and active.phase is Phase.PLAYING and active.beat is not None

    @property
    def instruments(self) -> list[str]:
        """The names of the instruments that can be played, in the order of their arrival."""
        return list(self._instruments)

    @property
    def health(self) -> Health:
        """The state of the engine now."""
        active = self._active
        if active is None or active.beat is None:
            return Health("", 0.0, 0, 0.0, self._restarts)
        return Health(active.card, active.latency, active.beat.late, active.beat.longest, self._restarts)

    @property
    def processes(self) -> list[int]:
        """The process numbers of the playing engine and then of the spare."""
        return [child.process.pid for child in (self._active, self._spare) if child is not None]

    def ask(self, event: Event) -> None:
        """Ask the engine to perform an event."""
        with self._lock:
            now = self._now()
            self._continuation.ask(event, now)
            if self._active is not None and self._active.phase is Phase.PLAYING:
                self._active.send(wire.Request(event, now))

    def close_take(self) -> None:
        """End the take that is playing, whichever engine plays it, and every held note with it."""
        with self._lock:
            now = self._now()
            self._continuation.close(now)
            if self._active is not None and self._active.phase is Phase.PLAYING:
                self._active.send(wire.Close(now))

    def alive(self) -> None:
        """Register that the screen lives; if it ceases to say so for two seconds, every held note is released.

        Whoever calls this once must go on.
        """
        now = time.perf_counter_ns()
        if now - self._alive_ns < _ALIVE_SECONDS * 1e9:
            return
        with self._lock:
            self._alive_ns = now
            if self._active is not None and self._active.phase is Phase.PLAYING:
                self._active.send(wire.Alive(now))

    def _now(self) -> int:
        """Return the time of a request: no two have the same."""
        self._asked_ns = max(time.perf_counter_ns(), self._asked_ns + 1)
        return self._asked_ns

    @property
    def frame(self) -> int | None:
        """The frame that the take has reached by now; None between takes."""
        with self._lock:
            return self._continuation.frame(time.perf_counter_ns(), self._settings.rate)

    def ping(self) -> None:
        """Measure the time that an event takes to reach the next block; `pongs` has the answers."""
        with self._lock:
            if self._active is not None:
                self._active.send(wire.Ping(time.perf_counter_ns()))

    @property
    def pongs(self) -> list[float]:
        """The answers to pings so far, in seconds."""
        return list(self._pongs)

    def stop(self, seconds: float = 3.0) -> None:
        """End the take and the engines; wait at most this long for the last sound to fade. May be called twice."""
        if self._stopped.is_set():
            return
        health = self.health
        _log.info(
            "The engine is stopped; %d late blocks, longest block %.1f ms, %d engines replaced.",
            *(health.late_blocks, 1000 * health.longest_block_seconds, health.restarts),
        )
        with self._lock:
            self._leaving = True
            playing = self._active is not None and self._active.phase is Phase.PLAYING
            if self._active is not None:
                self._active.send(wire.Quit())
        if playing:
            # An engine that has ended by itself has delivered all its reports; one that loads has none.
            self._ended.wait(seconds)
        self._stopped.set()
        self._thread.join(seconds)
        for child in (self._active, self._spare):
            if child is not None:
                self._links.end(child)
        self._links.close(1.0)
        # Files that the engines had open can be removed only now.
        self._baking.stop()

    def _run(self) -> None:
        turned = time.perf_counter()
        while not self._stopped.is_set():
            try:
                self._turn(turned)
            except Exception:
                # The next engine may not fail this way, and only this thread can start one.
                _log.exception("The engine's host failed in one of its turns.")
                self._stopped.wait(_SPARE_SECONDS)
            turned = time.perf_counter()

    def _turn(self, turned: float) -> None:
        """Listen for a moment, then watch the engines; ``turned`` is when the last turn ended."""
        if self._links:
            for child, piece in self._links.hear(BEAT_SECONDS):
                if piece:
                    self._hear_all(child, piece)
                elif child in (self._active, self._spare):
                    self._fail(child)
        else:
            self._stopped.wait(BEAT_SECONDS)
        now = time.perf_counter()
        if now - turned > _STALL_SECONDS:
            # The whole machine stood still; an engine that fell silent meanwhile did not hang.
            for each in filter(None, (self._active, self._spare)):
                each.excused += now - turned
        self._watch(now)
        if not self._leaving:
            self._baking.look(now)
        self._links.reap()

    def _watch(self, now: float) -> None:
        for child in (self._active, self._spare):
            if child is not None:
                with self._lock:
                    child.flush()
                if child.overdue(now):
                    self._fail(child)
        active, spare = self._active, self._spare
        if self._leaving:
            if active is None:
                self._ended.set()
        elif active is None:
            if now >= self._active_due:
                self._promote()
        elif active.phase is Phase.OPENING:
            if self._continuation.late(time.perf_counter_ns()) or now - active.since > _OPENING_SECONDS:
                self._begin(active, False)
        elif active.phase is not Phase.PLAYING:
            return
        elif spare is None:
            if now >= self._spare_due:
                self._spare_due = now + _SPARE_SECONDS
                self._spare = self._launch()
        elif not active.card and spare.phase is Phase.READY:
            self._open(spare, wire.Opening.AWAITED)

    def _launch(self) -> Child:
        # The next engine needs the instruments in use first: it may take over before it has the others.
        with self._lock:
            playing = [name for name in self._continuation.instruments if name in self._instruments]
        child = launch(replace(self._settings, first=tuple(dict.fromkeys((*self._settings.first, *playing)))))
        self._links.add(child)
        return child

    def _hear_all(self, child: Child, piece: bytes) -> None:
        for message in child.unpacker.feed(piece):
            self._hear(child, message)

    def _hear(self, child: Child, message: wire.Message) -> None:
        match message:
            case wire.Ready() if child.phase is Phase.OPENING and child is self._active:
                # It found no card, and goes on looking.
                self._begin(child, False)
            case wire.Ready() if child.phase is Phase.OPENING:
                child.enter(Phase.OPENING)
            case wire.Ready() if child.phase is Phase.PLAYING:
                pass
            case wire.Ready():
                child.enter(Phase.READY)
                if child is self._active:
                    self._open(child, self._wanted)
            case wire.Opened(latency, card):
                child.latency, child.card = latency, card
                if card:
                    self._wanted = wire.Opening.TRIED
                if child is self._spare and card:
                    if self._active is not None and self._active.card:
                        # The card is back where it was.
                        self._fail(child)
                    else:
                        self._replace(child)
                elif child is self._active:
                    if child.phase is Phase.OPENING:
                        self._begin(child, bool(card))
                    if card and self._spare is not None and self._spare.phase is Phase.OPENING:
                        # The card is back where it was; nobody else need look for it.
                        self._fail(self._spare)
            case wire.Regained() if child is self._active:
                with self._lock:
                    for held in self._continuation.held():
                        child.send(held)
            case wire.Beat() if child is self._active:
                child.hear_beat(message)
                with self._lock:
                    self._continuation.beat(message)
            case wire.Have(name, sustained) if child is self._active:
                self._instruments[name] = None
                with self._lock:
                    self._continuation.have(name, sustained)
            case wire.Missing():
                self._baking.want()
            case wire.Pong(seconds=seconds):
                self._pongs.append(seconds)
            case wire.Outcome(report) if child is self._active:
                self._tell(report)

    def _tell(self, report: Report) -> None:
        with self._lock:
            self._continuation.follow(report, time.perf_counter_ns())
        self._listener(report)

    def _open(self, child: Child, how: wire.Opening) -> None:
        child.enter(Phase.OPENING)
        with self._lock:
            child.send(wire.Open(how))

    def _begin(self, child: Child, heard: bool) -> None:
        """Bring an engine that begins, heard or not, to where the last one was, and let it play."""
        if not self._restarts:
            self._spare_due = time.perf_counter() + _SETTLED_SECONDS
        with self._lock:
            alive = [wire.Alive(self._alive_ns)] if self._alive_ns else []
            child.begin([*alive, *self._continuation.messages(heard)])

    def _replace(self, spare: Child) -> None:
        """Replace an engine that has no card by a spare that found one."""
        active = self._active
        if active is not None:
            self._end(active)
        self._active, self._spare = spare, None
        self._spare_due = time.perf_counter() + _SPARE_SECONDS
        self._begin(spare, True)

    def _promote(self) -> None:
        """Let the spare play, or start an engine where there is no spare."""
        self._restarts += 1
        self._active_due = time.perf_counter() + _SPARE_SECONDS
        spare, self._spare = self._spare, None
        self._active = spare or self._launch()
        self._spare_due = time.perf_counter() + _SPARE_SECONDS
        if self._active.phase in (Phase.READY, Phase.OPENING):
            self._open(self._active, self._wanted)

    def _fail(self, child: Child) -> None:
        """End an engine that died, hangs or cannot play."""
        name = "playing engine" if child is self._active else "spare engine"
        code = child.process.poll()
        self._end(child)
        if not self._leaving:
            _log.warning(
                "The %s was given up while %s; its exit code was %s, None while it ran; %d replaced before.",
                *(log.Safe(name), log.Safe(child.phase.name), code, self._restarts),
            )
        now = time.perf_counter()
        with self._lock:
            if child is self._active:
                self._active = None
                # An engine that never played may fail again, and a machine busy starting engines plays nothing.
                self._active_due = 0.0 if child.phase is Phase.PLAYING else now + _SPARE_SECONDS
                if child.phase is Phase.OPENING:
                    # The card made it hang. The next one plays unheard, and its spare looks for a card.
                    self._wanted = wire.Opening.UNHEARD
                    self._active_due = 0.0
            if child is self._spare:
                self._spare = None
                self._spare_due = now + _SPARE_SECONDS

    def _end(self, child: Child) -> None:
        """Kill an engine, and process its last reports."""
        self._hear_all(child, self._links.end(child))
