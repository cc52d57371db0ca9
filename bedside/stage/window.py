"""The window on the machine's screen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pygame

from bedside.errors import BedsideError
from bedside.stage.stderr import silenced_stderr

# SDL's fallbacks without a visible screen; they count only when they are asked for by name.
_INVISIBLE = ("dummy", "offscreen", "evdev")

_NONE = "This machine has no screen to play on."


class NoScreenError(BedsideError):
    """There is no screen to play on."""


@contextmanager
def screen() -> Iterator[None]:
    """Hold the machine's screen; raise NoScreenError if there is none."""
    # A touch must not be reported as a mouse too, nor the mouse as a touch.
    os.environ["SDL_TOUCH_MOUSE_EVENTS"] = "0"
    os.environ["SDL_MOUSE_TOUCH_EVENTS"] = "0"
    # The picture is drawn in memory; OpenGL would cost a copy, and a core on machines without a graphics card.
    os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
    try:
        with silenced_stderr():
            pygame.display.init()
    except pygame.error as error:
        raise NoScreenError(_NONE) from error
    try:
        if pygame.display.get_driver() in _INVISIBLE and "SDL_VIDEODRIVER" not in os.environ:
            raise NoScreenError(_NONE)
        # The screen must not go to sleep while a child only listens.
        pygame.display.set_allow_screensaver(False)
        yield
    finally:
        pygame.display.quit()


def open_window(size: tuple[int, int] | None) -> pygame.Surface:
    """Open a window of ``size`` pixels, or over the whole screen, and return its surface."""
    try:
        surface = pygame.display.set_mode(size or (0, 0), 0 if size else pygame.FULLSCREEN)
    except pygame.error as error:
        raise NoScreenError("The screen of this machine does not open.") from error
    pygame.display.set_caption("bedside")
    pygame.mouse.set_visible(size is not None)
    return surface
