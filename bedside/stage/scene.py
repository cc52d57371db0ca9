"""What the child sees: a world with its pads, and the light of everything that is performed.

It lives off performed events alone and never reads a clock; between two paints nothing on the screen moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pygame

from bedside.music.events import Event, Glide, Lost, NoteOff, NoteOn, Player, Shape, Stop, TakeBegan, TakeEnded
from bedside.music.layout import Pad
from bedside.stage import backdrop, light, picture
from bedside.stage.lamp import Hand, Lamp
from bedside.stage.world import Colour, World

LOWEST_KEY, HIGHEST_KEY = 21, 108
# Keys without a pad that can be lit at once; more of them share the nearest light.
HORIZON_LIGHTS = 20
# Sizes as shares of the smallest side of any pad.
LANTERN = 0.50
FLOWER = 1.28
HALO = 1.15
RING = 1.22
WIDEST_FLOWER = 720
# A flower on the horizon opens only so far.
HORIZON_OPENNESS = 0.22
RING_LIGHT = 0.24
REFLECTION_LIGHT = 0.42
# Drawn at once before the caller may look at the fingers: about 0.2 ms of work.
STEP_PIXELS = 1 << 17
# The tint of a sprite that needs none.
_AS_IT_IS: Colour = (255, 255, 255)


@dataclass(slots=True, eq=False)
class _Place:
    """Somewhere that can be lit: the key it shows, and how."""

    key: int
    lamp: Lamp
    flower: tuple[pygame.Surface, ...]
    colour: Colour
    most: float


class Scene:
    """One world on a surface of one size, drawn in small steps.

    ``size`` is in pixels, like the pads. A display mode must be set. ``dirty`` holds, after a paint, the rectangles
    that differ from the paint before, for `pygame.display.update`. Raises BedsideError if a picture of the world
    cannot be shown, and ValueError for a side below 2 pixels.
    """

    def __init__(self, world: World, pads: Sequence[Pad], size: tuple[int, int]) -> None:
        if min(size) < 2:
            raise ValueError(f"a scene needs a surface, not {size[0]} × {size[1]} pixels")
        rng = np.random.default_rng(world.sky.seed)
        self._whole = pygame.Rect(0, 0, *size)
        self._world = world
        self._pads = tuple(pads)
        self._cell = min((min(pad.width, pad.height) for pad in pads), default=min(size) / 3)
        edges = [pad.y - pad.height / 2 for pad in pads if any(other.y < pad.y - pad.height / 2 for other in pads)]
        self._horizon = min(max(backdrop.horizon(world.sky, size[1], edges), 1), size[1] - 1)
        diameter = max(min(round(self._cell * FLOWER), WIDEST_FLOWER), 8)
        moon = replace(world.tones[0], colour=world.sky.moonlight, petals=6, point=1.0)
        degrees = sorted({pad.degree % len(world.tones) for pad in pads})
        made = light.flowers([*(world.tones[degree] for degree in degrees), moon], diameter, rng)
        self._flowers = dict(zip(degrees, made, strict=False))
        self._moon = made[-1]
        self._rings = light.rings(round(diameter * RING / FLOWER), rng)
        self._open_rings = [self._rings[-1].copy() for _ in Player]
        for player, ring in zip(Player, self._open_rings, strict=True):
            ring.fill(light.tint(world.lights[player], RING_LIGHT), special_flags=pygame.BLEND_RGB_MULT)
        depth = min(round(diameter * 0.70), size[1] - self._horizon)
        self._reflection = light.reflection(max(round(diameter * 0.44), 2), max(depth, 2), rng)
        self._scratch = pygame.Surface((diameter, diameter)).convert()
        self._backdrop = light.surface(backdrop.paint(world.sky, *size, self._horizon))
        self._places = [self._pad_place(pad) for pad in self._pads]
        self._horizon_places: list[_Place] = []
        self._hang_lanterns(rng)
        self._held: dict[Hand, _Place] = {}
        self._lit: list[pygame.Rect] = []
        self._stale: list[pygame.Rect] = []
        self._exposed = True
        self.dirty: list[pygame.Rect] = []

    @property
    def resting(self) -> bool:
        """Whether another paint would change nothing."""
        lit = self._lit or any(not place.lamp.dark for place in self._all())
        return not (lit or self._exposed or self._stale or self._held)

    def performed(self, event: Event, now: float, at: tuple[float, float] | None) -> None:
        """Take in what the engine played at ``now`` seconds; ``at`` is where the finger is, None without a finger."""
        match event:
            case NoteOn(player, note, key, velocity, brightness):
                hand = (player, note)
                self._leave(hand, now)
                place = self._place(key, at)
                place.lamp.strike(hand, _strength(velocity, brightness), now, at)
                self._held[hand] = place
            case NoteOff(player, note):
                self._leave((player, note), now)
            case Shape(player, note, brightness):
                hand = (player, note)
                if hand in self._held:
                    self._held[hand].lamp.shape(hand, _strength(1.0, brightness), now)
            case Glide(player, note, pitch):
                self._slide((player, note), pitch, now)
            case Stop() | Lost() | TakeBegan() | TakeEnded():
                self._held.clear()
                for place in self._all():
                    place.lamp.stop(now)

    def move(self, player: Player, note: int, x: float, y: float) -> None:
        """Let the light of a held note follow the finger softly, within its pad."""
        place = self._held.get((player, note))
        if place is not None:
            place.lamp.follow(x, y)

    def expose(self) -> None:
        """Draw everything at the next paint, because something else was drawn over the scene."""
        self._exposed = True

    def paint(self, surface: pygame.Surface, now: float) -> Iterator[None]:
        """Draw what changed since the last paint, yielding after every `STEP_PIXELS` of work.

        A paint left before its end is made good by the next one.
        """
        shown: list[tuple[pygame.Surface, tuple[int, int], Colour]] = []
        for place in self._all():
            place.lamp.advance(now)
            shown.extend(self._sprites(place))
        self._stale = [*self._stale, *self._lit]
        if self._exposed or sum(rect.w * rect.h for rect in self._stale) > self._whole.w * self._whole.h:
            self._stale = [self._whole.copy()]
        for rect in self._stale:
            for band in _bands(rect):
                surface.blit(self._backdrop, band, band)
                yield
        self._lit = []
        changed = self._stale
        for sprite, corner, colour in shown:
            seen = pygame.Rect(corner, sprite.get_size()).clip(self._whole)
            if not seen.w or not seen.h:
                continue
            if not any(rect.contains(seen) for rect in self._lit):
                self._lit.append(seen)
            for band in _bands(seen):
                part = pygame.Rect(0, 0, band.w, band.h)
                source, part = sprite, band.move(-corner[0], -corner[1])
                if colour != _AS_IT_IS:
                    self._scratch.blit(sprite, (0, 0), part)
                    source, part = self._scratch, pygame.Rect(0, 0, band.w, band.h)
                    source.fill(colour, part, pygame.BLEND_RGB_MULT)
                surface.blit(source, band, part, pygame.BLEND_RGB_ADD)
                yield
        self._stale, self._exposed = [], False
        fresh = [rect for rect in self._lit if rect not in changed]
        self.dirty = [*changed, *fresh]
        if sum(rect.w * rect.h for rect in self.dirty) > self._whole.w * self._whole.h:
            self.dirty = [self._whole.copy()]

    def _all(self) -> Iterator[_Place]:
        yield from self._horizon_places
        yield from self._places

    def _sprites(self, place: _Place) -> Iterator[tuple[pygame.Surface, tuple[int, int], Colour]]:
        """Yield the sprites that show a lit place, each with its upper left corner and its tint."""
        lamp = place.lamp
        if lamp.dark:
            return
        crowd = self._crowd(place)
        glow = lamp.light / crowd
        if glow > 0:
            if lamp.y < self._horizon:
                sprite = self._reflection
                corner = (round(lamp.x - sprite.get_width() / 2), self._horizon)
                yield sprite, corner, light.tint(place.colour, REFLECTION_LIGHT * glow)
            sprite = place.flower[light.stage(lamp.openness * place.most)]
            level = round(255 * glow)
            yield sprite, _corner(sprite, lamp), (level, level, level)
        # Several players on one pad share one light, so that hands which take turns do not make it flicker.
        crowd *= max(sum(lamp.ring_levels), 1.0)
        for player in Player:
            ring = lamp.ring_levels[player] / crowd
            if ring == 1 and lamp.ring_openness[player] == place.most == 1:
                sprite = self._open_rings[player]
                yield sprite, _corner(sprite, lamp), _AS_IT_IS
            elif ring > 0:
                sprite = self._rings[light.stage(lamp.ring_openness[player] * place.most)]
                yield sprite, _corner(sprite, lamp), light.tint(self._world.lights[player], ring * RING_LIGHT)

    def _crowd(self, place: _Place) -> float:
        """Return by what to divide a place's light: chords on the horizon share it, instead of adding up to a blaze."""
        if place.most == 1:
            return 1.0
        reach = self._cell * FLOWER * light.breadth(HORIZON_OPENNESS)
        near = ((abs(other.lamp.x - place.lamp.x), other.lamp.light) for other in self._horizon_places)
        return max(sum(max(1 - far / reach, 0.0) * glow for far, glow in near), 1.0)

    def _slide(self, hand: Hand, pitch: float, now: float) -> None:
        """Let the light of a held note go over to the pad that its pitch has come nearest to."""
        held = self._held.get(hand)
        if held is None or held not in self._places:
            return
        near = min(self._places, key=lambda place: (abs(place.key - pitch), place is not held))
        if near is not held:
            self._leave(hand, now)
            near.lamp.strike(hand, _strength(1.0, 0.5), now, None)
            self._held[hand] = near

    def _leave(self, hand: Hand, now: float) -> None:
        place = self._held.pop(hand, None)
        if place is not None:
            place.lamp.release(hand, now)

    def _place(self, key: int, at: tuple[float, float] | None) -> _Place:
        """Return where a key lights up: its pad, of several the one nearest to the finger, else on the horizon."""
        matching = [place for place in self._places if place.key == key]
        if matching:
            x, y = at or (0.0, 0.0)
            return min(matching, key=lambda place: (place.lamp.x - x) ** 2 + (place.lamp.y - y) ** 2)
        for place in self._horizon_places:
            if place.key == key and not place.lamp.dark:
                return place
        self._horizon_places = [place for place in self._horizon_places if not place.lamp.dark]
        made = self._horizon_place(key)
        if len(self._horizon_places) >= HORIZON_LIGHTS:
            return min(self._horizon_places, key=lambda place: abs(place.lamp.x - made.lamp.x))
        self._horizon_places.append(made)
        return made

    def _pad_place(self, pad: Pad) -> _Place:
        degree = pad.degree % len(self._world.tones)
        # Lanterns that hang a little higher or lower than their neighbours do not look like a keyboard.
        y = pad.y + self._cell * 0.07 * float(np.sin(pad.number * 2.4))
        lamp = Lamp((pad.x, y, pad.width / 2, pad.height / 2))
        return _Place(pad.key, lamp, self._flowers[degree], self._world.tones[degree].colour, 1.0)

    def _horizon_place(self, key: int) -> _Place:
        share = (min(max(key, LOWEST_KEY), HIGHEST_KEY) - LOWEST_KEY) / (HIGHEST_KEY - LOWEST_KEY)
        margin = self._cell * FLOWER * light.breadth(HORIZON_OPENNESS) / 2
        lamp = Lamp((margin + share * (self._whole.w - 2 * margin), self._horizon, 0.0, 0.0))
        for pad in self._pads:
            if (pad.key - key) % 12 == 0:
                degree = pad.degree % len(self._world.tones)
                return _Place(key, lamp, self._flowers[degree], self._world.tones[degree].colour, HORIZON_OPENNESS)
        return _Place(key, lamp, self._moon, self._world.sky.moonlight, HORIZON_OPENNESS)

    def _hang_lanterns(self, rng: np.random.Generator) -> None:
        size = max(round(self._cell * LANTERN), 4)
        halo = light.halo(max(round(self._cell * HALO), 4), rng)
        for pad, place in zip(self._pads, self._places, strict=True):
            tone = self._world.tones[pad.degree % len(self._world.tones)]
            lamp = place.lamp
            glow = halo.copy()
            glow.fill(light.tint(tone.colour, 0.30), special_flags=pygame.BLEND_RGB_MULT)
            self._backdrop.blit(glow, _corner(glow, lamp), special_flags=pygame.BLEND_RGB_ADD)
            if lamp.y > self._horizon:
                below = self._reflection.copy()
                below.fill(light.tint(tone.colour, 0.34), special_flags=pygame.BLEND_RGB_MULT)
                corner = (round(lamp.x - below.get_width() / 2), round(lamp.y + size * 0.45))
                self._backdrop.blit(below, corner, special_flags=pygame.BLEND_RGB_ADD)
            drawn = picture.lantern(tone.picture, tone.colour, size)
            self._backdrop.blit(drawn, _corner(drawn, lamp))


def _strength(velocity: float, brightness: float) -> float:
    return 0.66 + 0.20 * brightness + 0.14 * velocity


def _corner(sprite: pygame.Surface, lamp: Lamp) -> tuple[int, int]:
    return round(lamp.x - sprite.get_width() / 2), round(lamp.y - sprite.get_height() / 2)


def _bands(rect: pygame.Rect) -> Iterator[pygame.Rect]:
    """Yield a rectangle in bands of at most `STEP_PIXELS`, or of one row."""
    rows = max(STEP_PIXELS // max(rect.w, 1), 1)
    for top in range(rect.top, rect.bottom, rows):
        yield pygame.Rect(rect.left, top, rect.w, min(rows, rect.bottom - top))
