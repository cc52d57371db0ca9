"""`Ended` arrives wherever the main thread is, once, and passes every clean-up on its way out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
PATIENCE_SECONDS = 60.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there no signal asks a program to end")

PROGRAM = """
import contextlib, ctypes, os, signal, sys, threading, time
from pathlib import Path
from bedside import ends, log
log.start(Path(sys.argv[1]), "cli")
def say(word): print(word, flush=True)
def wait(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.01)
class Last:
    def __del__(self): say("ready"); wait(0.5)
@ctypes.CFUNCTYPE(None)
def called(): say("ready"); wait(0.5)
ends.watch()
try:
{body}
except ends.Ended as ended:
    say("midway" if ended.midway else "asked")
    raise
finally:
    ends.leave()
"""

# What the main thread does when the signal comes, and what it says from then on.
DOING = {
    "waiting": ("    say('ready'); time.sleep(600)", ["midway"]),
    "computing": ("    say('ready')\n    while True: pass", ["midway"]),
    "in a destructor": ("    Last(); time.sleep(600)", ["midway"]),
    "called from C": ("    ctypes.cast(called, ctypes.CFUNCTYPE(None))(); time.sleep(600)", ["midway"]),
    "cleaning up": (
        "    try: say('ready'); time.sleep(600)\n    finally: wait(0.7); say('cleaned')",
        ["cleaned", "midway"],
    ),
    "handling": (
        "    try: 1 / 0\n    except ArithmeticError:\n        try: say('ready'); time.sleep(600)\n"
        "        finally:\n            with contextlib.suppress(KeyError): wait(0.4); {}[1]\n"
        "            wait(0.4); say('cleaned')",
        ["cleaned", "midway"],
    ),
    "with a call": (
        "    over = []\n    with ends.calling(lambda: over.append(1)):\n        say('ready')\n"
        "        while not over: time.sleep(0.01)\n        wait(0.4); say('done')",
        ["done", "asked"],
    ),
    "with a thread that stays": (
        "    threading.Thread(target=time.sleep, args=(600,)).start(); say('ready'); time.sleep(600)",
        ["midway"],
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("doing", DOING)
@pytest.mark.parametrize("often", [1, 5])
def test_it_arrives_wherever_the_program_is(tmp_path: Path, doing: str, often: int) -> None:
    """However often the signal comes: clean-ups run to their end, nothing but ours is said, and the exit code is 0."""
    body, said = DOING[doing]
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM.replace("{body}", body), str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
    ) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready\n"
            for _ in range(often):
                program.send_signal(signal.SIGTERM)
            out, err = program.communicate(timeout=PATIENCE_SECONDS)
        finally:
            program.kill()
    assert (program.returncode, out.split(), err) == (0, said, "")
