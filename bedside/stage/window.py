"""The window on the machine's screen, by way of the first display server that opens one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import pygame

from bedside.errors import BedsideError
from bedside.stage.displayserver import greeted, offered_drivers
from bedside.stage.lock import LOCKING, icon, lock_keys
from bedside.stage.stderr import silenced_stderr

# SDL's fallbacks without a visible screen; they count only when they are asked for by name.
_INVISIBLE = ("dummy", "offscreen", "evdev")

_NONE = "This machine has no screen to play on."
_SILENT = "The screen of this machine does not answer; restart the machine, or its session."
_CLOSED = "The screen of this machine does not open."
_NO_OPENGL = "The screen of this machine does not open: install Xwayland or OpenGL (Debian: xwayland or libegl1)."

# Set for every driver.
_COMMON = {
    # A touch must not be reported as a mouse too, nor the mouse as a touch.
    "SDL_TOUCH_MOUSE_EVENTS": "0",
    "SDL_MOUSE_TOUCH_EVENTS": "0",
    # SDL's handlers of SIGTERM and SIGINT only queue an event, which a window that hangs while it opens never reads.
    "SDL_NO_SIGNAL_HANDLERS": "1",
    # The whole screen of a scaled Windows display would otherwise be a smaller picture, stretched.
    "SDL_WINDOWS_DPI_AWARENESS": "permonitorv2",
    # By this name a desktop finds the program's icon; pygame would take that of the script.
    "SDL_VIDEO_X11_WMCLASS": "bedside",
    "SDL_VIDEO_WAYLAND_WMCLASS": "bedside",
    **LOCKING,
}

# Set for a driver, unless the staff have set it.
_OF_DRIVER = {
    # SDL can show a picture on Wayland only through OpenGL: without it, the window has no framebuffer.
    "wayland": {
        "SDL_FRAMEBUFFER_ACCELERATION": "1",
        # Waiting for the compositor's frame would hold up touches by 17 ms.
        "SDL_RENDER_VSYNC": "0",
        # A title bar that nobody sees. Its plug-ins load GTK and ask the session, and have hung while the window opens.
        "SDL_VIDEO_WAYLAND_ALLOW_LIBDECOR": "0",
    },
    # The picture is drawn in memory; OpenGL would cost a copy, and a core on machines without a graphics card.
    "": {"SDL_FRAMEBUFFER_ACCELERATION": "0"},
}

_VARIABLES = ("SDL_VIDEODRIVER", *_COMMON, *{name for variables in _OF_DRIVER.values() for name in variables})

# Drivers that redraw the whole window with each update, however little has changed.
_WHOLE = ("wayland",)


class NoScreenError(BedsideError):
    """There is no screen to play on."""


class Display:
    """The machine's screen while it is held; the first driver that works is used, and the others wait.

    ``say`` gets a sentence when a driver fails and another takes its place.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._before = dict(os.environ)
        self._left = list(_drivers(self._before))
        self._failed = ""

    def hold(self) -> None:
        """Hold the screen by the next driver that answers; raise NoScreenError if none is left."""
        fault = _CLOSED if self._failed else _NONE
        while self._left:
            driver = self._left.pop(0)
            self._set(driver)
            with greeted(driver, self._before) as answers:
                if answers and self._init():
                    # Known only now where SDL chose.
                    self._set(pygame.display.get_driver())
                    return
            self._failed = self._failed or driver
            if not answers:
                fault = _SILENT
        raise NoScreenError(fault)

    def open_window(self, size: tuple[int, int] | None, monitor: int = 1) -> pygame.Surface:
        """Open a window of ``size`` pixels, or over a whole screen, and return its surface.

        ``monitor`` counts the screens from 1; where there is none of that number it is the first, and that is said.
        """
        pygame.display.set_icon(icon())
        while True:
            screens = pygame.display.get_num_displays()
            flags = pygame.RESIZABLE if size else pygame.FULLSCREEN
            try:
                with silenced_stderr():
                    surface = pygame.display.set_mode(
                        size or (0, 0), flags, display=monitor - 1 if 1 <= monitor <= screens else 0
                    )
            except pygame.error as error:
                self._failed = pygame.display.get_driver()
                if not self._left:
                    raise NoScreenError(_NO_OPENGL if self._failed in _WHOLE else _CLOSED) from error
                pygame.display.quit()
                self.hold()
                pygame.display.set_icon(icon())
                continue
            if size is None and not surface.get_flags() & pygame.FULLSCREEN:
                # SDL makes a Wayland window anew for OpenGL, and it comes back as a tile beside other windows.
                pygame.display.toggle_fullscreen()
            if not 1 <= monitor <= screens:
                self._say(f"There is no screen {monitor}; this machine has {screens}, and the first is used.")
            if self._failed:
                self._say(
                    f"The screen does not open with {self._failed}; {pygame.display.get_driver()} is used instead."
                )
            pygame.display.set_caption("bedside")
            pygame.mouse.set_visible(size is not None)
            lock_keys(size is None)
            return surface

    def release(self) -> None:
        """Let go of the screen, and restore the environment."""
        pygame.display.quit()
        for name in _VARIABLES:
            if name in self._before:
                os.environ[name] = self._before[name]
            else:
                os.environ.pop(name, None)

    def _set(self, driver: str) -> None:
        """Set SDL's variables for a driver."""
        os.environ.update(_COMMON)
        if driver:
            os.environ["SDL_VIDEODRIVER"] = driver
        for name, value in _OF_DRIVER.get(driver, _OF_DRIVER[""]).items():
            os.environ[name] = self._before.get(name, value)

    def _init(self) -> bool:
        """Initialise the display; return whether people see it."""
        try:
            with silenced_stderr():
                pygame.display.init()
        except pygame.error:
            return False
        if pygame.display.get_driver() in _INVISIBLE and "SDL_VIDEODRIVER" not in self._before:
            pygame.display.quit()
            return False
        return True


@contextmanager
def screen(say: Callable[[str], None] = lambda _sentence: None) -> Iterator[Display]:
    """Hold the machine's screen; raise NoScreenError if there is none."""
    display = Display(say)
    try:
        display.hold()
        # The screen must not go to sleep while a child only listens.
        pygame.display.set_allow_screensaver(False)
        yield display
    finally:
        display.release()


def covers_screen() -> bool:
    """Return whether the window covers the whole screen."""
    surface = pygame.display.get_surface()
    return surface is not None and bool(surface.get_flags() & pygame.FULLSCREEN)


def show(changed: Sequence[pygame.Rect]) -> Iterator[None]:
    """Show the areas of the window that changed, yielding after each update: it takes the screen some time."""
    whole = pygame.display.get_driver() in _WHOLE
    for areas in [list(changed)] if whole and changed else [[area] for area in changed]:
        pygame.display.update(areas)
        yield


def _drivers(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the drivers to try in order; an empty name leaves the choice to SDL, as for a screen without a session."""
    offered = offered_drivers(environment)
    asked = tuple(filter(None, environment.get("SDL_VIDEODRIVER", "").split(",")))
    if not asked:
        return offered or ("",)
    # Whoever asks for one of the session's servers would rather play on the other than not at all.
    spare = tuple(driver for driver in offered if driver not in asked) if {*asked} <= {"x11", "wayland"} else ()
    return asked + spare
