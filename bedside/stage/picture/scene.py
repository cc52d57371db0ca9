"""What the child sees: a world with its pads, and the light of everything that is performed.

It lives off performed events alone and never reads a clock; between two paints nothing on the screen moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pygame

from bedside.music.events import Event, Glide, Lost, NoteOff, NoteOn, Player, Shape, Stop, TakeBegan, TakeEnded
from bedside.stage.input.seats import Side
from bedside.stage.picture import light
from bedside.stage.picture.drift import Drift
from bedside.stage.picture.ground import Ground, half
from bedside.stage.picture.lamp import Hand, Lamp
from bedside.stage.picture.look import PLAIN, Look
from bedside.stage.picture.sign import Sign
from bedside.stage.picture.spots import BLOOM, Places, Spot, segments
from bedside.stage.picture.veil import Veil
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.world import Tone, World

# Sizes as shares of the smallest side of any pad.
RING = 1.22
WIDEST_BLOOM = 720
RING_LIGHT = 0.24
REFLECTION_LIGHT = 0.42
# Drawn at once before the caller may look at the fingers: about 0.2 ms of work.
STEP_PIXELS = 1 << 17
# The tint of a sprite that needs none.
_AS_IT_IS: Colour = (255, 255, 255)


class Scene:
    """One world on a surface of one size, drawn in small steps.

    ``tables`` are the players' seats with their pads, ``size`` is in pixels. A display mode must be set. ``dirty``
    holds, after a paint, the rectangles that differ from the paint before, for `pygame.display.update`. ``signs`` are
    drawn over everything else. Raises BedsideError if a picture of the world cannot be shown, and ValueError for a
    side below 2 pixels.
    """

    def __init__(self, world: World, tables: Sequence[Side], size: tuple[int, int], look: Look = PLAIN) -> None:
        if min(size) < 2:
            raise ValueError(f"a scene needs a surface, not {size[0]} × {size[1]} pixels")
        rng = np.random.default_rng(world.seed)
        self._whole = pygame.Rect(0, 0, *size)
        self._world = world = look.world(world)
        pads = [pad for table in tables for pad in table.pads]
        cell = min((min(pad.width, pad.height / segments(pad)) for pad in pads), default=min(size) / 3)
        self._halves = [half(world, table.seat.whole, table.pads, size) for table in tables]
        diameter = max(min(round(cell * BLOOM), WIDEST_BLOOM), 8)
        stray = Tone(world.tones[0].picture, world.stray, 6, 1.0)
        degrees = sorted({pad.degree % len(world.tones) for pad in pads})
        made = light.blooms(world, [*(world.tones[degree] for degree in degrees), stray], diameter, rng)
        blooms = dict(zip(degrees, made, strict=False))
        self._rings = light.rings(round(diameter * RING / BLOOM), rng)
        self._open_rings = [self._rings[-1].copy() for _ in Player]
        for player, ring in zip(Player, self._open_rings, strict=True):
            ring.fill(light.tint(world.lights[player], RING_LIGHT * world.rings), special_flags=pygame.BLEND_RGB_MULT)
        self._reflections = self._mirrored(diameter, rng) if world.reflects else ()
        self._scratch = pygame.Surface((diameter, diameter)).convert()
        self._ground = Ground(world, tables, self._halves, size, look, cell, self._reflections, rng)
        self._drift = Drift(world.motes, size, rng)
        self._places = Places(world, tables, self._halves, cell, blooms, made[-1], look)
        self._held: dict[Hand, Spot] = {}
        self._at: dict[Hand, tuple[float, float]] = {}
        self._lit: list[pygame.Rect] = []
        self._stale: list[pygame.Rect] = []
        self._exposed = True
        self.veil = Veil()
        self.signs: list[Sign] = []
        self.dirty: list[pygame.Rect] = []
        # What floats is part of the ground until it moves.
        self._afloat = self._drift.rects
        self._drift.draw(self._ground.shown)

    @property
    def ground(self) -> pygame.Surface:
        """The world without any light on it."""
        return self._ground.shown

    @property
    def resting(self) -> bool:
        """Whether another paint would change nothing, but for a veil that comes down too slowly to be seen."""
        lit = self._lit or not self._places.dark
        signs = any(sign.changed or sign.moving for sign in self.signs)
        return not (lit or signs or self._exposed or self._stale or self._held or self.veil.moving)

    def follow(self, event: Event, now: float, at: tuple[float, float] | None) -> None:
        """Take in what the engine played at ``now`` seconds; ``at`` is where the finger is, None without a finger."""
        match event:
            case NoteOn(player, note, key, velocity, brightness):
                hand = (player, note)
                self._leave(hand, now)
                place = self._places.find(player, key, brightness, at)
                place.lamp.strike(hand, _strength(velocity, brightness), now, at)
                self._held[hand] = place
                self.veil.wake()
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
                self._at.clear()
                for place in self._places:
                    place.lamp.stop(now)

    def tune(self, keys: Mapping[Player, Sequence[int]]) -> None:
        """Take in which keys the players' pads sound now."""
        self._places.tune(keys)

    def move(self, player: Player, note: int, x: float, y: float, now: float) -> None:
        """Let the light of a held note follow the finger softly, within its pad."""
        hand = (player, note)
        place = self._held.get(hand)
        if place is None:
            return
        self._at[hand] = (x, y)
        near = self._places.under(place, y)
        if near is not place:
            self._pass_on(hand, near, now)
            place = near
        place.lamp.follow(x, y)

    def expose(self) -> None:
        """Draw everything at the next paint, because something else was drawn over the scene."""
        self._exposed = True

    def paint(self, surface: pygame.Surface, now: float) -> Iterator[None]:
        """Draw what changed since the last paint, yielding after every `STEP_PIXELS` of work.

        A paint left before its end is made good by the next one.
        """
        if self.veil.advance(now, bool(self._held) or not self._places.dark):
            self._exposed = True
        self._float(now)
        shown: list[tuple[pygame.Surface, tuple[int, int], Colour]] = []
        for place in self._places:
            place.lamp.advance(now)
            shown.extend(self._sprites(place))
        lit = self._seen(shown)
        self._stale = [*self._stale, *self._lit]
        signs = self._touched(lit, now)
        if self._exposed or sum(rect.w * rect.h for rect in self._stale) > self._whole.w * self._whole.h:
            self._stale = [self._whole.copy()]
            signs = self.signs
        veil = round(255 * self.veil.level)
        for rect in self._stale:
            for band in _bands(rect):
                surface.blit(self._ground.shown, band, band)
                if veil < 255:
                    surface.fill((veil, veil, veil), band, pygame.BLEND_RGB_MULT)
                yield
        self._lit = lit
        changed = self._stale
        for sprite, corner, colour in shown:
            seen = pygame.Rect(corner, sprite.get_size()).clip(self._whole)
            for band in _bands(seen):
                part = pygame.Rect(0, 0, band.w, band.h)
                source, part = sprite, band.move(-corner[0], -corner[1])
                if colour != _AS_IT_IS:
                    self._scratch.blit(sprite, (0, 0), part)
                    source, part = self._scratch, pygame.Rect(0, 0, band.w, band.h)
                    source.fill(colour, part, pygame.BLEND_RGB_MULT)
                surface.blit(source, band, part, pygame.BLEND_RGB_ADD)
                yield
        for sign in signs:
            sign.draw(surface)
        self._stale, self._exposed = [], False
        fresh = [rect for rect in self._lit if rect not in changed]
        self.dirty = [*changed, *fresh]
        if sum(rect.w * rect.h for rect in self.dirty) > self._whole.w * self._whole.h:
            self.dirty = [self._whole.copy()]

    def _seen(self, shown: Sequence[tuple[pygame.Surface, tuple[int, int], Colour]]) -> list[pygame.Rect]:
        """Return the rectangles in which sprites are seen, those left out that lie in others."""
        lit: list[pygame.Rect] = []
        for sprite, corner, _ in shown:
            seen = pygame.Rect(corner, sprite.get_size()).clip(self._whole)
            if seen.w and seen.h and not any(rect.contains(seen) for rect in lit):
                lit.append(seen)
        return lit

    def _touched(self, lit: Sequence[pygame.Rect], now: float) -> list[Sign]:
        """Return the signs to draw anew, which are made stale: those that changed, and those that light falls on."""
        signs = []
        for sign in self.signs:
            sign.advance(now, self.veil.level)
            if sign.changed or sign.rect.collidelist(lit) >= 0 or sign.rect.collidelist(self._stale) >= 0:
                self._stale.append(sign.rect.clip(self._whole))
                signs.append(sign)
        return signs

    def _float(self, now: float) -> None:
        """Move what floats, where hands play."""
        hands = [self._at.get(hand, place.lamp.home[:2]) for hand, place in self._held.items()]
        if not self._drift.lean(hands, now):
            return
        for rect in self._afloat:
            self._ground.restore(rect)
        self._drift.draw(self._ground.shown)
        rects = self._drift.rects
        self._stale += [rect.union(other).clip(self._whole) for rect, other in zip(rects, self._afloat, strict=True)]
        self._afloat = rects

    def _sprites(self, place: Spot) -> Iterator[tuple[pygame.Surface, tuple[int, int], Colour]]:
        """Yield the sprites that show a lit place, each with its upper left corner and its tint."""
        lamp = place.lamp
        if lamp.dark:
            return
        crowd = self._places.crowd(place)
        glow = lamp.light / crowd
        if glow > 0:
            if place.shore is not None and self._reflections:
                yield (*self._reflection(place, place.shore), light.tint(place.colour, REFLECTION_LIGHT * glow))
            sprite = place.bloom[light.stage(lamp.openness * place.most)]
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
                yield (
                    sprite,
                    _corner(sprite, lamp),
                    light.tint(self._world.lights[player], ring * RING_LIGHT * self._world.rings),
                )

    def _reflection(self, place: Spot, shore: int) -> tuple[pygame.Surface, tuple[int, int]]:
        turned = self._halves[place.side].area.turned
        sprite = self._reflections[turned]
        top = shore - sprite.get_height() if turned else shore
        return sprite, (round(place.lamp.x - sprite.get_width() / 2), top)

    def _mirrored(self, diameter: int, rng: np.random.Generator) -> tuple[pygame.Surface, pygame.Surface]:
        """Return the streak of light on the water, and the same turned round."""
        room = min(half.depth for half in self._halves)
        sprite = light.reflection(max(round(diameter * 0.44), 2), max(min(round(diameter * 0.70), room), 2), rng)
        return sprite, pygame.transform.rotate(sprite, 180)

    def _slide(self, hand: Hand, pitch: float, now: float) -> None:
        """Let the light of a held note go over to the pad that its pitch has come nearest to."""
        held = self._held.get(hand)
        if held is None or held.pad is None:
            return
        x, y = self._at.get(hand, held.lamp.home[:2])
        near = self._places.towards(held, pitch, x, y)
        if near is not held:
            self._pass_on(hand, near, now)

    def _pass_on(self, hand: Hand, place: Spot, now: float) -> None:
        """Let a held light go over to another place."""
        at = self._at.get(hand)
        self._leave(hand, now)
        place.lamp.strike(hand, _strength(1.0, 0.5), now, at)
        self._held[hand] = place
        if at is not None:
            self._at[hand] = at

    def _leave(self, hand: Hand, now: float) -> None:
        self._at.pop(hand, None)
        place = self._held.pop(hand, None)
        if place is not None:
            place.lamp.release(hand, now)


def _strength(velocity: float, brightness: float) -> float:
    return 0.66 + 0.20 * brightness + 0.14 * velocity


def _corner(sprite: pygame.Surface, lamp: Lamp) -> tuple[int, int]:
    return round(lamp.x - sprite.get_width() / 2), round(lamp.y - sprite.get_height() / 2)


def _bands(rect: pygame.Rect) -> Iterator[pygame.Rect]:
    """Yield a rectangle in bands of at most `STEP_PIXELS`, or of one row."""
    rows = max(STEP_PIXELS // max(rect.w, 1), 1)
    for top in range(rect.top, rect.bottom, rows):
        yield pygame.Rect(rect.left, top, rect.w, min(rows, rect.bottom - top))
