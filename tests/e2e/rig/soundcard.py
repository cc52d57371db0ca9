"""A sound card where there is none: a private JACK server with the dummy driver, and a probe on what it puts out.

PortAudio sees a real low-latency device that takes 32-bit floats unchanged. The probe listens at the server's monitor
ports, where exactly that arrives which went out, from whichever programs and from the first frame.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from e2e.rig.server import end_server
from e2e.rig.waiting import wait_for

_SIDES = (1, 2)
# JACK has room for eight servers on a machine, and a killed one keeps its place until another takes its name.
_NAMES = 6
_START_SECONDS = 20.0
_BURIED_SECONDS = 10.0
_TAKEN = "server already active"
# How the server says that a client, by its name, was late for a block.
_LATE = re.compile(r"XRun: client = (.+) was not finished")
# What PortAudio calls its client.
PROGRAM = "PortAudio"
# The probe's callback shares Python with the test. A test that computes would keep it waiting for Python's usual 5 ms,
# two blocks, and the record would have holes: beside a busy loop, 14 times as many frames were missed.
_SWITCH_SECONDS = 0.0005


class SoundCard:
    """A stereo card that takes ``block`` frames at a time at ``rate`` Hz and remembers the last ``seconds`` of sound.

    ``env`` holds the variables that bring a program to it; in JACK's list of devices it is called "system". Frames are
    counted from the server's start, by the cycle in which the program computed them. ``realtime`` says whether the
    server runs with real-time scheduling: where it does not, a latency measured here is noise. ``missed`` counts the
    frames that the probe was too late for; they are silent in the record. ``xruns`` counts the blocks for which any
    client was late, the probe and a keyboard included, which are Python and wait for the test; `late` says who it was.
    A client that does not answer holds the others up for ``patience`` seconds at most. One process can use one card at
    a time, because libjack can.
    """

    def __init__(self, block: int = 128, rate: int = 48000, seconds: float = 120.0, patience: float = 4.5) -> None:
        self.block = block
        self.rate = rate
        self.patience = patience
        self.realtime = False
        self.missed = 0
        self.xruns = 0
        self.first = 0
        self.end = 0
        self.env: dict[str, str] = {}
        self._ring = np.zeros((round(seconds * rate), len(_SIDES)), np.float32)
        self._log = Path()
        self._resources = ExitStack()
        self._server: subprocess.Popen[bytes]
        self._client: Any = None
        self._ports: list[Any] = []

    def __enter__(self) -> Self:
        """Start the server and listen; raise RuntimeError with what it said where it does not come up."""
        try:
            import jack
        except OSError as error:
            raise RuntimeError("the JACK library is not installed (Debian: jackd2)") from error
        complaints: list[str] = []
        with ExitStack() as started:
            jack.set_error_function(complaints.append)
            started.callback(jack.set_error_function)
            log = Path(started.enter_context(tempfile.TemporaryDirectory(prefix="soundcard-"))) / "log"
            log.write_text("")
            self._log = log

            def one_starts() -> bool:
                with ExitStack() as tried:
                    for name, lock in _free_names(tried):
                        self.env = {"JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1"}
                        if self._start(jack, lock, log, tried):
                            started.push(tried.pop_all())
                            return True
                return False

            # A killed server keeps its name until the system has buried it, which may take seconds.
            until = time.monotonic() + _BURIED_SECONDS
            while not one_starts():
                said = log.read_text(errors="replace")[-2000:] or f"{_NAMES} cards are in use"
                if _TAKEN not in said or time.monotonic() > until:
                    raise RuntimeError(f"jackd did not start:\n{said}\n" + "\n".join(complaints[-5:]))
            self._listen()
            started.callback(sys.setswitchinterval, sys.getswitchinterval())
            sys.setswitchinterval(_SWITCH_SECONDS)
            wait_for(lambda: self.end, _START_SECONDS, "the first block of the sound card")
            self._resources = started.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and end the server; what was heard can still be asked for."""
        self._resources.close()

    @contextmanager
    def hung(self) -> Iterator[None]:
        """Let the card hang meanwhile: it asks nobody for sound, and answers nobody."""
        os.kill(self._server.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._server.pid, signal.SIGCONT)

    def late(self) -> Counter[str]:
        """Return how many blocks each client, by its name, has been late for since the server's start."""
        return Counter(_LATE.findall(self._log.read_text(errors="replace")))

    def now(self) -> int:
        """Return the present frame."""
        return int(self._client.frame_time)

    def listeners(self, port: str) -> list[str]:
        """Return the names of the ports that are connected to the port of this name, none if it does not exist."""
        import jack

        if port not in self._names():
            return []
        try:
            return [other.name for other in self._client.get_all_connections(port)]
        except jack.JackError:
            # It, or one that was connected to it, has gone since.
            return []

    def has(self, client: str) -> bool:
        """Say whether there is a client of this name."""
        return any(port.startswith(f"{client}:") for port in self._names())

    def _names(self) -> list[str]:
        """Return the names of all ports; read again if one of them, as of a killed program, goes meanwhile."""
        import jack

        while True:
            with contextlib.suppress(jack.JackError):
                return [port.name for port in self._client.get_ports()]

    def connected(self) -> bool:
        """Say whether a program plays to both sides of the card."""
        return all(self.listeners(f"system:playback_{side}") for side in _SIDES)

    def wait_connected(self, seconds: float = 20.0) -> None:
        """Wait until a program plays to the card; raise TimeoutError if none does."""
        wait_for(self.connected, seconds, "a program to open the sound card")

    def heard(self, since: int) -> NDArray[np.float32]:
        """Return what went out from the frame ``since`` on, shape (frames, 2).

        Raise ValueError if that reaches back beyond ``first``, or beyond the seconds that the card remembers.
        """
        end = self.end
        heard = self._ring[np.arange(since, end) % len(self._ring)]
        # Asked afterwards, because the probe may have overwritten the oldest frames while they were copied.
        oldest = max(self.first, self.end - len(self._ring))
        if since < oldest:
            raise ValueError(f"frame {since} is not remembered; the oldest that is is {oldest}")
        return heard

    def onset(self, since: int, threshold: float = 1e-3) -> int | None:
        """Return the first frame, from ``since`` on, that is louder than ``threshold``, or None if there is none."""
        loud = np.flatnonzero(np.abs(self.heard(since)).max(axis=1, initial=0.0) > threshold)
        return since + int(loud[0]) if loud.size else None

    def _start(self, jack: Any, lock: int, log: Path, started: ExitStack) -> bool:
        """Start a server, real-time if the machine allows it, and become its client; return False if it ends."""
        return any(self._start_as(scheduling, jack, lock, log, started) for scheduling in (["-R", "-P", "70"], ["-r"]))

    def _start_as(self, scheduling: list[str], jack: Any, lock: int, log: Path, started: ExitStack) -> bool:
        name = self.env["JACK_DEFAULT_SERVER"]
        # A machine that stands still for half a second is not to cost a client its place, as it would by default.
        # Shared memory is laid out for every port there may be, and a container's /dev/shm is small. A temporary server
        # ends with its last client, so that it does not outlive a test run that was killed.
        command = ["jackd", *scheduling, "--port-max", "128", "--temporary", "-n", name]
        command += ["--timeout", str(round(self.patience * 1000))]
        command += ["-d", "dummy", "-r", str(self.rate), "-p", str(self.block), "--monitor"]
        try:
            with log.open("a") as said:
                # The server holds the lock too: its name is free when both are gone.
                server = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, pass_fds=[lock]
                )
        except FileNotFoundError:
            raise RuntimeError("jackd is not installed (Debian: jackd2)") from None
        started.callback(end_server, server)
        self._server = server

        def opened() -> bool:
            if server.poll() is not None:
                return True
            try:
                self._client = jack.Client("probe", servername=name, no_start_server=True)
            except jack.JackOpenError:
                return False
            started.callback(self._client.close)
            return True

        wait_for(opened, _START_SECONDS, "jackd to take a client")
        if self._client is None:
            return False
        if (taken := (self._client.blocksize, self._client.samplerate)) != (self.block, self.rate):
            raise RuntimeError(f"jackd took {taken} for the block and rate {(self.block, self.rate)}")
        threads = Path(f"/proc/{server.pid}/task").iterdir()
        self.realtime = os.SCHED_FIFO in [os.sched_getscheduler(int(thread.name)) for thread in threads]
        return True

    def _listen(self) -> None:
        self._client.set_process_callback(self._process)
        self._client.set_xrun_callback(self._count_xrun)
        self._ports = [self._client.inports.register(f"ear_{side}") for side in _SIDES]
        self._client.activate()
        for side, port in zip(_SIDES, self._ports, strict=True):
            self._client.connect(f"system:monitor_{side}", port)

    def _process(self, frames: int) -> None:
        """Keep one block. JACK calls this in its own real-time thread; nothing else writes the ring."""
        # A monitor port gives in one cycle what the programs computed in the cycle before.
        start = int(self._client.last_frame_time) - frames
        if not self.end:
            self.first = self.end = start
        missed = start - self.end
        if missed > 0:
            self.missed += missed
            self._ring[np.arange(max(self.end, start - len(self._ring)), start) % len(self._ring)] = 0.0
        rows = np.arange(start, start + frames) % len(self._ring)
        for side, port in enumerate(self._ports):
            self._ring[rows, side] = port.get_array()
        self.end = start + frames

    def _count_xrun(self, delayed_microseconds: float) -> None:  # noqa: ARG002 - JACK's dummy driver always says 0
        """Count a late block. JACK calls this in a thread of its own that may wait."""
        self.xruns += 1


def _free_names(held: ExitStack) -> Iterator[tuple[str, int]]:
    """Yield the names of servers that no other test run uses, each with its lock, which is open as long as ``held``."""
    for number in range(_NAMES):
        name = f"bed-{os.getuid()}-{number}"
        lock = held.enter_context((Path(tempfile.gettempdir()) / f"{name}.lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        yield name, lock.fileno()
