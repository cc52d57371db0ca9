"""What a frozen program does first: it takes sound from the machine's own libraries, and lends out none of its own.

The folder brings PortAudio and what that needs, for a machine that lacks them. Where the machine has them, its own are
used: they match its sound server. RtMidi is joined with the first of them, and knows of no other place.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import os
import sys
from pathlib import Path

_FALLBACK = Path(sys._MEIPASS, "fallback")  # type: ignore[attr-defined]

# In this order, because the last needs the others.
_LIBRARIES = ("libasound.so.2", "libjack.so.0", "libportaudio.so.2")


def _load(name: str) -> str | None:
    """Load the machine's library of a name, or the folder's; return what to load it by, None without either."""
    for place in (name, str(_FALLBACK / name)):
        with contextlib.suppress(OSError):
            ctypes.CDLL(place, ctypes.RTLD_GLOBAL)
            return place
    return None


def _find_portaudio() -> None:
    """Let those who look for PortAudio find it, also where only the folder has it."""
    system = ctypes.util.find_library
    found: list[str | None] = []

    def find_library(name: str) -> str | None:
        if name != "portaudio":
            return system(name)
        if not found:
            found.append([_load(each) for each in _LIBRARIES][-1])
        return found[0]

    ctypes.util.find_library = find_library


if sys.platform == "linux":
    # Set for the libraries of this folder. Another program that is started from here, the browser, is to find its own.
    if (before := os.environ.pop("LD_LIBRARY_PATH_ORIG", None)) is not None:
        os.environ["LD_LIBRARY_PATH"] = before
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)
    if _load(_LIBRARIES[0]) != _LIBRARIES[0]:
        # Without its configuration it finds no card, and PortAudio aborts.
        os.environ["ALSA_CONFIG_DIR"] = str(_FALLBACK / "alsa")
    _find_portaudio()
