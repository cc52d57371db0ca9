"""The hand, touched in the worst mash: silence soon, and nothing begins by itself until it is touched again."""

import random
import threading
import time
from collections.abc import Sequence
from functools import partial
from operator import eq
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bedside.music.events import NoteOn, Player, Program, Stop, Vibrato
from bedside.sound.library import catalogue
from bedside.stage.input.seats import Control
from e2e.bed import bed, button, events, pads, sides, spot, takes, tap_until_heard, until_recorded
from e2e.control import ledger, until_chosen
from e2e.rig.keyboard import Keyboard
from e2e.rig.program import Program as RunningProgram
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

NAMES = [recipe.name for recipe in catalogue.recipes(None)]

STOP_SECONDS = 0.3

# Time in which nothing may begin by itself after a stop.
STILL_SECONDS = 4.0


class Masher:
    """Strikes a keyboard's keys without pause, from another thread, while it goes."""

    def __init__(self, keyboard: Keyboard) -> None:
        self._keyboard = keyboard
        self._chance = random.Random(5)
        self._striking = threading.Lock()
        self._going = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(5.0)

    def go(self) -> None:
        """Begin to strike."""
        self._going = True

    def pause(self) -> None:
        """Strike nothing more, from the moment on at which this returns."""
        with self._striking:
            self._going = False

    def _run(self) -> None:
        while not self._ended.wait(0.008):
            with self._striking:
                if self._going:
                    self._keyboard.note_on(self._chance.randrange(36, 96), 127)
                    self._keyboard.note_off(self._chance.randrange(36, 96))


def drum(screen: Touchscreen, fingers: Sequence[int], seconds: float, chance: random.Random) -> None:
    """Drum with fingers, which are down in the end."""
    there = pads(screen)
    until = time.monotonic() + seconds
    while True:
        for finger in fingers:
            screen.down(finger, *spot(screen, chance.choice(there), 0.9))
        time.sleep(0.05)
        if time.monotonic() > until:
            break
        for finger in fingers:
            screen.up(finger)


def stir(screen: Touchscreen, fingers: Sequence[int], seconds: float, chance: random.Random) -> None:
    """Move fingers that are down from pad to pad."""
    there = pads(screen)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        screen.move(chance.choice(fingers), *spot(screen, chance.choice(there), chance.uniform(0.1, 0.9)))
        time.sleep(0.01)


def reach(card: SoundCard, program: RunningProgram, frame: float) -> None:
    """Wait until the card has come to a frame."""
    program.wait_for(lambda: card.end > frame, 30, "the card to go on")


def ended(sound: NDArray[np.floating], rate: int) -> float:
    """Return after how many seconds of a sound the last frame comes that is not exactly silent."""
    loud = np.flatnonzero(sound.any(axis=1))
    return (loud[-1] + 1) / rate if loud.size else 0.0


def played(data: Path) -> list[NoteOn]:
    return [event for event in events(data) if isinstance(event, NoteOn)]


def test_the_hand_stops_everything(
    touchscreen: Touchscreen, card: SoundCard, keyboard: Keyboard, tmp_path: Path
) -> None:
    """In the worst mash a touch of the hand is followed by exact silence, however hands go on; another one undoes it.

    Three times: a machine that others use may be slow once. Nothing begins by itself, also when play goes on again.
    """
    data = tmp_path / "kept"
    chance = random.Random(8)
    hand = button(touchscreen, sides(touchscreen)[Player.CHILD], Control.HAND)
    fingers = range(9)
    took = []
    with bed(touchscreen, card, data, "--free") as program, Masher(keyboard) as masher:
        program.wait_for(keyboard.connected, 30, "the keyboard to be heard")
        # Only in a take is a program change recorded.
        assert tap_until_heard(touchscreen, card, program)
        organ = Program(Player.THERAPIST, "organ")
        until_recorded(program, lambda: keyboard.program(NAMES.index("organ")), lambda each: each == organ, "the organ")
        for turn in range(1, 4):
            keyboard.control(64, 127)
            masher.go()
            drum(touchscreen, fingers, 1.5, chance)
            at = card.now()
            touchscreen.down(9, *hand)
            stir(touchscreen, fingers, STILL_SECONDS, chance)
            reach(card, program, at + STILL_SECONDS * card.rate)
            took.append(ended(card.heard(at), card.rate))
            until_chosen(program, "stop", "", "child", turn)
            masher.pause()
            touchscreen.lift()
            # Keyboards speak in order: with this all that was struck has been heard.
            wheel = Vibrato(Player.THERAPIST, float(turn % 2))
            until_recorded(program, partial(keyboard.control, 1, 127 * (turn % 2)), partial(eq, wheel), "it")
            since, before = card.now(), len(played(data))
            touchscreen.tap(9, *hand)
            until_chosen(program, "go on", "", "child", turn)
            reach(card, program, since + card.rate)
            began = played(data)[before:]
            assert not card.heard(since)[: card.rate].any(), f"something began by itself: {began}"
            assert tap_until_heard(touchscreen, card, program)
        masher.go()
        struck = len(played(data))
        program.wait_for(
            lambda: any(on.player == Player.THERAPIST for on in played(data)[struck:]), 30, "the keyboard to play on"
        )
        masher.pause()
        assert program.stop() == 0
        assert program.stderr.read_text() == ""
    print("silent after " + ", ".join(f"{seconds * 1000:.0f} ms" for seconds in took))
    assert min(took) < STOP_SECONDS
    assert max(took) < 1.0
    made = [choice for choice in ledger(data) if choice.what != "sound"]
    assert [(choice.what, choice.by) for choice in made] == [("stop", "child"), ("go on", "child")] * 3
    take = takes(data)[-1]
    # The touch that lifts the hand lands on it first, and that is a stop too.
    stops = [each.frame for each in take if isinstance(each.event, Stop)][:6:2]
    resumed = [choice.frame for choice in ledger(data) if choice.what == "go on" and choice.frame is not None]
    notes = [each.frame for each in take if isinstance(each.event, NoteOn)]
    for begin, end in zip(stops, resumed, strict=True):
        assert end - begin > 0.9 * STILL_SECONDS * card.rate
        assert not [frame for frame in notes if begin < frame < end]
