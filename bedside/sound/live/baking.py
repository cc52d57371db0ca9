"""Supervise the baker: start it when an instrument is missing, and restart it a few times if it crashes."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from bedside import leftovers
from bedside.children import ChildProcess
from bedside.sound.live import baker

_log = logging.getLogger(__name__)

# After this many starts, a crash has a lasting cause.
_MOST_STARTS = 4
_AGAIN_SECONDS = 1.0


class Baking:
    """The supervisor of the baker; ``own`` is the user's folder of sounds, ``first`` names what is baked first.

    ``fallback`` is a second folder in which to look for instruments; only a baker that cannot write the cache creates
    it. Not thread-safe.
    """

    def __init__(self, rate: int, own: Path | None, first: tuple[str, ...] = ()) -> None:
        self._rate = rate
        self._own = own
        self._first = first
        self.fallback = _roomiest() / f"{leftovers.FOLDER}{secrets.token_hex(16)}"
        self._wanted = False
        self._starts = 0
        self._due = 0.0
        self._process: ChildProcess | None = None

    def want(self) -> None:
        """Request a baker, because an instrument is missing."""
        self._wanted = True

    @property
    def process(self) -> int | None:
        """The process id of the running baker, if any."""
        return None if self._process is None else self._process.pid

    def look(self, now: float) -> None:
        """Start a baker if one is wanted at the monotonic time ``now``; notice if the last has finished or crashed."""
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            if code != 0:
                _log.warning("The baker ended with exit code %d after %d starts.", code, self._starts)
                self._wanted = True
                self._due = now + _AGAIN_SECONDS
            self._process.link.close()
            self._process = None
        if not self._wanted or now < self._due or self._starts >= _MOST_STARTS:
            return
        self._wanted = False
        self._starts += 1
        try:
            self._process = baker.launch(self._rate, self._own, self.fallback, self._first)
        except OSError:
            _log.exception("The baker could not be started.")
            self._wanted = True
            self._due = now + _AGAIN_SECONDS

    def stop(self) -> None:
        """Kill the baker, and remove the fallback folder."""
        self._wanted = False
        if self._process is not None:
            self._process.end(1.0)
            self._process = None
        shutil.rmtree(self.fallback, ignore_errors=True)


def _roomiest() -> Path:
    """Return the folder for temporary files, or the one in memory if that has more room."""
    try:
        usual = Path(tempfile.gettempdir())
    except FileNotFoundError:
        # Python could write a test file to no folder: the disk is full.
        usual = leftovers.IN_MEMORY
    return max((usual, leftovers.IN_MEMORY), key=_room)


def _room(folder: Path) -> int:
    """Return the free bytes in a folder; −1 if it cannot be written."""
    try:
        return shutil.disk_usage(folder).free if os.access(folder, os.W_OK) else -1
    except OSError:
        return -1
