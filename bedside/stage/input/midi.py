"""MIDI keyboards that come and go: the one module of the stage that knows MIDI devices.

A thread of its own looks for keyboards about once a second, because no driver reports when one is plugged in or out.
What they play arrives on the drivers' threads and is only put in a queue.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import mido

from bedside.stage.input import midiway, rtmidi

_LOOK_SECONDS = 0.8

# So long after no MIDI system has answered, it is asked again.
_AGAIN_SECONDS = 10.0

# Ports of the system that repeat what other ports play.
_ECHOES = ("midi through", "rtmidi", "bedside")

# Controllers below this number are wheels and sliders; from it on they are pedals and commands.
_FIRST_SWITCH = 64


@dataclass(frozen=True, slots=True)
class KeyboardMessage:
    """A MIDI message from the keyboard of this name; None if the keyboard was unplugged."""

    keyboard: str
    message: mido.Message | None


class Keyboards:
    """All MIDI keyboards, or those whose name contains ``wanted``.

    ``wake`` is called on another thread whenever `played` has something new; it must not block. ``say`` gets a sentence
    for the staff, on another thread too, if not every keyboard can be heard.
    """

    def __init__(
        self, wake: Callable[[], None], wanted: str | None = None, say: Callable[[str], None] | None = None
    ) -> None:
        self._wake = wake
        self._say = say
        self._wanted = (wanted or "").lower()
        self._queue: deque[KeyboardMessage] = deque()
        self._open: dict[str, Callable[[], None]] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="midi-keyboards", daemon=True)
        self._thread.start()

    @property
    def names(self) -> list[str]:
        """The names of the keyboards that are connected."""
        return list(self._open)

    def played(self) -> Iterator[KeyboardMessage]:
        """Yield the messages since the last call, in order; of a moving wheel only the last position."""
        yield from _thinned([self._queue.popleft() for _ in range(len(self._queue))])

    def close(self) -> None:
        """Disconnect all keyboards."""
        self._stopped.set()
        self._thread.join(2.0)

    def _run(self) -> None:
        found, driver = midiway.first_working()
        if not found.full and self._say is not None:
            self._say(str(found))
        # A machine that has just been started may not know its keyboards yet.
        while driver is None and found.library == rtmidi.LIBRARY and not self._stopped.wait(_AGAIN_SECONDS):
            found, driver = midiway.first_working()
        while driver is not None and not self._stopped.is_set():
            # A driver may raise anything while a device vanishes; the next attempt is a second away.
            with contextlib.suppress(Exception):
                self._look(driver)
            self._stopped.wait(_LOOK_SECONDS)
        for end in self._open.values():
            with contextlib.suppress(Exception):
                end()
        if driver is not None:
            with contextlib.suppress(Exception):
                driver.close()

    def _look(self, driver: midiway.Driver) -> None:
        there = {name for name in driver.names() if self._listens(name)}
        for name in self._open.keys() - there:
            end = self._open.pop(name)
            # Disconnect first: a note that arrived after the report would never be released.
            with contextlib.suppress(Exception):
                end()
            self._put(KeyboardMessage(name, None))
        for name in sorted(there - self._open.keys()):
            # A keyboard that another program holds must not keep the next one from being connected.
            with contextlib.suppress(Exception):
                self._open[name] = driver.open(name, partial(self._hear, name))

    def _hear(self, keyboard: str, message: mido.Message) -> None:
        self._put(KeyboardMessage(keyboard, message))

    def _listens(self, name: str) -> bool:
        lower = name.lower()
        return self._wanted in lower and not lower.startswith(_ECHOES)

    def _put(self, played: KeyboardMessage) -> None:
        self._queue.append(played)
        self._wake()


def _thinned(batch: Sequence[KeyboardMessage]) -> list[KeyboardMessage]:
    """Return messages, thinned: of each wheel, pressure and sign of life only the last between two notes."""
    kept: list[KeyboardMessage] = []
    later: set[tuple[str, str, int]] = set()
    for played in reversed(batch):
        moved = _moved(played)
        if moved is None:
            later = {each for each in later if each[0] != played.keyboard}
        elif moved in later:
            continue
        else:
            later.add(moved)
        kept.append(played)
    return kept[::-1]


def _moved(played: KeyboardMessage) -> tuple[str, str, int] | None:
    """Return which wheel, pressure or sign of life of which keyboard it is; None for what may not be dropped."""
    message = played.message
    if message is None:
        return None
    match message.type:
        case "pitchwheel" | "aftertouch" | "active_sensing":
            return played.keyboard, message.type, 0
        case "polytouch":
            return played.keyboard, message.type, message.note
        case "control_change" if message.control < _FIRST_SWITCH:
            return played.keyboard, message.type, message.control
    return None


def way_and_names() -> tuple[midiway.Way, list[str]]:
    """Return how this machine hears MIDI keyboards, as text a sentence, and the names of those that are there now."""
    found, driver = midiway.first_working()
    names: list[str] = []
    if driver is not None:
        with contextlib.suppress(Exception):
            names = [name for name in driver.names() if not name.lower().startswith(_ECHOES)]
        with contextlib.suppress(Exception):
            driver.close()
    return found, names
