"""The watchdog ends a program that holds the GIL for ever, as SDL does when a display server hangs."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bedside import log

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there no signal asks a program to end"),
]

PATIENCE_SECONDS = 60.0

# SIGTERM is handled as while a child plays; `hang` never gives back the GIL, in which case nothing handles it.
PROGRAM = """
import ctypes, signal, sys, time
from pathlib import Path
from bedside import log
from bedside.stage.watchdog import Watchdog
# A mutex that is locked twice waits for ever, whatever signals come.
mutex = ctypes.create_string_buffer(64)
hang = lambda: [ctypes.PyDLL(None).pthread_mutex_lock(mutex) for _ in range(2)]
log.start(Path(__file__).parent, "stage")
watchdog = Watchdog({opening}, {leaving})
def say(word): print(word, flush=True)
{body}
"""


@contextmanager
def program(
    folder: Path, body: str, opening: float = 3600.0, leaving: float = 3600.0
) -> Iterator[subprocess.Popen[str]]:
    """Give a program under a watchdog, in ``folder``; it has said "ready"."""
    file = folder / "program.py"
    file.write_text(PROGRAM.format(body=body, opening=opening, leaving=leaving))
    with subprocess.Popen(
        [sys.executable, str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        try:
            assert started.stdout is not None
            assert started.stdout.readline() == "ready\n"
            yield started
        finally:
            started.kill()


def test_a_window_that_never_opens_ends_the_program(tmp_path: Path) -> None:
    """After the limit there is one sentence, a line in the log, and the program is gone."""
    with program(tmp_path, "with watchdog.opening():\n    say('ready'); hang()", opening=0.5) as hung:
        assert hung.wait(PATIENCE_SECONDS) == -signal.SIGTERM
        assert hung.stderr is not None
        assert hung.stderr.read() == "The screen did not open within 0 seconds; bedside ends.\n"
    (line,) = log.read(tmp_path)
    assert line.event == "The screen held the program for too long."


def test_sigterm_ends_a_program_that_hangs(tmp_path: Path) -> None:
    """A handler that cannot run is no obstacle: the program is ended, by force at last, and the staff are told."""
    body = "signal.signal(signal.SIGTERM, lambda *_: None)\nsay('ready'); hang()"
    with program(tmp_path, body, leaving=0.2) as hung:
        hung.terminate()
        assert hung.wait(PATIENCE_SECONDS) == -signal.SIGKILL
        assert hung.stderr is not None
        assert "what was played is kept" in hung.stderr.read()


def test_leaving_is_limited(tmp_path: Path) -> None:
    """A screen that does not let go when staff leave ends the program as well."""
    with program(tmp_path, "watchdog.leave(); say('ready'); hang()", leaving=0.2) as hung:
        assert hung.wait(PATIENCE_SECONDS) == -signal.SIGTERM


def test_who_opens_in_time_is_left_alone(tmp_path: Path) -> None:
    """A window that has opened may hang or pause for any time, and a closed watchdog leaves no process and no words."""
    body = (
        "with watchdog.opening():\n    pass\n"
        "before = watchdog._child.pid\nsay('ready'); time.sleep(1.5); watchdog.close()\n"
        "import os\ntry:\n    os.kill(before, 0)\nexcept ProcessLookupError:\n    say('gone')"
    )
    with program(tmp_path, body, opening=0.5) as well:
        assert well.stdout is not None
        assert well.stderr is not None
        assert well.stdout.read() == "gone\n"
        assert well.wait(PATIENCE_SECONDS) == 0
        assert well.stderr.read() == ""


def test_a_watchdog_ends_with_who_it_watches(tmp_path: Path) -> None:
    """A program that is killed leaves no watchdog behind, and SIGTERM to all of a service does not end it first."""
    with program(tmp_path, "say('ready'); say(watchdog._child.pid); time.sleep(3600)") as killed:
        assert killed.stdout is not None
        pid = int(killed.stdout.readline())
        killed.kill()
        killed.wait(PATIENCE_SECONDS)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text()
