"""The picture of a control: always visible and on top; it brightens and dims slowly."""

from __future__ import annotations

from collections.abc import Mapping

import pygame

# From the dimmest to the brightest: too slow to flash.
TURN_SECONDS = 1.1

# A sign's brightness when it is off, on, and waiting for what it shows to be ready.
OFF, ON, WAITING = 0.62, 1.0, 0.3

# The brightness of an off sign in a dark world, as a share of its usual one.
_DIMMED = 0.42


class Sign:
    """The pictures of one control, one of them shown at ``rect``, in pixels; every ``now`` is in seconds."""

    def __init__(self, rect: pygame.Rect, pictures: Mapping[str, pygame.Surface], shown: str) -> None:
        self.rect = rect
        self._pictures = pictures
        self._shown = shown
        self._level = OFF
        self._on = self.waiting = False
        self._world = 1.0
        self._now = 0.0
        self.changed = True

    @property
    def moving(self) -> bool:
        """Whether it is still brightening or dimming."""
        return self._level != self._target

    @property
    def shown(self) -> str:
        """The name of the picture that it shows."""
        return self._shown

    @property
    def _target(self) -> float:
        if self._on:
            return ON
        return WAITING if self.waiting else OFF

    def show(self, picture: str) -> None:
        """Show another of its pictures; an unknown name changes nothing."""
        if picture in self._pictures and picture != self._shown:
            self._shown = picture
            self.changed = True

    def light(self, on: bool) -> None:
        """Turn on or off; the brightness follows slowly."""
        self._on = on

    def wait(self, waiting: bool) -> None:
        """Dim, unless it is on, because what it shows is not ready."""
        self.waiting = waiting

    def advance(self, now: float, world: float) -> None:
        """Advance to ``now``; an off sign dims with the brightness of the world, 0–1."""
        step = max(now - self._now, 0.0) / TURN_SECONDS
        self._now = max(now, self._now)
        level = self._level + min(max(self._target - self._level, -step), step)
        if level != self._level or world != self._world:
            self._level, self._world = level, world
            self.changed = True

    def draw(self, surface: pygame.Surface) -> None:
        """Draw it, and mark it as unchanged."""
        picture = self._pictures[self._shown]
        on = (self._level - OFF) / (ON - OFF)
        seen = _DIMMED + (1 - _DIMMED) * max(self._world, on)
        picture.set_alpha(round(255 * self._level * seen))
        surface.blit(picture, picture.get_rect(center=self.rect.center))
        self.changed = False
