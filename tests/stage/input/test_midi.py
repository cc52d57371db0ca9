"""MIDI keyboards that come and go, played through a driver that a test holds in its hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import mido
import pytest

from bedside.stage.input import midi, midiway
from bedside.stage.input.midi import KeyboardMessage, Keyboards
from bedside.stage.input.midiway import Way

PATIENCE_SECONDS = 5.0
STRIKE = mido.Message("note_on", note=60, velocity=64)


class Driver:
    """A machine whose MIDI ports are those that a test plugs in."""

    def __init__(self) -> None:
        self.plugged: list[str] = []
        self.busy: set[str] = set()
        self.failing = False
        self.looks = 0
        self.heard: dict[str, Callable[[mido.Message], None]] = {}

    def names(self) -> list[str]:
        """Return what is plugged in."""
        self.looks += 1
        if self.failing:
            raise OSError("the driver is restarting")
        return list(self.plugged)

    def open(self, name: str, heard: Callable[[mido.Message], None]) -> Callable[[], None]:
        """Hear a port, unless another program does."""
        if name in self.busy:
            raise OSError("device busy")
        self.heard[name] = heard
        return lambda: self.end(name)

    def end(self, name: str) -> None:
        """Hear a port no more."""
        del self.heard[name]

    def close(self) -> None:
        """Count as looked at no more."""


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Driver:
    """Return the only driver of this machine, which is looked at every few milliseconds."""
    only = Driver()
    monkeypatch.setattr(midiway, "first_working", lambda: (Way("RtMidi", "ALSA"), only))
    monkeypatch.setattr(midi, "_LOOK_SECONDS", 0.005)
    return only


@pytest.fixture
def knocks() -> list[float]:
    return []


@pytest.fixture
def keyboards(driver: Driver, knocks: list[float]) -> Iterator[Keyboards]:  # noqa: ARG001 - it must be there first
    each = Keyboards(lambda: knocks.append(time.monotonic()))
    yield each
    each.close()


def looked(driver: Driver, times: int = 3) -> None:
    """Wait until the driver was looked at some times more."""
    since = driver.looks
    until(lambda: driver.looks >= since + times)


def test_a_keyboard_is_heard_whenever_it_is_plugged_in(
    driver: Driver, keyboards: Keyboards, knocks: list[float]
) -> None:
    """A keyboard that comes later is found without being asked for, and what it plays arrives in order with a knock."""
    assert keyboards.names == []
    driver.plugged = ["Keys"]
    until(lambda: keyboards.names == ["Keys"])
    release = mido.Message("note_off", note=60)
    driver.heard["Keys"](STRIKE)
    driver.heard["Keys"](release)
    assert list(keyboards.played()) == [KeyboardMessage("Keys", STRIKE), KeyboardMessage("Keys", release)]
    assert list(keyboards.played()) == []
    assert len(knocks) == 2


def test_a_keyboard_that_goes_is_told_after_what_it_played_and_may_come_again(
    driver: Driver, keyboards: Keyboards, knocks: list[float]
) -> None:
    """Unplugging is the last that is heard of a keyboard, knocks, and ends its port; plugged in again it plays."""
    driver.plugged = ["Keys"]
    until(lambda: "Keys" in keyboards.names)
    driver.heard["Keys"](STRIKE)
    driver.plugged = []
    until(lambda: len(knocks) == 2)
    assert list(keyboards.played()) == [KeyboardMessage("Keys", STRIKE), KeyboardMessage("Keys", None)]
    until(lambda: not driver.heard)
    assert keyboards.names == []
    driver.plugged = ["Keys"]
    until(lambda: "Keys" in driver.heard)
    driver.heard["Keys"](STRIKE)
    assert list(keyboards.played()) == [KeyboardMessage("Keys", STRIKE)]


def test_a_wheel_that_went_on_is_where_it_is_now(driver: Driver, keyboards: Keyboards) -> None:
    """Of a flood between two notes only the last place counts; notes, pedals and other keyboards' wheels all count."""
    driver.plugged = ["Left", "Right"]
    until(lambda: len(driver.heard) == 2)
    wheel = [mido.Message("pitchwheel", pitch=pitch) for pitch in range(1000)]
    swell = [mido.Message("control_change", control=11, value=value) for value in range(100)]
    pedal = [mido.Message("control_change", control=64, value=value) for value in (127, 0, 127)]
    poly = [mido.Message("polytouch", note=note, value=9) for note in (60, 61)]
    for message in (*wheel, *swell, STRIKE, *wheel, *pedal, *poly):
        driver.heard["Left"](message)
    driver.heard["Right"](wheel[5])
    left = [wheel[-1], swell[-1], STRIKE, wheel[-1], *pedal, *poly]
    assert list(keyboards.played()) == [
        *(KeyboardMessage("Left", message) for message in left),
        KeyboardMessage("Right", wheel[5]),
    ]


