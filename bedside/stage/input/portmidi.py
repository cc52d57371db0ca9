"""MIDI through PortMidi, which pygame brings, where there is no RtMidi.

PortMidi lists the devices when it is initialised, and never again; to initialise it anew closes every port. So one
child process lists them, initialising it for each look, and each keyboard is played in a child process of its own.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from collections.abc import Callable

import mido

from bedside import children
from bedside.stage.input import portmidichild

_log = logging.getLogger(__name__)

LIBRARY = "PortMidi"

SYSTEM = {"win32": "Windows MIDI", "darwin": "CoreMIDI"}.get(sys.platform, "ALSA")

# A lister that is silent for so long hangs. It includes the start of a process on a slow machine.
_ANSWER_SECONDS = 20.0

_END_SECONDS = 1.0

# A lister that failed is started anew after so long: a machine on which it always fails has other work to do.
_PAUSE_SECONDS = 10.0


class PortMidi:
    """The ports that PortMidi lists; its methods are called on one thread."""

    def __init__(self) -> None:
        """Start the process that lists; raise OSError if the system refuses."""
        self._lister: children.ChildProcess | None = _launch("")
        self._failed = 0.0
        # The keyboards whose processes ended by themselves.
        self._lost: set[str] = set()

    def names(self) -> list[str]:
        """Return the names of the ports that are there now; raise OSError if PortMidi cannot tell."""
        if self._lister is None:
            if time.monotonic() < self._failed + _PAUSE_SECONDS:
                raise OSError("PortMidi failed a moment ago")
            self._lister = _launch("")
        try:
            self._lister.link.settimeout(_ANSWER_SECONDS)
            self._lister.link.sendall(portmidichild.LOOK)
            listed: list[str] = json.loads(_line(self._lister))
        except OSError:
            self._lister.end(_END_SECONDS)
            self._lister = None
            self._failed = time.monotonic()
            raise
        # A keyboard whose process is gone counts as unplugged once, and so is opened anew.
        return [name for name in listed if name not in self._lost]

    def open(self, name: str, heard: Callable[[mido.Message], None]) -> Callable[[], None]:
        """Begin to listen to a port; return the function that ends it."""
        child = _launch(name)
        ending = threading.Event()

        def listen() -> None:
            parser = mido.Parser()
            try:
                while octets := child.link.recv(4096):
                    parser.feed(octets)
                    for message in parser:
                        heard(message)
            except OSError:
                if not ending.is_set():
                    _log.exception("The link to a MIDI keyboard failed.")
            if not ending.is_set():
                _log.error("The process that plays a MIDI keyboard ended.")
                self._lost.add(name)

        thread = threading.Thread(target=listen, name="midi-listener", daemon=True)
        thread.start()

        def end() -> None:
            ending.set()
            # The thread reads end-of-file once its process is gone.
            child.kill()
            thread.join(_END_SECONDS)
            child.end(_END_SECONDS)
            self._lost.discard(name)

        return end

    def close(self) -> None:
        """End the process that lists."""
        if self._lister is not None:
            self._lister.end(_END_SECONDS)
            self._lister = None


def _launch(keyboard: str) -> children.ChildProcess:
    return children.launch(portmidichild.main, portmidichild.ListenerSettings(keyboard), stderr_to_log="midi")


def _line(child: children.ChildProcess) -> bytes:
    """Return the next line that a child sends; raise OSError if it ends or is silent."""
    line = b""
    while not line.endswith(b"\n"):
        more = child.link.recv(65536)
        if not more:
            raise ConnectionResetError("the process that lists MIDI keyboards ended")
        line += more
    return line
