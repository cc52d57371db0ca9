"""All that hands can do to a note after its beginning, on a real keyboard: heard at the card, and in the record."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from bedside.music.events import (
    AllOff,
    Bend,
    Event,
    Expression,
    NoteOff,
    NoteOn,
    Pedal,
    Player,
    Program,
    Shape,
    Vibrato,
)
from bedside.music.keyboard import BEND_SEMITONES
from bedside.sound.engine.bending import VIBRATO_HZ, VIBRATO_SEMITONES
from bedside.sound.library import catalogue
from e2e.bed import events, listen, playing, tap_until_heard, until_recorded, wait_for_silence
from e2e.hearing import centroid_hz, hertz, level_db, line_db, pitch, wavering
from e2e.rig.keyboard import Keyboard
from e2e.rig.program import Program as RunningProgram
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

NAMES = [recipe.name for recipe in catalogue.recipes(None)]

# Two reeds of the organ beat against each other, so that a held note is now louder, now softer.
REEDS_DB = 4.0


@pytest.fixture(scope="module")
def card() -> Iterator[SoundCard]:
    """Give one sound card for all these tests."""
    with SoundCard() as card:
        yield card


@pytest.fixture(scope="module")
def keyboard(card: SoundCard) -> Iterator[Keyboard]:
    """Give one MIDI keyboard for all these tests."""
    with Keyboard(card) as keyboard:
        yield keyboard


@pytest.fixture(scope="module")
def program(
    touchscreen: Touchscreen, card: SoundCard, keyboard: Keyboard, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningProgram]:
    """Give one program for all these tests, with the keyboard heard and a take begun."""
    data = tmp_path_factory.mktemp("expression") / "kept"
    with playing(touchscreen, card, data, "--free") as program:
        program.wait_for(card.connected, 60, "the sound card to be opened")
        assert tap_until_heard(touchscreen, card, program)
        program.wait_for(keyboard.connected, 30, "the keyboard to be heard")
        yield program
        assert program.stop() == 0
        assert program.stderr.read_text() == ""


def choose(program: RunningProgram, keyboard: Keyboard, name: str) -> None:
    """Have the keyboard play an instrument."""
    number = NAMES.index(name)
    until_recorded(program, lambda: keyboard.program(number), lambda e: e == Program(Player.THERAPIST, name), name)


def strike(program: RunningProgram, keyboard: Keyboard, key: int, velocity: int = 90) -> int:
    """Strike a key, and return the note that it begins."""
    struck = until_recorded(
        program,
        lambda: keyboard.note_on(key, velocity),
        lambda event: isinstance(event, NoteOn) and event.player == Player.THERAPIST and event.key == key,
        f"key {key}",
    )
    assert isinstance(struck, NoteOn)
    return struck.note


def let_go(program: RunningProgram, keyboard: Keyboard, key: int, note: int) -> None:
    until_recorded(
        program, lambda: keyboard.note_off(key), lambda e: e == NoteOff(Player.THERAPIST, note), f"the end of key {key}"
    )


@contextmanager
def held(program: RunningProgram, keyboard: Keyboard, name: str, key: int, velocity: int = 90) -> Iterator[int]:
    """Hold a key of an instrument down, which gives its note."""
    choose(program, keyboard, name)
    note = strike(program, keyboard, key, velocity)
    yield note
    let_go(program, keyboard, key, note)


def heard(card: SoundCard, program: RunningProgram, seconds: float = 0.6, after: float = 0.4) -> NDArray[np.floating]:
    """Return, as one channel, what is heard once all that moves has arrived."""
    sound: NDArray[np.floating] = listen(card, program, seconds, after).mean(axis=1)
    return sound


def moved(program: RunningProgram, act: Callable[[], None], event: Event) -> None:
    until_recorded(program, act, lambda e: e == event, str(event))


def test_the_pitch_wheel_bends(card: SoundCard, keyboard: Keyboard, program: RunningProgram) -> None:
    """The wheel at either end is heard a whole tone higher or lower, and in its middle where the key is."""
    key = 69
    with held(program, keyboard, "organ", key):
        for position, semitones in ((0, 0.0), (8191, BEND_SEMITONES), (-8192, -BEND_SEMITONES), (0, 0.0)):
            if position or semitones != 0 or any(isinstance(event, Bend) for event in events(program.data)):
                moved(program, partial(keyboard.bend, position), Bend(Player.THERAPIST, semitones))
            at = pitch(heard(card, program), card.rate, key + semitones)
            print(f"wheel at {position}: key {at:.3f}")
            assert at == pytest.approx(key + semitones, abs=0.05)


def test_the_modulation_wheel_wavers(card: SoundCard, keyboard: Keyboard, program: RunningProgram) -> None:
    """A still note wavers in pitch at a hand's pace as far as it may once the wheel is up, and is still again after."""
    key = 76
    with held(program, keyboard, "organ", key):
        still, _ = wavering(heard(card, program, 1.5), card.rate, key)
        moved(program, lambda: keyboard.control(1, 127), Vibrato(Player.THERAPIST, 1.0))
        cents, hz = wavering(heard(card, program, 1.5), card.rate, key)
        moved(program, lambda: keyboard.control(1, 0), Vibrato(Player.THERAPIST, 0.0))
        after, _ = wavering(heard(card, program, 1.5), card.rate, key)
    print(f"wavers by {still:.1f} cents, with the wheel up by {cents:.1f} at {hz:.2f} Hz, after it by {after:.1f}")
    assert still < 6
    assert after < 6
    assert cents == pytest.approx(100 * VIBRATO_SEMITONES, rel=0.25)
    assert hz == pytest.approx(VIBRATO_HZ, rel=0.1)


