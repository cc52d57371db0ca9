"""The light of one place over time, an envelope: it opens when struck, stays while held, and fades when released.

Nothing the hands do makes it flash: a struck lamp stays lit for `HOLD_SECONDS`, so it falls and rises at most twice a
second, and every rise and fall is a slope.
"""

from __future__ import annotations

import math

from bedside.music.events import Player

Hand = tuple[Player, int]

RISE_SECONDS = 0.18
OPEN_SECONDS = 0.28
HOLD_SECONDS = 0.55
FADE_SECONDS = 2.4
STOP_SECONDS = 0.9
RING_RISE_SECONDS = 0.12
RING_HOLD_SECONDS = 0.4
RING_FADE_SECONDS = 0.8
RING_OPEN_SECONDS = 0.6
# A ring this faint may restart from the middle without a visible jump.
RING_FAINT = 0.12
# The least time between two pulses, or two opening rings, of one lamp.
SWEEP_SECONDS = 1.0
FOLLOW_SECONDS = 0.4
# The fastest a light moves, per second, as a share of the shorter half of its home: petals that sweep over a place
# faster would make it flicker.
DRIFT = 0.2
# A light follows the finger only this share of the way from the middle of its home.
LEASH = 0.35
STRENGTH_SECONDS = 1.5
BREATH_SECONDS = 5.0
BREATH_DEPTH = 0.1
PULSE_RISE_SECONDS = 0.08
PULSE_FALL_SECONDS = 0.4
# How far a held flower is open; the rest is for the pulse of a second touch.
OPEN = 0.85


