"""The program under test, in a process group of its own: started, watched, stopped, killed."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from e2e.rig.waiting import wait_for

T = TypeVar("T")

# The program under test: this checkout, or an installed or frozen one that the variable names.
BEDSIDE = tuple(shlex.split(os.environ.get("BEDSIDE_COMMAND", ""))) or (sys.executable, "-m", "bedside")

# Every process inherits it, those too that take a session of their own or outlive their parent.
_MARK = "BEDSIDE_RIG"


class Program:
    """``command --data DATA arguments…``, running from the start of the context, killed at its end if it still runs.

    ``env`` is laid over the environment of the test. What the program says goes to the files ``stdout`` and
    ``stderr``, beside the data folder and never inside it.
    """

    def __init__(
        self, *arguments: str, data: Path, env: Mapping[str, str] | None = None, command: Sequence[str] = BEDSIDE
    ) -> None:
        self.command = [*command, "--data", str(data), *arguments]
        self.data = data
        self._mark = f"{_MARK}={uuid.uuid4().hex}"
        self.env = {**os.environ, **(env or {}), **dict([self._mark.split("=")])}
        self.stdout, self.stderr = (_new_file(data.parent, f"{stream}-") for stream in ("stdout", "stderr"))
        self._process: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        """Start the program, with nothing to read on its standard input."""
        with self.stdout.open("wb") as out, self.stderr.open("wb") as err:
            self._process = subprocess.Popen(
                self.command, env=self.env, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave no process behind."""
        self.kill_tree()

    @property
    def pid(self) -> int:
        """The number of the program's first process, and of its group and session."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """What the first process returned, minus the signal that killed it, or None while it runs."""
        return self._process.poll()

    def children(self) -> list[int]:
        """Return the numbers of the living processes that the program started, also by way of others."""
        mark = self._mark.encode()
        marked = {pid for pid, environment in _environments() if mark in environment}
        return sorted((marked | _in_session(self.pid)) - {self.pid})

    def wait_for(self, condition: Callable[[], T | None], seconds: float, what: str) -> T:
        """Return the first true value of ``condition``.

        Raise TimeoutError if ``seconds`` pass without, RuntimeError if the program ends without; both show what it
        last said.
        """

        def met_or_ended() -> tuple[T | None, int | None] | None:
            # In this order, because a program may do the last thing that is waited for and end at once.
            ended = self.exit_code
            value = condition()
            return (value, ended) if value or ended is not None else None

        try:
            value, ended = wait_for(met_or_ended, seconds, what)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self._last_words()}") from None
        if not value:
            raise RuntimeError(f"the program ended with {ended} before {what}\n{self._last_words()}")
        return value

    def wait(self, seconds: float = 30.0) -> int:
        """Wait until the program has ended by itself and return its exit code; raise TimeoutError if it does not."""
        self.wait_for(lambda: self.exit_code is not None, seconds, "the program to end")
        return self._process.wait()

    def stop(self, seconds: float = 10.0) -> int:
        """Ask the program to end (SIGTERM) and return its exit code; raise TimeoutError if it does not."""
        self._process.terminate()
        return self.wait(seconds)

    def kill_tree(self) -> None:
        """Kill the program's group at one instant (SIGKILL), then the processes that had left it."""
        if self.exit_code is None:
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

        def gone() -> bool:
            for pid in (left := self.children()):
                _kill(pid)
            return not left

        wait_for(gone, 10.0, "the killed processes to be gone")

    def _last_words(self) -> str:
        return "\n".join(
            f"--- {name}\n{file.read_text(errors='replace')[-2000:]}"
            for name, file in (("stdout", self.stdout), ("stderr", self.stderr))
        )


def alive(pid: int) -> bool:
    """Say whether a process runs; one that has ended and was not yet asked for its exit code does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def _environments() -> list[tuple[int, list[bytes]]]:
    """Return the number and the environment of each living process that may be asked; see proc(5)."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                found.append((int(folder.name), (folder / "environ").read_bytes().split(b"\0")))
            except (FileNotFoundError, PermissionError, ProcessLookupError):
                continue  # ended while we looked, or another user's
    return found


def _in_session(leader: int) -> set[int]:
    """Return the numbers of the living processes in a session; only root may ask ours for their environment."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                state, _, _, session, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(session) == leader and state != "Z":
                found.add(int(folder.name))
    return found


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _new_file(folder: Path, prefix: str) -> Path:
    number, name = tempfile.mkstemp(prefix=prefix, dir=folder)
    os.close(number)
    return Path(name)
