"""A world laid out on a screen: the seats, their pads, the scene and its signs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

import pygame

from bedside.music import scales
from bedside.music.compass import Compass, keys
from bedside.music.events import Player
from bedside.music.layout import fit
from bedside.stage.input.seats import HANDS, Control, Side, seats
from bedside.stage.picture import thumbnails
from bedside.stage.picture.bedsetup import BedSetup
from bedside.stage.picture.look import Look
from bedside.stage.picture.scene import Scene
from bedside.stage.picture.sign import Sign
from bedside.stage.worlds.world import World

# How much of its target a control's picture fills.
_SIGN = 0.74


@dataclass(frozen=True, slots=True)
class Offered:
    """An instrument on offer: its name and picture, its compass where known, and whether held notes sustain."""

    name: str
    picture: str
    compass: Compass | None
    sustained: bool


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A world made ready as the bed is ``setting``, for a screen of ``size`` pixels: its sides, scene and signs."""

    world: World
    setting: BedSetup
    size: tuple[int, int]
    sides: tuple[Side, ...]
    scene: Scene
    signs: dict[tuple[Control, Player], Sign]


class _Pictures(Mapping[str, pygame.Surface]):
    """Pictures by name, each drawn on demand: a sign never shows most of its pictures."""

    def __init__(self, drawn: Mapping[str, Callable[[], pygame.Surface]]) -> None:
        self._drawn = drawn

    def __getitem__(self, name: str) -> pygame.Surface:
        return self._drawn[name]()

    def __contains__(self, name: object) -> bool:
        return name in self._drawn

    def __iter__(self) -> Iterator[str]:
        return iter(self._drawn)

    def __len__(self) -> int:
        return len(self._drawn)


def arrange(world: World, setting: BedSetup, size: tuple[int, int], offered: Mapping[str, Offered]) -> Arrangement:
    """Lay out a world on a screen of ``size`` pixels; raise BedsideError if one of its pictures is damaged."""
    world = setting.of(world)
    laid = sides(world, setting, size, offered)
    scene = Scene(world, laid, size, setting.look)
    return Arrangement(world, setting, size, laid, scene, _signs(laid, setting.look, offered))


def sides(world: World, setting: BedSetup, size: tuple[int, int], offered: Mapping[str, Offered]) -> tuple[Side, ...]:
    """Return the sides of a world on a screen of ``size`` pixels, their pads tuned to the world's instrument."""
    world = setting.of(world)
    tones = scales.scale(world.scale)
    there = offered.get(world.instrument)
    sounding = keys(tones, world.root, world.pads, there.compass if there else None)
    # A set shows one picture for each of its pieces, a scale one for each of its steps.
    steps = len(world.tones) if there and there.compass and there.compass.pieces else len(tones.steps)
    degrees = [number % steps for number in range(world.pads)]
    return tuple(
        Side(seat, fit(world.layout, sounding, degrees, seat.play, setting.least))
        for seat in seats(setting.together, setting.players, size, setting.least)
    )


def _signs(laid: Sequence[Side], look: Look, offered: Mapping[str, Offered]) -> dict[tuple[Control, Player], Sign]:
    @cache
    def drawn(name: str, size: int, turned: bool) -> pygame.Surface:
        draw = thumbnails.instrument_picture if name.startswith("instruments/") else thumbnails.control_picture
        upright = draw(name.removeprefix("instruments/"), size, look)
        return pygame.transform.rotate(upright, 180) if turned else upright

    signs = {}
    for button in (button for side in laid for button in side.seat.buttons):
        area = button.area
        size = round(_SIGN * min(area.width, area.height))
        names = {"": str(Control.HAND if button.control in HANDS else button.control)}
        if button.control is Control.SUN:
            names = {"sun": "sun", "sunless": "sunless"}
        elif button.control is Control.SOUND:
            names = {each.picture: f"instruments/{each.picture}" for each in offered.values()}
            names = {"": "sound", **names}
        pictures = _Pictures({key: partial(drawn, name, size, area.turned) for key, name in names.items()})
        x, y = round(area.x + area.width / 2 - size / 2), round(area.y + area.height / 2 - size / 2)
        signs[button.control, button.player] = Sign(pygame.Rect(x, y, size, size), pictures, next(iter(names)))
    return signs
