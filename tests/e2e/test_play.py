"""A child plays: real fingers, a real keyboard, a real sound card, and what is left afterwards."""

import random
import time
from itertools import pairwise

import numpy as np
import soundfile

from bedside.music.events import NoteOff, NoteOn, Performed, Player, Program, Source, TakeEnded
from e2e.bed import answer, bed, bedside, loudness, pads, playing, spot, takes, tap_until_heard, wait_for_silence
from e2e.rig.keyboard import Keyboard


def ons(take):
    return [performed.event for performed in take if isinstance(performed.event, NoteOn)]


def test_ten_fingers_play_ten_notes(touchscreen, card, tmp_path):
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
    (take,) = takes(tmp_path / "kept")
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


def test_the_first_touch_sounds(touchscreen, card, tmp_path):
    """No menu stands before the first touch: the first finger on the window is heard, and begins a take."""
    with playing(touchscreen, card, tmp_path / "kept") as program:
        program.wait_for(card.connected, 60, "the sound card to be opened")
        assert tap_until_heard(touchscreen, card, program)
        assert program.stop() == 0
    (take,) = takes(tmp_path / "kept")
    assert isinstance(take[-1].event, TakeEnded)


def live_take(touchscreen, card, keyboard, program, chance, seconds=21.0):
    """Play touches with a harp and keys with three other instruments, and return from which frame on."""
    wait_for_silence(card, program)
    before = card.now()
    ends = time.monotonic() + seconds
    instrument = 0
    while time.monotonic() < ends:
        keyboard.program(1 + instrument % 3)
        instrument += 1
        key = chance.randrange(48, 84)
        fingers = chance.sample(range(6), 3)
        for finger in fingers:
            touchscreen.down(finger, *spot(touchscreen, chance.choice(pads(touchscreen)), chance.uniform(0.1, 0.9)))
            time.sleep(chance.uniform(0.01, 0.08))
        keyboard.note_on(key, chance.randrange(20, 127))
        time.sleep(chance.uniform(0.05, 0.3))
        touchscreen.move(fingers[0], chance.uniform(0.05, 0.95), chance.uniform(0.05, 0.95))
        time.sleep(chance.uniform(0.05, 0.3))
        for finger in fingers:
            touchscreen.up(finger)
        keyboard.note_off(key)
    # JACK loses the MIDI of a cycle in which somebody is late, a key's release too.
    for _ in range(5):
        keyboard.control(123, 0)
        time.sleep(0.02)
    return before


def test_what_was_heard_is_what_render_gives(touchscreen, card, keyboard, tmp_path):
    """Twenty seconds of touches and MIDI keys on four instruments render to the very bits that the card got.

    A machine that is shared is late for a block now and then; that block is lost, an old one is heard again, or parts
    of both, and the rig counts it. All other blocks are those of the rendering, each once and in order; without late
    ones, all of them.
    """
    data = tmp_path / "kept"
    with bed(touchscreen, card, data, "--free") as program:
        program.wait_for(keyboard.connected, 30, "the keyboard to be heard")
        program.wait_for(lambda: isinstance(takes(data)[-1][-1].event, TakeEnded), 60, "the first take to end")
        late = card.missed // card.block + card.xruns
        before = live_take(touchscreen, card, keyboard, program, random.Random(4))
        wait_for_silence(card, program)
        end = card.end
        late = card.missed // card.block + card.xruns - late
        assert program.stop() == 0
    assert len(takes(data)) == 2
    take = takes(data)[-1]
    assert {p.event.instrument for p in take if isinstance(p.event, Program)} >= {"harp", "marimba", "pad", "drum"}
    assert {on.player for on in ons(take)} == {Player.CHILD, Player.THERAPIST}
    out = tmp_path / "take.wav"
    assert bedside("render", "last", "--out", str(out), data=data).returncode == 0
    rendered, rate = soundfile.read(out, dtype="float32", always_2d=True)
    assert rate == card.rate
    heard = card.heard(before)[: end - before]
    sounding = np.flatnonzero(rendered.any(axis=1))
    assert sounding[-1] - sounding[0] > 20 * rate
    if not late:
        first = int(np.flatnonzero(heard.any(axis=1))[0]) - int(sounding[0])
        lasting = int(sounding[-1]) + 1
        assert heard[first : first + lasting].tobytes() == rendered[:lasting].tobytes()
        assert not heard[first + lasting :].any()
    # The card's blocks begin at multiples of a block from its first frame on.
    phase = (card.first - before) % card.block
    there = {block.tobytes(): number for number, block in enumerate(blocks(rendered, card.block)) if block.any()}
    sounded = [block for block in blocks(heard[phase:], card.block) if block.any()]
    known = [there[block.tobytes()] for block in sounded if block.tobytes() in there]
    strange = [block for block in sounded if block.tobytes() not in there]
    again = sum(b <= a for a, b in pairwise(known))
    lost = len(there) - len(set(known))
    print(f"{len(there) - lost} of {len(there)} blocks to the bit, {again} twice, {len(strange)} torn; {late} late")
    assert again + len(strange) <= late
    assert lost <= 2 * late
    assert lost < 0.2 * len(there)


