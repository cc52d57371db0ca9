"""A client of the sound card that does next to nothing, in C: for what it is late, the machine is to blame."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from e2e.rig.soundcard import SoundCard
from e2e.rig.waiting import wait_for

# By which name the card counts its late blocks.
IDLE = "idle"


@contextmanager
def idle(card: SoundCard) -> Iterator[None]:
    """Let the client run on a card."""
    command = ["jack_metro", "--bpm", "6", "--name", IDLE]
    said = subprocess.DEVNULL
    with subprocess.Popen(command, env={**os.environ, **card.env}, stdout=said, stderr=said) as client:
        try:
            wait_for(lambda: card.has(IDLE), 20, "an idle client")
            yield
        finally:
            client.kill()
