"""The opening of the screen: a picture at once, and light under each finger, while everything else is loaded.

The main thread, which alone may use the window, draws and listens; what takes long runs on a thread of its own.
"""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import TypeVar

import pygame

from bedside.stage.picture.dawn import Dawn
from bedside.stage.watchdog import Watchdog
from bedside.stage.window import screen, show

T = TypeVar("T")

FRAME_SECONDS = 1 / 60

# Whatever is loaded, the picture waits no longer than this for the interpreter.
_SWITCH_SECONDS = 0.0005

# What is not for the dawn to answer, and is still wanted when it is over.
_KEPT = (pygame.QUIT, pygame.APP_TERMINATING)


class OpenedWindow:
    """A window that shows a dawn, and the watchdog that watches over it."""

    def __init__(self, surface: pygame.Surface, dawn: Dawn, watchdog: Watchdog) -> None:
        self.surface = surface
        self.watchdog = watchdog
        self._dawn = dawn
        self._kept: list[pygame.event.Event] = []
        self._drawn = 0.0
        self._draw(time.perf_counter())

    def meanwhile(self, make: Callable[[], T]) -> T:
        """Return what ``make`` returns, or raise what it raises; it runs on another thread while the dawn goes on.

        If the process is told to end, that is raised once ``make`` is done.
        """
        made: list[T] = []
        faults: list[BaseException] = []

        def run() -> None:
            try:
                made.append(make())
            except BaseException as fault:
                faults.append(fault)

        before = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_SECONDS)
        thread = threading.Thread(target=run, name="opening")
        thread.start()
        try:
            while thread.is_alive():
                self._turn()
        finally:
            thread.join()
            sys.setswitchinterval(before)
        if faults:
            raise faults[0]
        return made[0]

    def hand_over(self) -> None:
        """Queue again what the next one to listen must know: the fingers that are down, and a wish to end."""
        for finger in self._dawn.fingers.values():
            there = {name: getattr(finger, name) for name in ("touch_id", "finger_id", "x", "y")}
            pygame.event.post(pygame.event.Event(pygame.FINGERDOWN, dx=0.0, dy=0.0, pressure=1.0, **there))
        for event in self._kept:
            pygame.event.post(event)
        self._kept.clear()
        self._dawn.fingers.clear()

    def _turn(self) -> None:
        """Wait for input or the next frame, answer, and draw."""
        due = self._drawn + FRAME_SECONDS
        seconds = max(due - time.perf_counter(), 0.0)
        for event in (pygame.event.wait(max(math.ceil(seconds * 1000), 1)), *pygame.event.get()):
            if event.type in _KEPT or (event.type == pygame.KEYDOWN and event.mod & pygame.KMOD_CTRL):
                self._kept.append(event)
            elif event.type == pygame.WINDOWEXPOSED:
                self._dawn.expose()
            else:
                self._dawn.feed(event, time.perf_counter())
        now = time.perf_counter()
        if now >= due:
            self._draw(now)

    def _draw(self, now: float) -> None:
        self._drawn = now
        if not self._dawn.resting:
            for _ in show(self._dawn.paint(now)):
                pass


@contextmanager
def opening(
    world: str, size: tuple[int, int] | None, dim: bool, say: Callable[[str], None], monitor: int = 1
) -> Iterator[OpenedWindow]:
    """Open a window of ``size`` pixels, or over a whole screen, with the dawn of a world in it.

    A ``dim`` dawn is for the night. ``monitor`` counts the screens from 1. ``say`` gets sentences for the staff. Raises
    NoScreenError if there is no screen.
    """
    with ExitStack() as leaving:
        watchdog = leaving.enter_context(closing(Watchdog()))
        with watchdog.opening():
            display = leaving.enter_context(screen(say))
            surface = display.open_window(size, monitor)
        yield OpenedWindow(surface, Dawn(surface, world, dim), watchdog)
