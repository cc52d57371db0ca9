"""Every instrument there is, asked for by a keyboard's program change, on a real sound card; the user's own too."""

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bedside.music.events import Lost, NoteOff, NoteOn, Player, Program
from bedside.sound.library import catalogue
from e2e.bed import (
    bed,
    bedside,
    events,
    listen,
    pads,
    playing,
    spot,
    tap_until_heard,
    until_recorded,
    wait_for_silence,
)
from e2e.hearing import Sound, hertz, level_db, line_db, pitch
from e2e.replay import Comparison, compare
from e2e.rig.keyboard import Keyboard
from e2e.rig.program import Program as RunningProgram
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

PATCHES = {patch.name: patch for patch in catalogue.shipped_patches()}
SETS = ("drum", "nature")

# Each of their lines is a pair, which only a sound that is longer than a beat shows at its middle.
BEATING = ("handpan", "bowl", "bell", "organ")

# Neighbours in the order of programs play keys that are no partials of each other.
APART = (0, 5, 1, 6, 2, 7, 3)

HEARD_DB = -60.0


def strike(program: RunningProgram, keyboard: Keyboard, key: int, velocity: int = 100) -> Callable[[], None]:
    """Strike a key until the record has it, and let it go some time later by what this returns."""
    struck = until_recorded(
        program,
        lambda: keyboard.note_on(key, velocity),
        lambda event: isinstance(event, NoteOn) and event.player == Player.THERAPIST and event.key == key,
        f"key {key}",
    )

    assert isinstance(struck, NoteOn)
    note = struck.note

    def let_go() -> None:
        ended = NoteOff(Player.THERAPIST, note)
        until_recorded(program, lambda: keyboard.note_off(key), lambda event: event == ended, f"the end of key {key}")

    return let_go


