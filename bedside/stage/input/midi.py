"""MIDI keyboards that come and go: the one module of the stage that knows MIDI devices.

A thread of its own looks for keyboards about once a second, because no driver reports when one is plugged in or out.
What they play arrives on the drivers' threads and is only put in a queue.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import mido

from bedside.stage.stderr import silenced_stderr

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.8

# Ports of the system that repeat what other ports play.
_ECHOES = ("midi through", "rtmidi", "bedside")


# Controllers below this number are wheels and sliders; from it on they are pedals and commands.
_FIRST_SWITCH = 64


@dataclass(frozen=True, slots=True)
class KeyboardMessage:
    """A MIDI message from the keyboard of this name; None if the keyboard was unplugged."""

    keyboard: str
    message: mido.Message | None


class _Driver(Protocol):
    """A way to MIDI ports."""

    def names(self) -> list[str]:
        """Return the names of the ports that are there now."""

    def open(self, name: str, heard: Callable[[mido.Message], None]) -> Callable[[], None]:
        """Begin to listen to a port; return the function that ends it."""


class Keyboards:
    """All MIDI keyboards, or those whose name contains ``wanted``.

    ``wake`` is called on another thread whenever `played` has something new; it must not block.
    """

    def __init__(self, wake: Callable[[], None], wanted: str | None = None) -> None:
        self._wake = wake
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
        driver = _driver()
        while driver is not None and not self._stopped.is_set():
            # A driver may raise anything while a device vanishes; the next attempt is a second away.
            with contextlib.suppress(Exception):
                self._look(driver)
            self._stopped.wait(_LOOK_SECONDS)
        for end in self._open.values():
            with contextlib.suppress(Exception):
                end()

    def _look(self, driver: _Driver) -> None:
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
    """Return messages, thinned: of each wheel and pressure only the last value between two notes."""
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
    """Return which wheel or pressure of which keyboard moved; None for a message that may not be dropped."""
    message = played.message
    if message is None:
        return None
    match message.type:
        case "pitchwheel" | "aftertouch":
            return played.keyboard, message.type, 0
        case "polytouch":
            return played.keyboard, message.type, message.note
        case "control_change" if message.control < _FIRST_SWITCH:
            return played.keyboard, message.type, message.control
    return None


def ports() -> list[str]:
    """Return the names of the MIDI inputs that are there now."""
    driver = _driver()
    if driver is None:
        return []
    with contextlib.suppress(Exception):
        return [name for name in driver.names() if not name.lower().startswith(_ECHOES)]
    return []


def _driver() -> _Driver | None:
    """Return the first way to MIDI that works on this machine, or None."""
    try:
        import rtmidi
    except ImportError:
        with contextlib.suppress(Exception):
            return _Polled()
        return None
    with silenced_stderr():
        for interface in rtmidi.get_compiled_api():
            with contextlib.suppress(Exception):
                return _RtMidi(interface)
    return None


class _RtMidi:
    """MIDI through RtMidi, whose one long-lived client lists the ports."""

    def __init__(self, interface: int) -> None:
        import rtmidi

        self._rtmidi = rtmidi
        self._interface = interface
        self._lister = rtmidi.MidiIn(interface, "bedside looks")

    def names(self) -> list[str]:
        names: list[str] = self._lister.get_ports()
        return names

    def open(self, name: str, heard: Callable[[mido.Message], None]) -> Callable[[], None]:
        port = self._rtmidi.MidiIn(self._interface, "bedside")
        parser = mido.Parser()

        def called(timed: tuple[list[int], float], _nothing: object) -> None:
            parser.feed(timed[0])
            for message in parser:
                heard(message)

        def end() -> None:
            # In this order: a callback during the close would find a port half closed.
            port.cancel_callback()
            port.close_port()
            port.delete()

        port.ignore_types(sysex=True, timing=True, active_sense=True)
        port.set_callback(called)
        port.open_port(port.get_ports().index(name), "keyboard")
        return end


class _Polled:
    """MIDI through pygame's PortMidi, for Pythons without wheels of RtMidi; it has to be polled."""

    _PERIOD_SECONDS = 0.002

    def __init__(self) -> None:
        self._backend = mido.Backend("mido.backends.pygame", load=True)

    def names(self) -> list[str]:
        names: list[str] = self._backend.get_input_names()
        return names

    def open(self, name: str, heard: Callable[[mido.Message], None]) -> Callable[[], None]:
        port = self._backend.open_input(name)
        ended = threading.Event()

        def poll() -> None:
            while not ended.wait(self._PERIOD_SECONDS):
                try:
                    for message in port.iter_pending():
                        heard(message)
                except Exception:
                    _log.exception("A MIDI keyboard failed, or was unplugged.")
                    # PortMidi raises when a keyboard is unplugged; its held notes must not sound on.
                    heard(mido.Message("reset"))
                    return

        thread = threading.Thread(target=poll, name="midi-poll", daemon=True)
        thread.start()

        def end() -> None:
            ended.set()
            thread.join(1.0)
            port.close()

        return end
