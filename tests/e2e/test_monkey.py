"""Thousands of random touches on the real screen, and the program plays."""

import os
import random
import time
from pathlib import Path

from bedside.music.events import Player
from bedside.stage.input.seats import Control
from e2e.bed import bed, button, events, pads, sides, spot
from e2e.control import ledger
from e2e.rig.program import Program
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

TOUCHES = int(os.environ.get("BEDSIDE_MONKEY", "2000"))

CONTROLS = {"stop", "go on", "listen", "star", "lead", "sound", "world"}


def touch_anything(screen: Touchscreen, chance: random.Random, touches: int) -> None:
    """Touch the screen so often with up to ten fingers, anywhere; none is left on it."""
    down = set()
    for _ in range(touches):
        finger = chance.randrange(10)
        if finger in down:
            screen.up(finger)
        screen.down(finger, chance.random(), chance.random())
        down.add(finger)
        for each in list(down):
            what = chance.random()
            if what < 0.15:
                screen.up(each)
                down.discard(each)
            elif what < 0.25:
                screen.move(each, chance.random(), chance.random())
        time.sleep(chance.uniform(0.0, 0.015))
    screen.lift()


def wait_until_settled(program: Program, data: Path) -> None:
    """Wait until all that was touched is in the record, and two seconds more."""
    known, since = None, time.monotonic()

    def settled() -> bool:
        nonlocal known, since
        now = (len(events(data)), len(ledger(data)))
        if now != known:
            known, since = now, time.monotonic()
        return time.monotonic() - since > 2.0

    program.wait_for(settled, 120, "the record to have it all")


def test_a_monkey_never_leaves_play(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """After thousands of touches anywhere the program runs, and a pad sounds, two touches on at the most."""
    data = tmp_path / "kept"
    chance = random.Random(23)
    laid = sides(touchscreen)[Player.CHILD]
    with bed(touchscreen, card, data) as program:
        began = time.monotonic()
        touch_anything(touchscreen, chance, TOUCHES)
        seconds = time.monotonic() - began
        assert program.exit_code is None
        corner = (laid.seat.play.x + 2) / touchscreen.size[0], (laid.seat.play.y + 2) / touchscreen.size[1]
        hand = button(touchscreen, laid, Control.HAND)
        wait_until_settled(program, data)
        stopped = [choice.what for choice in ledger(data) if choice.what in ("stop", "go on")][-1:] == ["stop"]
        if stopped:
            touchscreen.tap(0, *hand)
        # A picture may be chosen and its world on its way; a touch beside the pictures closes them.
        since = card.now()

        def heard() -> int | None:
            touchscreen.tap(0, *corner)
            touchscreen.tap(0, *spot(touchscreen, chance.choice(pads(touchscreen))))
            time.sleep(0.3)
            return card.onset(since)

        program.wait_for(heard, 60, "a pad to be heard")
        made = {choice.what for choice in ledger(data)}
        print(f"{TOUCHES} touches in {seconds:.0f} s; chosen were {sorted(made)}")
        assert {"stop", "go on", "star", "lead"} <= made <= CONTROLS
        assert program.stop() == 0
        assert program.stderr.read_text() == ""
