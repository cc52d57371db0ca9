"""A touchscreen where there is none: a private X server whose one input device is a panel for ten fingers.

Xorg's ``inputtest`` driver takes touches from a socket, and SDL sees an ordinary XInput2 multi-touch device, so the
program under test receives real finger events. The wire format is version 1.1 of xf86-input-inputtest-protocol.h.
"""

from __future__ import annotations

import os
import select
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from e2e.rig.server import end_server

_CLIENT_VERSION, _WAIT_FOR_SYNC, _TOUCH = 0, 1, 6
_TOUCH_BEGIN, _TOUCH_UPDATE, _TOUCH_END = 18, 19, 20
_AXIS_MAX = 0xFFFF
_VALUATORS = 64
_START_SECONDS = 30.0
_ANSWER_SECONDS = 10.0

_CONFIGURATION = """
Section "ServerFlags"
    Option "AutoAddDevices" "false"
    Option "BlankTime" "0"
EndSection
Section "ServerLayout"
    Identifier "bed"
    Screen "screen"
    InputDevice "panel" "SendCoreEvents"
EndSection
Section "InputDevice"
    Identifier "panel"
    Driver "inputtest"
    Option "SocketPath" "{socket}"
    Option "DeviceType" "Touch"
    Option "TouchCount" "{fingers}"
EndSection
Section "Device"
    Identifier "card"
    Driver "dummy"
    VideoRam 65536
EndSection
Section "Monitor"
    Identifier "monitor"
    HorizSync 5-1000
    VertRefresh 5-200
    Modeline {modeline}
EndSection
Section "Screen"
    Identifier "screen"
    Device "card"
    Monitor "monitor"
    DefaultDepth 24
    SubSection "Display"
        Depth 24
        Modes "bed"
        Virtual {width} {height}
    EndSubSection
EndSection
"""


