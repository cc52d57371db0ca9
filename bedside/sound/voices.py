"""The voices: each sounding note is one column of arrays, and a block is a gather and a product for each instrument.

The columns stand in the order of their instruments, so that each instrument's voices are one slice. Nothing here knows
who decides what is played.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bedside.sound.instrument import GUARD, Instrument

# A stolen voice fades over this long: too short to be missed, too long to click.
STEAL_SECONDS = 0.008

# Stolen voices that may still be fading; a note that finds no room even here takes the oldest of them.
_FADING = 32

# A note that is held this long was forgotten, or its end was lost on the way: it is let go.
HOLD_SECONDS = 120.0

# What is softer than this, −96 dB, ends.
_INAUDIBLE = np.float32(10 ** (-96 / 20))

# Brightness and part levels go two thirds of the way to where they are wanted in this time, and all of it in the next.
_FOLLOW_SECONDS = 0.03
_ARRIVED_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Strike:
    """How a voice begins: owner, instrument and key, gain, brightness 0–1, and the gain of either side."""

    player: int
    note: int
    instrument: int
    key: int
    gain: float
    brightness: float
    left: float
    right: float


class VoiceBank:
    """At most ``polyphony`` sounding notes of some instruments, computed ``block`` frames at a time.

    ``parts`` is the number of players; each has a gain of its own, which moves without a click.
    """

    def __init__(
        self, instruments: Sequence[Instrument], rate: int, block: int, polyphony: int = 64, parts: int = 4
    ) -> None:
        if not 1 <= block <= GUARD:
            raise ValueError(f"a block has 1 to {GUARD} frames, not {block}")
        self.instruments = tuple(instruments)
        self.block = block
        self.polyphony = polyphony
        self._windows = [sliding_window_view(instrument.pool, block) for instrument in self.instruments]
        room = polyphony + _FADING
        self._whole = np.zeros((10, room), np.int64)
        self._instrument, self._player, self._note, self._age, self._loop, self._length = self._whole[:6]
        # Where the soft and the bright table are read next, and how many frames are left of them.
        self._reading, self._left = self._whole[6:8], self._whole[8]
        self._struck = self._whole[9]
        self._real = np.zeros((13, room), np.float32)
        self._gain, self._fall, self._held, self._stolen, self._shade, self._shade_wanted = self._real[:6]
        # The gains of either side, and by side and table those with which the last block ended.
        self._sides, self._ended = self._real[6:8], self._real[8:12]
        self._released = self._real[12]
        self._part = np.ones(parts, np.float32)
        self._part_wanted = np.ones(parts, np.float32)
        self._counts = np.zeros(len(self.instruments), np.int64)
        self._count = 0
        self._born = 0
        self._follow = np.float32(1 - np.exp(-block / (_FOLLOW_SECONDS * rate)))
        self._following = math.ceil(_ARRIVED_SECONDS * rate / block)
        self._turning = 0
        self._moving = 0
        self._blocks = 0
        self._hold_blocks = round(HOLD_SECONDS * rate / block)
        self._steal_fall = np.float32(10 ** (-96 / 20 * block / (STEAL_SECONDS * rate)))
        self._rate = rate
        self._ramp = np.arange(1, block + 1, dtype=np.float32) / np.float32(block)
        self._step = np.array([[block], [block], [-block]])

    def __len__(self) -> int:
        """Return how many voices sound, those just stolen not counted."""
        return int(self._count - np.count_nonzero(self._stolen[: self._count]))

    @property
    def silent(self) -> bool:
        """Whether no voice sounds at all."""
        return self._count == 0

    @property
    def holding(self) -> bool:
        """Whether a hand holds a note that still sounds."""
        return bool(self._held[: self._count].any())

    def clear(self) -> None:
        """End every voice at once and forget all."""
        self._whole[:] = 0
        self._real[:] = 0
        self._counts[:] = 0
        self._count = self._born = self._turning = self._moving = self._blocks = 0
        self._part[:] = self._part_wanted

    def level(self, part: int, gain: float) -> None:
        """Set the gain of a part; voices get there within some blocks."""
        self._part_wanted[part] = gain
        if self.silent:
            self._part[part] = gain
        else:
            self._moving = self._following

    def strike(self, how: Strike) -> None:
        """Begin a voice, softly stealing another where all are taken."""
        if len(self) >= self.polyphony:
            self._steal()
        if self._count == self._whole.shape[1]:
            self._drop(int(np.argmin(self._age[: self._count] - self._stolen[: self._count].astype(np.int64) * 2**40)))
        instrument = self.instruments[how.instrument]
        (region,) = instrument.at(instrument.nearest(how.key))
        column = int(self._counts[: how.instrument + 1].sum())
        end = self._count
        self._whole[:, column + 1 : end + 1] = self._whole[:, column:end].copy()
        self._real[:, column + 1 : end + 1] = self._real[:, column:end].copy()
        self._born += 1
        length = region.length
        whole = (how.instrument, how.player, how.note, self._born, region.loop, length, region.soft, region.bright, length)
        self._whole[:9, column] = whole
        self._struck[column] = self._blocks
        fall = 10 ** (-region.fall / 20 * self.block / self._rate)
        self._real[:8, column] = (how.gain, fall, 1, 0, how.brightness, how.brightness, how.left, how.right)
        self._released[column] = fall * 10 ** (-60 / 20 * self.block / (region.release * self._rate))
        self._real[8:12, column] = self._levels(column, column + 1)[..., 0].reshape(4)
        self._counts[how.instrument] += 1
        self._count += 1

    def release(self, player: int, note: int) -> None:
        """Let go of a note: from here it falls at its instrument's pace."""
        for column in self._columns(player, note):
            self._held[column] = 0
            if not self._stolen[column]:
                self._fall[column] = self._released[column]

    def shade(self, player: int, note: int, brightness: float) -> None:
        """Turn a held note towards its soft table, 0, or its bright one, 1."""
        for column in self._columns(player, note):
            self._shade_wanted[column] = brightness
            self._turning = self._following

    def render(self, out: NDArray[np.float32]) -> None:
        """Write the next block of all voices into ``out``, shape (2, block): left and right."""
        count = self._count
        if count == 0:
            out[:] = 0
            return
        # Each gain goes in a straight line through the block: a start, and a slope that multiplies the ramp.
        self._follow_hands(count)
        gains = np.empty((4, 2, count), np.float32)  # left and right start, left and right slope; soft and bright
        started = self._ended[:, :count].reshape(2, 2, count)
        ending = self._levels(0, count)
        gains[:2] = started
        np.subtract(ending, started, out=gains[2:])
        reading = self._reading[:, :count]
        lines: NDArray[np.float32] | None = None
        first = 0
        for windows, voices in zip(self._windows, self._counts.tolist(), strict=True):
            if voices:
                last = first + voices
                samples = windows[reading[:, first:last].reshape(-1)]
                product = gains[..., first:last].reshape(4, 2 * voices) @ samples
                lines = product if lines is None else lines + product
                first = last
        assert lines is not None  # noqa: S101 - count > 0, so an instrument had voices
        np.multiply(lines[2:], self._ramp, out=out)
        out += lines[:2]
        self._ended[:, :count] = ending.reshape(4, count)
        self._advance(count)

    def _follow_hands(self, count: int) -> None:
        """Move gains, colours and parts to where they are at the end of the block."""
        gain = self._gain[:count]
        gain *= self._fall[:count]
        gain[gain < _INAUDIBLE] = 0
        if self._turning:
            self._turning -= 1
            shade, wanted = self._shade[:count], self._shade_wanted[:count]
            shade += (wanted - shade) * self._follow if self._turning else wanted - shade
        if self._moving:
            self._moving -= 1
            way = self._part_wanted - self._part
            self._part += way * self._follow if self._moving else way

    def _levels(self, first: int, last: int) -> NDArray[np.float32]:
        """Return the gains of some voices as they stand: side, soft or bright, voice."""
        level = self._gain[first:last] * self._part[self._player[first:last]]
        tables = np.empty((2, last - first), np.float32)
        np.multiply(level, self._shade[first:last], out=tables[1])
        np.subtract(level, tables[1], out=tables[0])
        levels: NDArray[np.float32] = self._sides[:, None, first:last] * tables
        return levels

    def _advance(self, count: int) -> None:
        """Go on by a block in every table: round the loop, or to the voice's end."""
        self._blocks += 1
        if self._blocks % 256 == 0:
            for column in np.flatnonzero(self._blocks - self._struck[:count] > self._hold_blocks).tolist():
                self.release(int(self._player[column]), int(self._note[column]))
        place = self._whole[6:9, :count]
        place += self._step
        left = self._left[:count]
        passed = left <= 0
        if passed.any():
            back = passed * self._loop[:count]
            place += (-back, -back, back)
        over = (left <= 0) | (self._gain[:count] == 0)
        if over.any():
            self._keep(~over)

    def _columns(self, player: int, note: int) -> list[int]:
        count = self._count
        found = (self._note[:count] == note) & (self._player[:count] == player)
        columns: list[int] = np.flatnonzero(found).tolist()
        return columns

    def _steal(self) -> None:
        """Let the least missed voice fade: one let go before one held, the softest, the oldest of equals."""
        count = self._count
        # A struck table has fallen by about 70 dB where it ends; a looped one has not fallen at all.
        fallen = np.where(self._loop[:count] == 0, 1 - self._left[:count] / self._length[:count], 0)
        worth = self._gain[:count] * 10 ** (-70 / 20 * fallen) + 4 * self._held[:count] + 16 * self._stolen[:count]
        column = int(np.lexsort((self._age[:count], worth))[0])
        self._stolen[column] = 1
        self._held[column] = 0
        self._fall[column] = self._steal_fall

    def _drop(self, column: int) -> None:
        keep = np.ones(self._count, bool)
        keep[column] = False
        self._keep(keep)

    def _keep(self, keep: NDArray[np.bool_]) -> None:
        count = self._count
        left = int(np.count_nonzero(keep))
        self._whole[:, :left] = self._whole[:, :count][:, keep]
        self._real[:, :left] = self._real[:, :count][:, keep]
        self._counts[:] = np.bincount(self._instrument[:left], minlength=len(self.instruments))
        self._count = left
