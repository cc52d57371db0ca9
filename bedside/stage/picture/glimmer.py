"""The glimmer: the screen's own dim light under a finger, which says that it was felt, before anything is performed.

It needs nothing but pygame, so that it can answer while the rest of the program is still loaded. It is far fainter than
the light of a note, and never flashes: it fades slowly, and a touch near one that is lit keeps that one lit.
"""

from __future__ import annotations

import pygame

from bedside.stage.worlds.colours import Colour

# The diameter, as a share of the shorter side of the screen.
_BREADTH = 0.2

# The light that it adds at most: nearly white, and too faint for a change of it to count as a flash (WCAG 2.2, 2.3.1).
_COLOUR: Colour = (62, 66, 80)

_RISE_SECONDS = 0.08
_HOLD_SECONDS = 0.6
_FADE_SECONDS = 1.2

# Once the note is performed, whose own light takes over.
_YIELD_SECONDS = 0.4

# A touch this near to the middle of one, as a share of its breadth, is answered by it.
_NEAR = 0.35

# A drawn circle is scaled up to the sprite, which makes it smooth.
_DRAWN = 64


class Glimmer:
    """One glimmer around a point of the screen, drawn with this sprite; every ``now`` is in seconds."""

    def __init__(self, at: tuple[float, float], sprite: pygame.Surface, now: float) -> None:
        self.at = at
        self.rect = sprite.get_rect(center=(round(at[0]), round(at[1])))
        self.changed = False
        self._sprite = sprite
        self._level = 0.0
        self._now = now
        self._until = now + _HOLD_SECONDS
        self._fade = _FADE_SECONDS

    @property
    def moving(self) -> bool:
        """Whether it is lit, or about to be."""
        return not self.gone

    @property
    def gone(self) -> bool:
        """Whether it has faded out, and was drawn so."""
        return self._level == 0.0 and self._now >= self._until and not self.changed

    def feel(self, now: float) -> None:
        """Stay lit: there was another touch."""
        self._until = now + _HOLD_SECONDS
        self._fade = _FADE_SECONDS

    def give_way(self, now: float) -> None:
        """Fade sooner: the note is performed, and has a light of its own."""
        self._until = min(self._until, now)
        self._fade = _YIELD_SECONDS

    def advance(self, now: float, world: float = 1.0) -> None:  # noqa: ARG002 - in a dim world it is as bright
        """Advance to ``now``."""
        passed = max(now - self._now, 0.0)
        self._now = max(now, self._now)
        step = passed / _RISE_SECONDS if now < self._until else -passed / self._fade
        level = min(max(self._level + step, 0.0), 1.0)
        self.changed = self.changed or level != self._level
        self._level = level

    def draw(self, surface: pygame.Surface) -> None:
        """Add its light to what is there, and mark it as unchanged."""
        self.changed = False
        if self._level:
            lit = self._sprite.copy()
            lit.fill([round(self._level * part) for part in _COLOUR], special_flags=pygame.BLEND_RGB_MULT)
            surface.blit(lit, self.rect, special_flags=pygame.BLEND_RGB_ADD)


class Glimmers:
    """All glimmers of a screen of ``size`` pixels; a display mode must be set."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.lit: list[Glimmer] = []
        self._diameter = max(round(_BREADTH * min(size)), 8)
        self._sprite: pygame.Surface | None = None

    def feel(self, at: tuple[float, float], now: float) -> None:
        """Answer a touch at a point, in pixels."""
        near = self._near(at)
        if near is not None:
            near.feel(now)
            return
        if self._sprite is None:
            self._sprite = _sprite(self._diameter)
        self.lit.append(Glimmer(at, self._sprite, now))

    def give_way(self, at: tuple[float, float], now: float) -> None:
        """Let the glimmer at a point fade: the note that was touched there is performed."""
        near = self._near(at)
        if near is not None:
            near.give_way(now)

    def forget(self) -> bool:
        """Forget those that have faded out, and were drawn so; return whether there were any."""
        before, self.lit = self.lit, [glimmer for glimmer in self.lit if not glimmer.gone]
        return len(self.lit) != len(before)

    def _near(self, at: tuple[float, float]) -> Glimmer | None:
        point = pygame.Vector2(at)
        there = [each for each in self.lit if point.distance_to(each.at) <= _NEAR * self._diameter]
        return min(there, key=lambda each: point.distance_to(each.at), default=None)


def _sprite(diameter: int) -> pygame.Surface:
    """Return a soft disc of light, white in the middle."""
    drawn = pygame.Surface((_DRAWN, _DRAWN))
    middle = _DRAWN / 2
    for radius in range(_DRAWN // 2, 0, -1):
        level = round(255 * (1 - (radius / middle) ** 2) ** 2)
        pygame.draw.circle(drawn, (level, level, level), (middle, middle), radius)
    return pygame.transform.smoothscale(drawn.convert(), (diameter, diameter))
