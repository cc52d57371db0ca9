"""A picture that fades in over a part of the screen and out again, slowly enough not to flash."""

from __future__ import annotations

import pygame

# From invisible to opaque, or back.
FADE_SECONDS = 0.9


class Overlay:
    """A picture at ``rect``, in pixels, whose opacity moves from ``level`` to ``target``, both 0–1."""

    def __init__(self, picture: pygame.Surface, rect: pygame.Rect, level: float, target: float) -> None:
        self.rect = rect
        self.level = level
        self.target = target
        self._picture = picture
        self._now: float | None = None

    @property
    def moving(self) -> bool:
        """Whether it is fading in or out."""
        return self.level != self.target

    @property
    def gone(self) -> bool:
        """Whether it has faded out for good."""
        return self.level == self.target == 0

    def replace(self, picture: pygame.Surface) -> None:
        """Show another picture of the same size from now on."""
        self._picture = picture

    def advance(self, now: float) -> None:
        """Advance the fade to ``now``, in seconds."""
        step = 0.0 if self._now is None else max(now - self._now, 0.0) / FADE_SECONDS
        self._now = now
        self.level += min(max(self.target - self.level, -step), step)

    def draw(self, surface: pygame.Surface, within: pygame.Rect) -> None:
        """Draw the part that lies within a rectangle over what is there."""
        part = self.rect.clip(within)
        self._picture.set_alpha(round(255 * self.level))
        surface.blit(self._picture, part, part.move(-self.rect.x, -self.rect.y))
