"""The pump: sound for the card, messages to and from the stage.

Two threads drive it, never both at once: the card's, which never waits, and while nothing is heard the process's main
thread, which performs what is asked all the same, at the frames at which it was asked.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bedside.music.events import NoteOn, Performed, Player, Report
from bedside.sound.engine.performer import Performer
from bedside.sound.instrument import Instrument
from bedside.sound.live import wire
from bedside.sound.live.cardwatch import CardWatch
from bedside.sound.live.stagelink import StageLink

# The engine sends a heartbeat at least this often.
BEAT_SECONDS = 0.02

# Without a sign of life from the screen for this long, nobody can release what is held.
SCREEN_SECONDS = 2.0

# A loss of sound is told to the stage once it has lasted this long; a shorter one is a stutter.
_TOLD_SECONDS = 0.5

# While unheard, blocks are computed in pieces of this length.
_UNHEARD_SECONDS = 0.005

# More blocks than this in which nothing was asked are not computed one by one while unheard.
_MOST_BEHIND = 16


class Pump:
    """Passes sound to the card, in blocks of any size, and messages to and from the stage."""

    def __init__(self, performer: Performer, stage: socket.socket) -> None:
        self.performer = performer
        self.quitting = False
        self.fault = ""
        self.error: Exception | None = None
        self._link = StageLink(stage)
        self._arrived: deque[Instrument] = deque()
        self._asked: dict[tuple[Player, int], int] = {}
        self._pings: list[int] = []
        engine = performer.engine
        self._rate = engine.rate
        self._budget = engine.block / engine.rate
        self._beat_blocks = max(1, int(BEAT_SECONDS / self._budget))
        self._blocks = 0
        self._late = 0
        self._longest = 0.0
        self._made = np.zeros((engine.block, 2), np.float32)
        self._left = 0
        # Whoever drives holds this; neither thread waits for it.
        self._turn = threading.Lock()
        self._card_watch = CardWatch(BEAT_SECONDS)
        self._card: wire.Opened | None = None
        self._card_failed = False
        # While unheard: messages that wait for their time, when the next block begins, and since when.
        self._unheard = False
        self._waiting: deque[wire.Message] = deque()
        self._at_ns = 0.0
        self._lost = 0.0
        self._told = False
        self._screen_ns = 0
        self._screen_hangs = False
        self._done = 0

    @property
    def over(self) -> bool:
        """Whether nothing is left to do: the stage is gone, or the take has ended and the stage was told."""
        return self.gone or (self.quitting and not self.performer.playing and not self._link.waiting)

    @property
    def gone(self) -> bool:
        """Whether the stage is gone."""
        return self._link.gone

    def notice(self, message: wire.Message) -> None:
        """Send a message with the next block; any thread may call this."""
        self._link.notice(message)

    def offer(self, instrument: Instrument) -> None:
        """Offer an instrument, to be adopted before a later block; any thread may call this."""
        self._arrived.append(instrument)

    def adopt_all(self) -> None:
        """Adopt all instruments that were offered; only while no card asks for sound."""
        while self._arrived:
            self._adopt(self._arrived.popleft())

    def opened(self, latency: float, card: str) -> None:
        """Register, from the card's own thread, that a card was opened and will ask for sound."""
        self._card = wire.Opened(latency, card)
        self._card_watch.blocks_expected(time.perf_counter())
        self.notice(self._card)

    def card_failed(self) -> None:
        """Register, from the card's own thread, that there is no card, or no longer."""
        self._card_failed = True

    def fill(self, out: NDArray[np.float32], underflow: bool) -> None:
        """Write the next frames into ``out``, (frames, 2); silence and a fault where the engine fails."""
        if not self._turn.acquire(blocking=False):
            # The other thread is in the midst of an unheard block; the next frames will be heard.
            out[:] = 0
            return
        try:
            self._card_watch.last = time.perf_counter()
            self._card_watch.lasts = len(out) / self._rate
            self._late += underflow
            if self._unheard and not self._regain():
                out[:] = 0
                return
            self._fill(out)
        except Exception as error:  # an exception would end the stream; the stage starts a new engine
            out[:] = 0
            self._fail(error)
        finally:
            self._turn.release()

    def watch(self, now: float) -> float:
        """Do what the card's thread does not do; return the seconds after which to be called again.

        Called by the main thread. While the card plays, this only looks whether it is silent for too long.
        """
        silent = self._card_watch.tick(now)
        if not self._turn.acquire(blocking=False):
            return BEAT_SECONDS
        try:
            if not self._unheard and (silent or self._card_failed):
                self._lose(now)
            if self._unheard:
                self._play_until(now * 1e9)
                if not self._told and now - self._lost > _TOLD_SECONDS:
                    self._told = True
                    self.notice(wire.Opened(0.0, ""))
                return _UNHEARD_SECONDS
            if self._card_watch.quiet:
                return self._wait_for_card()
        except Exception as error:
            self._fail(error)
        finally:
            self._turn.release()
        return BEAT_SECONDS

    def _wait_for_card(self) -> float:
        """Say that this process lives, though no card asks for sound; return when to be called again."""
        if self._card_watch.begun:
            # What is asked now is left to the card's next block, or to be performed unheard at its time.
            self._beat(time.perf_counter_ns())
        else:
            self._waiting += self._link.messages()
            while self._waiting and not self._unheard:
                self._handle(self._waiting.popleft())
        self._link.flush()
        return 0.0 if self._unheard else BEAT_SECONDS

    def _fail(self, error: Exception) -> None:
        if not self.fault:
            # The main thread logs it; the card's must not.
            self.fault, self.error = type(error).__name__, error

    def _lose(self, now: float) -> None:
        """Go on unheard, from the frame and the time that the last block has reached."""
        failed, self._card_failed = self._card_failed, False
        self._unheard = True
        self._left = 0
        self._lost = now
        self._at_ns = min(self._card_watch.due or now, now) * 1e9
        self.performer.lose()
        # A card that is gone, or was never there, is no stutter.
        self._told = failed
        if failed:
            self.notice(wire.Opened(0.0, ""))

    def _regain(self) -> bool:
        """Be heard again; return whether all that was asked before has been performed, without which it is too soon."""
        if self._waiting:
            return False
        self._unheard = False
        self._tell(self.performer.regain())
        self._link.send(wire.Regained())
        if self._told and self._card is not None:
            self._link.send(self._card)
        return True

    def _play_until(self, now_ns: float) -> None:
        """Perform unheard what was asked until now, block by block, each request in the block in which it was made."""
        self._waiting += self._link.messages()
        block_ns = self._budget * 1e9
        while True:
            while self._waiting and _asked_ns(self._waiting[0]) <= self._at_ns:
                self._handle(self._waiting.popleft())
            if self._at_ns > now_ns:
                return
            due = min(_asked_ns(self._waiting[0]) if self._waiting else now_ns, now_ns)
            behind = int((due - self._at_ns) / block_ns)
            if behind > _MOST_BEHIND and self.performer.may_skip:
                # The note that was held last may have to end meanwhile, and the take: not all at once.
                behind = min(behind, self._beat_blocks)
                self.performer.skip(behind)
                self._at_ns += behind * block_ns
            self._compute()
            self._at_ns += block_ns

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
        for message in self._link.messages():
            self._handle(message)
        self._compute()
        lasted = time.perf_counter() - began
        self._longest = max(self._longest, lasted)
        self._late += lasted > self._budget

    def _compute(self) -> None:
        """Play one block and report."""
        if self._arrived:
            self._adopt(self._arrived.popleft())
        for report in self.performer.render(self._made):
            self._link.send(wire.Outcome(report, self._when_asked(report)))
        now = time.perf_counter_ns()
        while self._pings:
            asked = self._pings.pop()
            self._link.send(wire.Pong(asked, (now - asked) / 1e9))
        self._blocks += 1
        if self._blocks % self._beat_blocks == 0 or self.performer.done != self._done:
            self._beat(now)
            if self._screen_ns and now - self._screen_ns > SCREEN_SECONDS * 1e9:
                self._screen_ns = 0
                self._screen_hangs = True
                self.performer.release_all()
        self._link.flush()

    def _beat(self, now_ns: int) -> None:
        performer = self.performer
        self._done = performer.done
        self._link.send(
            wire.Beat(performer.frame, now_ns, self._late, self._longest, performer.playing, performer.done)
        )

    def _when_asked(self, report: Report) -> int:
        """Return when a `NoteOn` was asked for; 0 for any other event."""
        match report:
            case Performed(_, NoteOn(player, note)):
                return self._asked.pop((player, note), 0)
        return 0

    def _handle(self, message: wire.Message) -> None:
        performer = self.performer
        match message:
            case wire.Request(event, asked):
                if self._screen_hangs and isinstance(event, NoteOn):
                    # All that was touched while the screen stood still comes now, before its sign of life.
                    self._screen_hangs = False
                    performer.soften()
                performer.ask(event, asked)
                if isinstance(event, NoteOn):
                    self._asked[event.player, event.note] = asked
            case wire.Ping(asked):
                self._pings.append(asked)
            case wire.Alive(at):
                self._screen_ns = at
                self._screen_hangs = False
            case wire.Open(wire.Opening.UNHEARD, since):
                if not self._unheard and not self._card_watch.begun:
                    self._lose(time.perf_counter())
                    self._told = True
                if since and self._unheard and not performer.playing:
                    self._at_ns = min(self._at_ns, since)
            case wire.Resume(seed, lost, at, heard):
                if self._unheard:
                    self._tell(performer.take_up(seed, lost))
                    self._at_ns = at
                    return
                passed = (time.perf_counter_ns() - at) * performer.engine.rate // 10**9
                self._tell(performer.resume(seed, lost, lost + max(0, passed)))
                if not heard:
                    self._link.send(wire.Regained())
            case wire.Close(asked):
                performer.close(asked)
            case wire.Quit():
                performer.close()
                self.quitting = True

    def _tell(self, reports: Iterable[Report]) -> None:
        for report in reports:
            self._link.send(wire.Outcome(report, 0))

    def _adopt(self, instrument: Instrument) -> None:
        self.performer.adopt(instrument)
        self._link.send(wire.Have(instrument.name, instrument.sustained))


def _asked_ns(message: wire.Message) -> int:
    """Return when a message was made; 0 for one that has no time, and follows the one before it."""
    return message.asked_ns if isinstance(message, wire.Request | wire.Close) else 0
