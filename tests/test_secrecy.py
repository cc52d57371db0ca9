"""What a process holds in memory is in no dump, under no debugger, and in no list of processes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bedside import secrecy

CHECKOUT = Path(__file__).parents[1]
PATIENCE_SECONDS = 60.0
CODE = "OTTER-4711"
NOBODY = 65534

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are read as Linux tells of them")


def until(true: Callable[[], object], program: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert program.poll() is None, program.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def family(pid: int) -> Iterator[int]:
    """Yield a process and all that it has started."""
    yield pid
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            yield from family(int(child))


@contextmanager
def playing(folder: Path, *arguments: str, given: bytes = b"", **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    """Give a program that plays, without a screen to see, in a folder in which dumps of any size may be written."""
    environment = os.environ | {"SDL_VIDEODRIVER": "dummy", "PYTHONPATH": str(CHECKOUT)} | environ
    words = [sys.executable, "-m", "bedside", "--data", str(folder / "data"), "play", *arguments]
    program = subprocess.Popen(
        ["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", *words],
        *(-1, None, subprocess.PIPE, subprocess.DEVNULL, subprocess.DEVNULL),
        cwd=folder,
        env=environment,
    )
    try:
        assert program.stdin is not None
        program.stdin.write(given)
        program.stdin.close()
        yield program
    finally:
        program.kill()
        program.wait()


def started(folder: Path, program: subprocess.Popen[bytes]) -> list[int]:
    """Wait until a program has its key and its engines; return all its processes."""
    until(lambda: (folder / "data" / "bedside.key").exists(), program)
    until(lambda: len(list(family(program.pid))) > 2, program)
    until(lambda: all(len(cmdline(pid)) > 2 for pid in family(program.pid)), program)
    return list(family(program.pid))


def cmdline(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]


def limit(pid: int) -> list[str]:
    [line] = [line for line in Path(f"/proc/{pid}/limits").read_text().splitlines() if "core file" in line]
    return line.split()[4:6]


def guarded(pid: int) -> bool:
    """Return whether a process is guarded: its limit is 0, and its environment is no longer its user's to read."""
    return limit(pid) == ["0", "0"] and Path(f"/proc/{pid}/environ").stat().st_uid == 0


@linux
@pytest.mark.slow
def test_no_process_leaves_a_dump(tmp_path: Path) -> None:
    """Though dumps of any size are allowed, no process of a bed leaves one when it crashes."""
    with playing(tmp_path, "--patient", CODE) as program:
        there = started(tmp_path, program)
        for pid in reversed(there):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSEGV)
        # pygame has a handler that aborts.
        assert program.wait(PATIENCE_SECONDS) in (-signal.SIGSEGV, -signal.SIGABRT)
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path.name for path in left if "core" in path.name]
    assert not [path.name for path in left if CODE.encode() in path.read_bytes()]


@linux
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "linux" and os.geteuid() != 0, reason="only root can become another user")
def test_no_process_can_be_debugged_by_its_own_user() -> None:
    """Another program of the same user reads neither the memory nor the environment of a guarded one."""
    # Who has just become another user is guarded as well, until it allows all again.
    become = "import ctypes, os, resource, time\nfrom bedside import secrecy\n"
    become += f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY}); ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)\n"
    told = {}
    for guard in ("secrecy.guard()", "pass"):
        with subprocess.Popen(
            [sys.executable, "-c", f"{become}{guard}\nprint('ready', flush=True)\ntime.sleep(600)"],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        ) as held:
            assert held.stdout is not None
            assert held.stdout.readline() == b"ready\n"
            for name in ("environ", "mem", "maps"):
                tried = ["head", "-c", "1", f"/proc/{held.pid}/{name}"]
                ended = subprocess.run(tried, user=NOBODY, group=NOBODY, check=False, capture_output=True)
                told[guard, name] = b"ermission" in ended.stderr
            # What everybody may see of a process stays: who it is, and its state.
            for name in ("stat", "status", "cmdline"):
                tried = ["head", "-c", "1", f"/proc/{held.pid}/{name}"]
                assert not subprocess.run(tried, user=NOBODY, group=NOBODY, check=True, capture_output=True).stderr
            assert Path(f"/proc/{held.pid}").stat().st_uid == NOBODY
            held.kill()
    assert [name for (guard, name), refused in told.items() if refused and guard != "pass"] == [
        "environ",
        "mem",
        "maps",
    ]
    assert not [name for (guard, name), refused in told.items() if refused and guard == "pass"]


