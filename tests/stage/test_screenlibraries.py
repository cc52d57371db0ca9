"""What each system's library says about its screens, by libraries that answer as the real ones do."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

import pygame
import pytest

from bedside.stage import screensize
from bedside.stage.screenlibraries import (
    DisplayDevice,
    ScreenSize,
    mac_millimetres,
    registry_key,
    sdl_millimetres,
    windows_edids,
)

TABLET = r"\\?\DISPLAY#BOE07D8#4&1a2b3c&0&UID8388688#{e6f07b5f-ee97-4a90-b076-33f57bf4eaa7}"
KEY = r"SYSTEM\CurrentControlSet\Enum\DISPLAY\BOE07D8\4&1a2b3c&0&UID8388688\Device Parameters"


class User32:
    """Windows with these adapters: each its state, and the state and interface of each of its monitors."""

    def __init__(self, *adapters: tuple[int, list[tuple[int, str]]]) -> None:
        self.adapters = adapters

    def EnumDisplayDevicesW(self, name: str | None, number: int, device: Any, flags: int) -> int:  # noqa: N802
        """Fill in a device, as documented; return whether there is one of this number."""
        filled = device._obj
        assert filled.cb == ctypes.sizeof(DisplayDevice)
        if name is None:
            if number >= len(self.adapters):
                return 0
            filled.DeviceName, filled.StateFlags = rf"\\.\DISPLAY{number + 1}", self.adapters[number][0]
            return 1
        assert flags == 1, "without it, DeviceID is no interface"
        monitors = self.adapters[int(name[-1]) - 1][1]
        if number >= len(monitors):
            return 0
        filled.StateFlags, filled.DeviceID = monitors[number]
        return 1


class CoreGraphics:
    """A Mac with screens of these sizes in millimetres."""

    def __init__(self, *sizes: tuple[float, float], fault: int = 0) -> None:
        self.sizes = sizes
        self.fault = fault

        def size_of(number: int) -> ScreenSize:
            return ScreenSize(*sizes[number - 70])

        self.CGDisplayScreenSize = size_of

    def CGGetActiveDisplayList(self, most: int, ids: Any, count: Any) -> int:  # noqa: N802
        """Fill in the numbers of the screens; return an error, or 0."""
        for place in range(min(most, len(self.sizes))):
            ids[place] = 70 + place
        count._obj.value = len(self.sizes)
        return self.fault


class Sdl:
    """SDL on a screen of this density, across and down; None where the display server states none."""

    def __init__(self, density: tuple[float, float] | None) -> None:
        self.density = density

    def SDL_GetDisplayDPI(self, number: int, _diagonal: Any, across: Any, down: Any) -> int:  # noqa: N802
        """Fill in the density; return an error, or 0."""
        if self.density is None or number != 0:
            return -1
        across._obj.value, down._obj.value = self.density
        return 0


def test_windows_keeps_the_description_of_each_monitor() -> None:
    """Only monitors in use at adapters in use count, each with what the registry keeps under its interface's name."""
    user32 = User32((1, [(1, TABLET), (0, TABLET.replace("BOE", "OLD"))]), (0, [(1, TABLET.replace("BOE", "OFF"))]))
    asked = []

    def registered(key: str) -> bytes:
        asked.append(key)
        return b"edid"

    assert windows_edids(user32, registered) == [b"edid"]
    assert asked == [KEY]


def test_a_monitor_without_a_description_is_still_a_monitor() -> None:
    """What the registry does not have, and a name of another kind, stand for a screen of unknown size."""

    def registered(_key: str) -> bytes:
        raise FileNotFoundError

    assert windows_edids(User32((1, [(1, TABLET), (1, "odd")])), registered) == [b"", b""]
    assert windows_edids(User32(), registered) == []


@pytest.mark.parametrize("name", ["", "DISPLAY", r"\\?\DISPLAY#A#B", r"\\?\HID#A#B#{C}"])
def test_a_strange_name_has_no_key(name: str) -> None:
    """Only the interface of a monitor leads to a key."""
    assert registry_key(name) is None


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_wchar) != 2, reason="the layout is that of Windows, with wide characters")
def test_the_structure_is_that_of_windows() -> None:
    """``DISPLAY_DEVICEW`` has 840 bytes."""
    assert ctypes.sizeof(DisplayDevice) == 840


def test_a_mac_knows_its_only_screen() -> None:
    """One screen has its size; of several, none, or a fault nothing is known; a size of 0 is not believed."""
    assert mac_millimetres(CoreGraphics((286.0, 179.0))) == (286.0, 179.0)
    assert mac_millimetres(CoreGraphics((286.0, 179.0), (600.0, 340.0))) is None
    assert mac_millimetres(CoreGraphics()) is None
    assert mac_millimetres(CoreGraphics((286.0, 179.0), fault=1001)) is None
    assert mac_millimetres(CoreGraphics((0.0, 0.0))) is None


def test_a_screen_without_a_description_is_as_dense_as_its_server_says() -> None:
    """A panel on a board, 800 × 480 at 131 × 142 to the inch, is 155 × 86 mm."""
    assert sdl_millimetres(Sdl((131.1, 141.8)), (800, 480)) == pytest.approx((155.0, 86.0), abs=0.1)


@pytest.mark.parametrize("density", [None, (0.0, 0.0), (96.0, 96.0), (25.4, 25.4), (95.9, 96.2), (20.0, 20.0)])
def test_an_assumed_density_is_not_believed(density: tuple[float, float] | None) -> None:
    """What an X server or a virtual machine states where it knows nothing is as good as nothing."""
    assert sdl_millimetres(Sdl(density), (1280, 800)) is None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system's own library is asked")
def test_the_real_library_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pygame's own SDL has the function; a screen that exists only in memory has no size."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setattr(screensize, "connected_edids", list)
    pygame.display.quit()
    pygame.display.init()
    called = []

    def told(sdl: Any, pixels: tuple[int, int]) -> tuple[float, float] | None:
        called.append((sdl.SDL_GetDisplayDPI, pixels))
        return sdl_millimetres(sdl, pixels)

    monkeypatch.setattr("bedside.stage.screensize.sdl_millimetres", told)
    assert screensize.screen_millimetres() is None
    assert len(called) == 1
    pygame.display.quit()
