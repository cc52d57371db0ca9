"""A long press: long enough, on one place, and nothing else happens by it."""

from __future__ import annotations

import pygame
import pytest

from bedside.music.pad import Area
from bedside.stage.input.longpress import HOLD_SECONDS, LongPress

TARGET = Area(90, 0, 10, 10)


def finger(kind: int, x: float, y: float, number: int = 1) -> pygame.event.Event:
    return pygame.event.Event(kind, touch_id=1, finger_id=number, x=x / 100, y=y / 100)


def test_a_finger_that_stays_is_a_long_press_once() -> None:
    """Held for long enough it is told once; until then its events go on to mean what they mean, and then nothing."""
    press = LongPress((100, 100))
    assert not press.feed(finger(pygame.FINGERDOWN, 95, 5), TARGET, 10.0)
    assert not press.feed(finger(pygame.FINGERMOTION, 96, 6), TARGET, 10.5)
    assert press.held(10.0 + HOLD_SECONDS - 0.01) == []
    assert press.held(10.0 + HOLD_SECONDS + 0.01) == [(1, 1)]
    assert press.held(60.0) == []
    assert press.feed(finger(pygame.FINGERMOTION, 50, 50), TARGET, 61.0)
    assert press.feed(finger(pygame.FINGERDOWN, 95, 5), TARGET, 61.0), "SDL repeats that a held finger lands"
    assert press.held(99.0) == []
    assert not press.feed(finger(pygame.FINGERUP, 95, 5), TARGET, 99.0)
    assert not press.feed(finger(pygame.FINGERDOWN, 95, 5), TARGET, 100.0)
    assert press.held(102.0) == [(1, 1)]


@pytest.mark.parametrize("target", [TARGET, None])
def test_what_is_no_long_press(target: Area | None) -> None:
    """A finger that lands elsewhere, slides off, or leaves in time is none, nor is any where there is no target."""
    press = LongPress((100, 100))
    press.feed(finger(pygame.FINGERDOWN, 50, 50, 1), target, 0.0)
    press.feed(finger(pygame.FINGERMOTION, 95, 5, 1), target, 0.1)
    press.feed(finger(pygame.FINGERDOWN, 95, 5, 2), target, 0.0)
    press.feed(finger(pygame.FINGERMOTION, 80, 5, 2), target, 0.5)
    press.feed(finger(pygame.FINGERMOTION, 95, 5, 2), target, 0.6)
    press.feed(finger(pygame.FINGERDOWN, 95, 5, 3), target, 0.0)
    press.feed(finger(pygame.FINGERUP, 95, 5, 3), target, 1.0)
    press.feed(finger(pygame.FINGERDOWN, 95, 5, 4), target, 0.0)
    press.feed(pygame.event.Event(pygame.WINDOWFOCUSLOST), target, 1.0)
    press.feed(finger(pygame.FINGERDOWN, 95, 5, 5), target, 0.0)
    press.release_missing({(1, 1)})
    assert press.held(9.0) == []


def test_the_mouse_presses_too() -> None:
    """The mouse's button held on the place is a long press."""
    press = LongPress((100, 100))
    press.feed(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(95, 5)), TARGET, 0.0)
    press.release_missing(set())
    assert press.held(5.0) == ["mouse"]
    press.feed(pygame.event.Event(pygame.MOUSEBUTTONUP, button=1, pos=(95, 5)), TARGET, 6.0)
    press.feed(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=3, pos=(95, 5)), TARGET, 7.0)
    assert press.held(20.0) == []
