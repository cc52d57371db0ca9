"""The kiosk's own command in a Wayland session: the bed begins, and when it is killed it is back."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from pathlib import Path

from bedside.stage.kiosk import install_kiosk, unit
from e2e.bed import STARTING_SECONDS, tap_until_heard
from e2e.rig.program import Program
from e2e.rig.session import WaylandSession
from e2e.rig.soundcard import SoundCard
from e2e.rig.touchscreen import Touchscreen

BACK_SECONDS = 2.0
NEEDED = ("cage", "seatd", "Xwayland", "chvt", "dbus-daemon")

# What systemd does with the unit: what ended is started again after its pause.
AGAIN = 'while :; do "$0" $OPTIONS; sleep "$PAUSE"; done'


def test_the_kiosk_begins_is_killed_and_is_back(touchscreen: Touchscreen, card: SoundCard, tmp_path: Path) -> None:
    """Within two seconds of a kill it has begun again, over the whole screen, and the next touch is heard."""
    root = tmp_path / "root"
    (root / "usr/lib/systemd").mkdir(parents=True)
    (root / "usr/bin").mkdir()
    for name in NEEDED:
        (root / "usr/bin" / name).touch()
    command = ["/usr/bin/env", sys.executable, "-m", "bedside"]
    install_kiosk(command, root)
    said = dict(
        line.split("=", 1) for line in unit(command).splitlines() if re.match("(ExecStart|RestartSec|Restart)=", line)
    )
    assert said["Restart"] == "always"
    shown = said["ExecStart"].removeprefix("/usr/bin/cage -s -- ").removesuffix(" $OPTIONS")
    with WaylandSession(touchscreen) as session:
        env = {
            **card.env,
            **session.env,
            "SDL_VIDEODRIVER": "",
            "BEDSIDE_DATA": str(tmp_path / "kept"),
            "OPTIONS": "--world night",
            "PAUSE": said["RestartSec"],
        }
        again = ("sh", "-c", AGAIN, str(root / shown.removeprefix("/")))
        with Program(data=tmp_path / "kept", env=env, command=again) as program:
            noted = Path(session.env["XDG_RUNTIME_DIR"]) / "play.pid"

            def number() -> int:
                # It is written anew at each start.
                return int(noted.read_text().strip() or 0) if noted.exists() else 0

            program.wait_for(card.connected, STARTING_SECONDS, "the sound card to be opened")
            assert tap_until_heard(touchscreen, card, program)
            assert session.windows() == [("xwayland", True)]
            first = number()
            os.kill(first, signal.SIGKILL)
            killed = time.monotonic()
            program.wait_for(lambda: number() not in (0, first), 30, "it to be started again")
            assert time.monotonic() - killed < BACK_SECONDS
            program.wait_for(lambda: session.windows() == [("xwayland", True)], STARTING_SECONDS, "the window")
            assert tap_until_heard(touchscreen, card, program)
