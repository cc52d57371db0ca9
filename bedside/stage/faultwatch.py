"""Watch the machine while the child plays, and tell staff of each fault: in a sentence, and by a sign on the screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bedside.sound.live.host import EngineHost
from bedside.stage.picture.staffsign import Trouble

if TYPE_CHECKING:
    from bedside.archive.recorder import Recorder, RecordState

# The staff are told when no engine has played for this long.
_SILENT_SECONDS = 5.0

# Until one has played for the first time, it is merely starting: it may take this long to make its first instrument.
_STARTING_SECONDS = 60.0

# And when no sound card has responded for this long.
_UNHEARD_SECONDS = 1.5


class FaultWatch:
    """Tells staff of the faults of an engine's ``host``, of a ``recorder``, and of the second copy.

    ``backup_fault`` returns a sentence about that copy, or None. ``say`` gets each new sentence once; ``show`` gets all
    troubles, the most serious first, whenever they change.
    """

    def __init__(
        self,
        host: EngineHost,
        recorder: Recorder,
        say: Callable[[str], None],
        show: Callable[[Sequence[Trouble]], None],
        backup_fault: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._host = host
        self._recorder = recorder
        self._say = say
        self._show = show
        self._backup_fault = backup_fault
        self._troubles: list[Trouble] = []
        self._ready = self._heard = time.monotonic()
        self._played = False

    def check(self) -> None:
        """Look at everything once, and report what is new."""
        kept = self._recorder.state
        troubles = [*_of_memory(kept), *self._of_sound(), *_of_the_record(kept), *self._of_the_copy()]
        said = {trouble.sentence for trouble in self._troubles}
        for trouble in troubles:
            if trouble.sentence not in said:
                self._say(trouble.sentence)
        if troubles != self._troubles:
            self._show(troubles)
        self._troubles = troubles

    def _of_the_copy(self) -> list[Trouble]:
        fault = self._backup_fault()
        return [] if fault is None else [Trouble("notice", fault)]

    def _of_sound(self) -> list[Trouble]:
        if self._host.ready:
            self._ready = time.monotonic()
            self._played = True
        troubles = []
        starting = not self._played and not self._host.health.restarts
        if time.monotonic() - self._ready > (_STARTING_SECONDS if starting else _SILENT_SECONDS):
            words = "The sound engine has not responded for some seconds. If there is still no sound, restart bedside."
            troubles.append(Trouble("sound", words))
        if self._host.health.card:
            self._heard = time.monotonic()
        if self._host.ready and time.monotonic() - self._heard > _UNHEARD_SECONDS:
            words = "No sound card responds: play goes on and is recorded, but nothing is heard. Is it plugged in?"
            troubles.append(Trouble("sound", words))
        return troubles


def _of_memory(kept: RecordState) -> list[Trouble]:
    return [] if kept.memory is None else [Trouble("memory", kept.memory, kept.minutes)]


def _of_the_record(kept: RecordState) -> list[Trouble]:
    told = (("second", kept.second), ("later", kept.later), ("notice", kept.notice))
    return [Trouble(picture, sentence) for picture, sentence in told if sentence is not None]
