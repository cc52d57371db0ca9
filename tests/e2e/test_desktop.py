"""On a desktop nothing but staff or the system ends the play or covers it, and whatever ends it loses nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from bedside.music.events import NoteOn, TakeEnded
from e2e.bed import STARTING_SECONDS, events, pads, playing, spot, takes, tap_until_heard
from e2e.rig.desktop import Desktop
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen
from e2e.rig.waiting import wait_for

# A window manager that got a key has acted on it after this time.
ACTING_SECONDS = 1.0

END_SECONDS = 1.0


def test_no_key_and_no_wish_of_a_desktop_ends_or_covers_the_play(
    touchscreen: Touchscreen, card: SoundCard, tmp_path: Path
) -> None:
    """Alt+F4, Alt+Space, Alt+Tab, Super, a wish to close and one to hide: the next touch is heard, and no menu stands.

    Over another window the desktop opens its menu. SIGTERM ends the play within a second, and all is kept.
    """
    with Desktop(touchscreen) as desktop, playing(touchscreen, card, tmp_path / "kept") as program:
        touchscreen.key("space", "Alt_L")
        wait_for(desktop.menu_open, 10, "a menu")
        touchscreen.key("Escape")
        program.wait_for(card.connected, STARTING_SECONDS, "the sound card to be opened")
        assert tap_until_heard(touchscreen, card, program)
        program.wait_for(lambda: desktop.active() == "bedside", 10, "the keys to come to the play")
        acts: tuple[Callable[[], None], ...] = (
            lambda: touchscreen.key("F4", "Alt_L"),
            lambda: touchscreen.key("space", "Alt_L"),
            lambda: touchscreen.key("Tab", "Alt_L"),
            lambda: touchscreen.key("Super_L"),
            lambda: touchscreen.key("d", "Super_L"),
            lambda: desktop.ask_to_close("bedside"),
            lambda: desktop.minimise("bedside"),
        )
        for act in acts:
            act()
            until = time.monotonic() + ACTING_SECONDS
            while time.monotonic() < until:
                assert program.exit_code is None
                time.sleep(0.05)
            program.wait_for(lambda: desktop.active() == desktop.windows()[-1] == "bedside", 5, "the play to be on top")
            assert not desktop.menu_open()
            assert tap_until_heard(touchscreen, card, program)
        pad = pads(touchscreen)[2]
        touchscreen.down(0, *spot(touchscreen, pad))
        program.wait_for(
            lambda: pad.key in {each.key for each in events(program.data) if isinstance(each, NoteOn)}, 30, "the note"
        )
        asked = time.monotonic()
        assert program.stop() == 0
        assert time.monotonic() - asked < END_SECONDS
        touchscreen.lift()
        assert all(isinstance(take[-1].event, TakeEnded) for take in takes(program.data))
        assert program.stderr.read_text() == ""
