"""The scene that the child sees: a world with its pads, and the light of every performed note.

It depends on performed events alone and never reads a clock. Nothing moves between two paints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
import pygame

from bedside.music.events import Event, Glide, Lost, NoteOff, NoteOn, Player, Shape, Stop, TakeBegan, TakeEnded
from bedside.stage.input.seats import Side
from bedside.stage.picture import sprites
from bedside.stage.picture.background import Background, half
from bedside.stage.picture.dimmer import Dimmer
from bedside.stage.picture.lamp import Hand, Lamp
from bedside.stage.picture.look import PLAIN, Look
from bedside.stage.picture.parallax import Parallax
from bedside.stage.picture.spots import BLOOM, Spot, Spots, segments
from bedside.stage.worlds.colours import Colour
from bedside.stage.worlds.world import Tone, World


class Drawn(Protocol):
    """A sign, drawn over a scene at ``rect``, and anew whenever it ``changed`` or something below it did."""

    rect: pygame.Rect
    changed: bool

    @property
    def moving(self) -> bool:
        """Whether it needs another frame."""

    def advance(self, now: float, world: float) -> None:
        """Advance to ``now``, in a world of this brightness, 0–1."""

    def draw(self, surface: pygame.Surface) -> None:
        """Draw it, and mark it as unchanged."""


# Sizes as shares of the shortest edge of any pad.
RING = 1.22
WIDEST_BLOOM = 720
RING_LIGHT = 0.24
REFLECTION_LIGHT = 0.42
# Pixels drawn between two chances to look at the fingers: about 0.2 ms of work.
STEP_PIXELS = 1 << 17
# The tint of a sprite that needs none.
_AS_IT_IS: Colour = (255, 255, 255)


class Scene:
    """One world on a surface of ``size`` pixels, drawn in small steps.

    ``sides`` are the players' seats with their pads. ``signs`` are drawn over everything else. After a paint ``dirty``
    holds the rectangles that changed, for `pygame.display.update`. A display mode must be set. Raises BedsideError if
    a picture of the world cannot be shown, and ValueError for a width or height below 2 pixels.
    """

    def __init__(self, world: World, sides: Sequence[Side], size: tuple[int, int], look: Look = PLAIN) -> None:
        if min(size) < 2:
            raise ValueError(f"a scene needs a surface, not {size[0]} × {size[1]} pixels")
        rng = np.random.default_rng(world.seed)
        self._whole = pygame.Rect(0, 0, *size)
        self._world = world = look.world(world)
        pads = [pad for side in sides for pad in side.pads]
        cell = min((min(pad.width, pad.height / segments(pad)) for pad in pads), default=min(size) / 3)
        self._halves = [half(world, side.seat.whole, side.pads, size) for side in sides]
        diameter = max(min(round(cell * BLOOM), WIDEST_BLOOM), 8)
        stray = Tone(world.tones[0].picture, world.stray, 6, 1.0)
        degrees = sorted({pad.degree % len(world.tones) for pad in pads})
        made = sprites.blooms(world, [*(world.tones[degree] for degree in degrees), stray], diameter, rng)
        blooms = dict(zip(degrees, made, strict=False))
        self._rings = sprites.rings(round(diameter * RING / BLOOM), rng)
        self._open_rings = [self._rings[-1].copy() for _ in Player]
        for player, ring in zip(Player, self._open_rings, strict=True):
            ring.fill(sprites.tint(world.lights[player], RING_LIGHT * world.rings), special_flags=pygame.BLEND_RGB_MULT)
        self._reflections = self._make_reflections(diameter, rng) if world.reflects else ()
        self._scratch = pygame.Surface((diameter, diameter)).convert()
        self._background = Background(world, sides, self._halves, size, look, cell, self._reflections, rng)
        self._parallax = Parallax(world.motes, size, rng)
        self._spots = Spots(world, sides, self._halves, cell, blooms, made[-1], look)
        self._held: dict[Hand, Spot] = {}
        self._at: dict[Hand, tuple[float, float]] = {}
        self._lit: list[pygame.Rect] = []
        self._stale: list[pygame.Rect] = []
        self._exposed = True
        self.dimmer = Dimmer()
        self.signs: list[Drawn] = []
        self.dirty: list[pygame.Rect] = []
        # The motes are part of the background until they move.
        self._mote_rects = self._parallax.rects
        self._parallax.draw(self._background.shown)

    @property
    def background(self) -> pygame.Surface:
        """The world with nothing lit."""
        return self._background.shown

    @property
    def resting(self) -> bool:
        """Whether the next paint can wait: nothing changes, except that the world falls asleep imperceptibly."""
        lit = self._lit or not self._spots.dark
        signs = any(sign.changed or sign.moving for sign in self.signs)
        return not (lit or signs or self._exposed or self._stale or self._held or self.dimmer.moving)

    def follow(self, event: Event, now: float, at: tuple[float, float] | None) -> None:
        """Show an event performed at ``now`` seconds; ``at`` is where the finger is, None without one."""
        match event:
            case NoteOn(player, note, key, velocity, brightness):
                hand = (player, note)
                self._release(hand, now)
                spot = self._spots.find(player, key, brightness, at)
                spot.lamp.strike(hand, _strength(velocity, brightness), now, at)
                self._held[hand] = spot
                self.dimmer.wake()
            case NoteOff(player, note):
                self._release((player, note), now)
            case Shape(player, note, brightness):
                hand = (player, note)
                if hand in self._held:
                    self._held[hand].lamp.shape(hand, _strength(1.0, brightness), now)
            case Glide(player, note, pitch):
                self._slide((player, note), pitch, now)
            case Stop() | Lost() | TakeBegan() | TakeEnded():
                self._held.clear()
                self._at.clear()
                for spot in self._spots:
                    spot.lamp.stop(now)

    def tune(self, keys: Mapping[Player, Sequence[int]]) -> None:
        """Assign the players' pads the keys that they sound now."""
        self._spots.tune(keys)

    def move(self, player: Player, note: int, x: float, y: float, now: float) -> None:
        """Let the light of a held note follow the finger within its pad."""
        hand = (player, note)
        spot = self._held.get(hand)
        if spot is None:
            return
        self._at[hand] = (x, y)
        near = self._spots.under(spot, y)
        if near is not spot:
            self._transfer(hand, near, now)
            spot = near
        spot.lamp.follow(x, y)

    def expose(self) -> None:
        """Redraw everything at the next paint because something else was drawn over the scene."""
        self._exposed = True

    def paint(self, surface: pygame.Surface, now: float) -> Iterator[None]:
        """Draw what changed since the last paint; yield after every `STEP_PIXELS`.

        The next paint completes one that was abandoned.
        """
        if self.dimmer.advance(now, bool(self._held) or not self._spots.dark):
            self._exposed = True
        self._move_motes(now)
        shown: list[tuple[pygame.Surface, tuple[int, int], Colour]] = []
        for spot in self._spots:
            spot.lamp.advance(now)
            shown.extend(self._sprites(spot))
        lit = self._visible_rects(shown)
        self._stale = [*self._stale, *self._lit]
        signs = self._signs_to_redraw(lit, now)
        if self._exposed or sum(rect.w * rect.h for rect in self._stale) > self._whole.w * self._whole.h:
            self._stale = [self._whole.copy()]
            signs = self.signs
        brightness = round(255 * self.dimmer.level)
        for rect in self._stale:
            for band in _bands(rect):
                surface.blit(self._background.shown, band, band)
                if brightness < 255:
                    surface.fill((brightness, brightness, brightness), band, pygame.BLEND_RGB_MULT)
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

    def _visible_rects(self, shown: Sequence[tuple[pygame.Surface, tuple[int, int], Colour]]) -> list[pygame.Rect]:
        """Return the visible rectangles of sprites, without those that lie inside another."""
        lit: list[pygame.Rect] = []
        for sprite, corner, _ in shown:
            seen = pygame.Rect(corner, sprite.get_size()).clip(self._whole)
            if seen.w and seen.h and not any(rect.contains(seen) for rect in lit):
                lit.append(seen)
        return lit

    def _signs_to_redraw(self, lit: Sequence[pygame.Rect], now: float) -> list[Drawn]:
        """Return the signs that changed or are drawn over, and mark their rectangles as stale."""
        for sign in self.signs:
            sign.advance(now, self.dimmer.level)
        redrawn: list[Drawn] = []
        remaining = [*self.signs]
        # Signs may overlap: what is drawn under one sign is drawn with it.
        while found := [
            sign
            for sign in remaining
            if sign.changed or sign.rect.collidelist(lit) >= 0 or sign.rect.collidelist(self._stale) >= 0
        ]:
            redrawn += found
            remaining = [sign for sign in remaining if sign not in found]
            self._stale += [sign.rect.clip(self._whole) for sign in found]
        return [sign for sign in self.signs if sign in redrawn]

    def _move_motes(self, now: float) -> None:
        """Shift the motes towards the hands that play."""
        hands = [self._at.get(hand, spot.lamp.home[:2]) for hand, spot in self._held.items()]
        if not self._parallax.lean(hands, now):
            return
        for rect in self._mote_rects:
            self._background.restore(rect)
        self._parallax.draw(self._background.shown)
        rects = self._parallax.rects
        self._stale += [
            rect.union(other).clip(self._whole) for rect, other in zip(rects, self._mote_rects, strict=True)
        ]
        self._mote_rects = rects

    def _sprites(self, spot: Spot) -> Iterator[tuple[pygame.Surface, tuple[int, int], Colour]]:
        """Yield the sprites of a lit spot, each with its upper left corner and its tint."""
        lamp = spot.lamp
        if lamp.dark:
            return
        crowd = self._spots.crowd(spot)
        glow = lamp.light / crowd
        if glow > 0:
            if spot.shore is not None and self._reflections:
                yield (*self._reflection(spot, spot.shore), sprites.tint(spot.colour, REFLECTION_LIGHT * glow))
            sprite = spot.bloom[sprites.stage(lamp.openness * spot.most)]
            level = round(255 * glow)
            yield sprite, _corner(sprite, lamp), (level, level, level)
        # Several players on one pad share one light: hands that take turns do not make it flicker.
        crowd *= max(sum(lamp.ring_levels), 1.0)
        for player in Player:
            ring = lamp.ring_levels[player] / crowd
            if ring == 1 and lamp.ring_openness[player] == spot.most == 1:
                sprite = self._open_rings[player]
                yield sprite, _corner(sprite, lamp), _AS_IT_IS
            elif ring > 0:
                sprite = self._rings[sprites.stage(lamp.ring_openness[player] * spot.most)]
                yield (
                    sprite,
                    _corner(sprite, lamp),
                    sprites.tint(self._world.lights[player], ring * RING_LIGHT * self._world.rings),
                )

    def _reflection(self, spot: Spot, shore: int) -> tuple[pygame.Surface, tuple[int, int]]:
        turned = self._halves[spot.side_number].area.turned
        sprite = self._reflections[turned]
        top = shore - sprite.get_height() if turned else shore
        return sprite, (round(spot.lamp.x - sprite.get_width() / 2), top)

    def _make_reflections(self, diameter: int, rng: np.random.Generator) -> tuple[pygame.Surface, pygame.Surface]:
        """Return the streak of light on the water, upright and upside down."""
        room = min(half.depth for half in self._halves)
        sprite = sprites.reflection(max(round(diameter * 0.44), 2), max(min(round(diameter * 0.70), room), 2), rng)
        return sprite, pygame.transform.rotate(sprite, 180)

    def _slide(self, hand: Hand, pitch: float, now: float) -> None:
        """Move the light of a sliding note to the pad whose key is nearest to its pitch."""
        held = self._held.get(hand)
        if held is None or held.pad is None:
            return
        x, y = self._at.get(hand, held.lamp.home[:2])
        near = self._spots.towards(held, pitch, x, y)
        if near is not held:
            self._transfer(hand, near, now)

    def _transfer(self, hand: Hand, spot: Spot, now: float) -> None:
        """Move a held light to another spot."""
        at = self._at.get(hand)
        self._release(hand, now)
        spot.lamp.strike(hand, _strength(1.0, 0.5), now, at)
        self._held[hand] = spot
        if at is not None:
            self._at[hand] = at

    def _release(self, hand: Hand, now: float) -> None:
        self._at.pop(hand, None)
        spot = self._held.pop(hand, None)
        if spot is not None:
            spot.lamp.release(hand, now)


def _strength(velocity: float, brightness: float) -> float:
    return 0.66 + 0.20 * brightness + 0.14 * velocity


def _corner(sprite: pygame.Surface, lamp: Lamp) -> tuple[int, int]:
    return round(lamp.x - sprite.get_width() / 2), round(lamp.y - sprite.get_height() / 2)


def _bands(rect: pygame.Rect) -> Iterator[pygame.Rect]:
    """Yield a rectangle in bands of at most `STEP_PIXELS`, but at least one row."""
    rows = max(STEP_PIXELS // max(rect.w, 1), 1)
    for top in range(rect.top, rect.bottom, rows):
        yield pygame.Rect(rect.left, top, rect.w, min(rows, rect.bottom - top))
