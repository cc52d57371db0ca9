"""While the program is loaded, the picture answers; what began with it goes on in the world that follows."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pygame
import pytest

from bedside.stage.opening import OpenedWindow
from bedside.stage.picture.dawn import Dawn
from bedside.stage.watchdog import Watchdog
from bedside.stage.window import screen

SIZE = (320, 200)


class _NoWatchdog(Watchdog):
    """Watches over nothing: no process is started."""

    def __init__(self) -> None:
        self._child = None
        self._before = None


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenedWindow]:
    """Give an opening in a window that nobody sees."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.quit()
    with screen() as display:
        surface = display.open_window(SIZE)
        pygame.event.clear()
        yield OpenedWindow(surface, Dawn(surface, "night"), _NoWatchdog())
    pygame.display.quit()


def finger(kind: int, number: int) -> None:
    """Put a finger into the middle of the screen, or take it away."""
    there: dict[str, Any] = {"x": 0.5, "y": 0.5, "dx": 0.0, "dy": 0.0, "pressure": 1.0}
    pygame.event.post(pygame.event.Event(kind, touch_id=1, finger_id=number, **there))


def test_the_first_picture_is_there_before_anything_is_loaded(opened: OpenedWindow) -> None:
    """The window is never black: it has its picture as soon as it is open."""
    assert max(opened.surface.get_at((5, 5))[:3]) >= 10


def test_a_touch_is_answered_while_something_else_takes_its_time(opened: OpenedWindow) -> None:
    """What is made waits until the touch was seen to be answered, and what it returns comes back."""
    before = sum(opened.surface.get_at((160, 100))[:3])

    def make() -> str:
        finger(pygame.FINGERDOWN, 1)
        until = time.monotonic() + 20.0
        while sum(opened.surface.get_at((160, 100))[:3]) < before + 80:
            assert time.monotonic() < until, "no light answered"
            time.sleep(0.005)
        assert threading.current_thread() is not threading.main_thread()
        return "made"

    assert opened.meanwhile(make) == "made"


def test_what_fails_meanwhile_is_raised(opened: OpenedWindow) -> None:
    """A fault comes to whoever waits, and the interpreter is as patient as before."""
    before = sys.getswitchinterval()

    def make() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        opened.meanwhile(make)
    assert sys.getswitchinterval() == before


def test_fingers_that_stay_are_handed_over(opened: OpenedWindow) -> None:
    """Who listens next hears of the fingers that are still down and of a wish to end, not of touches that are over."""

    def make() -> None:
        for number in (1, 2):
            finger(pygame.FINGERDOWN, number)
        finger(pygame.FINGERUP, 1)
        pygame.event.post(pygame.event.Event(pygame.QUIT))
        until = time.monotonic() + 20.0
        while pygame.event.peek((pygame.FINGERDOWN, pygame.FINGERUP, pygame.QUIT)):
            assert time.monotonic() < until, "nobody listens"
            time.sleep(0.005)

    opened.meanwhile(make)
    opened.hand_over()
    told = pygame.event.get((pygame.FINGERDOWN, pygame.FINGERUP, pygame.QUIT))
    assert [event.type for event in told] == [pygame.FINGERDOWN, pygame.QUIT]
    assert told[0].finger_id == 2
    opened.hand_over()
    assert not pygame.event.get((pygame.FINGERDOWN, pygame.QUIT))
    assert os.environ["SDL_VIDEODRIVER"] == "dummy"
