"""Gestures in the corners of the screen, for staff: mute, the staff's sheet, and the silent bookmark.

A child who touches a corner plays or chooses as anywhere: until a gesture is whole, its fingers mean what they mean.
"""

from __future__ import annotations

from enum import StrEnum

import pygame

from bedside.music.pad import Area
from bedside.stage.input.hands import Finger

# Both upper corners are pressed within this time.
TOGETHER_SECONDS = 0.3

# Lifted within this time they mute; held for so long they open the sheet. What lies between is neither.
MUTE_SECONDS = 1.0
SHEET_SECONDS = 2.0

# A finger in the third corner marks if it leaves within this time; one that rests there does nothing.
_TAP_SECONDS = 1.0

# A finger may wander so far out of its corner, as a multiple of the corner's size.
_WANDER = 1.5

# The size of the third corner, as a share of the least target: nobody plays in so little.
_THIRD = 0.4


class CornerGesture(StrEnum):
    """What staff ask for in the corners."""

    MUTE = "mute"
    SHEET = "sheet"
    BOOKMARK = "bookmark"


class Corners:
    """Watches the fingers on a screen of ``size`` pixels; ``least`` is the least size of a target there.

    The upper corners mute and open the sheet, while nothing else is touched; the lower right one marks.
    """

    def __init__(self, size: tuple[int, int], least: float) -> None:
        self._down: set[Finger] = set()
        # Which finger pressed which upper corner, and when; nothing else has been touched since the screen was free.
        self._pressed: dict[int, tuple[Finger, float]] = {}
        self._spoiled = False
        self._both: float | None = None
        # Fingers that landed in the third corner, and when.
        self._marking: dict[Finger, float] = {}
        self._found: list[CornerGesture] = []
        self._claimed: list[Finger] = []
        self.resize(size, least)

    def resize(self, size: tuple[int, int], least: float) -> None:
        """Take a screen of another size; what is touched now asks for nothing."""
        self._spoiled = bool(self._down)
        self._size = size
        width, height = size
        third = min(_THIRD * least, width / 8, height / 8)
        least = min(least, width / 3, height / 3)
        grown = _WANDER * least
        self._upper = (Area(0, 0, least, least), Area(width - least, 0, least, least))
        self._around = (Area(0, 0, grown, grown), Area(width - grown, 0, grown, grown))
        self._third = Area(width - third, height - third, third, third)

    def feed(self, event: pygame.event.Event, now: float) -> pygame.event.Event | None:
        """Follow an input event; return what of it is meant for the players, None if nothing is."""
        match event.type:
            case pygame.FINGERDOWN | pygame.FINGERMOTION | pygame.FINGERUP:
                finger = (event.touch_id, event.finger_id)
                x, y = event.x * self._size[0], event.y * self._size[1]
                return self._touch(event, finger, min(x, self._size[0] - 1), min(y, self._size[1] - 1), now)
            case pygame.WINDOWFOCUSLOST:
                self.clear()
        return event

    def gestures(self, now: float) -> list[CornerGesture]:
        """Return the gestures that are whole since the last call."""
        if self._both is not None and not self._spoiled and len(self._down) == 2 and now - self._both >= SHEET_SECONDS:
            self._spoiled = True
            self._found.append(CornerGesture.SHEET)
        found, self._found = self._found, []
        return found

    def claimed(self) -> list[Finger]:
        """Return the fingers that belong to a gesture since the last call: they press and play nothing more."""
        claimed, self._claimed = self._claimed, []
        return claimed

    def forming(self, now: float) -> bool:
        """Return whether what is touched may still become a gesture of both upper corners."""
        if self._spoiled or not self._pressed or not self._down:
            return False
        if self._both is None:
            return all(now - began <= TOGETHER_SECONDS for _, began in self._pressed.values())
        return len(self._down) == 2 or now - self._both <= MUTE_SECONDS

    def release_missing(self, there: set[Finger]) -> None:
        """Forget the fingers whose leaving was not reported: those that are no longer ``there``; they ask nothing."""
        missing = self._down - there
        for finger in missing:
            self._marking.pop(finger, None)
        if missing:
            self._spoiled = True
            self._down -= missing
            self._rest()

    def _touch(
        self, event: pygame.event.Event, finger: Finger, x: float, y: float, now: float
    ) -> pygame.event.Event | None:
        if event.type == pygame.FINGERUP:
            return self._lift(event, finger, now)
        if event.type == pygame.FINGERDOWN and finger not in self._down:
            self._land(finger, x, y, now)
        elif any(
            pressing == finger and not self._around[at].holds(x, y) for at, (pressing, _) in self._pressed.items()
        ):
            self._spoiled = True
        if finger not in self._marking:
            return event
        if self._third.holds(x, y):
            return None
        # It came from the corner to play.
        del self._marking[finger]
        return pygame.event.Event(pygame.FINGERDOWN, **event.dict)

    def _land(self, finger: Finger, x: float, y: float, now: float) -> None:
        alone = len(self._down) == len(self._pressed)
        self._down.add(finger)
        corner = next((number for number, area in enumerate(self._upper) if area.holds(x, y)), None)
        if self._third.holds(x, y):
            self._marking[finger] = now
        first = min((began for _, began in self._pressed.values()), default=now)
        if corner is None or corner in self._pressed or not alone or now - first > TOGETHER_SECONDS:
            self._spoiled = True
        if self._spoiled or corner is None:
            return
        self._pressed[corner] = (finger, now)
        if len(self._pressed) == len(self._upper):
            self._both = now
            self._claimed += [pressing for pressing, _ in self._pressed.values()]

    def _lift(self, event: pygame.event.Event, finger: Finger, now: float) -> pygame.event.Event | None:
        self._down.discard(finger)
        began = self._marking.pop(finger, None)
        if began is not None and now - began <= _TAP_SECONDS:
            self._found.append(CornerGesture.BOOKMARK)
        if not self._down and not self._spoiled and self._both is not None and now - self._both <= MUTE_SECONDS:
            self._found.append(CornerGesture.MUTE)
        if self._both is None and self._pressed:
            # One corner alone is no gesture.
            self._spoiled = True
        self._rest()
        return event if began is None else None

    def _rest(self) -> None:
        """Begin anew once nothing touches the screen."""
        if not self._down:
            self._pressed.clear()
            self._spoiled, self._both = False, None

    def clear(self) -> None:
        """Forget every finger."""
        self._down.clear()
        self._marking.clear()
        self._claimed.clear()
        self._rest()