def quiet(card: SoundCard, key: int) -> bool:
    """Say whether next to nothing was heard lately at a key and an octave above it."""
    lately = card.heard(card.end - card.rate // 3).mean(axis=1)
    return max(line_db(lately, card.rate, hertz(each)) for each in (key, key + 12)) < -70


def loudest_db(sound: Sound, rate: int) -> float:
    """Return the level of the loudest tenth of a second of a mono sound, in dB of full scale."""
    return max(level_db(sound[start : start + rate // 10]) for start in range(0, len(sound) - rate // 10, rate // 20))


def choose(program: RunningProgram, keyboard: Keyboard, name: str, number: int) -> None:
    chosen = Program(Player.THERAPIST, name)
    until_recorded(program, lambda: keyboard.program(number), lambda event: event == chosen, name, 180)


def test_every_instrument_is_heard(
    touchscreen: Touchscreen, card: SoundCard, keyboard: Keyboard, tmp_path: Path
) -> None:
    """Each program change brings the instrument that the catalogue counts there; it is heard, and at its key."""
    with bed(touchscreen, card, tmp_path / "kept", "--free") as program:
        program.wait_for(keyboard.connected, 30, "the keyboard to be heard")
        # A take begins with a note, and only in a take is a program change recorded.
        assert tap_until_heard(touchscreen, card, program)
        for number, (name, patch) in enumerate(PATCHES.items()):
            choose(program, keyboard, name, number)
            key = patch.register + APART[number % len(APART)]
            # What rings from before is not to be taken for it.
            program.wait_for(partial(quiet, card, key), 60, "what rang at the key to fade")
            before = listen(card, program, 0.3).mean(axis=1)
            since = card.now()
            let_go = strike(program, keyboard, key)
            # Low lines lie close together: only a longer sound tells them apart.
            sound = listen(card, program, 2.0 if name in BEATING else 1.0 if key < 48 else 0.5).mean(axis=1)
            let_go()
            # A drum has faded before the record has it.
            loud = loudest_db(card.heard(since).mean(axis=1), card.rate)
            assert loud > HEARD_DB, name
            if name in SETS:
                assert loud > loudest_db(before, card.rate) + 3, name
                print(f"{name}: {loud:.1f} dB")
                continue
            # A tubular bell's strike note is heard an octave below its fourth mode, and no line lies there.
            line = key + 12 if name == "bell" else key
            at, risen = pitch(sound, card.rate, line, 0.025), line_db(sound, card.rate, hertz(line))
            risen -= line_db(before, card.rate, hertz(line))
            print(f"{name}: {loud:.1f} dB, key {line} heard at {at:.3f}, risen by {risen:.1f} dB")
            assert at == pytest.approx(line, abs=0.1), name
            assert risen > 12, name
        assert program.stop() == 0
        assert program.stderr.read_text() == ""
    chosen = [event.instrument for event in events(tmp_path / "kept") if isinstance(event, Program)]
    assert set(PATCHES) <= set(chosen)


OWN_HZ = 333.0

OWN_SFZ = """
<group> loop_mode=loop_continuous ampeg_release=0.3 amp_veltrack=80
<region> sample=glass.wav pitch_keycenter=60 lokey=36 hikey=96
"""


def make_own(folder: Path, rate: int = 44100) -> None:
    """Write a folder of samples of a glass that no equal temperament has: seamless, a second long."""
    folder.mkdir(parents=True)
    phase = 2 * np.pi * OWN_HZ * np.arange(rate) / rate
    soundfile.write(folder / "glass.wav", 0.3 * np.sin(phase) + 0.1 * np.sin(3 * phase), rate, subtype="PCM_24")
    (folder / "glass.sfz").write_text(OWN_SFZ)


def test_a_folder_of_the_users_is_an_instrument(
    touchscreen: Touchscreen, card: SoundCard, keyboard: Keyboard, tmp_path: Path
) -> None:
    """Samples in the data folder are the program after the shipped ones; they sound as they are, live and rendered."""
    data = tmp_path / "kept"
    make_own(data / "sounds" / "Glass")
    with bed(touchscreen, card, data, "--free") as program:
        program.wait_for(keyboard.connected, 30, "the keyboard to be heard")
        own = catalogue.recipes(data / "sounds")[len(PATCHES)].name
        late = Comparison.late(card)
        since = card.now()
        # The take that this touch begins has the program.
        assert tap_until_heard(touchscreen, card, program)
        choose(program, keyboard, own, len(PATCHES))
        for key in (60, 67, 45):
            let_go = strike(program, keyboard, key)
            sound = listen(card, program, 0.6).mean(axis=1)
            let_go()
            hz = OWN_HZ * 2 ** ((key - 60) / 12)
            wanted = 69 + 12 * math.log2(hz / 440)
            at = pitch(sound, card.rate, wanted, 0.02)
            print(f"{own}: key {key} heard at {440 * 2 ** ((at - 69) / 12):.2f} Hz, wanted {hz:.2f} Hz")
            assert at == pytest.approx(wanted, abs=0.03)
            assert line_db(sound, card.rate, hz) > -50
        wait_for_silence(card, program)
        heard = card.heard(since)
        late = Comparison.late(card) - late
        assert program.stop() == 0
        assert program.stderr.read_text() == ""
    out = tmp_path / "take.wav"
    assert bedside("render", "last", "--out", str(out), data=data).returncode == 0
    rendered, _ = soundfile.read(out, dtype="float32", always_2d=True)
    compared = compare(heard, rendered, (card.first - since) % card.block, card.block)
    print(compared, f"{late} late")
    compared.require(late)


def test_a_first_start_plays_while_the_rest_is_made(
    touchscreen: Touchscreen, card: SoundCard, keyboard: Keyboard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing baked the first touch is soon heard; an instrument asked for too early is taken when it is there."""
    monkeypatch.setenv("BEDSIDE_CACHE", str(tmp_path / "cache"))
    made = tmp_path / "cache" / "instruments"
    data = tmp_path / "kept"
    last = list(PATCHES)[-2]

    def there() -> set[str]:
        return {file.name.split("-")[0] for file in made.glob("*.tables")}

    began = card.now()
    with playing(touchscreen, card, data, "--free") as program:
        program.wait_for(card.connected, 60, "the sound card to be opened")
        assert tap_until_heard(touchscreen, card, program)
        onset = card.onset(began)
        assert onset is not None
        first = (onset - began) / card.rate
        program.wait_for(keyboard.connected, 30, "the keyboard to be heard")
        late, blocks, missed = card.xruns, card.now() // card.block, card.missed
        keyboard.program(list(PATCHES).index(last))
        assert last not in there()
        early = len(events(data))
        turn = 0
        row = pads(touchscreen)

        def taken() -> bool:
            nonlocal turn
            turn += 1
            touchscreen.tap(0, *spot(touchscreen, row[turn % len(row)]), 0.05)
            # Asked again after some time, because JACK loses the MIDI of a cycle in which somebody is late.
            if turn % 50 == 0:
                keyboard.program(list(PATCHES).index(last))
            return Program(Player.THERAPIST, last) in events(data)[early:]

        program.wait_for(taken, 240, f"the {last} to be there")
        assert last in there()
        seconds = (card.now() - began) / card.rate
        late, blocks = card.xruns - late, card.now() // card.block - blocks
        missed = (card.missed - missed) // card.block
        let_go = strike(program, keyboard, PATCHES[last].register)
        sound = listen(card, program, 0.5)
        let_go()
        assert level_db(sound) > HEARD_DB
        program.wait_for(lambda: there() == set(PATCHES), 120, "all instruments to be made")
        assert program.stop() == 0
        assert program.stderr.read_text() == ""
    print(
        f"first touch heard {first:.1f} s after the command, the {last} taken {seconds:.1f} s after it; {late} blocks "
        f"late of {blocks} meanwhile, the rig itself missed {missed}"
    )
    assert first < 30
    touches = [event for event in events(data)[early:] if isinstance(event, NoteOn) and event.player == Player.CHILD]
    assert len(touches) >= turn
    # Its sound was never lost, however busy the machine.
    assert not [event for event in events(data) if isinstance(event, Lost)]
    assert late < 0.25 * blocks
