"""The dawn: the first picture, the sky of a world in its dim colours, with a glimmer under each finger.

It needs nothing but pygame and the world's file, and is there before the rest of the program is even loaded. It never
fails for what a file states: then it shows a sky of its own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pygame

from bedside.places import shipped
from bedside.stage.picture.glimmer import Glimmers
from bedside.stage.worlds.colours import Colour

# The sky of a world that cannot be read, from the top down.
_PLAIN: tuple[Colour, ...] = ((10, 14, 40), (26, 32, 70))

# No part of it is darker than this, so that nobody takes the screen for one that is off, nor brighter.
_DARKEST, _BRIGHTEST = 16, 72

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


class Dawn:
    """The dawn of a world, named so, on a surface; ``fingers`` holds the event that last told of each that is down."""

    def __init__(self, surface: pygame.Surface, world: str, dim: bool = False) -> None:
        self._surface = surface
        self._sky = _painted(sky(world), surface.get_size(), 0.5 if dim else 1.0)
        self._glimmers = Glimmers(surface.get_size())
        self._exposed = True
        self.fingers: dict[tuple[int, int], pygame.event.Event] = {}

    @property
    def resting(self) -> bool:
        """Whether there is nothing to draw."""
        return not (self._exposed or self._glimmers.lit)

    def expose(self) -> None:
        """Draw everything at the next paint."""
        self._exposed = True

    def feed(self, event: pygame.event.Event, now: float) -> None:
        """Answer a touch with a glimmer at ``now`` seconds, and note which fingers are down."""
        match event.type:
            case pygame.FINGERDOWN | pygame.FINGERMOTION:
                finger = (event.touch_id, event.finger_id)
                if event.type == pygame.FINGERDOWN:
                    width, height = self._surface.get_size()
                    self._glimmers.feel((event.x * width, event.y * height), now)
                elif finger not in self.fingers:
                    return
                self.fingers[finger] = event
            case pygame.FINGERUP:
                self.fingers.pop((event.touch_id, event.finger_id), None)
            case pygame.MOUSEBUTTONDOWN if event.button == 1:
                self._glimmers.feel(event.pos, now)

    def paint(self, now: float) -> list[pygame.Rect]:
        """Draw what changed by ``now``; return where."""
        self._glimmers.forget()
        for glimmer in self._glimmers.lit:
            glimmer.advance(now)
        dirty = [self._surface.get_rect()] if self._exposed else [each.rect for each in self._glimmers.lit]
        for rect in dirty:
            self._surface.blit(self._sky, rect, rect)
        for glimmer in self._glimmers.lit:
            glimmer.draw(self._surface)
        self._exposed = False
        return dirty


def sky(world: str, folder: Path | None = None) -> tuple[Colour, ...]:
    """Return colours of a world's sky, from the top down, kept dim; ``folder`` has the files of worlds."""
    stated: Sequence[str] = ()
    # The world's own reader, which says what is wrong with a file, comes later.
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        if _NAME.fullmatch(world):
            text = ((folder or shipped("assets") / "worlds") / f"{world}.toml").read_text("utf-8")
            air = next(layer for layer in tomllib.loads(text)["layers"] if layer["kind"] == "air")
            stated = [stop["colour"] for stop in sorted(air["stops"], key=lambda stop: stop["at"])]
    colours = tuple(_dim(colour) for colour in stated if isinstance(colour, str) and _HEX.fullmatch(colour))
    return colours or _PLAIN


def _dim(colour: str) -> Colour:
    """Return a colour, written as #rrggbb, whose brightest part lies in the range of the dawn."""
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    share = min(max(*parts, _DARKEST), _BRIGHTEST) / max(*parts, 1)
    # Black has no hue to keep.
    red, green, blue = (round(part * share) for part in parts) if any(parts) else [_DARKEST] * 3
    return red, green, blue


def _painted(colours: Sequence[Colour], size: tuple[int, int], share: float) -> pygame.Surface:
    """Return a sky of these colours, from the top down, with this share of their light."""
    made = pygame.Surface(size).convert()
    for row in range(size[1]):
        at = row / size[1] * (len(colours) - 1)
        upper, lower = colours[int(at)], colours[min(int(at) + 1, len(colours) - 1)]
        level = [share * (one + (at % 1) * (other - one)) for one, other in zip(upper, lower, strict=True)]
        made.fill([round(part) for part in level], (0, row, size[0], 1))
    return made
