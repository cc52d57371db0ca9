"""RtMidi by either library, held to one behaviour by a stand-in with the interface of each."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import mido
import pytest

from bedside.stage.input import midiway, rtmidi
from bedside.stage.input.midiway import Way

STRIKE = [0x90, 60, 64]


class Client:
    """A client of a library: what it was told, in order, and its callback."""

    made: list[Client]
    ports: list[str | bytes]
    broken: set[int]

    def __init__(self, interface: int, name: str) -> None:
        if interface in self.broken:
            raise RuntimeError("no such system")
        self.interface = interface
        self.name = name
        self.told: list[object] = []
        self.callback: Callable[..., None] | None = None
        self.made.append(self)

    def get_port_count(self) -> int:
        """Count the ports."""
        return len(self.ports)

    def get_port_name(self, number: int) -> str:
        """Return a name, or raise as a library does for one that is not text."""
        name = self.ports[number]
        return name.decode() if isinstance(name, bytes) else name

    def ignore_types(self, **types: bool) -> None:
        """Ignore what no keyboard plays."""

    def set_callback(self, callback: Callable[..., None]) -> None:
        """Call back from now on."""
        self.callback = callback

    def cancel_callback(self) -> None:
        """Call back no more."""
        self.callback = None
        self.told.append("cancel")

    def open_port(self, number: int, name: str) -> None:
        """Open a port."""
        self.told.append((number, name))

    def close_port(self) -> None:
        """Close the port."""
        self.told.append("close")

    def delete(self) -> None:
        """End the client."""
        self.told.append("delete")


@pytest.fixture(params=["supriya_midi", "rtmidi"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of the only library that is installed; of its systems all but ALSA are broken."""
    monkeypatch.setattr(Client, "made", [], raising=False)
    monkeypatch.setattr(Client, "ports", [], raising=False)
    monkeypatch.setattr(Client, "broken", {3}, raising=False)
    # 5 is a system that hears nothing but always answers.
    listing = {"supriya_midi": "get_compiled_apis", "rtmidi": "get_compiled_api"}[request.param]
    only = SimpleNamespace(MidiIn=Client, **{listing: lambda: [5, 3, 2]})
    for name in ("supriya_midi", "rtmidi"):
        monkeypatch.setitem(sys.modules, name, only if name == request.param else None)
    return str(request.param)


def begun() -> rtmidi.RtMidi:
    way, driver = midiway.first_working()
    assert way == Way("RtMidi", "ALSA")
    assert isinstance(driver, rtmidi.RtMidi)
    return driver


def test_the_first_system_that_answers_is_heard(library: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """Neither a system that is not there nor one that only pretends is taken; without any, the way says so."""
    assert begun().system == "ALSA"
    monkeypatch.setattr(Client, "broken", {2, 3})
    assert midiway.first_working() == (Way("RtMidi", None), None)
    assert not Way("RtMidi", None).full


def test_a_port_is_heard_until_its_end(library: str) -> None:
    """The port of a name is opened by its number; a name that is no text hides no other; the end drains first."""
    Client.ports = [b"\xff\xfe", "Drum", "Keys"]
    driver = begun()
    assert driver.names() == ["Drum", "Keys"]
    heard: list[mido.Message] = []
    end = driver.open("Keys", heard.append)
    client = Client.made[-1]
    assert client.told == [(2, "keyboard")]
    assert client.callback is not None
    late = client.callback
    arguments: tuple[Any, ...] = (STRIKE, 0.0, None) if library == "supriya_midi" else ((STRIKE, 0.0), None)
    client.callback(*arguments)
    assert heard == [mido.Message("note_on", note=60, velocity=64)]
    # A message that arrived before the cancelling may still be on its way while the port is closing.
    arriving = threading.Thread(target=late, args=arguments)
    arriving.start()
    end()
    arriving.join()
    assert client.told[1:] == ["cancel", "close", "delete"]
    driver.close()
    assert Client.made[0].told == ["delete"]


def test_a_port_that_is_gone_cannot_be_opened(library: str) -> None:  # noqa: ARG001
    """A name that is no longer there raises, and the keyboards try again at their next look."""
    driver = begun()
    with pytest.raises(ValueError, match="Keys"):
        driver.open("Keys", lambda _message: None)
