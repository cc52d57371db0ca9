"""A wipe-down: while the screen is wiped, every touch, key and note is ignored, and counted."""

from __future__ import annotations

from collections.abc import Hashable

import pygame

from bedside.stage.input.hands import MOUSE, Finger

LEAST_SECONDS, MOST_SECONDS = 30.0, 180.0

_LANDINGS = (pygame.FINGERDOWN, pygame.MOUSEBUTTONDOWN, pygame.KEYDOWN)
_INPUT = (*_LANDINGS, pygame.FINGERMOTION, pygame.FINGERUP, pygame.MOUSEMOTION, pygame.MOUSEBUTTONUP, pygame.KEYUP)
_LEAVINGS = (pygame.FINGERUP, pygame.MOUSEBUTTONUP, pygame.KEYUP)


class WipeDown:
    """A wipe-down of so many ``seconds``, `LEAST_SECONDS` to `MOST_SECONDS`, from ``began`` on.

    ``touches`` counts what landed meanwhile. What lies on the screen at its end is ignored until it is lifted, so that
    no cloth plays. Raises ValueError for another length.
    """

    def __init__(self, seconds: float, began: float) -> None:
        if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
            raise ValueError(f"a wipe-down lasts {LEAST_SECONDS:.0f} to {MOST_SECONDS:.0f} seconds, not {seconds}")
        self.seconds = seconds
        self.touches = 0
        self._began = began
        self._lying: set[Hashable] = set()

    def left(self, now: float) -> float:
        """Return the share of it that is left, from 1 down to 0."""
        return min(max(1 - (now - self._began) / self.seconds, 0.0), 1.0)

    def over(self, now: float) -> bool:
        """Return whether its time is over; something may still lie on the screen."""
        return now - self._began >= self.seconds

    @property
    def lifted(self) -> bool:
        """Whether nothing that landed in it lies on the screen any more."""
        return not self._lying

    def feed(self, event: pygame.event.Event, now: float) -> bool:
        """Follow an input event; return whether players must not be given it."""
        if event.type not in _INPUT:
            return False
        what = _what(event)
        if self.over(now):
            ignored = what in self._lying
        else:
            ignored = True
            if event.type in _LANDINGS and what not in self._lying:
                # SDL may report again that a held finger lands.
                self._lying.add(what)
                self.touches += 1
        if event.type in _LEAVINGS:
            self._lying.discard(what)
        return ignored

    def release_missing(self, there: set[Finger]) -> None:
        """Forget the fingers whose leaving was not reported: those that are no longer ``there``."""
        self._lying -= {each for each in self._lying if isinstance(each, tuple) and each[0] != "key"} - there


def _what(event: pygame.event.Event) -> Hashable:
    """Return which finger, key or button an input event is of."""
    match event.type:
        case pygame.FINGERDOWN | pygame.FINGERMOTION | pygame.FINGERUP:
            return event.touch_id, event.finger_id
        case pygame.KEYDOWN | pygame.KEYUP:
            return "key", event.scancode
    return MOUSE
