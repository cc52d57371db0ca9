"""The baker's process, as the host sees it: started when an instrument is missing, and a few times more if it falls."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from bedside.children import ChildProcess
from bedside.sound.live import baker

_log = logging.getLogger(__name__)

# A baker that falls this often has a lasting reason.
_MOST_STARTS = 4
_AGAIN_SECONDS = 1.0

# Where Linux keeps files in memory.
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder made in it has a name that nobody can guess


class Baking:
    """Sees to it that the instruments at ``rate`` are made; ``own`` is the user's folder of sounds.

    ``meanwhile`` is the folder where they are looked for beside the cache, which only a baker that cannot write the
    cache makes. Used by one thread at a time.
    """

    def __init__(self, rate: int, own: Path | None) -> None:
        self._rate = rate
        self._own = own
        self.meanwhile = _roomiest() / f"bedside-{secrets.token_hex(16)}"
        self._wanted = False
        self._starts = 0
        self._due = 0.0
        self._process: ChildProcess | None = None

    def want(self) -> None:
        """Note that an instrument is missing."""
        self._wanted = True

    @property
    def process(self) -> int | None:
        """The process number of the baker that is at work, if any."""
        return None if self._process is None else self._process.pid

    def look(self, now: float) -> None:
        """Start a baker where one is wanted, at the monotonic time ``now``; see whether the last is done or fell."""
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
            self._process = baker.launch(self._rate, self._own, self.meanwhile)
        except OSError:
            _log.exception("The baker could not be started.")
            self._wanted = True
            self._due = now + _AGAIN_SECONDS

    def stop(self) -> None:
        """End the baker, whatever it does."""
        self._wanted = False
        if self._process is not None:
            self._process.end(1.0)
            self._process = None
        shutil.rmtree(self.meanwhile, ignore_errors=True)


def _roomiest() -> Path:
    """Return the folder for temporary files, or the one in memory where the disk has less room than that."""
    try:
        usual = Path(tempfile.gettempdir())
    except FileNotFoundError:
        # No folder took the bytes by which Python tries them: that is what a full disk looks like.
        usual = _IN_MEMORY
    return max((usual, _IN_MEMORY), key=_room)


def _room(folder: Path) -> int:
    """Return the bytes that may still be written into a folder."""
    try:
        return shutil.disk_usage(folder).free if os.access(folder, os.W_OK) else -1
    except OSError:
        return -1
