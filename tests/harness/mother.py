"""The mother of lives: a process that has imported the program once, and forks a life of a recorder in milliseconds.

``python -m harness.mother`` reads one request a line on its standard input, and answers each with one line.
"""

from __future__ import annotations

import base64
import contextlib
import os
import pickle
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.life import Life, live


class Child:
    """A life that is lived; end it by `kill`, or `wait` for its own end."""

    def __init__(self, mother: Mother, pid: int) -> None:
        self._mother = mother
        self.pid = pid

    def kill(self) -> None:
        """Kill the process at once (SIGKILL)."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    @property
    def ended(self) -> bool:
        """Whether the life is over."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"

    def wait(self) -> int:
        """Wait for the end; return 0 if all was kept, 1 if not, the number of a signal as a negative."""
        return int(self._mother.ask(f"wait {self.pid}"))


class Mother:
    """Runs lives from the start of the context to its end; ``environ`` is laid over the environment of the test.

    What lives write to standard error is in the file ``stderr``.
    """

    def __init__(self, stderr: Path, environ: Mapping[str, str] | None = None) -> None:
        self._environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **(environ or {})}
        self.stderr = stderr
        self._process: subprocess.Popen[str]

    def __enter__(self) -> Self:
        """Start, and import the program."""
        with self.stderr.open("ab") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "harness.mother"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env=self._environ,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process; a life that is still lived is killed."""
        self._process.communicate()

    def bear(self, life: Life) -> Child:
        """Begin a life."""
        return Child(self, int(self.ask(f"bear {base64.b64encode(pickle.dumps(life)).decode()}")))

    def ask(self, words: str) -> str:
        """Return the answer to a request; raise RuntimeError if there is none."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(words + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"The mother of lives is dead:\n{self.stderr.read_text()[-4000:]}")
        return answer


def main() -> None:
    """Answer requests until there are no more."""
    alive: set[int] = set()
    for line in sys.stdin:
        match line.split():
            case ["bear", told]:
                pid = os.fork()
                if not pid:
                    _live(pickle.loads(base64.b64decode(told)))  # noqa: S301 - it comes from the test itself
                alive.add(pid)
                answer = pid
            case ["wait", told]:
                alive.discard(int(told))
                answer = os.waitstatus_to_exitcode(os.waitpid(int(told), 0)[1])
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    for pid in alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _live(life: Life) -> None:
    os.dup2(2, 1)
    status = 2
    try:
        status = 0 if live(life) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        # As at the end of any process of the program, whose threads are daemons.
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