def test_two_keyboards_are_told_apart(driver: Driver, keyboards: Keyboards) -> None:
    """Each message bears the name of the keyboard that played it, and the one's going leaves the other."""
    driver.plugged = ["Left", "Right"]
    until(lambda: sorted(keyboards.names) == ["Left", "Right"])
    driver.heard["Right"](STRIKE)
    driver.plugged = ["Right"]
    until(lambda: keyboards.names == ["Right"])
    assert list(keyboards.played()) == [KeyboardMessage("Right", STRIKE), KeyboardMessage("Left", None)]


def test_a_busy_keyboard_keeps_no_other_from_being_heard(driver: Driver, keyboards: Keyboards) -> None:
    """A keyboard that another program holds is left, the others play, and it is heard once it is free."""
    driver.busy = {"A held one"}
    driver.plugged = ["A held one", "Keys"]
    until(lambda: keyboards.names == ["Keys"])
    driver.busy = set()
    until(lambda: sorted(keyboards.names) == ["A held one", "Keys"])


def test_a_driver_that_fails_is_asked_again(driver: Driver, keyboards: Keyboards) -> None:
    """While a driver raises, no keyboard is taken for unplugged; when it answers again new ones are found."""
    driver.plugged = ["Keys"]
    until(lambda: "Keys" in keyboards.names)
    driver.failing = True
    looked(driver)
    assert list(keyboards.played()) == []
    driver.plugged = ["Keys", "More"]
    driver.failing = False
    until(lambda: sorted(keyboards.names) == ["Keys", "More"])


def test_a_port_that_raises_as_it_ends_is_gone_all_the_same(
    driver: Driver, keyboards: Keyboards, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A port half gone raises what it likes: the unplugging is told, and the next keyboard is heard."""

    def end(_name: str) -> None:
        raise OSError("no such device")

    monkeypatch.setattr(driver, "end", end)
    driver.plugged = ["Keys"]
    until(lambda: "Keys" in keyboards.names)
    driver.plugged = ["More"]
    until(lambda: keyboards.names == ["More"])
    assert list(keyboards.played()) == [KeyboardMessage("Keys", None)]


def test_only_the_wanted_keyboards_are_heard_and_no_echo(driver: Driver) -> None:
    """Part of a name, in any case, chooses; ports of the system that echo what others play are never heard."""
    driver.plugged = ["Midi Through:0", "RtMidi output", "bedside looks", "Grand Keys 88", "Drum"]
    chosen, every = Keyboards(lambda: None, "KEYS"), Keyboards(lambda: None)
    until(lambda: bool(chosen.names) and len(every.names) == 2)
    looked(driver, 6)
    assert chosen.names == ["Grand Keys 88"]
    assert sorted(every.names) == ["Drum", "Grand Keys 88"]
    assert midi.way_and_names()[1] == ["Grand Keys 88", "Drum"]
    monitors = {thread.name for thread in threading.enumerate()}
    assert "midi-keyboards" in monitors
    for each in (chosen, every):
        each.close()
    assert "midi-keyboards" not in {thread.name for thread in threading.enumerate()}


def test_close_ends_every_port(driver: Driver, keyboards: Keyboards) -> None:
    """After close no port is held, and no one looks any more."""
    driver.plugged = ["Left", "Right"]
    until(lambda: len(driver.heard) == 2)
    keyboards.close()
    assert not driver.heard
    looks = driver.looks
    time.sleep(0.03)
    assert driver.looks == looks


def test_a_machine_without_midi_has_no_keyboards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no driver works there are no ports, hearing them does no harm, and the staff are told once."""
    monkeypatch.setattr(midiway, "first_working", lambda: (Way("RtMidi", None), None))
    said: list[str] = []
    each = Keyboards(lambda: None, say=said.append)
    assert each.names == midi.way_and_names()[1] == []
    assert list(each.played()) == []
    each.close()
    assert said == ["No MIDI keyboard is heard: no MIDI system (ALSA, JACK) of this machine answers."]


def test_a_machine_whose_midi_answers_late_is_asked_again(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A keyboard is heard also where the MIDI system of a machine answers only after bedside has started."""
    answers = iter([(Way("RtMidi", None), None), (Way("RtMidi", None), None), (Way("RtMidi", "ALSA"), driver)])
    monkeypatch.setattr(midiway, "first_working", lambda: next(answers))
    monkeypatch.setattr(midi, "_AGAIN_SECONDS", 0.005)
    driver.plugged = ["Piano"]
    each = Keyboards(lambda: None)
    until(lambda: each.names == ["Piano"])
    each.close()


def test_the_staff_are_told_nothing_while_every_keyboard_can_be_heard(driver: Driver) -> None:
    """The full way is not worth a sentence at the bed; `way_and_names` says it to those who ask."""
    said: list[str] = []
    each = Keyboards(lambda: None, say=said.append)
    looked(driver)
    each.close()
    assert said == []
    assert str(midi.way_and_names()[0]) == "MIDI keyboards are heard through ALSA, by RtMidi."


def test_ports_of_a_driver_that_fails_are_none(driver: Driver) -> None:
    """The doctor meets a failing driver with an empty list."""
    driver.failing = True
    assert midi.way_and_names()[1] == []
