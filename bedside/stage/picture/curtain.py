"""A picture that comes before a part of the screen and goes again, slowly enough not to flash."""

from __future__ import annotations

import pygame

# From nothing to wholly there, or back.
TURN_SECONDS = 0.9


class Curtain:
    """An opaque picture at ``rect``, in pixels; it begins ``level`` there, 0–1, and goes on until it is wanted so."""

    def __init__(self, picture: pygame.Surface, rect: pygame.Rect, level: float, wanted: float) -> None:
        self.rect = rect
        self.level = level
        self.wanted = wanted
        self._picture = picture
        self._now: float | None = None

    @property
    def moving(self) -> bool:
        """Whether it is on its way."""
        return self.level != self.wanted

    @property
    def gone(self) -> bool:
        """Whether nothing of it is seen any more, nor will be."""
        return self.level == self.wanted == 0

    def replace(self, picture: pygame.Surface) -> None:
        """Be another picture of the same size from now on."""
        self._picture = picture

    def advance(self, now: float) -> None:
        """Move to the time ``now``, in seconds."""
        step = 0.0 if self._now is None else max(now - self._now, 0.0) / TURN_SECONDS
        self._now = now
        self.level += min(max(self.wanted - self.level, -step), step)

    def draw(self, surface: pygame.Surface, within: pygame.Rect) -> None:
        """Draw what of it lies within a rectangle, over what is there."""
        part = self.rect.clip(within)
        self._picture.set_alpha(None if self.level == 1 else round(255 * self.level))
        surface.blit(self._picture, part, part.move(-self.rect.x, -self.rect.y))
