"""The picture of a page of the staff's sheet, over the dimmed world."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import pygame

from bedside.errors import BedsideError
from bedside.music.pad import Area
from bedside.stage.picture import artwork
from bedside.stage.sheet.acts import Act, Doing, Page
from bedside.stage.sheet.facts import Facts
from bedside.stage.sheet.grid import grid
from bedside.stage.sheet.lettering import Lettering
from bedside.stage.sheet.pages import COLUMNS, PATIENT_PICTURES, Shown, Tile, tiles, title
from bedside.stage.sheet.words import Wording
from bedside.stage.worlds.colours import Colour

_GROUND: Colour = (14, 20, 64)
_TILE: Colour = (26, 35, 88)
_EDGE: Colour = (70, 82, 156)
_WORDS: Colour = (238, 241, 255)
_BELOW: Colour = (174, 184, 234)
_CHOSEN: Colour = (44, 58, 140)
_TONES: dict[str, Colour] = {"plain": _EDGE, "moment": (255, 200, 97), "quiet": (255, 143, 164)}

# What is left of the light of the world behind.
_DIMMED = 0.10

# Around the page, as a share of the least target.
_MARGIN = 0.22


@dataclass(frozen=True, slots=True)
class Target:
    """What can be touched on a page: an area in pixels, and the act that follows."""

    area: Area
    act: Act


@dataclass(frozen=True, slots=True)
class SheetPicture:
    """A page as a picture, and its targets."""

    picture: pygame.Surface
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    tile: Tile
    area: Area


def targets(shown: Shown, facts: Facts, words: Wording, size: tuple[int, int], least: float) -> tuple[Target, ...]:
    """Return the targets of a page on a screen of ``size`` pixels, each at least ``least`` wide and high."""
    placed = _placed(shown, facts, words, size, least)
    return tuple(Target(each.area, each.tile.act) for each in placed if each.tile.act is not None)


def draw_page(
    shown: Shown,
    facts: Facts,
    words: Wording,
    behind: pygame.Surface,
    least: float,
    text: Lettering,
    pressed: Act | None,
) -> SheetPicture:
    """Return a page over the picture ``behind``, as large as that; the tile of the act ``pressed`` is lit."""
    size = behind.get_size()
    picture = _dimmed(behind)
    margin = round(_MARGIN * least / 2)
    sheet = picture.get_rect().inflate(-2 * margin, -2 * margin)
    _box(picture, sheet, _GROUND, _EDGE, round(0.3 * least))
    rightward = words.rightward
    head = _head(size, least, rightward)
    _write(picture, text, title(shown, words), head, round(0.42 * least), _WORDS, rightward, middle=False)
    for each in _placed(shown, facts, words, size, least):
        _draw_tile(picture, text, each, least, rightward, pressed is not None and each.tile.act == pressed)
    if facts.setting.look.dim:
        picture.fill(tuple(facts.setting.look.colour((255, 255, 255))), special_flags=pygame.BLEND_RGB_MULT)
    return SheetPicture(picture, targets(shown, facts, words, size, least))


def _placed(shown: Shown, facts: Facts, words: Wording, size: tuple[int, int], least: float) -> list[_Placed]:
    """Return the tiles of a page with their places: those in its head, then the others."""
    margin = _MARGIN * least
    away = Act(Doing.CLOSE) if shown.page in {Page.HOME, Page.CODE} else Act(Doing.TURN, Page.HOME)
    word = words.say("sheet.close" if away.doing is Doing.CLOSE else "sheet.back")
    wide = min(2.4 * least, (size[0] - 2 * margin) / 2)
    x = size[0] - margin - wide if words.rightward else margin
    placed = [_Placed(Tile(word, away), Area(x, margin, wide, least))]
    top = margin + least + margin / 2
    body = Area(margin, top, size[0] - 2 * margin, max(size[1] - top - margin, least))
    there: Sequence[Tile] = tiles(shown, facts, words)
    # A pad of numbers has the same order everywhere.
    laid = grid(
        len(there), body, least, shown.leaf, words.rightward or shown.page is Page.CODE, COLUMNS.get(shown.page)
    )
    on_leaf = list(there[laid.begin : laid.begin + len(laid.areas) - (laid.leaves > 1)])
    if laid.leaves > 1:
        on_leaf.append(Tile(words.say("sheet.more"), Act(Doing.MORE)))
    placed += [_Placed(tile, area) for tile, area in zip(on_leaf, laid.areas, strict=True)]
    return placed


def _head(size: tuple[int, int], least: float, rightward: bool) -> pygame.Rect:
    margin = _MARGIN * least
    wide = max(size[0] - 2.4 * least - 5 * margin, 1)
    x = 2 * margin if rightward else size[0] - 2 * margin - wide
    return pygame.Rect(round(x), round(margin), round(wide), round(least))


def _dimmed(behind: pygame.Surface) -> pygame.Surface:
    small = pygame.transform.smoothscale(behind, (max(behind.get_width() // 16, 1), max(behind.get_height() // 16, 1)))
    level = round(255 * _DIMMED)
    small.fill((level, level, level), special_flags=pygame.BLEND_RGB_MULT)
    return pygame.transform.smoothscale(small, behind.get_size())


def _box(picture: pygame.Surface, rect: pygame.Rect, ground: Colour, edge: Colour, bend: int) -> None:
    pygame.draw.rect(picture, edge, rect, border_radius=bend)
    pygame.draw.rect(picture, ground, rect.inflate(-4, -4), border_radius=max(bend - 2, 0))


def _draw_tile(
    picture: pygame.Surface, text: Lettering, placed: _Placed, least: float, rightward: bool, lit: bool
) -> None:
    tile, area = placed.tile, placed.area
    rect = pygame.Rect(round(area.x), round(area.y), round(area.width), round(area.height))
    if tile.act is not None:
        ground = _CHOSEN if tile.chosen or lit else _TILE
        edge = _WORDS if tile.chosen else _TONES[tile.tone]
        _box(picture, rect, ground, edge, round(0.2 * least))
    pad = round(0.1 * least)
    room = rect.inflate(-2 * pad, -2 * pad)
    if tile.picture is not None:
        room = _draw_picture(picture, tile, room, least, rightward)
    letter = round(0.34 * least)
    if tile.below and tile.words:
        high = min(room.h, round(3.2 * letter))
        room = pygame.Rect(room.x, room.centery - high // 2, room.w, high)
        tall = round(0.58 * high)
        above, below = (
            pygame.Rect(room.x, room.y, room.w, tall),
            pygame.Rect(room.x, room.y + tall, room.w, room.h - tall),
        )
        _write(picture, text, tile.words, above, letter, _WORDS, rightward)
        _write(picture, text, tile.below, below, round(0.68 * letter), _BELOW, rightward)
    elif tile.below:
        _write(picture, text, tile.below, room, letter, _BELOW, rightward, middle=False)
    elif tile.words:
        _write(picture, text, tile.words, room, letter, _WORDS, rightward)


def _draw_picture(picture: pygame.Surface, tile: Tile, room: pygame.Rect, least: float, rightward: bool) -> pygame.Rect:
    """Draw a tile's picture; return the room that is left for its words."""
    if not tile.words:
        side = min(room.w, room.h)
        place = pygame.Rect(0, 0, side, side)
        place.center = room.center
        left = room
    elif room.h > 1.7 * room.w / 2 or room.h > 1.9 * least:
        side = round(min(room.w, 0.5 * room.h))
        place = pygame.Rect(room.centerx - side // 2, room.y, side, side)
        left = pygame.Rect(room.x, room.y + side, room.w, room.h - side)
    else:
        side = round(min(room.h, 0.3 * room.w))
        x = room.x if rightward else room.right - side
        place = pygame.Rect(x, room.centery - side // 2, side, side)
        left = pygame.Rect(room.x + side if rightward else room.x, room.y, room.w - side, room.h)
    # A picture that is missing must not take the sheet from the staff.
    with suppress(BedsideError):
        picture.blit(_artwork(str(tile.picture), max(place.w, 8)), place)
    return left


def _artwork(name: str, side: int) -> pygame.Surface:
    colour = PATIENT_PICTURES.get(name)
    return artwork.full(name, side) if colour is None else artwork.lantern(name, colour, side)


def _write(
    picture: pygame.Surface,
    text: Lettering,
    words: str,
    room: pygame.Rect,
    tall: int,
    colour: Colour,
    rightward: bool,
    middle: bool = True,
) -> None:
    """Write words into a rectangle, in its middle, or at the side where lines begin."""
    if room.w < 4 or room.h < 4:
        return
    lines = text.lines(words, room.size, tall, colour)
    y = room.y + max((room.h - sum(line.get_height() for line in lines)) // 2, 0)
    for line in lines:
        x = room.centerx - line.get_width() // 2 if middle else room.x if rightward else room.right - line.get_width()
        picture.blit(line, (x, y))
        y += line.get_height()