def blocks(sound, frames):
    return [sound[start : start + frames] for start in range(0, len(sound) - frames + 1, frames)]


def test_a_keyboard_comes_and_goes(touchscreen, card, tmp_path):
    """Unplugged with a key down, its note ends within 1.5 s; plugged in again, it plays within 3 s."""
    data = tmp_path / "kept"
    with bed(touchscreen, card, data) as program:
        for round_ in range(3):
            with Keyboard(card) as keyboard:
                plugged = time.monotonic()
                program.wait_for(keyboard.connected, 30, "the keyboard to be heard")
                assert time.monotonic() - plugged < 3.0
                keyboard.program(2)

                def struck(keyboard=keyboard, key=60 + round_):
                    # Again and again, because JACK loses the MIDI of a cycle in which somebody is late.
                    keyboard.note_on(key, 100)
                    time.sleep(0.3)
                    return len(held(data)) == 1

                program.wait_for(struck, 10, "the key to be recorded")
                touchscreen.tap(0, *spot(touchscreen, pads(touchscreen)[round_]))
            unplugged = time.monotonic()
            program.wait_for(lambda: not held(data), 10, "the key to be released")
            assert time.monotonic() - unplugged < 1.5 + 0.3
        assert program.stop() == 0
    notes = ons(takes(data)[-1])
    assert [on.source for on in notes].count(Source.MIDI) >= 3
    assert [on.source for on in notes if on.player == Player.CHILD].count(Source.TOUCH) >= 3


def held(data):
    """Return the therapist's notes that sound at the end of the record."""
    sounding = set()
    for performed in takes(data)[-1] if takes(data) else []:
        match performed:
            case Performed(_, NoteOn(Player.THERAPIST, note)):
                sounding.add(note)
            case Performed(_, NoteOff(Player.THERAPIST, note)):
                sounding.discard(note)
    return sounding


def test_a_take_ends_on_leaving_and_nothing_is_left_running(touchscreen, card, tmp_path):
    """Leaving ends the take with everything faded, says nothing, and leaves no process behind."""
    data = tmp_path / "kept"
    with bed(touchscreen, card, data) as program:
        touchscreen.down(0, *spot(touchscreen, pads(touchscreen)[2]))
        program.wait_for(lambda: len(ons(takes(data)[-1])) >= 2, 10, "the note to be recorded")
        assert program.stop() == 0
        assert program.children() == []
        assert program.stderr.read_text() == ""
        assert program.stdout.read_text() == ""
    (listed,) = answer("takes", data=data)
    assert listed["players"] == ["child"]
    assert listed["notes"] == len(ons(takes(data)[-1]))
    assert isinstance(takes(data)[-1][-1].event, TakeEnded)
