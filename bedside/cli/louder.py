"""Whether a louder profile may be used: where a staff code is set, only by whoever types it."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bedside.cli.terminal import say
from bedside.errors import BedsideError

if TYPE_CHECKING:
    from bedside.stage.settings import Settings


def profile_in_force(data: Path, settings: Settings) -> str:
    """Return the profile that settings ask for, or the quieter one that they have without the staff code."""
    profile: str = settings["profile"]
    if settings.raised is None:
        return profile
    if _permitted(data):
        return str(settings.raised.meaning)
    say(f"The profile {settings.raised.stated} is louder than {profile} and needs the staff code; {profile} is used.")
    return profile


def _permitted(data: Path) -> bool:
    """Return whether there is no staff code, or it is typed now; nobody is asked without a terminal."""
    from bedside.archive.store.staffcode import WaitError
    from bedside.archive.store.store import Store

    try:
        with Store.open(data) as store:
            if not store.gate().closed:
                return True
        if sys.stdin is None or not sys.stdin.isatty():
            return False
        from getpass import getpass

        # Wrong codes are counted.
        with Store.create(data, "staffcode") as store:
            gate = store.gate()
            while typed := getpass("The staff code, for more loudness (empty to go on without): "):
                try:
                    if gate.opens(typed):
                        return True
                except WaitError as wait:
                    say(str(wait))
                    time.sleep(wait.seconds)
                    continue
                say("That is not the staff code.")
    except EOFError:
        return False
    except BedsideError as fault:
        # Whether there is a code cannot be known.
        say(str(fault))
    return False
