"""The witness: runs a program and writes down all that it does to the files of one folder; see ``witness.c``."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SOURCE = Path(__file__).with_name("witness.c")


@dataclass(frozen=True, slots=True)
class Faults:
    """How often the disk fails, drawn from a seed: shares of all syncs and writes, and of writes that find it full.

    Each fault goes on for up to ``burst`` further operations. Only the files in the folder ``only``, or all.
    """

    seed: int
    syncs: float = 0.0
    writes: float = 0.0
    full: float = 0.0
    burst: int = 0
    only: Path | None = None

    def __str__(self) -> str:
        """Return it as the witness reads it."""
        shares = [round(share * 1e6) for share in (self.syncs, self.writes, self.full)]
        return ":".join(map(str, (self.seed, *shares, self.burst, self.only or "")))


@dataclass(frozen=True, slots=True)
class Recording:
    """Where a witness writes: the folder it watches, its ``log``, and the file that takes acknowledgements."""

    folder: Path
    log: Path
    acks: Path

    @classmethod
    def of(cls, folder: Path) -> Recording:
        """Return the recording of a folder, beside it."""
        real = folder.resolve()
        return cls(real, real.with_name(f"{real.name}.log"), real.with_name(f"{real.name}.acks"))

    def environ(self, faults: Faults | None = None, clock: int = 0) -> dict[str, str]:
        """Return what lets a program run under the witness, to be laid over its environment.

        ``clock`` moves the program's wall clock by so many seconds.
        """
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.acks.touch()
        watched = {"HARNESS_LOG": self.log, "HARNESS_FOLDER": self.folder, "HARNESS_ACKS": self.acks}
        return {
            "LD_PRELOAD": str(library()),
            "HARNESS_CLOCK": str(clock),
            **{name: str(path) for name, path in watched.items()},
            **({} if faults is None else {"HARNESS_FAULTS": str(faults)}),
        }


@cache
def library() -> Path:
    """Compile the witness, once for all processes and runs, and return the library."""
    source = _SOURCE.read_bytes()
    place = Path(tempfile.gettempdir()) / f"bedside-harness-{os.getuid()}"
    place.mkdir(mode=0o700, exist_ok=True)
    if place.stat().st_uid != os.getuid():
        raise PermissionError(f"{place} is somebody else's; remove it.")
    made = place / f"witness-{hashlib.sha256(source).hexdigest()[:16]}.so"
    if made.exists():
        return made
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise RuntimeError("The witness needs a C compiler: sudo apt-get install gcc libc6-dev")
    draft = made.with_suffix(f".{os.getpid()}")
    flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, "-o", str(draft), str(_SOURCE), "-ldl"], check=True)
    draft.replace(made)
    return made


def set_faults(faults: Faults | None) -> None:
    """Change how often the disk fails for this process, which runs under the witness."""
    ctypes.CDLL(None).witness_faults(str(faults or Faults(0)).encode())


def move_clock(seconds: int) -> None:
    """Move the wall clock of this process, which runs under the witness, so many seconds from the right time."""
    ctypes.CDLL(None).witness_clock(ctypes.c_long(seconds))
