"""The sign for staff on the child's screen: small and calm, a picture and at most a number, never a word.

It says that something of the machine wants a look: a picture of what, and for play that is only in memory, how many
minutes of it. A long press on it shows the sentences on a small panel. A child who touches it touches what lies below.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import pygame

from bedside.errors import BedsideError
from bedside.music.pad import Area
from bedside.stage.input.seats import HANDS, Seat
from bedside.stage.picture import artwork
from bedside.stage.picture.look import Look
from bedside.stage.picture.sign import TURN_SECONDS
from bedside.stage.worlds.colours import Colour

# Its width as a share of the bar's height, and the least of a target that it may hide, as a share of that.
_WIDE, _LEAST = 0.44, 0.34

# The staff's finger may land this far around it, as a multiple of its width.
_REACH = 1.7

# Everything is drawn this many times larger and then scaled down, for soft edges.
_FINE = 4

# The brightness of the whole sign, and what of it is left in a world that sleeps: staff must find it.
_LEVEL, _DIMMED = 0.92, 0.5

_STONE: Colour = (22, 28, 74)
_RIM: Colour = (143, 154, 224)
_NUMBER: Colour = (255, 224, 160)

_MOST_MINUTES = 999


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing for staff to know: the ``picture`` of the sign, the sentence, and minutes, None where none count."""

    picture: str
    sentence: str
    minutes: int | None = None


def place(seat: Seat) -> pygame.Rect:
    """Return where the sign of a seat lies, at its largest: in the outer upper corner of the bar's last control.

    That control, which is no hand, acts when it is left, so a long press need not use it.
    """
    corner = max(
        (button.area for button in seat.buttons if button.control not in HANDS),
        key=lambda area: (_seen(seat, area)[1], _seen(seat, area)[0]),
    )
    side = min(corner.width, corner.height)
    # Beside the control's picture where there is room, else over the corner of it.
    room = (corner.width - 0.74 * side) / 2
    wide = round(max(min(_WIDE * side, 0.74 * room), _LEAST * side))
    tall = round(1.42 * wide)
    inset = max(round(min((room - wide) / 2, 0.12 * side)), 2)
    x, y = (
        (corner.x + inset, corner.y + corner.height - inset - tall)
        if corner.turned
        else (corner.x + corner.width - inset - wide, corner.y + inset)
    )
    return pygame.Rect(round(x), round(y), wide, tall)


def _seen(seat: Seat, area: Area) -> tuple[float, float]:
    """Return how far to the right and to the top an area lies, as the seat's player sees it."""
    x, y = area.x + area.width / 2, area.y + area.height / 2
    return (-x, y) if seat.whole.turned else (x, -y)


class StaffSign:
    """The sign for staff at ``rect``, in pixels; every ``now`` is in seconds.

    Like a `Sign` it changes slowly and says what it needs: ``changed`` for a redraw, ``moving`` for another frame.
    """

    def __init__(self, rect: pygame.Rect, look: Look) -> None:
        self.rect = rect
        self._look = look
        self._troubles: tuple[Trouble, ...] = ()
        self._shown: Trouble | None = None
        self._picture: pygame.Surface | None = None
        self._level = 0.0
        self._world = 1.0
        self._now = 0.0
        self.changed = False

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What staff should know now, the most serious first."""
        return self._troubles

    @property
    def moving(self) -> bool:
        """Whether it is still appearing or going."""
        return self._level != self._target

    @property
    def target(self) -> Area | None:
        """Where a long press opens the panel; None while there is nothing to say."""
        if not self._troubles:
            return None
        grown = self.rect.inflate(round((_REACH - 1) * self.rect.w), round((_REACH - 1) * self.rect.w))
        return Area(grown.x, grown.y, grown.w, grown.h)

    @property
    def _target(self) -> float:
        return 1.0 if self._troubles else 0.0

    def tell(self, troubles: Sequence[Trouble]) -> None:
        """Show the first of these troubles; none lets the sign go."""
        self._troubles = tuple(troubles)
        if troubles and self._face(troubles[0]) != self._face(self._shown):
            self._shown, self._picture = troubles[0], None
            self.changed = True

    def advance(self, now: float, world: float) -> None:
        """Advance to ``now``; it dims with the brightness of the world, 0–1, but never goes dark."""
        step = max(now - self._now, 0.0) / TURN_SECONDS
        self._now = max(now, self._now)
        level = self._level + min(max(self._target - self._level, -step), step)
        if level != self._level or (world != self._world and self._level):
            self.changed = True
        self._level, self._world = level, world

    def draw(self, surface: pygame.Surface) -> None:
        """Draw it, and mark it as unchanged."""
        self.changed = False
        if self._shown is None or not self._level:
            return
        if self._picture is None:
            self._picture = self._drawn(self._shown)
        self._picture.set_alpha(round(255 * _LEVEL * self._level * (_DIMMED + (1 - _DIMMED) * self._world)))
        surface.blit(self._picture, self.rect)

    @staticmethod
    def _face(trouble: Trouble | None) -> tuple[str, int | None] | None:
        return None if trouble is None else (trouble.picture, trouble.minutes)

    def _drawn(self, trouble: Trouble) -> pygame.Surface:
        """Return the stone with the picture of a trouble, and below it its minutes."""
        wide, tall = self.rect.w * _FINE, self.rect.h * _FINE
        numbered = trouble.minutes is not None
        if not numbered:
            tall = wide
        drawn = pygame.Surface((self.rect.w * _FINE, self.rect.h * _FINE), pygame.SRCALPHA)
        stone = pygame.Rect(0, 0, wide, tall)
        round_ = round(0.46 * wide)
        pygame.draw.rect(drawn, (*_RIM, 190), stone, border_radius=round_)
        inner = stone.inflate(-round(0.06 * wide), -round(0.06 * wide))
        pygame.draw.rect(drawn, (*_STONE, 236), inner, border_radius=round_ - round(0.03 * wide))
        side = round(0.72 * wide)
        # A picture that is missing must not take the sign from the staff, nor the screen from the child.
        with suppress(BedsideError):
            shown = artwork.full(f"staff/{trouble.picture}", side)
            centre = (wide // 2, tall // 2 if not numbered else round(0.50 * wide))
            drawn.blit(shown, shown.get_rect(center=centre))
        if trouble.minutes is not None:
            number = _number(min(trouble.minutes, _MOST_MINUTES), round(0.74 * wide), round(0.46 * wide))
            drawn.blit(number, number.get_rect(center=(wide // 2, round(1.10 * wide))))
        made = pygame.transform.smoothscale(drawn, self.rect.size)
        if self._look.dim:
            shade = tuple(self._look.colour((255, 255, 255)))
            made.fill((*shade, 255), special_flags=pygame.BLEND_RGBA_MULT)
        return made


def _number(minutes: int, widest: int, tall: int) -> pygame.Surface:
    """Return minutes as digits with the mark of minutes, at most so wide."""
    pygame.font.init()
    said = f"{minutes}'"
    size = tall
    while size > 8 and pygame.font.Font(None, size).size(said)[0] > widest:
        size -= 2
    return pygame.font.Font(None, size).render(said, True, _NUMBER)
