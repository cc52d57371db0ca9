"""A minute in which everything happens at once: all voices sound, fingers play and the picture moves."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bedside.music.events import NoteOn, Performed, TakeBegan
from bedside.sound.engine import offline
from bedside.sound.library import loading
from bedside.stage.bed import POLYPHONY
from bench.idle import IDLE, idle
from bench.rendering import voices
from bench.verdict import at_most
from e2e.bed import bed, pads, spot, takes
from e2e.rig.eye import Eye
from e2e.rig.keyboard import Keyboard
from e2e.rig.soundcard import PROGRAM, SoundCard
from e2e.rig.touchscreen import Touchscreen

SECONDS = 60.0

# MIDI counts programs in the order in which the instruments are offered.
KEYS = range(36, 96)


@pytest.mark.timeout(900)
def test_a_minute_of_all_voices(
    touchscreen: Touchscreen, card: SoundCard, keyboard: Keyboard, tmp_path: Path, report: Callable[[str], None]
) -> None:
    """A pedal holds more notes than there are voices while two hands play on; late blocks are the card's own count.

    Beside the program runs a client in C that does next to nothing: for what that is late, the machine is.
    """
    data = tmp_path / "kept"
    chance = random.Random(5)
    names = [instrument.name for instrument in loading.load(card.rate)]
    with Eye(touchscreen) as eye, bed(touchscreen, card, data, "--free") as program, idle(card):
        program.wait_for(keyboard.connected, 30, "the keyboard to be heard")
        keyboard.program(names.index("pad"))
        keyboard.control(64, 127)
        for key in KEYS:
            keyboard.note_on(key, 50)
            time.sleep(0.02)
        time.sleep(1.0)
        before, missed, late = card.now(), card.missed, card.late()
        since = time.monotonic()
        turn = 0
        while time.monotonic() - since < SECONDS:
            x, y = spot(touchscreen, chance.choice(pads(touchscreen)), chance.uniform(0.2, 0.9))
            touchscreen.down(turn % 5, x, y)
            key = KEYS[turn * 7 % len(KEYS)]
            keyboard.note_off(key)
            keyboard.note_on(key, 40 + turn % 40)
            time.sleep(0.05)
            touchscreen.move(turn % 5, x, min(y + 0.02, 1.0))
            time.sleep(0.05)
            touchscreen.up(turn % 5)
            turn += 1
        until = time.monotonic()
        blocks = (card.now() - before) // card.block
        missed, late = card.missed - missed, card.late() - late
        frames, still = eye.frames(since, until), eye.longest_still(since, until)
        keyboard.control(64, 0)
        keyboard.control(123, 0)
        program.stop()
    take = max(takes(data), key=lambda take: sum(isinstance(each.event, NoteOn) for each in take))
    counted = sounding(take)
    assert np.median(counted) >= 0.95 * POLYPHONY, f"only {np.median(counted):.0f} voices sounded"
    report(
        f"a minute of {np.median(counted):.0f} voices (fewest {np.percentile(counted, 1):.0f} in 99 of 100 blocks), "
        f"{turn} touches: the engine late for {late[PROGRAM]} of {blocks} blocks, wanted 0: "
        f"{at_most(late[PROGRAM], 0)}; "
        f"an idle client in C for {late[IDLE]}, all others, which are Python's, for "
        f"{late.total() - late[PROGRAM] - late[IDLE]}; the probe missed {missed // card.block} blocks, "
        f"real-time {card.realtime}"
    )
    report(f"its picture: drawn {frames / (until - since):.0f} times a second, still for {still * 1000:.0f} ms at most")


def sounding(take: list[Performed]) -> np.ndarray:
    """Return how many voices sound after each block of the minute in the middle of a take, by playing it again."""
    began = take[0].event
    assert isinstance(began, TakeBegan)
    instruments = loading.load(began.rate)
    with voices(POLYPHONY) as made:
        counted = np.array([made[0].sounding for _ in offline.render(take, instruments)])
    beginning = [each.frame for each in take if isinstance(each.event, NoteOn)][len(KEYS)]
    first = beginning // began.block
    return counted[first : first + round((SECONDS - 3) * began.rate / began.block)]
