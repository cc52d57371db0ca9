"""Where light may be: on every pad, tall ones in parts, and along the horizon for keys that have no pad."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bedside.music.events import Player
from bedside.music.pad import Pad
from bedside.stage.input.seats import Side
from bedside.stage.picture import light
from bedside.stage.picture.ground import Half, lantern_offset
from bedside.stage.picture.lamp import Lamp
from bedside.stage.picture.look import Look
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.world import World

LOWEST_KEY, HIGHEST_KEY = 21, 108
# Keys without a pad that can be lit at once; more of them share the nearest light.
HORIZON_LIGHTS = 20
# How wide a bloom is, as a share of the smallest side of any pad.
BLOOM = 1.28
# A tall pad lights up in parts about as high as they are wide, so many at most.
MOST_PARTS = 4
# A bloom on the horizon opens only so far.
HORIZON_OPENNESS = 0.22
# A pad of this share of its player's side is a large one.
_LARGE = 0.45


@dataclass(slots=True, eq=False)
class Spot:
    """Somewhere that can be lit: the key it shows, whose side it lies on, and how it looks.

    ``pad`` is None on the horizon. ``shore`` is the row of the water that mirrors it, None without.
    """

    key: int
    pad: Pad | None
    side: int
    lamp: Lamp
    bloom: light.Sprites
    colour: Colour
    most: float
    shore: int | None


class Places:
    """All places of a scene.

    ``tables`` lie in ``halves`` of the picture; ``cell`` is the smallest side of any pad, or of a part of a tall one.
    ``blooms`` are the sprites of each degree, ``stray`` those of keys that belong to none.
    """

    def __init__(
        self,
        world: World,
        tables: Sequence[Side],
        halves: Sequence[Half],
        cell: float,
        blooms: Mapping[int, light.Sprites],
        stray: light.Sprites,
        look: Look,
    ) -> None:
        self._world = world
        self._tables = tuple(tables)
        self._halves = tuple(halves)
        self._cell = cell
        self._blooms = blooms
        self._stray = stray
        self._look = look
        self._places = [place for side, table in enumerate(self._tables) for place in self._pad_places(side, table)]
        self._horizon_places: list[Spot] = []

    def __iter__(self) -> Iterator[Spot]:
        """Yield all places, those on the horizon first, behind the others."""
        yield from self._horizon_places
        yield from self._places

    @property
    def dark(self) -> bool:
        """Whether nothing is lit anywhere, nor about to be."""
        return all(place.lamp.dark for place in self)

    def tune(self, keys: Mapping[Player, Sequence[int]]) -> None:
        """Take in which keys the players' pads sound now."""
        for place in self._places:
            own = keys.get(self._tables[place.side].seat.player)
            if own is not None:
                place.key = own[_pad(place).number]

    def find(self, player: Player, key: int, brightness: float, at: tuple[float, float] | None) -> Spot:
        """Return where a key lights up: its pad on the player's side, the nearest to the finger, or on the horizon."""
        side = self._side(player)
        matching = [place for place in self._places if place.key == key and place.side == side]
        if matching:
            if at is None:
                # Without a finger a tall pad lights up where one would be.
                return min(matching, key=lambda place: abs(_pad(place).lift(place.lamp.home[1]) - brightness))
            x, y = at
            return min(matching, key=lambda place: (place.lamp.home[0] - x) ** 2 + (place.lamp.home[1] - y) ** 2)
        for place in self._horizon_places:
            if place.key == key and place.side == side and not place.lamp.dark:
                return place
        self._horizon_places = [place for place in self._horizon_places if not place.lamp.dark]
        made = self._horizon_place(side, key)
        if len(self._horizon_places) >= HORIZON_LIGHTS:
            return min(self._horizon_places, key=lambda place: abs(place.lamp.x - made.lamp.x))
        self._horizon_places.append(made)
        return made

    def under(self, place: Spot, y: float) -> Spot:
        """Return the part of a place's pad that lies nearest to a row, in pixels; the place itself on the horizon."""
        if place.pad is None or segments(place.pad) == 1:
            return place
        same = (each for each in self._places if each.pad is place.pad)
        return min(same, key=lambda each: abs(each.lamp.home[1] - y))

    def towards(self, place: Spot, pitch: float, x: float, y: float) -> Spot:
        """Return the place on the same side whose key is nearest to a pitch, of several the one nearest to a point."""
        near = min(
            (each for each in self._places if each.side == place.side),
            key=lambda each: (abs(each.key - pitch), abs(each.lamp.home[1] - y), abs(each.lamp.home[0] - x)),
        )
        return near if abs(near.key - pitch) < abs(place.key - pitch) else place

    def crowd(self, place: Spot) -> float:
        """Return by what to divide a place's light: chords on the horizon share it, instead of adding up to a blaze."""
        if place.pad is not None:
            return 1.0
        reach = self._cell * BLOOM * light.breadth(HORIZON_OPENNESS)
        near = (
            (abs(other.lamp.x - place.lamp.x), other.lamp.light)
            for other in self._horizon_places
            if other.side == place.side
        )
        return max(sum(max(1 - far / reach, 0.0) * glow for far, glow in near), 1.0)

    def _side(self, player: Player) -> int:
        """Return the number of the table at which a player's light is seen: the own one, or else the first."""
        sides = [side for side, table in enumerate(self._tables) if table.seat.player == player]
        return sides[0] if sides else 0

    def _pad_places(self, side: int, table: Side) -> Iterator[Spot]:
        for pad in table.pads:
            degree = pad.degree % len(self._world.tones)
            count = segments(pad)
            for part in range(count):
                high = pad.height / count
                y = pad.y - pad.height / 2 + (part + 0.5) * high
                if count == 1:
                    y += lantern_offset(pad, self._cell)
                yield Spot(
                    pad.key,
                    pad,
                    side,
                    self._lamp((pad.x, y, pad.width / 2, high / 2)),
                    self._blooms[degree],
                    self._world.tones[degree].colour,
                    1.0,
                    self._halves[side].shore(y),
                )

    def _horizon_place(self, side: int, key: int) -> Spot:
        share = (min(max(key, LOWEST_KEY), HIGHEST_KEY) - LOWEST_KEY) / (HIGHEST_KEY - LOWEST_KEY)
        margin = self._cell * BLOOM * light.breadth(HORIZON_OPENNESS) / 2
        within = self._halves[side]
        area = self._tables[side].seat.whole
        along = margin + share * (area.width - 2 * margin)
        x = area.x + (area.width - along if area.turned else along)
        lamp = self._lamp((x, within.horizon, 0.0, 0.0))
        # Where pads are few and large, what has no pad is not to be as large as they are.
        most = HORIZON_OPENNESS if self._cell < _LARGE * min(area.width, area.height) else 0.0
        for pad in self._tables[side].pads:
            if (pad.key - key) % 12 == 0:
                degree = pad.degree % len(self._world.tones)
                colour = self._world.tones[degree].colour
                return Spot(key, None, side, lamp, self._blooms[degree], colour, most, None)
        return Spot(key, None, side, lamp, self._stray, self._world.stray, most, None)

    def _lamp(self, home: tuple[float, float, float, float]) -> Lamp:
        return Lamp(home, self._world.pace, self._look.still)


def segments(pad: Pad) -> int:
    """Return in how many parts, one above the other, a pad lights up."""
    return min(max(round(pad.height / pad.width), 1), MOST_PARTS)


def _pad(place: Spot) -> Pad:
    assert place.pad is not None  # noqa: S101 - only places of pads are looked at so
    return place.pad