@linux
@pytest.mark.slow
def test_no_process_of_a_bed_stays_unguarded(tmp_path: Path) -> None:
    """The bed, its engines, its baker and its watchdog are guarded, each by itself."""
    with playing(tmp_path) as program:
        there = started(tmp_path, program)
        until(lambda: all(limit(pid) == ["0", "0"] for pid in there), program)
        if os.geteuid() != 0:
            until(lambda: all(guarded(pid) for pid in there), program)


@linux
@pytest.mark.slow
@pytest.mark.parametrize("way", ["argument", "joined", "input", "environment"])
def test_the_code_is_in_no_list_of_processes(tmp_path: Path, way: str) -> None:
    """However the patient's code is given, no process shows it once the program runs, and it is the session's."""
    arguments, given, environ = {
        "argument": (["--patient", CODE], b"", {}),
        "joined": ([f"--patient={CODE}"], b"", {}),
        "input": (["--patient", "-"], f"{CODE}\n".encode(), {}),
        "environment": ([], b"", {"BEDSIDE_PATIENT": CODE}),
    }[way]
    with playing(tmp_path, *arguments, given=given, **environ) as program:
        there = started(tmp_path, program)
        assert not [pid for pid in there if CODE in " ".join(cmdline(pid))]
        others = [Path(f"/proc/{pid}/environ").read_bytes() for pid in there[1:]] if os.geteuid() == 0 else []
        assert not [text for text in others if CODE.encode() in text]


def test_values_of_secret_options_are_found() -> None:
    """Behind the option or joined to it; what is to come on standard input is no secret."""
    line = ["play", "--patient", "KIM-07", "--patient=LEE-08", "--patient", "-", "--world", "night", "--patient"]
    assert secrecy.values(("--patient",), line) == ["KIM-07", "LEE-08"]


@linux
def test_only_the_secret_is_wiped() -> None:
    """The rest of the command line stays as it was, though it holds the same letters; the program keeps all of it."""
    code = "import sys; from bedside import secrecy\nsecrecy.hide(['--patient'])\n"
    code += "print(open('/proc/self/cmdline').read().split('\\0')[3:-1], sys.argv[1:])"
    line = ["--patient", "näht", "nähte", "--patient=näht"]
    shown = subprocess.run(
        [sys.executable, "-c", code, *line],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
    ).stdout
    assert shown.strip() == f"{['--patient', '*****', 'nähte', '--patient=*****']} {line}"


def test_a_code_is_taken_out_of_the_environment() -> None:
    """No process that is started later gets it."""
    environment = {"BEDSIDE_PATIENT": CODE, "OTHER": "1"}
    assert secrecy.taken("BEDSIDE_PATIENT", environment) == CODE
    assert secrecy.taken("BEDSIDE_PATIENT", environment) is None
    assert environment == {"OTHER": "1"}


@pytest.mark.slow
def test_no_code_on_standard_input_is_said(tmp_path: Path) -> None:
    """Who asks for a code from standard input, and has none there, reads one sentence; nothing begins."""
    ended = subprocess.run(
        [sys.executable, "-m", "bedside", "--data", str(tmp_path / "data"), "play", "--patient", "-"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=os.environ | {"SDL_VIDEODRIVER": "dummy", "PYTHONPATH": str(CHECKOUT)},
    )
    assert ended.returncode == 1
    assert ended.stderr == "The patient's code was to come on standard input, but nothing came there.\n"
    assert not (tmp_path / "data").exists()
