"""What the libraries of each system say about the screens; each is passed in, and called through ctypes."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

from bedside.stage.edid import believable

_MM_PER_INCH = 25.4

# Densities in dots per inch that are assumed where none is known: by X servers, and by Weston (a millimetre each).
_ASSUMED = (96.0, _MM_PER_INCH)

# No screen at a bed has fewer; a virtual machine's may state anything.
_LEAST_DENSITY = 30.0

# wingdi.h, winuser.h
_ATTACHED = _ACTIVE = 1
_INTERFACE_NAME = 1

# Where Windows keeps the EDID of a monitor, by the two middle parts of its interface's name.
_KEY = r"SYSTEM\CurrentControlSet\Enum\DISPLAY\{}\{}\Device Parameters"

_MOST_SCREENS = 16


class DisplayDevice(ctypes.Structure):
    """``DISPLAY_DEVICEW`` (wingdi.h)."""

    _fields_ = (
        ("cb", ctypes.c_uint32),
        ("DeviceName", ctypes.c_wchar * 32),
        ("DeviceString", ctypes.c_wchar * 128),
        ("StateFlags", ctypes.c_uint32),
        ("DeviceID", ctypes.c_wchar * 128),
        ("DeviceKey", ctypes.c_wchar * 128),
    )


def windows_edids(user32: Any, registered: Callable[[str], bytes]) -> list[bytes]:
    """Return the EDID of each monitor that shows a part of the desktop, empty where Windows keeps none.

    ``registered`` returns the value "EDID" of a key of the local machine, or raises OSError.
    """
    edids = []
    for adapter in _devices(user32, None, 0):
        if not adapter.StateFlags & _ATTACHED:
            continue
        for monitor in _devices(user32, adapter.DeviceName, _INTERFACE_NAME):
            if not monitor.StateFlags & _ACTIVE:
                continue
            key = registry_key(monitor.DeviceID)
            try:
                edids.append(registered(key) if key else b"")
            except OSError:
                edids.append(b"")
    return edids


def registry_key(interface: str) -> str | None:
    r"""Return the registry key of a monitor by its interface's name, ``\\?\DISPLAY#BOE07D8#4&1a&0&UID1#{…}``."""
    parts = interface.split("#")
    return _KEY.format(parts[1], parts[2]) if len(parts) == 4 and parts[0].endswith("DISPLAY") else None


def mac_millimetres(core_graphics: Any) -> tuple[float, float] | None:
    """Return the size of a Mac's only screen in millimetres, by the library CoreGraphics; None for several."""
    ids, count = (ctypes.c_uint32 * _MOST_SCREENS)(), ctypes.c_uint32()
    if core_graphics.CGGetActiveDisplayList(_MOST_SCREENS, ids, ctypes.byref(count)) or count.value != 1:
        return None
    core_graphics.CGDisplayScreenSize.argtypes = [ctypes.c_uint32]
    core_graphics.CGDisplayScreenSize.restype = ScreenSize
    size = core_graphics.CGDisplayScreenSize(ids[0])
    return believable(size.width, size.height)


class ScreenSize(ctypes.Structure):
    """``CGSize`` (CGGeometry.h)."""

    _fields_ = (("width", ctypes.c_double), ("height", ctypes.c_double))


def sdl_millimetres(sdl: Any, pixels: tuple[int, int]) -> tuple[float, float] | None:
    """Return the size in millimetres that the display server states of the first screen, as SDL 2 passes it on."""
    diagonal, across, down = ctypes.c_float(), ctypes.c_float(), ctypes.c_float()
    if sdl.SDL_GetDisplayDPI(0, ctypes.byref(diagonal), ctypes.byref(across), ctypes.byref(down)):
        return None
    densities = across.value, down.value
    if min(densities) < _LEAST_DENSITY or any(abs(density - each) < 1 for density in densities for each in _ASSUMED):
        return None
    return believable(*(_MM_PER_INCH * size / density for size, density in zip(pixels, densities, strict=True)))


def _devices(user32: Any, name: str | None, flags: int) -> Iterator[DisplayDevice]:
    """Yield the display adapters, or the monitors at the adapter of this name."""
    for number in range(_MOST_SCREENS):
        device = DisplayDevice()
        device.cb = ctypes.sizeof(device)
        if not user32.EnumDisplayDevicesW(name, number, ctypes.byref(device), flags):
            return
        yield device
