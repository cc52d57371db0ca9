"""``bedside kiosk``: the unit of systemd with which a computer starts into the instrument, printed or installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bedside.cli.terminal import say
from bedside.errors import BedsideError


def kiosk(
    install: Annotated[
        bool, typer.Option("--install", help="Write it, as root, for this computer's next start.")
    ] = False,
) -> None:
    """Print the unit of systemd that starts the instrument with the computer, and again whenever it ends."""
    from bedside.stage.kiosk import install_kiosk, unit

    system: str = sys.platform
    if system != "linux":
        raise BedsideError("A kiosk is for Linux; for Windows, the README tells of Assigned Access.")
    if not install:
        print(unit(_command()), end="")
        return
    # Windows has no such number.
    if getattr(os, "geteuid", lambda: None)() != 0:
        raise BedsideError("Only root may set up a kiosk: sudo bedside kiosk --install")
    for path in install_kiosk(_command()):
        say(f"Written: {path}")
    print(
        "This computer starts into bedside from its next start on. The options of `bedside play` are in "
        "/etc/default/bedside-kiosk, recordings in /var/lib/bedside."
    )


def _command() -> list[str]:
    """Return how bedside is called, with its whole path."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return [sys.executable, "-m", "bedside"]
    return [str(called.absolute())]
