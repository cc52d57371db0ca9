"""Every process that the program starts of its own begins, is told, and ends in one way."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from bedside import children, log

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 20.0

# A child that answers each message with what it knows of itself, and ends when its link does.
ANSWERING = """
import json, os, signal, sys, warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, cast
import socket

@dataclass(frozen=True, slots=True)
class Told:
    words: tuple[str, ...]
    folder: Path | None
    count: int = 3

def main(link: socket.socket, settings: Told) -> None:
    print("to standard output", flush=True)
    print("to standard error", file=sys.stderr, flush=True)
    warnings.warn("nothing for a bed")
    while link.recv(100):
        said = {
            "told": repr(settings), "nice": os.nice(0) if hasattr(os, "nice") else None,
            "deaf": signal.getsignal(signal.SIGINT) == signal.SIG_IGN, "module": __name__, "pid": os.getpid(),
        }
        link.sendall(json.dumps(said).encode())
    if settings.folder:
        Path(settings.folder, "ended").touch()
"""


@pytest.fixture
def answering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Give the module of a child, which other processes find too."""
    (tmp_path / "answering.py").write_text(ANSWERING)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT}")
    monkeypatch.delenv("BEDSIDE_DEBUG", raising=False)
    yield importlib.import_module("answering")
    del sys.modules["answering"]


def asked(child: children.ChildProcess) -> Any:
    """Return what a child answers."""
    child.link.settimeout(PATIENCE_SECONDS)
    child.link.sendall(b"?")
    return json.loads(child.link.recv(10_000))


