"""Whatever hands do, the card gets no more than the profile allows: measured where it leaves the machine."""

import random
import time
from pathlib import Path

import pytest

from bedside.music.events import NoteOn, Player, Profile
from bedside.sound.library import catalogue
from bedside.sound.profiles import PROFILES, TRUE_PEAK_DB
from e2e.bed import bed, events, pads, spot
from e2e.hearing import level_db, short_term_lufs, true_peak_db
from e2e.rig.keyboard import Keyboard
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

SECONDS = 10.0

# Those that can be loudest, each for a while; MIDI counts programs in the order of the catalogue.
LOUD = ("organ", "drum", "bell", "bass", "glockenspiel")


def mash(touchscreen: Touchscreen, keyboard: Keyboard, chance: random.Random) -> int:
    """Strike all that ten fingers and a keyboard can reach, as hard as they can, pedal down."""
    names = [recipe.name for recipe in catalogue.recipes(None)]
    began = time.monotonic()
    keyboard.control(64, 127)
    turn = 0
    while (gone := time.monotonic() - began) < SECONDS:
        keyboard.program(names.index(LOUD[int(gone / SECONDS * len(LOUD))]))
        for finger in range(10):
            touchscreen.down(finger, *spot(touchscreen, chance.choice(pads(touchscreen)), 0.95))
        for _ in range(10):
            keyboard.note_on(chance.randrange(30, 100), 127)
        keyboard.press(127)
        keyboard.bend(chance.choice((-8192, 8191)))
        time.sleep(0.08)
        touchscreen.lift()
        turn += 1
    keyboard.control(64, 0)
    for _ in range(5):
        keyboard.control(123, 0)
        time.sleep(0.02)
    return turn


@pytest.mark.parametrize("profile", ["ward", "night"])
def test_the_worst_mash_stays_below_its_profile(
    touchscreen: Touchscreen, card: SoundCard, keyboard: Keyboard, tmp_path: Path, profile: str
) -> None:
    """Ten fingers and a keyboard at their worst for ten seconds: true peak and short-term loudness below the limits."""
    limits = PROFILES[profile]
    data = tmp_path / "kept"
    with bed(touchscreen, card, data, "--free", "--profile", profile) as program:
        program.wait_for(keyboard.connected, 30, "the keyboard to be heard")
        late, since = card.xruns, card.now()
        turns = mash(touchscreen, keyboard, random.Random(7))
        program.wait_for(lambda: card.end > since + (SECONDS + 1) * card.rate, 30, "the card to go on")
        sound = card.heard(since)
        late = card.xruns - late
        assert program.stop() == 0
    peak, loudest = true_peak_db(sound), short_term_lufs(sound, card.rate)
    played = [event for event in events(data) if isinstance(event, NoteOn)]
    print(
        f"{profile}: {len(played)} notes in {turns} turns, true peak {peak:.2f} dBTP, short-term {loudest:.2f} LUFS, "
        f"{late} blocks late"
    )
    assert Profile(profile) in events(data)
    assert {on.player for on in played} == {Player.CHILD, Player.THERAPIST}
    assert len(played) > 10 * turns
    assert peak <= TRUE_PEAK_DB
    assert loudest <= limits.loudness_lufs
    # It is the limit that keeps it there, and not that nothing was played.
    assert loudest > limits.loudness_lufs - 6
    assert level_db(sound) > limits.loudness_lufs - 12
