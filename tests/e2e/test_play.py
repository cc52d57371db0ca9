"""A child plays: real fingers, a real keyboard, a real sound card, and what is left afterwards."""

import random
import time
from pathlib import Path

import numpy as np
import soundfile

from bedside.music.events import (
    AllOff,
    Bend,
    Expression,
    Glide,
    NoteOff,
    NoteOn,
    Pedal,
    Performed,
    Player,
    Profile,
    Program,
    Reverb,
    Shape,
    Source,
    TakeEnded,
    Vibrato,
)
from bedside.sound.library import catalogue
from e2e.bed import answer, bed, bedside, loudness, pads, playing, spot, takes, tap_until_heard, wait_for_silence
from e2e.replay import Comparison, compare
from e2e.rig.keyboard import Keyboard
from e2e.rig.program import Program as RunningProgram
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen


def ons(take: list[Performed]) -> list[NoteOn]:
    return [performed.event for performed in take if isinstance(performed.event, NoteOn)]


def test_ten_fingers_play_ten_notes(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """Ten fingers sound ten keys, each heard at the card and kept as the child's; lifted, they leave silence."""
    with bed(touchscreen, card, tmp_path / "kept") as program:
        before = card.now()
        for finger, pad in enumerate(pads(touchscreen)):
            touchscreen.down(finger, *spot(touchscreen, pad))
        program.wait_for(lambda: card.end > before + card.rate, 30, "a second of sound")
        sound = card.heard(before)[: card.rate].mean(axis=1)
        for finger in range(10):
            touchscreen.up(finger)
        wait_for_silence(card, program)
        assert program.stop() == 0
    take = takes(tmp_path / "kept")[-1]
    played = ons(take)[-10:]
    assert sorted(on.key for on in played) == sorted(pad.key for pad in pads(touchscreen))
    assert {(on.player, on.source) for on in played} == {(Player.CHILD, Source.TOUCH)}
    numbers = [on.note for on in played]
    assert {p.event.note for p in take if isinstance(p.event, NoteOff)} >= set(numbers)
    beside = 2 ** (0.5 / 12)
    for pad in pads(touchscreen):
        hz = 440 * 2 ** ((pad.key - 69) / 12)
        around = max(loudness(sound, hz * beside, card.rate), loudness(sound, hz / beside, card.rate))
        assert loudness(sound, hz, card.rate) > 5 * around, pad


def test_the_first_touch_sounds(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """No menu stands before the first touch: the first finger on the window is heard, and begins a take."""
    with playing(touchscreen, card, tmp_path / "kept") as program:
        program.wait_for(card.connected, 60, "the sound card to be opened")
        assert tap_until_heard(touchscreen, card, program)
        assert program.stop() == 0
    (take,) = takes(tmp_path / "kept")
    assert isinstance(take[-1].event, TakeEnded)


# What a keyboard plays on. On the drum some keys are choked by another, as a cymbal by a hand.
PLAYED_ON = ("marimba", "choir", "drum", "organ")


def choked() -> list[int]:
    """Return a key of the drum and another that chokes it."""
    pieces = next(patch for patch in catalogue.shipped_patches() if patch.name == "drum").pieces
    other = next(piece for piece in pieces if piece.off_by)
    return [next(piece for piece in pieces if piece.group == other.off_by).lowest, other.lowest]


def live_take(
    touchscreen: Touchscreen,
    card: SoundCard,
    keyboard: Keyboard,
    program: RunningProgram,
    chance: random.Random,
    seconds: float = 21.0,
) -> int:
    """Play touches and keys on many instruments with all that bends, holds and slides; return from which frame on."""
    names = [recipe.name for recipe in catalogue.recipes(None)]
    wait_for_silence(card, program)
    before = card.now()
    ends = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < ends:
        on = PLAYED_ON[turn % len(PLAYED_ON)]
        # The child has the harp, and now and then what a finger slides on.
        touchscreen.key("F12" if turn % 4 == 3 else "F2")
        keyboard.program(names.index(on))
        keys = choked() if on == "drum" else [chance.randrange(48, 84)]
        keyboard.control(64, 127 * (turn % 3 == 1))
        fingers = chance.sample(range(6), 3)
        for finger in fingers:
            touchscreen.down(finger, *spot(touchscreen, chance.choice(pads(touchscreen)), chance.uniform(0.1, 0.9)))
            time.sleep(chance.uniform(0.01, 0.08))
        for key in keys:
            keyboard.note_on(key, chance.randrange(20, 127))
            time.sleep(chance.uniform(0.05, 0.2))
        x, y = chance.uniform(0.05, 0.95), chance.uniform(0.05, 0.95)
        for step in range(8):
            touchscreen.move(fingers[0], x + 0.04 * step * (0.5 - x), y)
            keyboard.bend(chance.choice((-8192, -3000, 0, 5000, 8191)))
            keyboard.control(chance.choice((1, 11)), chance.randrange(0, 128))
            keyboard.press(chance.randrange(0, 128))
            time.sleep(chance.uniform(0.01, 0.04))
        for finger in fingers:
            touchscreen.up(finger)
        for key in keys:
            keyboard.note_off(key)
        turn += 1
    # JACK loses the MIDI of a cycle in which somebody is late, a key's release too.
    for _ in range(5):
        keyboard.control(123, 0)
        time.sleep(0.02)
    return before


def test_what_was_heard_is_what_render_gives(
    touchscreen: Touchscreen, card: SoundCard, keyboard: Keyboard, tmp_path: Path
) -> None:
    """Twenty seconds of all that hands can do, on six instruments, render to the very bits that the card got.

    Bends, wavers, swells, slides, the pedal, a choked cymbal, the room and the profile among them.
    """
    data = tmp_path / "kept"
    with bed(touchscreen, card, data, "--free", "--profile", "quiet") as program:
        program.wait_for(keyboard.connected, 30, "the keyboard to be heard")
        late = Comparison.late(card)
        before = live_take(touchscreen, card, keyboard, program, random.Random(4))
        wait_for_silence(card, program)
        end = card.end
        late = Comparison.late(card) - late
        assert program.stop() == 0
    assert len(takes(data)) == 2
    take = takes(data)[-1]
    kinds = {type(p.event) for p in take}
    assert kinds >= {Bend, Vibrato, Expression, Pedal, Shape, Glide, AllOff, Program, Reverb, Profile}
    assert Profile("quiet") in [p.event for p in take]
    assert {p.event.instrument for p in take if isinstance(p.event, Program)} >= {"harp", "pad", *PLAYED_ON}
    assert {on.player for on in ons(take)} == {Player.CHILD, Player.THERAPIST}
    out = tmp_path / "take.wav"
    assert bedside("render", "last", "--out", str(out), data=data).returncode == 0
    rendered, rate = soundfile.read(out, dtype="float32", always_2d=True)
    assert rate == card.rate
    sounding = np.flatnonzero(rendered.any(axis=1))
    assert sounding[-1] - sounding[0] > 20 * rate
    # The card's blocks begin at multiples of a block from its first frame on.
    compared = compare(card.heard(before)[: end - before], rendered, (card.first - before) % card.block, card.block)
    print(compared, f"{late} late")
    compared.require(late)


def test_a_keyboard_comes_and_goes(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """Unplugged with a key down, its note ends; plugged in again, it plays. How soon, `make bench` says."""
    data = tmp_path / "kept"
    with bed(touchscreen, card, data) as program:
        for round_ in range(3):
            with Keyboard(card) as keyboard:
                program.wait_for(keyboard.connected, 30, "the keyboard to be heard")
                keyboard.program(2)

                def struck(keyboard: Keyboard = keyboard, key: int = 60 + round_) -> bool:
                    # Again and again, because JACK loses the MIDI of a cycle in which somebody is late.
                    keyboard.note_on(key, 100)
                    time.sleep(0.3)
                    return len(held(data)) == 1

                program.wait_for(struck, 30, "the key to be recorded")
                touchscreen.tap(0, *spot(touchscreen, pads(touchscreen)[round_]))
            program.wait_for(lambda: not held(data), 30, "the key to be released")
        assert program.stop() == 0
    notes = ons(takes(data)[-1])
    assert [on.source for on in notes].count(Source.MIDI) >= 3
    assert [on.source for on in notes if on.player == Player.CHILD].count(Source.TOUCH) >= 3


def held(data: Path) -> set[int]:
    """Return the therapist's notes that sound at the end of the record."""
    sounding = set()
    for performed in takes(data)[-1] if takes(data) else []:
        match performed:
            case Performed(_, NoteOn(Player.THERAPIST, note)):
                sounding.add(note)
            case Performed(_, NoteOff(Player.THERAPIST, note)):
                sounding.discard(note)
    return sounding


def test_a_take_ends_on_leaving_and_nothing_is_left_running(
    touchscreen: Touchscreen, card: SoundCard, tmp_path: Path
) -> None:
    """Leaving ends the take with everything faded, says nothing, and leaves no process behind."""
    data = tmp_path / "kept"
    with bed(touchscreen, card, data) as program:
        touchscreen.down(0, *spot(touchscreen, pads(touchscreen)[2]))
        program.wait_for(lambda: len(takes(data)) == 2 and ons(takes(data)[-1]), 10, "the note to be recorded")
        assert program.stop() == 0
        assert program.children() == []
        assert program.stderr.read_text() == ""
        assert program.stdout.read_text() == ""
    *_, listed = answer("takes", data=data)
    assert listed["players"] == ["child"]
    assert listed["notes"] == len(ons(takes(data)[-1]))
    assert isinstance(takes(data)[-1][-1].event, TakeEnded)
