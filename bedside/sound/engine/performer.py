"""The performer: plays what is asked on an engine, reports what it played, and begins and ends takes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bedside.music.events import (
    AllOff,
    Awaited,
    Declined,
    Event,
    Lost,
    NoteOn,
    Performed,
    Player,
    Program,
    Report,
    Resumed,
    Setting,
    Settled,
    Stop,
    TakeBegan,
    TakeEnded,
)
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.guard import WINDOW_SECONDS
from bedside.sound.engine.held import HeldNotes
from bedside.sound.engine.unfinished import Unfinished
from bedside.sound.instrument import Instrument

# A take ends after this much rest.
REST_SECONDS = 20.0

# More of the loudness budget never counts as spent at a beginning or a return. If all of it did, the guard's gain would
# fall to zero, from which it cannot climb. What this lets through is half of the guard's margin.
MOST_SPENT = 0.97


class Performer:
    """Plays what is asked, block by block.

    A take begins with the first note asked for in silence. It ends when it is closed, or after `REST_SECONDS` in which
    nothing was asked and no held note sounded; a stop makes sure that it ends in exact silence. ``seeds`` is called
    once for each take and returns its seed, 0 to 2³² − 1.

    An instrument that is asked for before it is adopted is awaited: its part takes it once it is there, unless it is
    given another one before. A stop does not end the wait.

    What the performer ends by itself, such as a note that is held for too long, it reports like everything else.
    ``done`` is the number of the last request that was handled.
    """

    def __init__(self, engine: Engine, seeds: Callable[[], int]) -> None:
        self.engine = engine
        self.frame = 0
        self.playing = False
        self._seeds = seeds
        self.done = 0
        # Requests that wait, each with its number; None ends the take.
        self._asked: deque[tuple[Event | None, int]] = deque()
        self._held = HeldNotes(engine.longest_hold)
        self._awaited = engine.settings.awaited
        self._unfinished = Unfinished(engine)
        # Parts whose instrument this engine has not reported yet, and instruments that parts took without being asked.
        self._unreported = set(Player)
        self._taken: list[Program] = []
        self._closing = False
        self._unheard = False
        self._losing = False
        self._softening = False
        self._lost_at = 0
        self._seed = 0
        self._active_at = 0
        self._rest = round(REST_SECONDS * engine.rate)

    def ask(self, event: Event, number: int = 0) -> None:
        """Ask for an event; it is performed at the start of the next block, or after a stop that is fading.

        A stop overtakes the notes that wait: none of them begins. ``number`` is what `done` will be when it is handled;
        0 leaves it as it is.
        """
        if isinstance(event, Stop):
            self._asked = deque(waiting for waiting in self._asked if not isinstance(waiting[0], NoteOn))
        elif isinstance(event, Program) and self.engine.knows(event.instrument):
            self._awaited.pop(event.player, None)
        self._asked.append((event, number))

    def adopt(self, instrument: Instrument) -> None:
        """Make an instrument playable from the next block on; the parts that await it take it first."""
        if not self.engine.equipped:
            # Parts that had nothing to play until now all take it.
            self._taken += [Program(player, instrument.name) for player in Player]
        self.engine.adopt(instrument)
        for event in self._unfinished.adopted():
            self.ask(event)
        for player, name in list(self._awaited.items()):
            if name == instrument.name:
                self.ask(Program(player, name))

    def close(self, number: int = 0) -> None:
        """End the take that is playing once everything asked for is performed, fading what still sounds."""
        self._asked.append((None, number))

    def release_all(self) -> None:
        """Release, at the next block, every note that a hand or a pedal holds: nobody is there to release it."""
        pedals = {player for player, part in self.engine.settings.parts.items() if part.pedal}
        for player in sorted(self._held.players | pedals):
            self.ask(AllOff(player))

    def soften(self) -> None:
        """Let the next note, and those asked with it, rise from silence, as after a loss: hands asked them long ago."""
        self._softening = True

    def lose(self) -> None:
        """Report, from the next block on, that nothing is heard; events are still performed."""
        self._unheard = self._losing = True

    def regain(self) -> list[Report]:
        """Be heard again from the next block on, from silence; return the reports."""
        losing, self._unheard, self._losing = self._losing, False, False
        if not self.playing:
            return []
        if losing:
            self._lost_at = self.frame
            return self._renew()
        return [self._return()]

    def take_up(self, seed: int, lost: int) -> list[Report]:
        """Continue unheard a take that lost its sound at frame ``lost``; return the reports."""
        self._continue(seed, lost, lost)
        self._unheard, self._losing = True, False
        self.engine.reset(seed)
        return [Performed(lost, Lost())]

    @property
    def may_skip(self) -> bool:
        """Whether nothing must be reported or faded before time may `skip`."""
        return not self._losing and not self.engine.stopping

    def skip(self, blocks: int) -> None:
        """Let this many blocks pass in which nothing is heard or asked."""
        if self.playing:
            self.frame += blocks * self.engine.block

    def resume(self, seed: int, lost: int, frame: int) -> list[Report]:
        """Continue, from silence, a take that lost its sound at frame ``lost``; return the reports.

        The sound is back at the first block that begins at ``frame`` or later.
        """
        self._continue(seed, lost, frame)
        return [Performed(lost, Lost()), self._return()]

    def _continue(self, seed: int, lost: int, frame: int) -> None:
        block = self.engine.block
        self.frame = -(-frame // block) * block
        self._seed, self._lost_at = seed, lost
        self.playing = True
        self._active_at = self.frame

    def _renew(self) -> list[Report]:
        """Lose the sound and have it back at this frame, from silence; return the reports."""
        return [Performed(self.frame, Lost()), self._return(self.engine.spent)]

    def _return(self, most: float = 1.0) -> Performed:
        """Have the sound back; ``most`` is the share of the loudness budget that was spent at the most."""
        # What was lost may have been as loud as allowed until its end.
        spent = max(0.0, 1 - (self.frame - self._lost_at) / (WINDOW_SECONDS * self.engine.rate))
        spent = min(spent, most, MOST_SPENT)
        resumed = Resumed(spent)
        self.engine.reset(self._seed, spent)
        self.engine.apply(resumed)
        return Performed(self.frame, resumed)

    def render(self, out: NDArray[np.float32]) -> list[Report]:
        """Write the next block into ``out``, shape (block, 2); return the reports of its start, in order."""
        reports: list[Report] = []
        if self._losing:
            self._losing = False
            if self.playing:
                self._lost_at = self.frame
                reports.append(Performed(self.frame, Lost()))
        for program in self._taken:
            self._apply(program, reports)
        self._taken.clear()
        if self.playing and self.frame >= self._held.due:
            for forgotten in self._held.overdue(self.frame):
                self._apply(forgotten, reports)
        self._finish(reports)
        while self._asked and not self.engine.stopping and not self._closing:
            event, number = self._asked.popleft()
            if event is None:
                self._unfinished.forget()
                self._closing = self.playing
            else:
                self._perform(event, reports)
            self.done = number or self.done
        self.engine.render(out)
        if self.playing:
            self.frame += self.engine.block
        return reports

    def _finish(self, reports: list[Report]) -> None:
        """End the take when it is due to end."""
        if not self.playing:
            return
        if self.engine.holding or self._asked:
            self._active_at = self.frame
        if self.frame - self._active_at >= self._rest:
            self._closing = True
        if not self._closing:
            return
        if self.engine.silent:
            reports.append(Performed(self.frame, TakeEnded()))
            self.playing = self._closing = False
        elif not self.engine.stopping:
            self._apply(Stop(), reports)

    def _perform(self, event: Event, reports: list[Report]) -> None:
        if not self._unfinished.lets(event):
            return
        if isinstance(event, NoteOn) and not self.playing:
            self._begin(reports)
        if isinstance(event, NoteOn) and self._softening:
            self._softening = False
            if not self._unheard:
                self._lost_at = self.frame
                reports += self._renew()
        if isinstance(event, Program):
            self._take_instrument(event, reports)
        elif self.playing or isinstance(event, Setting):
            self._apply(event, reports)

    def _take_instrument(self, program: Program, reports: list[Report]) -> None:
        player, name = program.player, program.instrument
        if not self.engine.knows(name):
            reports.append(Declined(program))
        elif not self.engine.has(name):
            self._awaited[player] = name
            if player in self._unreported and self.engine.equipped:
                # Listeners of a fresh engine must be told what its part plays meanwhile.
                self._apply(Program(player, self.engine.settings.parts[player].instrument), reports)
            else:
                reports.append(Awaited(program))
        else:
            self._awaited.pop(player, None)
            self._apply(program, reports)

    def _apply(self, event: Event, reports: list[Report]) -> None:
        """Apply an event and report it; between takes only settings can change."""
        self.engine.apply(event)
        if self.playing:
            self._held.follow(event, self.frame)
            reports.append(Performed(self.frame, event))
        elif isinstance(event, Setting):
            reports.append(Settled(event))
        if isinstance(event, Program):
            self._unreported.discard(event.player)
            self._report_awaited(event.player, reports)

    def _report_awaited(self, player: Player, reports: list[Report]) -> None:
        if player in self._awaited:
            reports.append(Awaited(Program(player, self._awaited[player])))

    def _begin(self, reports: list[Report]) -> None:
        """Begin a take: report its seed and all settings."""
        seed = self._seed = self._seeds()
        self.frame = self._active_at = self._lost_at = 0
        self._held.clear()
        self.playing = True
        spent = min(self.engine.spent, MOST_SPENT)
        self.engine.reset(seed, spent)
        reports.append(Performed(0, TakeBegan(seed, self.engine.rate, self.engine.block, spent)))
        for event in self.engine.settings.events():
            self.engine.apply(event)
            reports.append(Performed(0, event))
        self._unreported.clear()
        for player in self._awaited:
            self._report_awaited(player, reports)
        if self._unheard:
            reports.append(Performed(0, Lost()))
