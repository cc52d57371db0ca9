"""Keep a second copy current while somebody plays, in a thread that nothing waits for."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from bedside.archive.backup import back_up, is_backup
from bedside.errors import BedsideError

EVERY_SECONDS = 60.0
# A disk that was missing is looked for so often: staff who plug it in want to see that all is well.
_FAULT_SECONDS = 10.0

_PAUSE_SECONDS = 0.1

_log = logging.getLogger(__name__)


class _Stopped(Exception):  # noqa: N818 - nothing is wrong
    """The program ends."""


class CurrentBackup:
    """Copies what is new to another disk, again and again; waits for a disk that is not there.

    A folder that is no second copy yet is made one only at the start, and only on another disk: later it may be the
    empty place where a disk was mounted.
    """

    def __init__(self, folder: Path, target: Path, every: float = EVERY_SECONDS) -> None:
        self._folder = folder
        self._target = target
        self._every = every
        self._stopped = threading.Event()
        self._made: float | None = None
        self._fault: str | None = None
        self._thread = threading.Thread(target=self._run, name="backup", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the present file; do not wait for a disk that hangs."""
        self._stopped.set()
        self._thread.join(1.0)

    @property
    def made(self) -> float | None:
        """When the copy was last up to date, on the monotonic clock; None if it never was."""
        return self._made

    @property
    def fault(self) -> str | None:
        """A sentence about what is in the way, or None."""
        return self._fault

    def _run(self) -> None:
        self._fault = self._back_up(first=True)
        while not self._stopped.wait(self._every if self._fault is None else min(self._every, _FAULT_SECONDS)):
            self._fault = self._back_up(first=False)

    def _back_up(self, first: bool) -> str | None:
        try:
            if not is_backup(self._target):
                if not self._target.is_dir():
                    return (
                        f"The backup disk with {self._target} is not there: plug it in, and the copy is brought up to "
                        "date by itself."
                    )
                if not first or _device(self._target) == _device(self._folder):
                    return (
                        f"There is no backup in {self._target}: plug its disk in, or make it once with bedside backup "
                        f"{self._target}."
                    )
            found = back_up(self._folder, self._target, self._pause)
        except _Stopped:
            return None
        except (BedsideError, OSError) as error:
            _log.warning("The backup could not be made.", exc_info=True)
            return str(error) if isinstance(error, BedsideError) else f"The backup disk {self._target} does not answer."
        except Exception:
            # Nothing ends this thread, and nothing of it reaches the child.
            _log.exception("The backup failed.")
            return f"The backup in {self._target} could not be made."
        self._made = time.monotonic()
        if found.doubtful:
            return f"{len(found.doubtful)} files of the recordings lack something that their backup has."
        return None

    def _pause(self) -> None:
        if self._stopped.wait(_PAUSE_SECONDS):
            raise _Stopped


def _device(path: Path) -> int:
    """Return the disk of a folder, or of the one in which it will be: at the first start of all it is not there yet."""
    return next(each for each in (path, *path.parents) if each.exists()).stat().st_dev