def test_the_sustain_pedal_holds(card: SoundCard, keyboard: Keyboard, program: RunningProgram) -> None:
    """A key that is let go while the pedal is down sounds on undiminished, and ends when the pedal is lifted."""
    key = 64
    choose(program, keyboard, "organ")
    moved(program, lambda: keyboard.control(64, 127), Pedal(Player.THERAPIST, True))
    note = strike(program, keyboard, key)
    before = line_db(heard(card, program), card.rate, hertz(key))
    let_go(program, keyboard, key, note)
    holding = line_db(heard(card, program, after=1.0), card.rate, hertz(key))
    moved(program, lambda: keyboard.control(64, 0), Pedal(Player.THERAPIST, False))
    lifted = line_db(heard(card, program, 0.3, after=2.5), card.rate, hertz(key))
    print(f"held {before:.1f} dB, by the pedal {holding:.1f} dB, lifted {lifted:.1f} dB")
    assert holding == pytest.approx(before, abs=REEDS_DB)
    assert lifted < before - 30


def test_expression_swells(card: SoundCard, keyboard: Keyboard, program: RunningProgram) -> None:
    """The further up the swell, the louder: as the square of its share, as General MIDI 2 has it."""
    key = 67
    with held(program, keyboard, "organ", key):
        full = line_db(heard(card, program), card.rate, hertz(key))
        for value in (32, 64, 100, 127):
            moved(program, partial(keyboard.control, 11, value), Expression(Player.THERAPIST, value / 127))
            db = line_db(heard(card, program, after=0.8), card.rate, hertz(key)) - full
            print(f"expression {value}: {db:.1f} dB")
            assert db == pytest.approx(40 * np.log10(value / 127), abs=REEDS_DB)


def test_pressure_brightens(card: SoundCard, keyboard: Keyboard, program: RunningProgram) -> None:
    """Keys pressed further sound brighter, and let up again, darker."""
    key = 55
    with held(program, keyboard, "pad", key, velocity=20) as note:
        dark = centroid_hz(heard(card, program, 1.0, after=0.8), card.rate)
        moved(program, lambda: keyboard.press(127), Shape(Player.THERAPIST, note, 1.0))
        bright = centroid_hz(heard(card, program, 1.0, after=0.8), card.rate)
        moved(program, lambda: keyboard.press(0), Shape(Player.THERAPIST, note, 20 / 127))
        again = centroid_hz(heard(card, program, 1.0, after=0.8), card.rate)
    print(f"centre of gravity {dark:.0f} Hz, pressed {bright:.0f} Hz, let up {again:.0f} Hz")
    assert bright > 1.15 * dark
    assert bright > 1.15 * again


def test_all_notes_off_ends_them(card: SoundCard, keyboard: Keyboard, program: RunningProgram) -> None:
    """All notes off ends every held key, those too that the pedal holds, and silence follows."""
    keys = (60, 64, 67)
    choose(program, keyboard, "organ")
    moved(program, lambda: keyboard.control(64, 127), Pedal(Player.THERAPIST, True))
    notes = [strike(program, keyboard, key) for key in keys]
    let_go(program, keyboard, keys[0], notes[0])
    before = level_db(heard(card, program))
    moved(program, lambda: keyboard.control(123, 0), AllOff(Player.THERAPIST))
    wait_for_silence(card, program)
    ended = [event.note for event in events(program.data) if isinstance(event, NoteOff)]
    print(f"three keys at {before:.1f} dB, then silence")
    assert before > -50
    assert set(notes) <= set(ended)
    assert [event.down for event in events(program.data) if isinstance(event, Pedal)][-1] is False


def test_unplugged_with_the_pedal_down(card: SoundCard, program: RunningProgram) -> None:
    """A keyboard that is pulled out with its pedal, its wheels and a key down leaves nothing sounding, nothing bent."""
    with Keyboard(card) as second:
        program.wait_for(second.connected, 30, "the second keyboard to be heard")
        choose(program, second, "organ")
        moved(program, lambda: second.control(64, 127), Pedal(Player.THERAPIST, True))
        moved(program, lambda: second.bend(8191), Bend(Player.THERAPIST, BEND_SEMITONES))
        notes = [strike(program, second, key) for key in (62, 65)]
        let_go(program, second, 62, notes[0])
        assert level_db(heard(card, program)) > -50
        before = len(events(program.data))
    program.wait_for(lambda: Bend(Player.THERAPIST, 0.0) in events(program.data)[before:], 10, "the wheel to be let go")
    wait_for_silence(card, program)
    left = events(program.data)[before:]
    assert NoteOff(Player.THERAPIST, notes[1]) in left
    assert Pedal(Player.THERAPIST, False) in left