class Lamp:
    """One place that can light up, and the hands that hold it.

    ``pace`` stretches every rise and fall: 1 is usual, larger is slower. A ``still`` lamp only brightens and darkens;
    it neither opens nor breathes nor moves. ``x`` and ``y`` are where its light is, in pixels; it follows the finger
    within ``home``: a centre, half a width and half a height. Every ``now`` is in seconds and does not go back.
    """

    __slots__ = (
        "_aim_x",
        "_aim_y",
        "_breath",
        "_fade_seconds",
        "_hands",
        "_hold_until",
        "_home",
        "_now",
        "_open",
        "_pace",
        "_phase",
        "_pulsed",
        "_ring_until",
        "_still",
        "_strength",
        "_struck",
        "_swept",
        "ring_levels",
        "ring_openness",
        "x",
        "y",
    )

    def __init__(self, home: tuple[float, float, float, float], pace: float = 1.0, still: bool = False) -> None:
        self._home = home
        self._pace = pace
        self._still = still
        self.x, self.y = self._aim_x, self._aim_y = home[:2]
        self._hands: dict[Hand, float] = {}
        self._now = self._struck = 0.0
        self._pulsed = self._swept = self._hold_until = -math.inf
        self._phase = self._open = self._strength = self._breath = 0.0
        self._fade_seconds = FADE_SECONDS
        self._ring_until = [-math.inf for _ in Player]
        self.ring_levels = [0.0 for _ in Player]
        self.ring_openness = [0.0 for _ in Player]

    @property
    def home(self) -> tuple[float, float, float, float]:
        """The area it belongs to, in pixels: a centre, half a width and half a height."""
        return self._home

    @property
    def dark(self) -> bool:
        """Whether it is dark, and stays so until it is struck."""
        waiting = self._hands or self._now < self._hold_until
        return not waiting and self._phase == 0.0 and not any(self.ring_levels)

    @property
    def light(self) -> float:
        """Its brightness, 0–1."""
        if self._still:
            return math.sin(self._phase * math.pi / 2) * self._strength
        turn = 2 * math.pi * (self._now - self._struck) / BREATH_SECONDS
        breath = BREATH_DEPTH * self._breath * (1 - math.cos(turn)) / 2
        return math.sin(self._phase * math.pi / 2) * self._strength * (1 - breath)

    @property
    def openness(self) -> float:
        """How far its flower is open, 0–1."""
        if self._still:
            return OPEN
        age = self._now - self._pulsed
        pulse = min(age / PULSE_RISE_SECONDS, 1 - (age - PULSE_RISE_SECONDS) / PULSE_FALL_SECONDS)
        return self._open * (OPEN + (1 - OPEN) * max(pulse, 0.0))

    def holds(self, hand: Hand) -> bool:
        """Return whether a hand holds it."""
        return hand in self._hands

    def strike(self, hand: Hand, strength: float, now: float, at: tuple[float, float] | None) -> None:
        """Light up under a finger, or at home where ``at`` is None, towards the brightness ``strength``, 0–1."""
        self.advance(now)
        self.follow(*(at or self._home[:2]))
        if self.dark:
            self.x, self.y = self._home[:2] if self._still or at is None else at
            self._open = 0.0
            self._strength = strength
            self._breath = 0.0
            self._struck = now
            self._pulsed = -math.inf
        elif now - self._pulsed > SWEEP_SECONDS and self._open == 1.0:
            self._pulsed = now
        if self.ring_levels[hand[0]] < RING_FAINT:
            swept = now - self._swept > SWEEP_SECONDS
            self.ring_openness[hand[0]] = 0.0 if swept and not self._still else 1.0
            self._swept = now if swept else self._swept
        self._ring_until[hand[0]] = now + RING_HOLD_SECONDS
        self._hands[hand] = strength
        self._hold_until = now + HOLD_SECONDS
        self._fade_seconds = FADE_SECONDS * self._pace

    def shape(self, hand: Hand, strength: float, now: float) -> None:
        """Change the brightness that a holding hand aims at."""
        self.advance(now)
        self._hands[hand] = strength

    def follow(self, x: float, y: float) -> None:
        """Aim the light at a finger, within its home; it moves there softly."""
        if self._still:
            return
        centre_x, centre_y, across, down = self._home
        self._aim_x = centre_x + LEASH * min(max(x - centre_x, -across), across)
        self._aim_y = centre_y + LEASH * min(max(y - centre_y, -down), down)

    def release(self, hand: Hand, now: float) -> None:
        """Release one hand; it fades when the last one is gone."""
        self.advance(now)
        self._hands.pop(hand, None)

    def stop(self, now: float) -> None:
        """Release every hand and fade quickly."""
        self.advance(now)
        self._hands.clear()
        self._hold_until = now
        self._ring_until = [now for _ in Player]
        self._fade_seconds = STOP_SECONDS

    def advance(self, now: float) -> None:
        """Advance to ``now``."""
        if self.dark:
            self._now = max(now, self._now)
            return
        before, self._now = self._now, max(now, self._now)
        seconds = self._now - before
        if self._hands or before < self._hold_until:
            self._phase = min(self._phase + seconds / (RISE_SECONDS * self._pace), 1.0)
            self._open = min(self._open + seconds / (OPEN_SECONDS * self._pace), 1.0)
        if not self._hands:
            falling = self._now - max(before, self._hold_until)
            self._phase = max(self._phase - max(falling, 0.0) / self._fade_seconds, 0.0)
        if self._hands:
            step = seconds / STRENGTH_SECONDS
            self._strength += min(max(max(self._hands.values()) - self._strength, -step), step)
        self._breath = min(max(self._breath + (seconds if self._hands else -seconds), 0.0), 1.0)
        self._drift(seconds)
        held = {player for player, _ in self._hands}
        for player in Player:
            ring, until = self.ring_levels[player], self._ring_until[player]
            if player in held or before < until:
                ring = min(ring + seconds / RING_RISE_SECONDS, 1.0)
            if player not in held:
                ring = max(ring - max(self._now - max(before, until), 0.0) / RING_FADE_SECONDS, 0.0)
            self.ring_levels[player] = ring
            self.ring_openness[player] = min(self.ring_openness[player] + seconds / RING_OPEN_SECONDS, 1.0)

    def _drift(self, seconds: float) -> None:
        share = 1 - math.exp(-seconds / FOLLOW_SECONDS)
        across, down = (self._aim_x - self.x) * share, (self._aim_y - self.y) * share
        far = math.hypot(across, down)
        most = DRIFT * min(self._home[2:]) * seconds
        slow = most / far if far > most else 1.0
        self.x += across * slow
        self.y += down * slow
