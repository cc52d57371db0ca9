"""The pictures of every world that people look at: alone, face to face, and for eyes that need it otherwise."""

from __future__ import annotations

from collections.abc import Mapping

import pygame

from bedside.stage.input.seats import Together
from bedside.stage.picture.look import PLAIN, Look
from bedside.stage.worlds import world as worlds
from stage.playroom import Playroom

Size = tuple[int, int]

SIZES: tuple[Size, ...] = ((1280, 800), (800, 480), (2160, 3840))

VARIANTS: Mapping[str, tuple[Together, Look]] = {
    "alone": (Together.ALONE, PLAIN),
    "facing": (Together.FACING, PLAIN),
    "still": (Together.ALONE, Look(still=True)),
    "contrast": (Together.ALONE, Look(contrast=True)),
    "dim": (Together.ALONE, Look(dim=True)),
}


def played(name: str, variant: str, size: tuple[int, int]) -> pygame.Surface:
    """Return a world while it is played: pads just struck, long held and just left, and three keys of a keyboard."""
    together, look = VARIANTS[variant]
    return play(Playroom(worlds.find(name), size, together, look)).surface


def play(room: Playroom) -> Playroom:
    """Play what all these pictures show."""
    room.paint(0.0)
    places = [
        (pad.x + 0.1 * pad.width, pad.y - 0.05 * pad.height) for side in room.playground.sides for pad in side.pads
    ]
    for finger, place in enumerate(places):
        if finger % 4 == 0:
            room.down(finger, *place)
    for number in (30, 49, 88):
        room.key(number, 100)
    room.paint(1.0)
    room.paint(1.2)
    room.paint(1.9)
    for finger, place in enumerate(places):
        if finger % 8 == 4:
            room.up(finger, *place)
        if finger % 8 == 2:
            room.down(finger, *place)
    room.paint(2.3)
    room.paint(2.4)
    return room
