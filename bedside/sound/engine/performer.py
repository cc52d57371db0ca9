"""The performer: plays on an engine what is asked, says what it played, and when improvisations begin and end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bedside.music.events import Event, Lost, NoteOn, Performed, Program, Resumed, Setting, Stop, TakeBegan, TakeEnded
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.guard import WINDOW_SECONDS

# An improvisation is over after this much rest.
REST_SECONDS = 20.0


class Performer:
    """Plays what is asked, block by block.

    A take begins with the first note asked in silence, and ends after `REST_SECONDS` in which nothing was asked and no
    held note sounded, or when it is closed; a stop makes sure that it ends in exact silence. ``seeds`` is called once
    for each take and returns its seed, 0 to 2³² − 1.
    """

    def __init__(self, engine: Engine, seeds: Callable[[], int]) -> None:
        self.engine = engine
        self.frame = 0
        self.playing = False
        self._seeds = seeds
        self._asked: deque[Event | None] = deque()
        self._closing = False
        self._unheard = False
        self._to_lose = False
        self._lively = 0
        self._rest = round(REST_SECONDS * engine.rate)

    def ask(self, event: Event) -> None:
        """Ask for an event; it is performed at the start of the next block, or after a stop that is fading.

        A stop overtakes the notes that wait: none of them begins.
        """
        if isinstance(event, Stop):
            self._asked = deque(waiting for waiting in self._asked if not isinstance(waiting, NoteOn))
        self._asked.append(event)

    def close(self) -> None:
        """End the take that is playing once all that was asked is performed, fading what still sounds."""
        self._asked.append(None)

    def lose(self) -> None:
        """Say, from the next block on, that nothing is heard any more; what is asked is performed all the same."""
        self._unheard = self._to_lose = True

    def resume(self, seed: int, lost: int, frame: int) -> list[Performed]:
        """Go on, from silence, with a take that lost its sound at frame ``lost``, at the first block from ``frame``."""
        block = self.engine.block
        self.frame = -(-frame // block) * block
        # The engine that was lost may have been as loud as can be up to its end.
        spent = max(0.0, 1 - (self.frame - lost) / (WINDOW_SECONDS * self.engine.rate))
        resumed = Resumed(spent)
        self.engine.reset(seed, spent)
        self.engine.apply(resumed)
        self.playing = True
        self._lively = self.frame
        return [Performed(lost, Lost()), Performed(self.frame, resumed)]

    def render(self, out: NDArray[np.float32]) -> list[Performed]:
        """Write the next block into ``out``, shape (block, 2), and return what was performed at its start, in order."""
        performed: list[Performed] = []
        if self._to_lose:
            self._to_lose = False
            if self.playing:
                performed.append(Performed(self.frame, Lost()))
        self._finish(performed)
        while self._asked and not self.engine.stopping and not self._closing:
            event = self._asked.popleft()
            if event is None:
                self._closing = self.playing
            else:
                self._perform(event, performed)
        self.engine.render(out)
        if self.playing:
            self.frame += self.engine.block
        return performed

    def _finish(self, performed: list[Performed]) -> None:
        """Bring a take to its end where it is time."""
        if not self.playing:
            return
        if self.engine.holding or self._asked:
            self._lively = self.frame
        if self.frame - self._lively >= self._rest:
            self._closing = True
        if not self._closing:
            return
        if self.engine.silent:
            performed.append(Performed(self.frame, TakeEnded()))
            self.playing = self._closing = False
        elif not self.engine.stopping:
            self.engine.apply(Stop())
            performed.append(Performed(self.frame, Stop()))

    def _perform(self, event: Event, performed: list[Performed]) -> None:
        if not self.playing:
            if not isinstance(event, NoteOn):
                # Between takes only settings can change; the next take says how they stand.
                if isinstance(event, Setting):
                    self.engine.apply(event)
                return
            self._begin(performed)
        if isinstance(event, Program) and not self.engine.has(event.instrument):
            # What did not happen is not said.
            return
        self.engine.apply(event)
        performed.append(Performed(self.frame, event))

    def _begin(self, performed: list[Performed]) -> None:
        seed = self._seeds()
        self.frame = self._lively = 0
        self.playing = True
        spent = self.engine.spent
        self.engine.reset(seed, spent)
        performed.append(Performed(0, TakeBegan(seed, self.engine.rate, self.engine.block, spent)))
        for event in self.engine.parts():
            self.engine.apply(event)
            performed.append(Performed(0, event))
        if self._unheard:
            performed.append(Performed(0, Lost()))
