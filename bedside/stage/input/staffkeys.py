"""Keys and pedals with which staff mute and mark, unseen by the child.

A key counts by its letter, not by its place. On a layout where it lies among those that play, it does not play.
"""

from __future__ import annotations

from typing import Any

import pygame

from bedside.music.keyboard import PEDAL_DOWN
from bedside.stage.input.corners import CornerGesture

# Two keycodes of SDL that pygame does not name: the media keys for mute.
_MEDIA_MUTE = (127 | 1 << 30, 262 | 1 << 30)

# Foot pedals that turn pages send Page Down.
_KEYS = {
    pygame.K_m: CornerGesture.MUTE,
    **dict.fromkeys(_MEDIA_MUTE, CornerGesture.MUTE),
    pygame.K_b: CornerGesture.BOOKMARK,
    pygame.K_PAGEDOWN: CornerGesture.BOOKMARK,
}

# The soft pedal of a MIDI keyboard, which no instrument here has.
_SOFT_PEDAL = 67


def key_gesture(event: pygame.event.Event) -> CornerGesture | None:
    """Return what a key that is pressed asks for; None for any other event, and for a key with Ctrl, Alt or Super."""
    if event.type != pygame.KEYDOWN or event.mod & (pygame.KMOD_CTRL | pygame.KMOD_ALT | pygame.KMOD_META):
        return None
    return _KEYS.get(event.key)


class BookmarkPedal:
    """The soft pedals of all MIDI keyboards: each marks when it goes down."""

    def __init__(self) -> None:
        self._down: set[str] = set()

    def pressed(self, keyboard: str, message: Any) -> bool:
        """Return whether a keyboard's message, or its disconnection (None), presses its pedal."""
        if message is None:
            self._down.discard(keyboard)
            return False
        if message.type != "control_change" or message.control != _SOFT_PEDAL:
            return False
        before = keyboard in self._down
        if message.value < PEDAL_DOWN:
            self._down.discard(keyboard)
            return False
        self._down.add(keyboard)
        return not before
