"""Gains over time: the decay, fades and brightness of voices, and the levels of parts.

Within a block each gain is interpolated linearly; nothing here makes it jump.
"""

from __future__ import annotations

import math

import numpy as np

from bedside.sound import exact
from bedside.sound.engine.columns import Columns
from bedside.sound.engine.strike import Strike
from bedside.sound.instrument import Region
from bedside.sound.profiles import RISE_DB_PER_50_MS

# A stolen voice fades out in this time, long enough not to click. One that is choked, like a cymbal under a hand, takes
# a little longer.
STEAL_SECONDS = 0.008
CHOKE_SECONDS = 0.04

# Time constant of brightness and levels, and the time after which they take their target values.
_SMOOTHING_SECONDS = 0.03
_SETTLED_SECONDS = 0.4

# A part that is turned up starts here, at −60 dB.
_FLOOR = exact.decibels(-60.0)


class Fader:
    """Computes the gains of the voices of ``parts`` players, ``block`` frames at a time."""

    def __init__(self, rate: int, block: int, parts: int) -> None:
        self._rate = rate
        self._block = block
        # It holds no more entries than the instruments have regions.
        self._falls_of: dict[tuple[float, float], tuple[float, float]] = {}
        self._part = np.ones(parts, np.float32)
        self._part_wanted = np.ones(parts, np.float32)
        self._moving = 0
        self._follow = np.float32(1 - exact.exp(-block / (_SMOOTHING_SECONDS * rate)))
        self._climb = np.float32(exact.decibels(0.95 * RISE_DB_PER_50_MS * block / (0.05 * rate)))
        self._following = math.ceil(_SETTLED_SECONDS * rate / block)
        self._steal_fall = self._falling(96.0, STEAL_SECONDS)
        self._choke_fall = self._falling(96.0, CHOKE_SECONDS)

    def clear(self) -> None:
        """Forget all voices; levels take their target values."""
        self._moving = 0
        self._part[:] = self._part_wanted

    def level(self, part: int, gain: float, columns: Columns) -> None:
        """Set the gain of a part; it is approached without a click, and upwards without startling."""
        self._part_wanted[part] = gain
        if columns.count:
            self._moving = self._following
        else:
            self._part[part] = gain

    def shade(self, at: int, brightness: float, columns: Columns) -> None:
        """Crossfade a voice towards its soft table, 0, or its bright one, 1."""
        columns.shade_wanted[at] = brightness
        self._moving = self._following

    def strike(self, at: int, how: Strike, columns: Columns) -> None:
        """Set the gains of a new voice."""
        columns.gain[at] = how.gain
        columns.shade[at] = columns.shade_wanted[at] = how.brightness
        columns.sides[0, at], columns.sides[1, at] = how.left, how.right
        self._fall(at, self._falls(how.region)[0], columns)
        soft, bright = 2 * at, 2 * at + 1
        if how.attack:
            columns.rise[at], columns.rising[at] = 0.0, self._rising(how.attack)
            columns.gains[2:, soft : bright + 1] = 0
            return
        columns.rise[at], columns.rising[at] = 1.0, 0.0
        level = how.gain * float(self._part[how.player])
        share = level * how.brightness
        gains = columns.gains
        gains[2, soft], gains[2, bright] = how.left * (level - share), how.left * share
        gains[3, soft], gains[3, bright] = how.right * (level - share), how.right * share

    def release(self, at: int, columns: Columns) -> None:
        """Start the release of a voice."""
        self._fall(at, self._falls(columns.strikes[at].region)[1], columns)

    def steal(self, at: int, columns: Columns) -> None:
        """Fade out a stolen voice."""
        self._fall(at, self._steal_fall, columns)

    def choke(self, at: int, columns: Columns) -> None:
        """Fade out a choked voice."""
        self._fall(at, self._choke_fall, columns)

    def fade_out(self, at: int, seconds: float, columns: Columns) -> None:
        """Fade out a voice linearly, as another fades in."""
        columns.rising[at] = -self._rising(seconds)

    def move(self, columns: Columns) -> None:
        """Compute all gains at the end of the block."""
        count, gains = columns.count, columns.gains
        pairs = 2 * count
        gains[:2, :pairs] = gains[2:, :pairs]
        columns.gain[:count] *= columns.falls[:pairs:2]
        if not self._moving:
            gains[2:, :pairs] *= columns.falls[:pairs]
            return
        self._moving -= 1
        shade, wanted = columns.shade[:count], columns.shade_wanted[:count]
        part, part_wanted = self._part, self._part_wanted
        if self._moving:
            shade += (wanted - shade) * self._follow
            climbed = np.minimum(np.maximum(part * self._climb, _FLOOR), part_wanted)
            part[:] = np.where(part_wanted > part, climbed, part + (part_wanted - part) * self._follow)
        else:
            shade[:] = wanted
            part[:] = part_wanted
        columns.rise[:count] = (columns.rise[:count] + columns.rising[:count]).clip(0, 1)
        level = columns.gain[:count] * part[columns.player[:count]] * columns.rise[:count]
        bright = level * shade
        gains[2:, 0:pairs:2] = columns.sides[:, :count] * (level - bright)
        gains[2:, 1:pairs:2] = columns.sides[:, :count] * bright

    def _fall(self, at: int, fall: float, columns: Columns) -> None:
        columns.falls[2 * at : 2 * at + 2] = fall

    def _rising(self, seconds: float) -> float:
        """Return the increment per block of a gain that fades in within this time; keep gains moving for as long."""
        frames = seconds * self._rate
        self._moving = max(self._moving, math.ceil(frames / self._block) + 1)
        return min(self._block / frames, 1.0)

    def _falls(self, region: Region) -> tuple[float, float]:
        """Return the factors per block by which a voice of a region decays: while held, and once released."""
        key = (region.fall, region.release)
        if key not in self._falls_of:
            fall = self._falling(region.fall, 1.0)
            self._falls_of[key] = fall, fall * self._falling(60.0, region.release)
        return self._falls_of[key]

    def _falling(self, db: float, seconds: float) -> float:
        """Return the factor per block of a decay by ``db`` in ``seconds``."""
        return exact.decibels(-db * self._block / (seconds * self._rate))
