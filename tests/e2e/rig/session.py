"""A Wayland session on a touchscreen: sway and Xwayland, in a window that fills the screen of a private X server.

The fingers of the touchscreen reach the session as those of a real panel would, and what the session shows is on the
touchscreen's screenshots.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from e2e.rig.server import end_server
from e2e.rig.touchscreen import Touchscreen
from e2e.rig.waiting import wait_for

_START_SECONDS = 60.0
_ANSWER_SECONDS = 30.0

_X11_FOLDER = "/tmp/.X11-unix"  # noqa: S108 - where every X server has it

# sway does not run as root.
_NOBODY = 65534

# "force": Xwayland is started now, and does not end with its last client.
_CONFIGURATION = """
output X11-1 position 0 0 resolution {width}x{height}
xwayland force
exec 'echo "$WAYLAND_DISPLAY $DISPLAY $SWAYSOCK" >ready.new && mv ready.new ready'
"""


class WaylandSession:
    """A session that fills a touchscreen, for as long as the context lasts.

    ``env`` holds the variables that bring a program into it: SDL_VIDEODRIVER ("wayland" or "x11") decides how.
    """

    def __init__(self, screen: Touchscreen) -> None:
        self.env: dict[str, str] = {}
        self._screen = screen
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        """Start sway; raise RuntimeError with what it said where it does not come up."""
        if not shutil.which("sway") or not shutil.which("Xwayland"):
            raise RuntimeError("sway or Xwayland is not installed (Debian: sway, xwayland)")
        with ExitStack() as started:
            folder = Path(started.enter_context(tempfile.TemporaryDirectory(prefix="session-")))
            configuration = folder / "configuration"
            width, height = self._screen.size
            configuration.write_text(_CONFIGURATION.format(width=width, height=height))
            # A test run that is killed takes the session with it.
            command = ["setpriv", "--pdeathsig", "TERM"]
            if os.geteuid() == 0:
                command += ["--reuid", str(_NOBODY), "--regid", str(_NOBODY), "--clear-groups"]
                for path in (folder, configuration):
                    os.chown(path, _NOBODY, _NOBODY)
            own = {"WLR_BACKENDS": "x11", "WLR_RENDERER": "pixman", "XDG_RUNTIME_DIR": str(folder)}
            with (folder / "said").open("w") as said:
                server = subprocess.Popen(
                    [*command, "sway", "--config", str(configuration)],
                    env={**os.environ, **own, "DISPLAY": self._screen.env["DISPLAY"], "HOME": str(folder)},
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                )
            started.callback(end_server, server)
            ready = folder / "ready"
            wait_for(lambda: ready.exists() or server.poll() is not None, _START_SECONDS, "sway to start")
            if not ready.exists():
                raise RuntimeError(f"sway did not start:\n{(folder / 'said').read_text(errors='replace')[-2000:]}")
            wayland, display, ipc = ready.read_text().split()
            self.env = {"XDG_RUNTIME_DIR": str(folder), "WAYLAND_DISPLAY": wayland, "DISPLAY": display}
            self.env["SWAYSOCK"] = ipc
            if os.geteuid() == 0:
                _let_everybody_in(display)
            self._resources = started.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the session and remove its files."""
        self._resources.close()

    def windows(self) -> list[tuple[str, bool]]:
        """Return of each window whether it came by "xdg_shell" or "xwayland", and whether it fills the screen."""
        told = subprocess.run(
            ["swaymsg", "--type", "get_tree", "--raw"],
            env={**os.environ, **self.env},
            capture_output=True,
            text=True,
            check=True,
            timeout=_ANSWER_SECONDS,
        )
        return [
            (each["shell"], each["fullscreen_mode"] == 1) for each in _nodes(json.loads(told.stdout)) if "shell" in each
        ]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for each in (*node["nodes"], *node["floating_nodes"]):
        yield from _nodes(each)


def _let_everybody_in(display: str) -> None:
    """Turn off an X server's access control, which lets in only its own user (X Window System Protocol, 9)."""
    with socket.socket(socket.AF_UNIX) as line, _nobody():
        line.settimeout(_ANSWER_SECONDS)
        line.connect(f"{_X11_FOLDER}/X{display.removeprefix(':')}")
        line.sendall(struct.pack("=BxHHHHxx", ord("l" if sys.byteorder == "little" else "B"), 11, 0, 0, 0))
        accepted, length = struct.unpack("=B5xH", line.recv(8, socket.MSG_WAITALL))
        assert accepted == 1, "Xwayland does not know its own user"
        line.recv(4 * length, socket.MSG_WAITALL)
        # SetAccessControl, and GetInputFocus, whose answer says that it has been done.
        line.sendall(struct.pack("=BBHBxH", 111, 0, 1, 43, 1))
        line.recv(32, socket.MSG_WAITALL)


@contextlib.contextmanager
def _nobody() -> Iterator[None]:
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
