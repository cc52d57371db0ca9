"""However the program is told to end, and whenever: it ends in order, with exit code 0, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bedside import ends, leftovers
from commands.program import SECONDS, bedside, end, start

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="what a process handles is read as Linux tells it"),
]

TOLD = ["SIGTERM", "SIGHUP", "SIGINT", "SIGPWR"]


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Return a folder for temporary files, which has nothing in it yet."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@contextmanager
def running(data: Path, temporary: Path, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Give a program that runs; it is killed at the end of the block."""
    program = start(data, *arguments, TMPDIR=str(temporary), SDL_VIDEODRIVER="dummy", BEDSIDE_KEYRING="off")
    try:
        yield program
    finally:
        program.kill()
        program.communicate()


def until(true: Callable[[], object], program: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert program.poll() is None, program.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.002)


def handles(program: subprocess.Popen[str]) -> bool:
    """Return whether a program handles SIGTERM by now."""
    [line] = [
        line for line in Path(f"/proc/{program.pid}/status").read_text().splitlines() if line.startswith("SigCgt")
    ]
    return bool(int(line.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def cached(temporary: Path) -> list[Path]:
    """Return the caches of sound in a folder for temporary files."""
    return list(temporary.glob(f"{leftovers.FOLDER}*/sound.db"))


@pytest.mark.parametrize("name", TOLD)
def test_play_ends_in_order_before_its_window_is_open(tmp_path: Path, temporary: Path, name: str) -> None:
    """From the first instant at which Python runs our code, the program that starts ends as it does later."""
    with running(tmp_path / "data", temporary, "play") as program:
        until(lambda: handles(program), program)
        program.send_signal(signal.Signals[name])
        assert end(program).code == 0
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", TOLD)
def test_play_ends_in_order(tmp_path: Path, temporary: Path, name: str) -> None:
    """With its store and its engines, and though the signal reaches all of its processes, as at a shutdown."""
    with running(tmp_path / "data", temporary, "play") as program:
        until((tmp_path / "data" / "bedside.key").exists, program)
        children = Path(f"/proc/{program.pid}/task/{program.pid}/children")
        until(lambda: children.read_text().split(), program)
        for pid in [program.pid, *map(int, children.read_text().split())]:
            os.kill(pid, signal.Signals[name])
        assert end(program).code == 0
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", TOLD)
def test_the_pages_leave_no_sound_behind(tmp_path: Path, temporary: Path, name: str) -> None:
    """Up to 2 GiB of sound lie in the folder for temporary files while the pages are open, and nothing afterwards."""
    with running(tmp_path / "data", temporary, "review", "--no-browser", "--port", 0) as program:
        until(lambda: cached(temporary), program)
        program.send_signal(signal.Signals[name])
        assert end(program).code == 0
    assert list(temporary.iterdir()) == []


def test_a_start_sweeps_what_was_killed_and_only_that(tmp_path: Path, temporary: Path) -> None:
    """What killed pages left goes at the next start of whatever command; what other pages still use stays."""
    pages = ("review", "--no-browser", "--port", 0)
    with running(tmp_path / "one", temporary, *pages) as killed, running(tmp_path / "two", temporary, *pages) as other:
        until(lambda: len(cached(temporary)) == 2, killed)
        before = set(cached(temporary))
        killed.kill()
        killed.wait()
        assert set(cached(temporary)) == before
        with running(tmp_path / "three", temporary, *pages) as third:
            until(lambda: set(cached(temporary)) - before and len(list(temporary.iterdir())) == 2, third)
            third.send_signal(signal.SIGTERM)
            assert end(third).code == 0
        assert len(cached(temporary)) == 1
        assert other.poll() is None
        other.send_signal(signal.SIGTERM)
        assert end(other).code == 0
    assert list(temporary.iterdir()) == []


def test_a_command_that_is_told_to_end_leaves_no_half_file(tmp_path: Path, temporary: Path) -> None:
    """A command that was not done says so in one sentence; its exit code is 0, and no unfinished file stays."""
    out = tmp_path / "out"
    with running(tmp_path / "data", temporary, "demo", "--out", out) as program:
        until(lambda: list(out.glob(f".*{leftovers.FILE}")), program)
        program.send_signal(signal.SIGTERM)
        ended = end(program)
    assert ended.code == 0
    assert ended.err.endswith("bedside was told to end, and has ended; nothing is left half-written.\n")
    assert not list(out.glob(f".*{leftovers.FILE}"))


def test_a_program_may_outlive_its_terminal(tmp_path: Path, temporary: Path) -> None:
    """Who starts the pages with nohup finds them open after the terminal is closed."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        program = start(tmp_path / "data", "review", "--no-browser", "--port", 0, TMPDIR=str(temporary))
    finally:
        signal.signal(signal.SIGHUP, before)
    try:
        until(lambda: cached(temporary), program)
        program.send_signal(signal.SIGHUP)
        assert bedside(tmp_path / "other", "takes").code in (0, 1)
        assert program.poll() is None
    finally:
        program.send_signal(signal.SIGTERM)
    assert end(program).code == 0


def test_every_signal_that_the_system_ends_programs_with_is_known() -> None:
    """Ctrl+C, the end of a process, of a terminal and of power."""
    assert {signal.Signals[name] for name in TOLD} <= set(ends.SIGNALS)
