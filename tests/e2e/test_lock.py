"""A child whose hand meets the keys of the desktop stays in the music; staff and the system can leave at any time."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bedside.music.events import NoteOn, TakeEnded
from e2e.bed import bed, pads, spot, takes, until_recorded
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen
from e2e.rig.windowmanager import window_manager

pytestmark = [pytest.mark.alone, pytest.mark.slow]


@pytest.fixture
def desktop(touchscreen: Touchscreen) -> Iterator[Touchscreen]:
    """Give the screen a window manager, which answers the keys of a desktop."""
    with window_manager(touchscreen.env):
        yield touchscreen


def ask_to_close(screen: Touchscreen) -> None:
    """Ask the window in front to close, as its close button does."""
    from Xlib import X, display
    from Xlib.protocol.event import ClientMessage

    server = display.Display(screen.env["DISPLAY"])
    root = server.screen().root
    windows = root.get_full_property(server.intern_atom("_NET_CLIENT_LIST"), X.AnyPropertyType).value
    for number in windows:
        window = server.create_resource_object("window", number)
        message = ClientMessage(window=window, client_type=server.intern_atom("_NET_CLOSE_WINDOW"), data=(32, [0] * 5))
        root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
    server.sync()
    server.close()


def in_front(screen: Touchscreen) -> str:
    """Return the class of the window that has the input."""
    asked = ["xprop", "-root", "_NET_ACTIVE_WINDOW"]
    env = {**os.environ, **screen.env}
    number = subprocess.run(asked, env=env, capture_output=True, text=True, check=True).stdout.split()[-1]
    asked = ["xprop", "-id", number, "WM_CLASS"]
    return subprocess.run(asked, env=env, capture_output=True, text=True, check=False).stdout


def test_the_keys_of_the_desktop_leave_the_child_in_play(desktop: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """After each of them the window is in front, the note that was held sounds on, and a touch plays."""
    with bed(desktop, card, tmp_path / "kept") as program:
        x, y = spot(desktop, pads(desktop)[0])
        other = spot(desktop, pads(desktop)[2])
        desktop.down(1, x, y)
        for act in (
            partial(desktop.key, "F4", "Alt_L"),
            partial(desktop.key, "space", "Alt_L"),
            partial(desktop.key, "Tab", "Alt_L"),
            partial(desktop.key, "Super_L"),
            partial(desktop.key, "d", "Super_L"),
            partial(ask_to_close, desktop),
        ):
            act()
            time.sleep(0.3)
            assert '"bedside"' in in_front(desktop)
            until_recorded(
                program, lambda: desktop.tap(2, *other), lambda event: isinstance(event, NoteOn), "a touch to be played"
            )
        desktop.up(1)
        assert program.stop() == 0


def test_the_system_ends_it(desktop: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """SIGTERM ends it, with the take that was playing ended and kept."""
    with bed(desktop, card, tmp_path / "kept") as program:
        x, y = spot(desktop, pads(desktop)[0])
        until_recorded(program, lambda: desktop.tap(1, x, y), lambda event: isinstance(event, NoteOn), "a note")
        assert program.stop() == 0
    assert isinstance(takes(tmp_path / "kept")[-1][-1].event, TakeEnded)


def test_staff_leave_by_their_keys(desktop: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """Ctrl and Q end it, also after something else asked the window to close."""
    with bed(desktop, card, tmp_path / "kept") as program:
        ask_to_close(desktop)
        desktop.key("q", "Control_L")
        assert program.wait() == 0
