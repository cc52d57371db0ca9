"""The window on the machine's screen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pygame

from bedside.errors import BedsideError
from bedside.stage.stderr import silenced_stderr

# What SDL falls back on where nothing can be seen; asked for by name, for pictures without a screen, they will do.
_PRETENDED = ("dummy", "offscreen", "evdev")

_NONE = "This machine has no screen to play on."


class NoScreenError(BedsideError):
    """There is no screen to play on."""


@contextmanager
def screen() -> Iterator[None]:
    """Hold the machine's screen; raises NoScreenError where there is none."""
    # A touch is not to come again as a mouse, nor the mouse as a touch.
    os.environ["SDL_TOUCH_MOUSE_EVENTS"] = "0"
    os.environ["SDL_MOUSE_TOUCH_EVENTS"] = "0"
    # The picture is drawn in memory; a detour through OpenGL would cost a copy, and without a graphics card a core.
    os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
    try:
        with silenced_stderr():
            pygame.display.init()
    except pygame.error as error:
        raise NoScreenError(_NONE) from error
    try:
        if pygame.display.get_driver() in _PRETENDED and "SDL_VIDEODRIVER" not in os.environ:
            raise NoScreenError(_NONE)
        # A child who only listens is not to find the screen asleep.
        pygame.display.set_allow_screensaver(False)
        yield
    finally:
        pygame.display.quit()


def open_window(size: tuple[int, int] | None) -> pygame.Surface:
    """Open the window, of a size in pixels or over the whole screen, and return its surface."""
    try:
        surface = pygame.display.set_mode(size or (0, 0), 0 if size else pygame.FULLSCREEN)
    except pygame.error as error:
        raise NoScreenError("The screen of this machine does not open.") from error
    pygame.display.set_caption("bedside")
    pygame.mouse.set_visible(size is not None)
    return surface
