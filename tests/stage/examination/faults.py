"""Machines that lack something: modules that lie before the real ones in every process of an examination."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[3]

PORTAUDIO = 'raise OSError("PortAudio library not found")\n'
SNDFILE = "raise OSError(\"cannot load library 'libsndfile.so'\")\n"
HANGS = "import time\ntime.sleep(3600)\n"
CRASHES = "import os\nos.abort()\n"

# These are done in every process before anything else.
NO_METADATA = """
from importlib import metadata
def gone(name):
    raise metadata.PackageNotFoundError(name)
metadata.version = metadata.requires = metadata.distribution = gone
"""
FULL_DISK = """
import errno, os
def full(_file):
    raise OSError(errno.ENOSPC, "No space left on device")
os.fsync = full
"""
NEARLY_FULL_DISK = """
import collections, shutil
shutil.disk_usage = lambda _path: collections.namedtuple("usage", "total used free")(10**12, 10**12, 10**6)
"""
LONG_AGO = """
import datetime
class Epoch(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(1970, 1, 1, 0, 5, tzinfo=tz)
datetime.datetime = Epoch
"""


def gone(name: str) -> str:
    """Return the source of a module that is not there."""
    return f'raise ModuleNotFoundError("No module named {name!r}", name="{name}")\n'


def plant(folder: Path, **sources: str) -> dict[str, str]:
    """Write modules of these sources into a folder; return the environment in which they come first."""
    folder.mkdir(exist_ok=True)
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source)
    return {"PYTHONPATH": os.pathsep.join((str(folder), str(CHECKOUT)))}


def live_with(monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]) -> None:
    """Have processes that start from now on live in this environment, without a screen unless it has one."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
