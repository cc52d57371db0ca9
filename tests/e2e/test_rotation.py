"""A tablet that is turned round while fingers play: nothing is lost, and all is touched where it is drawn."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from bedside.music.events import Event, NoteOff, NoteOn
from bedside.music.pad import Pad
from e2e.bed import bed, events, pads, playing, spot, tap_until_heard, until_recorded
from e2e.rig.program import Program
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen
from e2e.rig.windowmanager import window_manager

pytestmark = [pytest.mark.alone, pytest.mark.slow]

UPRIGHT, FLAT = (800, 1280), (1280, 800)
TURNS = 10


@pytest.fixture
def desktop(touchscreen: Touchscreen) -> Iterator[Touchscreen]:
    """Give the screen a window manager: it is what makes a window as large as a screen that was turned."""
    with window_manager(touchscreen.env):
        yield touchscreen
        touchscreen.lift()
        touchscreen.resize(FLAT)


def settled(screen: Touchscreen, program: Program, folder: Path) -> NDArray[np.int16]:
    """Return the levels of the screen once it no longer changes, but for the world's falling asleep."""
    shot = folder / "screen.png"
    last = [look(screen, shot)]

    def still() -> bool:
        time.sleep(0.5)
        last.append(look(screen, shot))
        return bool(last[-1].shape == last[-2].shape and np.abs(last[-1] - last[-2]).max() <= 1)

    program.wait_for(still, 30, "the picture to come to rest")
    return last[-1]


def look(screen: Touchscreen, shot: Path) -> NDArray[np.int16]:
    screen.screenshot(shot)
    return pygame.surfarray.array3d(pygame.image.load(shot)).astype(np.int16)


def has(program: Program, event: Event) -> bool:
    """Return whether the record has an event."""
    return event in events(program.data)


def hold(screen: Touchscreen, program: Program, finger: int, pad: Pad) -> NoteOn:
    """Put a finger on a pad until the record has its note."""
    x, y = spot(screen, pad)

    def touch() -> None:
        if finger in screen.held:
            screen.up(finger)
        screen.down(finger, x, y)

    struck = until_recorded(program, touch, lambda event: isinstance(event, NoteOn) and event.key == pad.key, "a note")
    assert isinstance(struck, NoteOn)
    return struck


def test_ten_fingers_hold_and_let_go_while_the_screen_turns(
    desktop: Touchscreen, card: SoundCard, tmp_path: Path
) -> None:
    """Ten turns, both ways, with ten fingers down: each note ends with its finger; then every pad plays as drawn."""
    with bed(desktop, card, tmp_path / "kept") as program:
        there = pads(desktop)
        held = {}
        for finger in range(10):
            pad = there[finger % len(there)]
            held[finger] = hold(desktop, program, finger, pad)
        for turn in range(TURNS):
            desktop.resize(UPRIGHT if turn % 2 == 0 else FLAT)
            ended = NoteOff(held[turn].player, held[turn].note)
            desktop.up(turn)
            program.wait_for(partial(has, program, ended), 20, f"note {turn} to end")
        begun = {event.note for event in events(program.data) if isinstance(event, NoteOn)}
        assert begun == {event.note for event in events(program.data) if isinstance(event, NoteOff)}
        for size in (UPRIGHT, FLAT):
            desktop.resize(size)
            for number, pad in enumerate(pads(desktop)):
                hold(desktop, program, number % 10, pad)
                desktop.up(number % 10)
        assert program.stop() == 0
        assert program.stderr.read_text() == ""


def test_the_picture_is_that_of_a_fresh_start(desktop: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """After ten turns nothing of another size is left on the screen."""
    with playing(desktop, card, tmp_path / "turned", "--look", "still") as program:
        assert tap_until_heard(desktop, card, program)
        for turn in range(TURNS + 1):
            desktop.resize(UPRIGHT if turn % 2 == 0 else FLAT)
        turned = settled(desktop, program, tmp_path)
        assert program.stop() == 0
    with playing(desktop, card, tmp_path / "fresh", "--look", "still") as program:
        assert tap_until_heard(desktop, card, program)
        fresh = settled(desktop, program, tmp_path)
        assert program.stop() == 0
    assert turned.shape[:2] == UPRIGHT
    # Both may be a little asleep, one more than the other.
    assert np.abs(turned - fresh).max() <= 6
