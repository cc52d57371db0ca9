"""Pitch that moves: bends and vibrato of a part, and notes that slide; only such voices pay for interpolation."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bedside.sound.engine import interpolation
from bedside.sound.engine.columns import NEVER, Columns
from bedside.sound.engine.strike import Strike
from bedside.sound.instrument import GUARD, Instrument
from bedside.sound.tuning import hertz

# A table is read at most so many semitones higher or lower; what has gone half as far is carried over to another key's.
MOST_SEMITONES = 7.0
_FAR_SEMITONES = 2.5

# A wheel or a finger that moves takes its notes two thirds of the way in this time.
_SLIDE_SECONDS = 0.012

# A hand's vibrato: its pace, and how far it goes to either side at most.
VIBRATO_HZ = 5.2
VIBRATO_SEMITONES = 0.5

# Frames of two tables that are looked at to bring their fundamentals into step.
_LOOK = 1024


class Bender:
    """Moves the pitch of the voices that bend, for ``parts`` players, ``block`` frames at a time."""

    def __init__(self, rate: int, block: int, parts: int) -> None:
        self._rate = rate
        self._block = block
        self._bend = np.zeros(parts)
        self._bend_wanted = np.zeros(parts)
        self._depth = np.zeros(parts)
        self._depth_wanted = np.zeros(parts)
        self._slide = 1 - math.exp(-block / (_SLIDE_SECONDS * rate))
        self._step = np.arange(block, dtype=np.float64)
        # How far a speed that changes by 1 in a straight line through the block has come at each frame, and after it.
        self._ramp = self._step * (self._step + 1) / (2 * block)
        self._whole_ramp = (block + 1) / 2
        self._time = 0
        self.active = False
        self._those = np.zeros(0, np.int64)
        self._ending = np.zeros(0)

    def clear(self) -> None:
        """Forget all voices; bends and vibrato are where they are wanted."""
        self._bend[:] = self._bend_wanted
        self._depth[:] = self._depth_wanted
        self._time = 0
        self.active = False

    def bend(self, part: int, semitones: float, columns: Columns) -> None:
        """Bend a part."""
        self._bend_wanted[part] = semitones
        self._waver(part, columns)

    def vibrato(self, part: int, depth: float, columns: Columns) -> None:
        """Let a part waver."""
        self._depth_wanted[part] = depth
        self._waver(part, columns)

    def _waver(self, part: int, columns: Columns) -> None:
        those = np.flatnonzero(columns.player[: columns.count] == part).tolist()
        if not those:
            self._bend[part] = self._bend_wanted[part]
            self._depth[part] = self._depth_wanted[part]
        for at in those:
            self._begin(at, columns)

    def glide(self, at: int, pitch: float, columns: Columns) -> None:
        """Let the voice of a column slide to a pitch, folded into the instrument's range as its strike was."""
        columns.pitch_wanted[at] = pitch - columns.strikes[at].fold
        self._begin(at, columns)

    def strike(self, at: int, how: Strike, columns: Columns) -> None:
        """Give a new voice its pitch, which bends from the start where its part does."""
        part = how.player
        columns.key[at], columns.pitch[at], columns.pitch_wanted[at] = how.key, how.pitch, how.pitch
        columns.fraction[at], columns.bent[at] = 0.0, 0
        if how.key != how.pitch or self._bend[part] or self._bend_wanted[part] or self._depth_wanted[part]:
            self._begin(at, columns)

    def _begin(self, at: int, columns: Columns) -> None:
        if not columns.bent[at]:
            columns.bent[at] = 1
            columns.speed[at] = self._speeds(np.array([at]), columns)[0]
        self.active = True

    def count(self, columns: Columns) -> None:
        """Look whether any voice is left that bends."""
        self.active = bool(columns.bent[: columns.count].any())

    def move(self, columns: Columns) -> None:
        """Move all pitches to where they are at the end of the block."""
        self._those = np.flatnonzero(columns.bent[: columns.count])
        those = self._those
        self._time += self._block
        for state, wanted in ((self._bend, self._bend_wanted), (self._depth, self._depth_wanted)):
            way = wanted - state
            state += np.where(np.abs(way) < 1e-3, way, way * self._slide)
        columns.pitch[those] += (columns.pitch_wanted[those] - columns.pitch[those]) * self._slide
        self._ending = self._speeds(those, columns)

    def read(
        self, pool: NDArray[np.float32], first: int, last: int, samples: NDArray[np.float32], columns: Columns
    ) -> None:
        """Put what the bending voices among the columns of an instrument read into the rows of its ``samples``."""
        low, high = np.searchsorted(self._those, (first, last))
        if low == high:
            return
        those = self._those[low:high]
        begun = columns.speed[those, None]
        way = columns.fraction[those, None] + begun * self._step + (self._ending[low:high, None] - begun) * self._ramp
        whole = way.astype(np.int64)
        reading = columns.reading.reshape(-1, 2)[those]
        samples.reshape(-1, 2, self._block)[those - first] = interpolation.interpolate(
            pool, reading[:, :, None] + whole[:, None, :], way - whole
        )

    def advance(self, columns: Columns) -> int:
        """Let each bending voice have read as much as it did, where others read a block; return their first end."""
        those = self._those
        if not those.size:
            return NEVER
        begun = columns.speed[those]
        way = columns.fraction[those] + begun * self._block + (self._ending - begun) * self._whole_ramp
        whole = way.astype(np.int64)
        columns.fraction[those] = way - whole
        columns.speed[those] = self._ending
        columns.reading.reshape(-1, 2)[those] += (whole - self._block)[:, None]
        columns.ends[those] -= whole - self._block
        return int(columns.ends[those].min())

    def heard(self, at: int, columns: Columns) -> float:
        """Return the pitch of a column's voice as a key, its vibrato left out."""
        return float(columns.pitch[at] + self._bend[columns.player[at]])

    def far(self, columns: Columns) -> list[int]:
        """Return the columns of notes whose pitch has left their tables behind."""
        count = columns.count
        heard = columns.pitch[:count] + self._bend[columns.player[:count]]
        away = np.abs(heard - columns.key[:count]) > _FAR_SEMITONES
        away &= (
            (columns.bent[:count] > 0)
            & (columns.hold[:count] >= 0)
            & (columns.rise[:count] >= 1)
            & (columns.rising[:count] >= 0)
        )
        columns_away: list[int] = np.flatnonzero(away).tolist()
        return columns_away

    def in_step(self, at: int, instrument: Instrument, soft: int, key: int, columns: Columns) -> int:
        """Return how many frames past ``soft`` the table of ``key`` is in step with what the voice reads now."""
        window = np.hanning(_LOOK)
        phases = []
        for begin, of in ((int(columns.reading[2 * at]), int(columns.key[at])), (soft, key)):
            piece = instrument.pool[begin : begin + _LOOK]
            turning = np.exp(-2j * np.pi * hertz(of) / self._rate * np.arange(piece.size))
            phases.append(np.angle(np.sum(piece * window[: piece.size] * turning)))
        turn = (phases[0] - phases[1]) / (2 * np.pi) % 1.0
        return min(round(float(turn) * self._rate / hertz(key)), GUARD)

    def _speeds(self, those: NDArray[np.int64], columns: Columns) -> NDArray[np.float64]:
        part = columns.player[those]
        waver = VIBRATO_SEMITONES * math.sin(2 * math.pi * VIBRATO_HZ * self._time / self._rate)
        away = columns.pitch[those] + self._bend[part] + waver * self._depth[part] - columns.key[those]
        speeds: NDArray[np.float64] = np.exp2(np.clip(away, -MOST_SEMITONES, MOST_SEMITONES) / 12)
        return speeds
