"""The spots that can light up: every pad, tall ones in parts, and the horizon for keys without a pad."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bedside.music.events import Player
from bedside.music.pad import Pad
from bedside.stage.input.seats import Side
from bedside.stage.picture import sprites
from bedside.stage.picture.background import Half, lantern_offset
from bedside.stage.picture.lamp import Lamp
from bedside.stage.picture.look import Look
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.world import World

LOWEST_KEY, HIGHEST_KEY = 21, 108
# At most this many keys without a pad are lit at once; more of them share the nearest light.
HORIZON_LIGHTS = 20
# How wide a bloom is, as a share of the shortest edge of any pad.
BLOOM = 1.28
# A tall pad is divided into parts about as high as they are wide, at most this many.
MOST_PARTS = 4
# How far a bloom on the horizon opens, 0–1.
HORIZON_OPENNESS = 0.22
# From this share of its player's side on, a pad is large.
_LARGE = 0.45


@dataclass(slots=True, eq=False)
class Spot:
    """A place that can light up: the key it shows, the number of its side, and how it looks.

    ``pad`` is None on the horizon. ``most`` is how far its bloom opens, 0–1. ``shore`` is the row where its reflection
    begins, None without one.
    """

    key: int
    pad: Pad | None
    side_number: int
    lamp: Lamp
    bloom: sprites.Sprites
    colour: Colour
    most: float
    shore: int | None


class Spots:
    """All spots of a scene.

    ``sides`` lie in ``halves`` of the picture. ``cell`` is the length of the shortest edge of any pad, or of a part of
    a tall one, in pixels. ``blooms`` are the sprites by degree, ``stray`` those of keys outside the scale.
    """

    def __init__(
        self,
        world: World,
        sides: Sequence[Side],
        halves: Sequence[Half],
        cell: float,
        blooms: Mapping[int, sprites.Sprites],
        stray: sprites.Sprites,
        look: Look,
    ) -> None:
        self._world = world
        self._sides = tuple(sides)
        self._halves = tuple(halves)
        self._cell = cell
        self._blooms = blooms
        self._stray = stray
        self._look = look
        self._spots = [spot for number, side in enumerate(self._sides) for spot in self._pad_spots(number, side)]
        self._horizon_spots: list[Spot] = []

    def __iter__(self) -> Iterator[Spot]:
        """Yield all spots from back to front: the horizon first."""
        yield from self._horizon_spots
        yield from self._spots

    @property
    def dark(self) -> bool:
        """Whether every spot is dark, and stays so until it is struck."""
        return all(spot.lamp.dark for spot in self)

    def tune(self, keys: Mapping[Player, Sequence[int]]) -> None:
        """Assign the players' pads the keys that they sound now."""
        for spot in self._spots:
            own = keys.get(self._sides[spot.side_number].seat.player)
            if own is not None:
                spot.key = own[_pad(spot).number]

    def find(self, player: Player, key: int, brightness: float, at: tuple[float, float] | None) -> Spot:
        """Return where a key lights up: on the pad of the player's side nearest to the finger, or on the horizon."""
        number = self._side(player)
        matching = [spot for spot in self._spots if spot.key == key and spot.side_number == number]
        if matching:
            if at is None:
                # Without a finger, the brightness tells which part of a tall pad a finger would have touched.
                return min(matching, key=lambda spot: abs(_pad(spot).lift(spot.lamp.home[1]) - brightness))
            x, y = at
            return min(matching, key=lambda spot: (spot.lamp.home[0] - x) ** 2 + (spot.lamp.home[1] - y) ** 2)
        for spot in self._horizon_spots:
            if spot.key == key and spot.side_number == number and not spot.lamp.dark:
                return spot
        self._horizon_spots = [spot for spot in self._horizon_spots if not spot.lamp.dark]
        made = self._horizon_spot(number, key)
        if len(self._horizon_spots) >= HORIZON_LIGHTS:
            return min(self._horizon_spots, key=lambda spot: abs(spot.lamp.x - made.lamp.x))
        self._horizon_spots.append(made)
        return made

    def under(self, spot: Spot, y: float) -> Spot:
        """Return the part of a spot's pad nearest to row ``y``, in pixels; on the horizon the spot itself."""
        if spot.pad is None or segments(spot.pad) == 1:
            return spot
        same = (each for each in self._spots if each.pad is spot.pad)
        return min(same, key=lambda each: abs(each.lamp.home[1] - y))

    def towards(self, spot: Spot, pitch: float, x: float, y: float) -> Spot:
        """Return the spot of the same side whose key is nearest to a pitch; of several, the one nearest to a point."""
        near = min(
            (each for each in self._spots if each.side_number == spot.side_number),
            key=lambda each: (abs(each.key - pitch), abs(each.lamp.home[1] - y), abs(each.lamp.home[0] - x)),
        )
        return near if abs(near.key - pitch) < abs(spot.key - pitch) else spot

    def crowd(self, spot: Spot) -> float:
        """Return the divisor of a spot's light: the notes of a chord on the horizon share one light, lest it blaze."""
        if spot.pad is not None:
            return 1.0
        reach = self._cell * BLOOM * sprites.breadth(HORIZON_OPENNESS)
        near = (
            (abs(other.lamp.x - spot.lamp.x), other.lamp.light)
            for other in self._horizon_spots
            if other.side_number == spot.side_number
        )
        return max(sum(max(1 - far / reach, 0.0) * glow for far, glow in near), 1.0)

    def _side(self, player: Player) -> int:
        """Return the number of the side that shows a player's notes: the player's own, or else the first."""
        numbers = [number for number, side in enumerate(self._sides) if side.seat.player == player]
        return numbers[0] if numbers else 0

    def _pad_spots(self, number: int, side: Side) -> Iterator[Spot]:
        for pad in side.pads:
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
                    number,
                    self._lamp((pad.x, y, pad.width / 2, high / 2)),
                    self._blooms[degree],
                    self._world.tones[degree].colour,
                    1.0,
                    self._halves[number].shore(y),
                )

    def _horizon_spot(self, number: int, key: int) -> Spot:
        share = (min(max(key, LOWEST_KEY), HIGHEST_KEY) - LOWEST_KEY) / (HIGHEST_KEY - LOWEST_KEY)
        margin = self._cell * BLOOM * sprites.breadth(HORIZON_OPENNESS) / 2
        within = self._halves[number]
        area = self._sides[number].seat.whole
        along = margin + share * (area.width - 2 * margin)
        x = area.x + (area.width - along if area.turned else along)
        lamp = self._lamp((x, within.horizon, 0.0, 0.0))
        # Beside few and large pads, a light on the horizon stays a bud, clearly smaller than theirs.
        most = HORIZON_OPENNESS if self._cell < _LARGE * min(area.width, area.height) else 0.0
        for pad in self._sides[number].pads:
            if (pad.key - key) % 12 == 0:
                degree = pad.degree % len(self._world.tones)
                colour = self._world.tones[degree].colour
                return Spot(key, None, number, lamp, self._blooms[degree], colour, most, None)
        return Spot(key, None, number, lamp, self._stray, self._world.stray, most, None)

    def _lamp(self, home: tuple[float, float, float, float]) -> Lamp:
        return Lamp(home, self._world.pace, self._look.still)


def segments(pad: Pad) -> int:
    """Return the number of parts, one above the other, into which a pad is divided."""
    return min(max(round(pad.height / pad.width), 1), MOST_PARTS)


def _pad(spot: Spot) -> Pad:
    assert spot.pad is not None  # noqa: S101 - callers pass spots of pads only
    return spot.pad
