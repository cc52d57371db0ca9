"""The rig's program: it is watched, stopped and killed with everything that it started."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from e2e.rig.program import alive
from e2e.rig.script import running

FAMILY = """
import os, subprocess, sys, time
if "--wait-for-term" not in sys.argv:
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
# It has ended, and left a child of its own, when the family is complete.
subprocess.run([sys.executable, "-c", child])
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print("data", sys.argv[2], flush=True)
time.sleep(600)
"""


def test_a_killed_program_leaves_nothing(tmp_path: Path) -> None:
    """SIGKILL reaches a grandchild whose parent has ended and a child in a session of its own."""
    with running(FAMILY, tmp_path) as program:
        program.wait_for(lambda: program.stdout.read_text(), 10, "the family")
        program.wait_for(lambda: len(program.children()) == 2, 10, "child and grandchild")
        family = program.children()
        assert program.stdout.read_text() == f"data {tmp_path / 'data'}\n"
        assert program.pid not in family
        assert all(alive(pid) for pid in family)
        program.kill_tree()
        assert program.exit_code == -signal.SIGKILL
        assert not any(alive(pid) for pid in family)


def test_a_program_is_asked_to_stop(tmp_path: Path) -> None:
    """`stop` returns the exit code of a program that obeys SIGTERM, and names one that does not; neither lives on."""
    with running(FAMILY, tmp_path, "--wait-for-term") as program:
        program.wait_for(lambda: program.stdout.read_text(), 10, "the family")
        program.wait_for(lambda: len(program.children()) == 2, 10, "child and grandchild")
        assert program.stop() == -signal.SIGTERM
        family = program.children()
        assert len(family) == 2
    assert not any(alive(pid) for pid in family)

    with running(FAMILY, tmp_path) as program:
        program.wait_for(lambda: program.stdout.read_text(), 10, "the family")
        with pytest.raises(TimeoutError, match="the program to end"):
            program.stop(0.3)
    assert program.exit_code == -signal.SIGKILL


def test_waiting_in_vain_shows_what_the_program_said(tmp_path: Path) -> None:
    """A wait that ends without its condition names what was missed and quotes both streams."""
    script = "import sys; print('out of', 'tune'); sys.exit('no such string')"
    with running(script, tmp_path) as program:
        with pytest.raises(RuntimeError, match=r"(?s)ended with 1 before the music.*out of tune.*no such string"):
            program.wait_for(lambda: False, 10, "the music")
        assert program.wait_for(lambda: "already so", 1, "what was true before") == "already so"
    late = pytest.raises(TimeoutError, match=r"0\.2 s in vain for the music")
    with running("import time; time.sleep(60)", tmp_path) as program, late:
        program.wait_for(lambda: None, 0.2, "the music")
