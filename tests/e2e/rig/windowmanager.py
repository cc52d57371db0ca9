"""A window manager on a rig's screen, as a desktop has one: openbox, with nothing of its own on the screen."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from e2e.rig.waiting import wait_for

_START_SECONDS = 20.0


@contextmanager
def window_manager(env: Mapping[str, str]) -> Iterator[None]:
    """Manage the windows of the screen that ``env`` leads to while the block runs."""
    from Xlib import display

    everything = {**os.environ, **env}
    # Whenever its last client leaves, the server begins anew, and drops who is just coming.
    held = display.Display(env["DISPLAY"])
    manager = subprocess.Popen(
        ["openbox", "--sm-disable"], env=everything, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        # It says on the root window that it is there (Extended Window Manager Hints).
        wait_for(lambda: "window id" in _property(everything), _START_SECONDS, "the window manager")
        yield
    finally:
        manager.terminate()
        manager.wait(10)
        held.close()


def _property(env: Mapping[str, str]) -> str:
    asked = ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"]
    return subprocess.run(asked, env=env, capture_output=True, text=True, check=False).stdout
