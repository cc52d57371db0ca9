"""Keep what is in this process's memory to itself: no core dump, no debugger, no secret in the list of processes.

`guard` is the first thing that every process of the program does. A process that is started by another one is guarded
by itself once more, as a new program image may be dumped again; until then it knows nothing that is secret.

- **Linux**: RLIMIT_CORE 0, which children inherit, keeps dumps out of files. PR_SET_DUMPABLE 0 refuses debuggers of the
  same user, and keeps dumps from a program that core_pattern names, which heeds no limit. It gives the process's files
  in /proc to root, so that its user can no longer read its environment and memory there; the folder itself, `stat`,
  `status` and `cmdline` stay readable, and the process still reads all of its own.
- **macOS**: RLIMIT_CORE 0 and PT_DENY_ATTACH.
- **Windows**: no error report and thus no minidump is made when the process crashes, and none holds the heap.

Whoever may do everything on a machine, as root may, can still read all memory.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from pathlib import Path

# prctl(2).
_PR_SET_DUMPABLE = 4

# ptrace(2) of macOS.
_PT_DENY_ATTACH = 31

# SetErrorMode: SEM_FAILCRITICALERRORS and SEM_NOGPFAULTERRORBOX. WerSetFlags: WER_FAULT_REPORTING_FLAG_NOHEAP and
# WER_FAULT_REPORTING_DISABLE_SNAPSHOT_CRASH.
_NO_REPORT = 0x0001 | 0x0002
_NO_HEAP = 0x0001 | 0x0080

# In /proc/self/stat, counted from the field behind the name: where the arguments begin and end in memory (proc(5)).
_ARGUMENTS_BEGIN, _ARGUMENTS_END = 45, 46

# What is shown in the place of each byte of a secret.
_WIPED = b"*"

# From standard input instead of the command line.
STDIN = "-"


def guard() -> None:
    """Forbid dumps of this process and, where the system supports it, debuggers; never raises."""
    with contextlib.suppress(Exception):
        _guard()


def hide(options: Sequence[str], arguments: list[str] | None = None) -> None:
    """Wipe the values of these command line options from the list of processes, where others may read it.

    ``arguments`` are those of this process, `sys.argv`, which keep the values. What cannot be wiped stays; never
    raises.
    """
    secrets = [os.fsencode(value) for value in values(options, sys.argv if arguments is None else arguments)]
    if secrets:
        with contextlib.suppress(Exception):
            _wipe(secrets)


def values(options: Sequence[str], arguments: Sequence[str]) -> list[str]:
    """Return the values that these options have on a command line, `STDIN` excepted."""
    found = []
    for option, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, joined, value = option.partition("=")
        if name in options:
            found.append(value if joined else following)
    return [value for value in found if value not in ("", STDIN)]


def taken(name: str, environment: MutableMapping[str, str] = os.environ) -> str | None:
    """Take a secret out of the environment, so that no child inherits it; None if it is empty or not there."""
    return environment.pop(name, "") or None


def _covers(memory: bytes, secrets: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Yield where the secrets lie among arguments, each of which ends with a zero byte: first byte, and length."""
    at = 0
    for argument in memory.split(b"\0"):
        for secret in secrets:
            if argument == secret or argument.endswith(b"=" + secret):
                yield at + len(argument) - len(secret), len(secret)
        at += len(argument) + 1


if sys.platform == "win32":

    def _guard() -> None:
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetErrorMode(kernel.GetErrorMode() | _NO_REPORT)
        kernel.WerSetFlags(_NO_HEAP)

    def _wipe(_secrets: Sequence[bytes]) -> None:
        """Do nothing: only the user and administrators can read a command line."""

elif sys.platform == "darwin":

    def _guard() -> None:
        import ctypes
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        ctypes.CDLL(None).ptrace(_PT_DENY_ATTACH, 0, None, 0)

    def _wipe(secrets: Sequence[bytes]) -> None:
        import ctypes

        system = ctypes.CDLL(None)
        system._NSGetArgv.restype = ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))
        system._NSGetArgc.restype = ctypes.POINTER(ctypes.c_int)
        first = system._NSGetArgv().contents
        for number in range(system._NSGetArgc().contents.value):
            if (begin := first[number]) is not None:
                _overwrite(begin, ctypes.string_at(begin), secrets)

else:

    def _guard() -> None:
        import ctypes
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)

    def _wipe(secrets: Sequence[bytes]) -> None:
        import ctypes

        # The name of the program, in brackets, may hold anything.
        fields = Path("/proc/self/stat").read_bytes().rpartition(b") ")[2].split()
        begin, end = int(fields[_ARGUMENTS_BEGIN]), int(fields[_ARGUMENTS_END])
        if 0 < begin < end:
            memory = ctypes.string_at(begin, end - begin)
            if memory == Path("/proc/self/cmdline").read_bytes():
                _overwrite(begin, memory, secrets)


def _overwrite(begin: int, memory: bytes, secrets: Sequence[bytes]) -> None:
    """Overwrite the secrets among the arguments that lie in memory from the address ``begin`` on."""
    import ctypes

    for at, length in _covers(memory, secrets):
        ctypes.memset(begin + at, _WIPED[0], length)
