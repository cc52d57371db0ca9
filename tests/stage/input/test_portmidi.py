"""Keyboards through PortMidi: the real processes, with a stand-in for the devices that no test machine has.

`sitecustomize` is what Python runs at each start, so that a child has the stand-in, too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import mido
import pytest

from bedside.stage.input import midiway, portmidi
from bedside.stage.input.midi import KeyboardMessage, Keyboards
from bedside.stage.input.midiway import Way

PATIENCE_SECONDS = 30.0

# PortMidi as it is: the devices are those of the last initialisation, and those of a file that the test writes.
STAND_IN = """
import json, os, pathlib, sys, types
place = pathlib.Path(os.environ["PORTMIDI_DEVICES"])
midi = types.ModuleType("pygame.midi")
devices = None
def init():
    global devices
    if devices is None:
        devices = place.read_text().splitlines()
        if devices == ["crash"]:
            os._exit(1)
def quit():
    global devices
    devices = None
class Input:
    def __init__(self, number, size):
        self.played = place.with_name(devices[number] + f" {number}")
        self.at = 0
    def waiting(self):
        return self.played.read_text().splitlines()[self.at:] if self.played.exists() else []
    def poll(self):
        if "crash" in self.waiting():
            os._exit(1)
        return bool(self.waiting())
    def read(self, most):
        waiting = self.waiting()[:most]
        self.at += len(waiting)
        return [[json.loads(line), 0] for line in waiting]
midi.init, midi.quit, midi.Input = init, quit, Input
midi.get_count = lambda: len(devices)
midi.get_device_info = lambda number: (b"ALSA", devices[number].encode(), int(devices[number] != "Out"), 0, 0)
pygame = types.ModuleType("pygame")
pygame.midi = midi
sys.modules["pygame"], sys.modules["pygame.midi"] = pygame, midi
"""


class Machine:
    """The devices of a machine, and what is played on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def plug(self, *names: str) -> None:
        """Let these be the devices."""
        new = self.folder / "new"
        new.write_text("".join(f"{name}\n" for name in names))
        new.replace(self.folder / "devices")

    def play(self, name: str, number: int, *lines: str) -> None:
        """Play on the device of this name and number."""
        with (self.folder / f"{name} {number}").open("a") as file:
            file.write("".join(f"{line}\n" for line in lines))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Return a machine without RtMidi, whose PortMidi is the stand-in in every process."""
    (tmp_path / "sitecustomize.py").write_text(STAND_IN)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    monkeypatch.setenv("PORTMIDI_DEVICES", str(tmp_path / "devices"))
    for name in ("supriya_midi", "rtmidi"):
        monkeypatch.setitem(sys.modules, name, None)
    only = Machine(tmp_path)
    only.plug()
    return only


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def keyboards(machine: Machine, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Keyboards]:  # noqa: ARG001
    monkeypatch.setattr("bedside.stage.input.midi._LOOK_SECONDS", 0.01)
    each = Keyboards(lambda: None, say=said.append)
    yield each
    each.close()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def struck(keyboards: Keyboards, count: int) -> list[KeyboardMessage]:
    heard: list[KeyboardMessage] = []

    def enough() -> bool:
        heard.extend(keyboards.played())
        return len(heard) >= count

    until(enough)
    return heard


def test_keyboards_come_and_go_while_another_is_played(machine: Machine, keyboards: Keyboards, said: list[str]) -> None:
    """What is plugged in later is heard, one that goes is told, and neither ends a port that is open."""
    machine.plug("Out", "Keys")
    until(lambda: keyboards.names == ["Keys"])
    machine.play("Keys", 1, "[144, 60, 64, 0]", "[192, 5, 0, 0]", "[248, 0, 0, 0]", "[128, 60, 0, 0]")
    assert struck(keyboards, 3) == [
        KeyboardMessage("Keys", mido.Message("note_on", note=60, velocity=64)),
        KeyboardMessage("Keys", mido.Message("program_change", program=5)),
        KeyboardMessage("Keys", mido.Message("note_off", note=60, velocity=0)),
    ]
    machine.plug("Out", "Keys", "Keys")
    until(lambda: keyboards.names == ["Keys", "Keys (2)"])
    machine.play("Keys", 2, "[144, 72, 1, 0]")
    assert struck(keyboards, 1) == [KeyboardMessage("Keys (2)", mido.Message("note_on", note=72, velocity=1))]
    machine.play("Keys", 1, "[144, 62, 64, 0]")
    assert struck(keyboards, 1) == [KeyboardMessage("Keys", mido.Message("note_on", note=62, velocity=64))]
    machine.plug("Out", "Keys")
    assert struck(keyboards, 1) == [KeyboardMessage("Keys (2)", None)]
    assert said == [str(Way("PortMidi", portmidi.SYSTEM))]
    assert "ALSA only" in said[0]


def test_a_keyboard_whose_process_dies_is_told_gone_and_heard_again(machine: Machine, keyboards: Keyboards) -> None:
    """No note hangs where PortMidi takes its process down: the keyboard counts as unplugged, and is opened anew."""
    machine.plug("Keys")
    until(lambda: keyboards.names == ["Keys"])
    machine.play("Keys", 0, "[144, 60, 64, 0]")
    struck(keyboards, 1)
    machine.play("Keys", 0, "crash")
    assert struck(keyboards, 1) == [KeyboardMessage("Keys", None)]
    (machine.folder / "Keys 0").unlink()
    until(lambda: keyboards.names == ["Keys"])
    machine.play("Keys", 0, "[144, 61, 64, 0]")
    assert struck(keyboards, 1) == [KeyboardMessage("Keys", mido.Message("note_on", note=61, velocity=64))]


def test_a_lister_that_dies_is_started_anew(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that could not be had raises, so that nothing counts as unplugged, and is had after a pause."""
    driver = portmidi.PortMidi()
    machine.plug("crash")
    with pytest.raises(OSError, match=r"ended|reset|Broken"):
        driver.names()
    machine.plug("Keys")
    with pytest.raises(OSError, match="a moment ago"):
        driver.names()
    monkeypatch.setattr(portmidi, "_PAUSE_SECONDS", 0.0)
    assert driver.names() == ["Keys"]
    driver.close()


def test_portmidi_itself_lists_what_this_machine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real PortMidi answers the lister, twice; here it finds the system's ALSA, if not a device."""
    for name in ("supriya_midi", "rtmidi"):
        monkeypatch.setitem(sys.modules, name, None)
    way, driver = midiway.first_working()
    assert way == Way("PortMidi", portmidi.SYSTEM)
    assert not way.full
    assert driver is not None
    assert driver.names() == driver.names()
    driver.close()


@pytest.mark.skipif(not Path("/usr/share/alsa/alsa.conf").exists(), reason="without ALSA's configuration")
def test_portmidi_finds_the_configuration_of_alsa(tmp_path: Path) -> None:
    """Pygame's own ALSA looks where no distribution has its configuration; the child says where it is."""
    said = tmp_path / "said"
    listing = (
        "import socket, threading\n"
        "from bedside.stage.input.portmidichild import LOOK, ListenerSettings, main\n"
        "ours, theirs = socket.socketpair()\n"
        "threading.Thread(target=main, args=(theirs, ListenerSettings('')), daemon=True).start()\n"
        "ours.sendall(LOOK)\n"
        "print(ours.recv(4096))\n"
    )
    with said.open("w") as errors:
        subprocess.run([sys.executable, "-c", listing], stderr=errors, check=True)
    assert "alsa.conf" not in said.read_text()