class Touchscreen:
    """A screen of ``size`` pixels that feels up to ``fingers`` fingers at once, for as long as the context lasts.

    ``env`` holds the variables that bring a program onto it. Fingers are told apart by any numbers the test chooses;
    places are fractions of the screen, from 0, 0 at the top left to 1, 1 at the bottom right. Each touch returns when
    the X server has sent it on.
    """

    def __init__(self, size: tuple[int, int] = (1280, 800), fingers: int = 10) -> None:
        self.size = size
        self.fingers = fingers
        self.env: dict[str, str] = {}
        self._down: dict[int, tuple[float, float]] = {}
        self._resources = ExitStack()
        self._panel: socket.socket

    def __enter__(self) -> Self:
        """Start the X server; raise RuntimeError with the end of its log where it does not come up."""
        with ExitStack() as started:
            folder = Path(started.enter_context(tempfile.TemporaryDirectory(prefix="touchscreen-")))
            display = self._start(folder, started)
            # SDL_VIDEODRIVER: a test run may itself have been told to use another, such as "dummy".
            self.env = {"DISPLAY": display, "SDL_VIDEODRIVER": "x11"}
            self._panel = started.enter_context(socket.socket(socket.AF_UNIX))
            self._panel.settimeout(_ANSWER_SECONDS)
            self._panel.connect(str(folder / "panel"))
            self._send(_CLIENT_VERSION, struct.pack("=HH", 1, 1))
            self._receive()
            self._resources = started.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the X server and remove its files."""
        self._resources.close()
        self._down.clear()

    @property
    def held(self) -> set[int]:
        """The fingers that are down."""
        return {*self._down}

    def down(self, finger: int, x: float, y: float) -> None:
        """Put a finger on the screen; raise ValueError if it is there already or the panel can feel no more."""
        if finger in self._down or len(self._down) == self.fingers:
            raise ValueError(f"finger {finger} cannot go down: {sorted(self._down)} are down on {self.fingers}")
        self._touch(finger, _TOUCH_BEGIN, x, y)

    def move(self, finger: int, x: float, y: float) -> None:
        """Move a finger that is down; raise ValueError if it is not."""
        self._require_down(finger)
        self._touch(finger, _TOUCH_UPDATE, x, y)

    def up(self, finger: int) -> None:
        """Lift a finger from where it is; raise ValueError if it is not down."""
        x, y = self._require_down(finger)
        self._touch(finger, _TOUCH_END, x, y)
        del self._down[finger]

    def tap(self, finger: int, x: float, y: float, seconds: float = 0.05) -> None:
        """Put a finger down and lift it after ``seconds``."""
        self.down(finger, x, y)
        time.sleep(seconds)
        self.up(finger)

    def resize(self, size: tuple[int, int]) -> None:
        """Give the screen another size, as when a tablet is turned; raise CalledProcessError if it takes none."""
        width, height = size
        mode = f"{width}x{height}-bed"
        # The clock and the margins of this mode matter to no monitor.
        line = [width, width + 50, width + 100, width + 200, height, height + 10, height + 20, height + 40]
        clock = (width + 200) * (height + 40) * 60 / 1e6
        self._xrandr("--newmode", mode, f"{clock:.2f}", *map(str, line), check=False)
        self._xrandr("--addmode", "DUMMY0", mode)
        self._xrandr("--output", "DUMMY0", "--mode", mode)
        self.size = size

    def _xrandr(self, *arguments: str, check: bool = True) -> None:
        subprocess.run(["xrandr", *arguments], env={**os.environ, **self.env}, capture_output=True, check=check)

    def lift(self) -> None:
        """Lift every finger that is down."""
        for finger in list(self._down):
            self.up(finger)

    def key(self, name: str, *held: str) -> None:
        """Press a key of a computer keyboard, with others ``held``, and let go (XTEST); X11 knows its name, as "F5"."""
        from Xlib import XK, X, display
        from Xlib.ext import xtest

        keyboard = display.Display(self.env["DISPLAY"])
        codes = [keyboard.keysym_to_keycode(XK.string_to_keysym(each)) for each in (*held, name)]
        try:
            for code in codes:
                xtest.fake_input(keyboard, X.KeyPress, code)
            for code in reversed(codes):
                xtest.fake_input(keyboard, X.KeyRelease, code)
            keyboard.sync()
        finally:
            keyboard.close()

    def screenshot(self, path: Path) -> None:
        """Write what the screen shows to a picture file, of the kind that the name's ending says."""
        subprocess.run(["import", "-display", self.env["DISPLAY"], "-window", "root", str(path)], check=True)

    def _start(self, folder: Path, started: ExitStack) -> str:
        """Start Xorg with its files in ``folder`` and return the name of its display."""
        if not shutil.which("Xorg"):
            raise RuntimeError("Xorg is not installed (Debian: xserver-xorg-core, xserver-xorg-video-dummy)")
        width, height = self.size
        # Any blanking will do; the clock, in MHz, makes sixty frames a second of it.
        columns, rows = (width, width + 72, width + 200, width + 400), (height, height + 3, height + 9, height + 31)
        clock = f"{columns[-1] * rows[-1] * 60 / 1e6:.2f}"
        configuration, log = folder / "xorg.conf", folder / "xorg.log"
        configuration.write_text(
            _CONFIGURATION.format(
                socket=folder / "panel",
                fingers=self.fingers,
                width=width,
                height=height,
                modeline=" ".join(['"bed"', clock, *map(str, columns + rows)]),
            )
        )
        read, write = os.pipe()
        ready = started.enter_context(os.fdopen(read))
        # A test run that is killed takes the server with it.
        command = ["setpriv", "--pdeathsig", "TERM", "Xorg", "-displayfd", str(write)]
        command += ["-config", str(configuration), "-logfile", str(log)]
        command += ["-noreset", "-novtswitch", "-sharevts", "-nolisten", "tcp"]
        with (folder / "stderr").open("w") as said:
            server = subprocess.Popen(command, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=said)
        os.close(write)
        started.callback(end_server, server)
        answered, _, _ = select.select([ready], [], [], _START_SECONDS)
        number = ready.readline().strip() if answered else ""
        if not number:
            files = [file for file in (log, folder / "stderr") if file.exists()]
            tail = "\n".join(file.read_text(errors="replace")[-1500:] for file in files)
            raise RuntimeError(f"Xorg did not start:\n{tail}")
        return f":{number}"

    def _require_down(self, finger: int) -> tuple[float, float]:
        if finger not in self._down:
            raise ValueError(f"finger {finger} is not down; {sorted(self._down)} are")
        return self._down[finger]

    def _touch(self, finger: int, kind: int, x: float, y: float) -> None:
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            raise ValueError(f"({x}, {y}) is not on the screen, which goes from 0 to 1")
        axes = [x * _AXIS_MAX, y * _AXIS_MAX] + [0.0] * (2 * _VALUATORS - 2)
        # A mask of the two axes that are given, then their values, then the same values unaccelerated, which are not.
        self._send(_TOUCH, struct.pack("=III8s4x128d", finger, kind, 0, bytes([0b11]), *axes))
        self._send(_WAIT_FOR_SYNC, b"")
        self._receive()
        self._down[finger] = (x, y)

    def _send(self, kind: int, body: bytes) -> None:
        self._panel.sendall(struct.pack("=II", 8 + len(body), kind) + body)

    def _receive(self) -> None:
        """Take one answer of the X server, whose content says nothing that is not known."""
        head = self._panel.recv(8, socket.MSG_WAITALL)
        if len(head) < 8:
            raise RuntimeError("the touchscreen's X server is gone")
        (length,) = struct.unpack_from("=I", head)
        if length > 8:
            self._panel.recv(length - 8, socket.MSG_WAITALL)
