"""The way to MIDI keyboards on this machine: RtMidi where it is installed, else PortMidi."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import mido

from bedside.stage.input import portmidi, rtmidi


class Driver(Protocol):
    """What a way can do: list the keyboards, and listen to one."""

    def names(self) -> list[str]:
        """Return the names of the ports that are there now; each is the name of one port only."""

    def open(self, name: str, heard: Callable[[mido.Message], None]) -> Callable[[], None]:
        """Begin to listen to a port; return the function that ends it."""

    def close(self) -> None:
        """Give back what the way holds; its ports have been ended."""


@dataclass(frozen=True, slots=True)
class Way:
    """How keyboards are heard: by which library, and through which system of this machine; None where there is none.

    As text it is a sentence for the staff.
    """

    library: str | None
    system: str | None

    @property
    def full(self) -> bool:
        """Whether every keyboard that this machine knows can be heard."""
        return self.library == rtmidi.LIBRARY and self.system is not None

    def __str__(self) -> str:
        if self.library is None:
            return "No MIDI keyboard is heard: neither RtMidi nor PortMidi could be loaded; install bedside again."
        if self.system is None:
            return "No MIDI keyboard is heard: no MIDI system (ALSA, JACK) of this machine answers."
        if self.library == portmidi.LIBRARY:
            return (
                f"MIDI keyboards are heard through PortMidi, which hears {self.system} only, because RtMidi could not "
                "be loaded; install bedside again to hear all of them."
            )
        beyond = " A keyboard that JACK does not know is not heard." if self.system == "JACK" else ""
        return f"MIDI keyboards are heard through {self.system}, by {self.library}.{beyond}"


def first_working() -> tuple[Way, Driver | None]:
    """Return the first way that works on this machine, and its driver, None where none does."""
    library = rtmidi.library()
    if library is not None:
        driver = rtmidi.RtMidi.begin(library)
        return Way(rtmidi.LIBRARY, None if driver is None else driver.system), driver
    with contextlib.suppress(OSError):
        return Way(portmidi.LIBRARY, portmidi.SYSTEM), portmidi.PortMidi()
    return Way(None, None), None
