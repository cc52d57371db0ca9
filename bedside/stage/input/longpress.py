"""A long press: a finger, or the mouse, that stays on one target for some time, as a child's touch seldom does."""

from __future__ import annotations

from collections.abc import Hashable

import pygame

from bedside.music.pad import Area
from bedside.stage.input.hands import MOUSE, Finger

HOLD_SECONDS = 1.2


class LongPress:
    """Watches the input events of a screen of ``size`` pixels for a long press.

    Until a press has been long enough, its events mean to everybody else what they mean anyway.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._began: dict[Hashable, float] = {}
        self._spent: set[Hashable] = set()

    def feed(self, event: pygame.event.Event, target: Area | None, now: float) -> bool:
        """Follow an input event; a press must begin on ``target`` and stay there.

        Return whether the event means nothing else: it is of a press that was long, and has not ended.
        """
        match event.type:
            case pygame.FINGERDOWN | pygame.FINGERMOTION:
                finger: Hashable = (event.touch_id, event.finger_id)
                place = (event.x * self._size[0], event.y * self._size[1])
                self._follow(finger, place, target, now, event.type == pygame.FINGERDOWN)
                return finger in self._spent
            case pygame.FINGERUP:
                self._forget((event.touch_id, event.finger_id))
            case pygame.MOUSEBUTTONDOWN if event.button == 1:
                self._follow(MOUSE, event.pos, target, now, True)
            case pygame.MOUSEMOTION:
                self._follow(MOUSE, event.pos, target, now, False)
            case pygame.MOUSEBUTTONUP if event.button == 1:
                self._forget(MOUSE)
            case pygame.WINDOWFOCUSLOST:
                self._began.clear()
                self._spent.clear()
        return False

    def held(self, now: float) -> list[Hashable]:
        """Return the fingers, or "mouse", that have now been held long enough, each once."""
        held = [finger for finger, began in self._began.items() if now - began >= HOLD_SECONDS]
        for finger in held:
            del self._began[finger]
        self._spent.update(held)
        return held

    def release_missing(self, there: set[Finger]) -> None:
        """Forget the fingers whose leaving was not reported: those that are no longer ``there``."""
        for finger in {*self._began, *self._spent} - there - {MOUSE}:
            self._forget(finger)

    def _forget(self, finger: Hashable) -> None:
        self._began.pop(finger, None)
        self._spent.discard(finger)

    def _follow(self, finger: Hashable, at: tuple[float, float], target: Area | None, now: float, lands: bool) -> None:
        if target is None or not target.holds(*at):
            self._began.pop(finger, None)
        elif lands and finger not in self._spent:
            # SDL may report again that a held finger lands.
            self._began.setdefault(finger, now)
