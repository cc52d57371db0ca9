"""MIDI through RtMidi, by either of the libraries that bring it: supriya-midi, or python-rtmidi where it is installed.

RtMidi calls back on a thread of its own, which takes Python's lock for each message; what is called only enqueues. The
libraries keep that lock while they close a port, and a port waits for its thread: so the callback is cancelled first,
and what is under way may finish before the port is closed.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import mido

from bedside.stage.stderr import silenced_stderr

LIBRARY = "RtMidi"

# The systems that RtMidi may speak to, by their number in its interface, and as people call them.
_SYSTEMS = {1: "CoreMIDI", 2: "ALSA", 3: "JACK", 4: "Windows MIDI"}

# What is under way when a callback is cancelled takes far less.
_DRAIN_SECONDS = 0.05


def library() -> Any | None:
    """Return the installed library that brings RtMidi; None if there is none that can be loaded."""
    # A library that is damaged, or lacks one of the system such as ALSA's, may raise anything as it is loaded.
    with contextlib.suppress(Exception):
        _load_jack()
        import supriya_midi

        return supriya_midi
    with contextlib.suppress(Exception):
        import rtmidi

        return rtmidi
    return None


def _load_jack() -> None:
    """Load this machine's JACK library, if it has one, for all that is loaded later.

    The wheels carry one of their own, which speaks to servers of its own version only; the first one loaded serves.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            _silence(ctypes.CDLL("libjack.so.0", mode=ctypes.RTLD_GLOBAL))


def _silence(jack: ctypes.CDLL) -> None:
    """Let JACK say nothing: without its server it writes five lines a second, among which staff find none of ours.

    It says things on threads of its own and while Python's lock is held, so it must not call Python. The function that
    it calls instead, with a text, is one of C that only reads it.
    """
    ignore = ctypes.CDLL(None).strlen
    jack.jack_set_error_function(ignore)
    jack.jack_set_info_function(ignore)


class RtMidi:
    """MIDI through one system of this machine; one long-lived client lists its ports.

    ``system`` is the name of the system.
    """

    @classmethod
    def begin(cls, library: Any) -> RtMidi | None:
        """Return the driver for the first system that answers, or None."""
        compiled = getattr(library, "get_compiled_apis", None) or library.get_compiled_api
        with silenced_stderr():
            for interface in compiled():
                if int(interface) in _SYSTEMS:
                    # The libraries have several kinds of error for a system that is not there.
                    with contextlib.suppress(Exception):
                        return cls(library, interface)
        return None

    def __init__(self, library: Any, interface: Any) -> None:
        self._library = library
        self._interface = interface
        self.system = _SYSTEMS[int(interface)]
        self._lister = library.MidiIn(interface, "bedside looks")

    def names(self) -> list[str]:
        """Return the names of the ports that are there now."""
        return [name for name in _names(self._lister) if name]

    def open(self, name: str, heard: Callable[[mido.Message], None]) -> Callable[[], None]:
        """Begin to listen to a port; return the function that ends it."""
        port = self._library.MidiIn(self._interface, "bedside")
        parser = mido.Parser()

        def called(message: Any, *_more: object) -> None:
            # One library passes the bytes, the other a pair of the bytes and the time since the last message.
            octets: Sequence[int] = message[0] if isinstance(message, tuple) else message
            parser.feed(octets)
            for each in parser:
                heard(each)

        def end(_kept: object = called) -> None:
            port.cancel_callback()
            time.sleep(_DRAIN_SECONDS)
            port.close_port()
            port.delete()

        port.ignore_types(sysex=True, timing=True, active_sense=False)
        port.set_callback(called)
        port.open_port(_names(port).index(name), "keyboard")
        return end

    def close(self) -> None:
        """End the client that lists the ports."""
        self._lister.delete()


def _names(client: Any) -> list[str]:
    """Return the names of a client's ports by their numbers; a name that is not text is empty."""
    names = []
    for number in range(client.get_port_count()):
        try:
            names.append(client.get_port_name(number) or "")
        except UnicodeDecodeError:
            names.append("")
    return names
