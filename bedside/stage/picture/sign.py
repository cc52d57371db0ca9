"""A picture of a control that is always there: it brightens and dims slowly, and nothing is drawn over it."""

from __future__ import annotations

from collections.abc import Mapping

import pygame

# A sign goes from its dimmest to its brightest in this time, which is too slow to flash.
TURN_SECONDS = 1.1

# How bright a sign is that is only there, one that is on, and one that shows what is not ready yet.
THERE, ON, WAITING = 0.62, 1.0, 0.3

# What is left under the heaviest veil of a sign that is not on.
_VEILED = 0.42


class Sign:
    """One control's pictures, of which one is shown at ``rect`` in pixels; each ``now`` is in seconds."""

    def __init__(self, rect: pygame.Rect, pictures: Mapping[str, pygame.Surface], shown: str) -> None:
        self.rect = rect
        self._pictures = pictures
        self._shown = shown
        self._level = THERE
        self._on = self.waiting = False
        self._veil = 1.0
        self._now = 0.0
        self.changed = True

    @property
    def moving(self) -> bool:
        """Whether it is not yet as bright as it is to be."""
        return self._level != self._wanted

    @property
    def shown(self) -> str:
        """The name of the picture that it shows."""
        return self._shown

    @property
    def _wanted(self) -> float:
        if self._on:
            return ON
        return WAITING if self.waiting else THERE

    def show(self, picture: str) -> None:
        """Show another of its pictures; one that it does not have changes nothing."""
        if picture in self._pictures and picture != self._shown:
            self._shown = picture
            self.changed = True

    def light(self, on: bool) -> None:
        """Be on, or only there, in a moment."""
        self._on = on

    def wait(self, waiting: bool) -> None:
        """Dim, unless it is on, for as long as what it shows is not ready."""
        self.waiting = waiting

    def advance(self, now: float, veil: float) -> None:
        """Move to the time ``now``; under a veil, 1 none to 0, it dims with the world unless it is on."""
        step = max(now - self._now, 0.0) / TURN_SECONDS
        self._now = max(now, self._now)
        level = self._level + min(max(self._wanted - self._level, -step), step)
        if level != self._level or veil != self._veil:
            self._level, self._veil = level, veil
            self.changed = True

    def draw(self, surface: pygame.Surface) -> None:
        """Draw it over what is there."""
        picture = self._pictures[self._shown]
        on = (self._level - THERE) / (ON - THERE)
        seen = _VEILED + (1 - _VEILED) * max(self._veil, on)
        picture.set_alpha(round(255 * self._level * seen))
        surface.blit(picture, picture.get_rect(center=self.rect.center))
        self.changed = False
