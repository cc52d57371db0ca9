"""The size of the machine's screen in millimetres and pixels, as far as the system knows it."""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import sys
from collections.abc import Iterable
from pathlib import Path

import pygame

from bedside.stage.edid import stated_millimetres
from bedside.stage.screenlibraries import mac_millimetres, sdl_millimetres, windows_edids

if sys.platform == "win32":
    import winreg

# Linux keeps each screen's own description here.
_CONNECTORS = Path("/sys/class/drm")


def screen_millimetres() -> tuple[float, float] | None:
    """Return the width and height of the only screen in millimetres; None for none, several or an unknown size."""
    # A library or a function that is not there is no fault.
    with contextlib.suppress(OSError, AttributeError):
        return _known()
    return None


def screen_pixels() -> tuple[int, int] | None:
    """Return the size of the only screen in pixels; None for several, or before the display is initialised."""
    sizes = pygame.display.get_desktop_sizes() if pygame.display.get_init() else []
    return sizes[0] if len(sizes) == 1 else None


def connected_edids(connectors: Path = _CONNECTORS) -> list[bytes]:
    """Return the EDID of each screen that is connected under Linux."""
    edids = []
    for path in sorted(connectors.glob("card*-*/edid")):
        with contextlib.suppress(OSError):
            edids.append(path.read_bytes())
    return [edid for edid in edids if edid]


def _only(edids: Iterable[bytes]) -> tuple[float, float] | None:
    """Return the size of the one screen that states it; None for none or several."""
    sizes = [size for size in map(stated_millimetres, edids) if size is not None]
    return sizes[0] if len(sizes) == 1 else None


if sys.platform == "win32":

    def _known() -> tuple[float, float] | None:
        return _only(windows_edids(ctypes.windll.user32, _registered))

    def _registered(key: str) -> bytes:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:
            return bytes(winreg.QueryValueEx(opened, "EDID")[0])

elif sys.platform == "darwin":

    def _known() -> tuple[float, float] | None:
        return mac_millimetres(ctypes.CDLL(ctypes.util.find_library("CoreGraphics")))

else:

    def _known() -> tuple[float, float] | None:
        edids = connected_edids()
        pixels = screen_pixels()
        if edids or pixels is None:
            return _only(edids)
        # Screens soldered to a board have no EDID, but their drivers know them.
        return sdl_millimetres(ctypes.CDLL(pygame.base.__file__), pixels)
