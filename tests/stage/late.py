"""A rehearsal whose instruments come late, over the socket to an engine that another one may replace at any time."""

from __future__ import annotations

import socket
import time
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from bedside.music.events import Event, NoteOn, Performed, Player, Program, Report
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.performer import Performer
from bedside.sound.engine.strike import Strike
from bedside.sound.live import wire
from bedside.sound.live.continuation import Continuation
from bedside.sound.live.pump import Pump
from bedside.stage.input.seats import Together
from sound.tones import RATE
from stage.rehearsal import BLOCK, Rehearsal, band

NAMES = [each.name for each in band()]
INSTRUMENTS = {each.name: each for each in band()}
SUSTAINED = frozenset(each.name for each in band() if each.sustained)

Struck = dict[tuple[Player, int], str]


class LateRehearsal(Rehearsal):
    """A rehearsal with the real performer, pump, wire and continuation; at first there is the pad alone.

    ``wanted`` is what each part was last asked to play, ``struck`` on which instruments the performed notes sounded.
    """

    def __init__(self, together: Together = Together.ALONE) -> None:
        self.continuation = Continuation(SUSTAINED)
        self.wanted: dict[Player, str] = {}
        self.struck: list[str] = []
        self._sounding: Struck = {}
        self._links: list[socket.socket] = []
        self._asked_ns = 0
        self._pump: Pump
        super().__init__(together, free=True)

    def _performer(self) -> Performer:
        return self.launch(("pad",))

    def launch(self, ready: Collection[str]) -> Performer:
        """Let a fresh engine that has these instruments take over, and bring it to where the last one was."""
        self.end()
        ours, theirs = socket.socketpair()
        for each in (ours, theirs):
            each.setblocking(False)
        self._links = [ours, theirs]
        self._unpacker = wire.Unpacker()
        engine = Engine(NAMES, RATE, BLOCK, 24)
        for name in ready:
            engine.adopt(INSTRUMENTS[name])
        spy(engine, self._sounding)
        self.performer = Performer(engine, lambda: next(self._seeds))
        self._pump = Pump(self.performer, theirs)
        for message in self.continuation.messages(True):
            ours.sendall(wire.pack(message))
        return self.performer

    def end(self) -> None:
        """End the engine."""
        for each in self._links:
            each.close()

    def offer(self, name: str) -> None:
        """Let an instrument come."""
        self._pump.offer(INSTRUMENTS[name])

    def ask(self, event: Event) -> None:
        """Ask the engine for an event, as its host does."""
        if isinstance(event, Program) and event.instrument in NAMES:
            self.wanted[event.player] = event.instrument
        now = self._asked_ns = max(time.perf_counter_ns(), self._asked_ns + 1)
        self.continuation.ask(event, now)
        self._links[0].sendall(wire.pack(wire.Request(event, now)))

    def close(self) -> None:
        """End the take."""
        now = self._asked_ns = max(time.perf_counter_ns(), self._asked_ns + 1)
        self.continuation.close(now)
        self._links[0].sendall(wire.pack(wire.Close(now)))

    def render(self, out: NDArray[np.float32]) -> list[Report]:
        """Compute a block as for a card, and return the reports that came over the wire."""
        self._pump.fill(out, False)
        assert not self._pump.fault
        reports = []
        try:
            piece = self._links[0].recv(1 << 20)
        except BlockingIOError:
            return []
        for message in self._unpacker.feed(piece):
            if isinstance(message, wire.Outcome):
                self.continuation.follow(message.report, time.perf_counter_ns())
                reports.append(message.report)
            elif isinstance(message, wire.Beat):
                self.continuation.beat(message)
            elif isinstance(message, wire.Have):
                self.continuation.have(message.name, message.sustained)
        return reports

    def follow(self, report: Report) -> None:
        """Let the stage take in a report; a note must sound on the instrument that the stage was told of."""
        super().follow(report)
        if isinstance(report, Performed) and isinstance(report.event, NoteOn):
            player, note = report.event.player, report.event.note
            self.struck.append(self._sounding[player, note])
            assert self.struck[-1] == self.playground.settings.parts[player].instrument

    def replayed(self) -> list[str]:
        """Return the instruments on which the notes sound when what was performed is rendered."""
        engine = Engine.of(band(), RATE, BLOCK, 24)
        sounding: Struck = {}
        spy(engine, sounding)
        names = []
        for each in self.performed:
            engine.apply(each.event)
            if isinstance(each.event, NoteOn):
                names.append(sounding.pop((each.event.player, each.event.note)))
        return names


def spy(engine: Engine, struck: Struck) -> None:
    """Keep on which instrument an engine sounds each note."""
    strike = engine._voices.strike

    def spied(how: Strike, begun: int = 0) -> int:
        struck[Player(how.player), how.note] = NAMES[how.slot]
        return strike(how, begun)

    engine._voices.strike = spied  # type: ignore[method-assign]
