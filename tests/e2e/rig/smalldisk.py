"""A small disk in memory (tmpfs) that a test fills, locks and enlarges; mounting needs root."""

from __future__ import annotations

import errno
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self


class SmallDisk:
    """A disk mounted at ``folder``, of so many megabytes, for this user only."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        self._megabytes = megabytes

    def __enter__(self) -> Self:
        """Mount it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        _run("mount", "-t", "tmpfs", "-o", f"size={self._megabytes}m,mode=0700", "tmpfs", str(self.folder))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Unmount it, even if a program that was killed still holds it."""
        _run("umount", "--lazy", str(self.folder))

    def fill(self) -> None:
        """Fill it to the last byte."""
        with (self.folder / "filler").open("ab", buffering=0) as file:
            size = 1 << 20
            while size:
                try:
                    file.write(b"\1" * size)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    size //= 2

    def enlarge(self, megabytes: int) -> None:
        """Give it more room."""
        _run("mount", "-o", f"remount,size={megabytes}m", str(self.folder))

    def protect(self, on: bool) -> None:
        """Let it only be read, or be written again."""
        _run("mount", "-o", "remount,ro" if on else "remount,rw", str(self.folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=30)