def test_a_child_is_told_its_settings_and_keeps_the_rules(
    answering: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Settings arrive as they were; a child gives way, is deaf to the terminal, and speaks on standard error alone."""
    told = answering.Told(("größte", "“Orgel”"), tmp_path)
    child = children.launch(answering.main, told, "child", niceness=5, speaks=True)
    said = asked(child)
    assert said["told"] == repr(told)
    assert said["module"] == "answering"
    assert said["deaf"]
    assert said["pid"] == child.pid
    if hasattr(os, "nice"):
        assert said["nice"] == os.nice(0) + 5
    child.end(PATIENCE_SECONDS)
    assert child.poll() is not None
    assert capfd.readouterr() == ("", "to standard error\n")


def test_a_silent_child_speaks_only_to_who_looks_for_faults(
    answering: ModuleType, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A silent child's standard error leads nowhere, unless BEDSIDE_DEBUG is set."""
    for debug, expected in (("", ""), ("1", "to standard error")):
        monkeypatch.setenv("BEDSIDE_DEBUG", debug)
        child = children.launch(answering.main, answering.Told((), None), "child")
        asked(child)
        child.end(PATIENCE_SECONDS)
        assert expected in capfd.readouterr().err
        assert bool(expected) == bool(debug)


def test_settings_may_be_longer_than_a_command_line(answering: ModuleType) -> None:
    """A megabyte of settings starts a child as well, and whoever starts it does not wait until it has read them."""
    told = answering.Told(tuple(f"{number:01000}" for number in range(1000)), None)
    child = children.launch(answering.main, told, "child")
    child.link.settimeout(PATIENCE_SECONDS)
    child.link.sendall(b"?")
    said = b""
    while not said.endswith(b"}"):
        said += child.link.recv(1 << 20)
    assert json.loads(said)["told"] == repr(told)
    child.end(PATIENCE_SECONDS)


# How a child may go down: what it does at its import, and what of it the log must have.
FALLS = {
    "raises": ("raise KeyError('a secret')", r"error log: The process ended with a fault\. \| KeyError at falling"),
    "lacks": ("import no_such_module", r"error log: The process ended with a fault\. \| ModuleNotFoundError"),
    "prints": ("import os, sys; os.write(2, b'out of cards\\n'); os._exit(3)", r"warning stderr: out of cards"),
    "crashes": ("import ctypes; ctypes.string_at(0)", r"warning stderr: Fatal Python error: Segmentation fault"),
    "aborts": ("import os; os.abort()", r"warning stderr: Fatal Python error: Aborted"),
}


@pytest.mark.parametrize("how", FALLS)
def test_what_a_child_says_on_its_way_down_is_in_the_log(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """However early a child falls, the log says so under its name, and the terminal says nothing."""
    does, expected = FALLS[how]
    (tmp_path / "falling.py").write_text(
        "from __future__ import annotations\nimport socket\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Settings: pass\ndef main(link: socket.socket, settings: Settings) -> None: ...\n"
        f"if __name__ == 'falling' and __import__('sys').argv[1:2] == ['--child']:\n    {does}\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT}")
    monkeypatch.delenv("BEDSIDE_DEBUG", raising=False)
    monkeypatch.setenv("BEDSIDE_LOG", "")
    for owner, hook in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(owner, hook, getattr(owner, hook))
    falling = importlib.import_module("falling")
    try:
        log.start(tmp_path, "test")
        child = children.launch(falling.main, falling.Settings(), "fallen")
        child.link.settimeout(PATIENCE_SECONDS)
        with contextlib.suppress(ConnectionError):
            assert child.link.recv(1) == b""
        assert child.wait(PATIENCE_SECONDS) != 0
        until = time.monotonic() + PATIENCE_SECONDS
        while not re.search(f" fallen \\d+ {expected}", "".join(f"{line}\n" for line in log.read(tmp_path))):
            assert time.monotonic() < until, log.read(tmp_path)
            time.sleep(0.01)
        child.end(PATIENCE_SECONDS)
    finally:
        log.close(1.0)
        del sys.modules["falling"]
    assert capfd.readouterr() == ("", "")
    assert "secret" not in (tmp_path / log.FILE).read_text()


def test_a_child_ends_with_its_link(answering: ModuleType, tmp_path: Path) -> None:
    """When the parent closes the link, the child does what it has to do, and ends by itself."""
    child = children.launch(answering.main, answering.Told((), tmp_path), "child")
    asked(child)
    child.link.close()
    assert child.wait(PATIENCE_SECONDS) == 0
    assert (tmp_path / "ended").exists()


@pytest.mark.usefixtures("answering")
def test_a_child_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """A parent that is killed without a word takes its child with it, though another child was started later."""
    script = (
        "import sys, time, answering\nfrom pathlib import Path\nfrom bedside import children\n"
        "both = [children.launch(answering.main, answering.Told((), Path(sys.argv[1])), 'child') for _ in range(2)]\n"
        "both[0].link.sendall(b'?'); both[0].link.recv(1000); print('there', flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"there\n"
    parent.kill()
    parent.communicate()
    until = time.monotonic() + PATIENCE_SECONDS
    while not (tmp_path / "ended").exists():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_what_is_sent_before_a_child_runs_waits_for_it(answering: ModuleType) -> None:
    """The link takes messages at once, so that whoever starts a child waits for nothing."""
    child = children.launch(answering.main, answering.Told((), None), "child")
    child.link.setblocking(False)
    child.link.sendall(b"?")
    child.link.settimeout(PATIENCE_SECONDS)
    assert json.loads(child.link.recv(10_000))["pid"] == child.pid
    child.end(PATIENCE_SECONDS)


def test_a_packed_program_starts_itself(answering: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are no modules to run by name, the program's own file starts the child with the same arguments."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    command = children._command(answering.main, "7", 2, "child")
    assert command == [sys.executable, children.MARK, "answering", "7", "2", "child"]
    assert children.is_child(command[1:])
    assert not children.is_child(["play", children.MARK])
    assert not children.is_child([])


@dataclass
class Numbers:
    """Settings that are only numbers."""

    rate: int
    share: float | None = None


def test_settings_cross_as_text() -> None:
    """Numbers arrive as they were, and a setting that is none is refused."""
    for numbers in (Numbers(48_000), Numbers(1, 0.1)):
        assert children.from_json(Numbers, children.to_json(numbers)) == numbers
    with pytest.raises(TypeError):
        children.from_json(Numbers, '{"rate": 1, "volume": 11}')


class Pipes:
    """Standard input and output of a child that is not there yet, as Windows has them while the link is handed over."""

    def __init__(self) -> None:
        source, sink = os.pipe()
        self.stdin, self.childs_input = os.fdopen(sink, "wb", 0), os.fdopen(source, "rb")
        source, sink = os.pipe()
        self.stdout, self.childs_output = os.fdopen(source, "rb"), os.fdopen(sink, "wb", 0)

    @property
    def popen(self) -> subprocess.Popen[bytes]:
        """It stands for a process that was started."""
        return cast("subprocess.Popen[bytes]", self)


def test_a_link_is_copied_for_the_process_that_says_its_number() -> None:
    """Where a link must be copied, the number is the child's own and not its launcher's, and both ends then meet."""
    pipes, lent = Pipes(), children.Lent()
    ours, theirs = socket.socketpair()
    copies: dict[int, socket.socket] = {}

    def share(end: socket.socket, pid: int) -> bytes:
        copies[pid] = end.dup()
        return b"for %d" % pid

    lending = threading.Thread(target=children.lend, args=(pipes.popen, theirs, b"settings\n", share, lent))
    lending.start()
    assert pipes.childs_input.readline() == b"settings\n"

    def copied(told: bytes) -> socket.socket:
        assert told == b"for %d" % os.getpid()
        return copies[os.getpid()]

    end = children.borrow(pipes.childs_input, pipes.childs_output, copied)
    lending.join()
    assert lent.pid == os.getpid()
    assert theirs.fileno() == -1
    end.sendall(b"here")
    assert ours.recv(10) == b"here"
    for each in (end, ours, pipes.childs_input, pipes.childs_output):
        each.close()


def test_a_child_that_dies_before_it_says_its_number_ends_its_link() -> None:
    """The parent of a child that never ran reads end-of-file, as of one that ended."""
    ours, theirs = socket.socketpair()
    started = Pipes()
    started.childs_output.close()
    nobody = children.Lent()
    children.lend(started.popen, theirs, b"\n", lambda _end, _pid: pytest.fail("nobody said a number"), nobody)
    assert ours.recv(10) == b""
    for each in (ours, started.childs_input):
        each.close()
    with pytest.raises(ValueError, match="closed"):
        io.BufferedReader.peek(started.stdout)
