"""Pitch over time: bends, vibrato and sliding notes. Only voices that bend pay for interpolation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bedside.sound import exact
from bedside.sound.engine import interpolation
from bedside.sound.engine.columns import NEVER, Columns
from bedside.sound.engine.strike import Strike
from bedside.sound.instrument import GUARD, QUANTUM, Instrument
from bedside.sound.tuning import hertz

# A table is read at most this many semitones from its own pitch; beyond that a note moves to another key's tables.
MOST_SEMITONES = 7.0
_FAR_SEMITONES = 2.5

# Time constant with which notes follow a wheel or a finger.
_SLIDE_SECONDS = 0.012

# The rate of the vibrato, and its greatest deviation to either side.
VIBRATO_HZ = 5.2
VIBRATO_SEMITONES = 0.5

# Frames of two tables from which the phases of their fundamentals are measured.
_PHASE_FRAMES = 1024
_PHASE_WINDOW = exact.hann(_PHASE_FRAMES)


class Bender:
    """Computes the pitch of the voices that bend, of ``parts`` players, ``block`` frames at a time."""

    def __init__(self, rate: int, block: int, parts: int) -> None:
        self._rate = rate
        self._block = block
        self._bend = np.zeros(parts)
        self._bend_wanted = np.zeros(parts)
        self._depth = np.zeros(parts)
        self._depth_wanted = np.zeros(parts)
        self._slide = 1 - exact.exp(-block / (_SLIDE_SECONDS * rate))
        self._step = np.arange(block, dtype=np.float64)
        # The distance read at each frame, and after the block, at a speed that rises linearly from 0 to 1 in the block.
        self._ramp = self._step * (self._step + 1) / (2 * block)
        self._whole_ramp = (block + 1) / 2
        self._time = 0
        self.active = False
        self._those = np.zeros(0, np.int64)
        self._ending = np.zeros(0)

    def clear(self) -> None:
        """Forget all voices; bends and vibrato take their target values."""
        self._bend[:] = self._bend_wanted
        self._depth[:] = self._depth_wanted
        self._time = 0
        self.active = False

    def bend(self, part: int, semitones: float, columns: Columns) -> None:
        """Bend a part."""
        self._bend_wanted[part] = semitones
        self._bend_part(part, columns)

    def vibrato(self, part: int, depth: float, columns: Columns) -> None:
        """Set the vibrato of a part."""
        self._depth_wanted[part] = depth
        self._bend_part(part, columns)

    def _bend_part(self, part: int, columns: Columns) -> None:
        those = np.flatnonzero(columns.player[: columns.count] == part).tolist()
        if not those:
            self._bend[part] = self._bend_wanted[part]
            self._depth[part] = self._depth_wanted[part]
        for at in those:
            self._begin(at, columns)

    def glide(self, at: int, pitch: float, columns: Columns) -> None:
        """Slide the voice of a column to a pitch, folded into the instrument's range like its strike."""
        columns.pitch_wanted[at] = pitch - columns.strikes[at].fold
        self._begin(at, columns)

    def strike(self, at: int, how: Strike, columns: Columns) -> None:
        """Set the pitch of a new voice, which bends from the start if its part does."""
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
        """Check whether any voice still bends."""
        self.active = bool(columns.bent[: columns.count].any())

    def move(self, columns: Columns) -> None:
        """Compute all pitches at the end of the block."""
        self._those = np.flatnonzero(columns.bent[: columns.count])
        those = self._those
        self._time += self._block
        for state, wanted in ((self._bend, self._bend_wanted), (self._depth, self._depth_wanted)):
            way = wanted - state
            state += np.where(np.abs(way) < 1e-3, way, way * self._slide)
        columns.pitch[those] += (columns.pitch_wanted[those] - columns.pitch[those]) * self._slide
        self._ending = self._speeds(those, columns)

    def read(
        self, pool: NDArray[np.float32], first: int, last: int, samples: NDArray[np.float64], columns: Columns
    ) -> None:
        """Write the samples of an instrument's bending voices over their rows of ``samples``."""
        low, high = np.searchsorted(self._those, (first, last))
        if low == high:
            return
        those = self._those[low:high]
        begun = columns.speed[those, None]
        way = columns.fraction[those, None] + begun * self._step + (self._ending[low:high, None] - begun) * self._ramp
        whole = way.astype(np.int64)
        reading = columns.reading.reshape(-1, 2)[those]
        between = interpolation.interpolate(pool, reading[:, :, None] + whole[:, None, :], way - whole)
        # Samples of the pool are multiples of the quantum, and so are these: `VoiceBank` sums them exactly.
        samples.reshape(-1, 2, self._block)[those - first] = np.rint(between * np.float32(1 / QUANTUM)) * QUANTUM

    def advance(self, columns: Columns) -> int:
        """Advance each bending voice by the distance it read, not by a block; return the first of their ends."""
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
        """Return the pitch of a column's voice in keys, without vibrato."""
        return float(columns.pitch[at] + self._bend[columns.player[at]])

    def far(self, columns: Columns) -> list[int]:
        """Return the columns of notes whose pitch is too far from their tables."""
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
        """Return how many frames after ``soft`` the table of ``key`` is in phase with what the voice reads now."""
        phases = []
        for begin, of in ((int(columns.reading[2 * at]), int(columns.key[at])), (soft, key)):
            read = instrument.pool[begin : begin + _PHASE_FRAMES]
            piece = read * _PHASE_WINDOW[: read.size]
            cosine, sine = exact.cosine_sine(hertz(of) / self._rate * np.arange(read.size))
            phases.append(exact.turns_of(float(np.sum(piece * cosine)), -float(np.sum(piece * sine))))
        return min(round((phases[0] - phases[1]) % 1.0 * self._rate / hertz(key)), GUARD)

    def _speeds(self, those: NDArray[np.int64], columns: Columns) -> NDArray[np.float64]:
        part = columns.player[those]
        waver = VIBRATO_SEMITONES * exact.cosine_sine(VIBRATO_HZ * self._time / self._rate)[1]
        away = columns.pitch[those] + self._bend[part] + waver * self._depth[part] - columns.key[those]
        speeds: NDArray[np.float64] = exact.exp2(np.clip(away, -MOST_SEMITONES, MOST_SEMITONES) / 12)
        return speeds
