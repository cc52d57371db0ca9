"""How soon a keyboard that is plugged in plays, one that is pulled out falls silent, and a lost card is found again."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from bedside.music.events import NoteOff, NoteOn, Player
from bench.verdict import at_most
from e2e.bed import bed, events, until_recorded
from e2e.rig.keyboard import Keyboard
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

PLUGGED_SECONDS = 3.0
RELEASED_SECONDS = 1.5
FOUND_SECONDS = 3.0

TIMES = 3


def test_a_keyboard(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path, report: Callable[[str], None]) -> None:
    """A keyboard plugged in is heard after so long, and one pulled out with a key down has its note ended."""
    plugged, released = [], []
    with bed(touchscreen, card, tmp_path / "kept") as program:
        for key in range(60, 60 + TIMES):
            with Keyboard(card) as keyboard:
                began = time.monotonic()
                program.wait_for(keyboard.connected, 30, "the keyboard to be heard")
                plugged.append(time.monotonic() - began)
                until_recorded(
                    program,
                    lambda keyboard=keyboard, key=key: keyboard.note_on(key, 100),  # type: ignore[misc]
                    lambda event: isinstance(event, NoteOn) and event.player is Player.THERAPIST,
                    "the key",
                )
            began = time.monotonic()
            ended = sum(isinstance(event, NoteOff) for event in events(program.data))
            program.wait_for(
                lambda ended=ended: sum(isinstance(event, NoteOff) for event in events(program.data)) > ended,  # type: ignore[misc]
                30,
                "the key to be released",
            )
            released.append(time.monotonic() - began)
        assert program.stop() == 0
    report(f"plugged in, heard after {max(plugged):.1f} s at most: {at_most(max(plugged), PLUGGED_SECONDS)}")
    report(f"pulled out, its key let go after {max(released):.1f} s: {at_most(max(released), RELEASED_SECONDS)}")


def test_a_card(touchscreen: Touchscreen, tmp_path: Path, report: Callable[[str], None]) -> None:
    """A card that was lost and is back is played on again after so long."""
    first = SoundCard()
    with first as card, bed(touchscreen, card, tmp_path / "kept") as program:
        first.__exit__(None, None, None)
        again = SoundCard()
        again.env = card.env
        with again:
            began = time.monotonic()
            program.wait_for(again.connected, 30, "the card to be found again")
            found = time.monotonic() - began
            assert program.stop() == 0
    report(f"a card that is back is found after {found:.1f} s: {at_most(found, FOUND_SECONDS)}")
