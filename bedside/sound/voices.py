"""The voices: each sounding note is one column of arrays, and a block is a gather and a product for each instrument.

Nothing here knows who decides what is played.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bedside.sound.bending import Bender
from bedside.sound.columns import NEVER, Columns
from bedside.sound.instrument import LONGEST_BLOCK, Instrument, Region
from bedside.sound.profiles import RISE_DB_PER_50_MS

# A stolen voice fades over this long: too short to be missed, too long to click. One that is choked, as by a hand on a
# cymbal, takes a little longer.
STEAL_SECONDS = 0.008
CHOKE_SECONDS = 0.04

# A note that slides on to the tables of another key is there in this time.
REHOME_SECONDS = 0.02

# How far a struck table falls to its end, in nepers, and what being held adds to the worth of a voice.
_FALLEN = 70 / 20 * math.log(10)
_HELD = 4.0

# What a voice is worth more than the one before it: it decides between equals.
_YOUNGER = 1e-9

# Stolen voices that may still be fading; a note that finds no room even here takes the oldest of them.
_FADING = 32

# How `Columns.hold` says that the pedal holds a note.
PEDAL = 2

# A note that is held this long was forgotten, or its end was lost on the way: it is let go.
HOLD_SECONDS = 120.0

# What is softer than this, −96 dB, ends; it is looked for once in so many blocks, a power of two.
_INAUDIBLE = np.float32(10 ** (-96 / 20))
_SWEEP = 8
_HELD_SWEEP = 256

# Brightness goes two thirds of the way to where it is wanted in this time, and all that moves is there in the next.
_FOLLOW_SECONDS = 0.03
_ARRIVED_SECONDS = 0.4

# A part that comes up begins here, −60 dB.
_FLOOR = 10 ** (-60 / 20)


@dataclass(frozen=True, slots=True)
class Strike:
    """How a voice begins: its owner, what it plays and at which gain, brightness 0–1, and the gain of either side.

    ``slot`` is the instrument's place in the bank; ``region`` is number ``layer`` of those that it has for ``key``;
    ``pitch`` is the key that is heard, with what lies between two keys. The voice comes up within ``attack`` seconds.
    """

    player: int
    note: int
    slot: int
    layer: int
    region: Region
    key: int
    pitch: float
    gain: float
    brightness: float
    left: float
    right: float
    attack: float = 0.0


class VoiceBank:
    """At most ``polyphony`` sounding notes of some instruments, computed ``block`` frames at a time.

    There are ``slots`` places for instruments, filled one by one. ``parts`` is the number of players; each has a gain,
    a bend and a vibrato of its own, which move without a click.
    """

    def __init__(self, slots: int, rate: int, block: int, polyphony: int = 64, parts: int = 4) -> None:
        if not 1 <= block <= LONGEST_BLOCK:
            raise ValueError(f"a block has 1 to {LONGEST_BLOCK} frames, not {block}")
        self.block = block
        self.polyphony = polyphony
        self._rate = rate
        self._instruments: list[Instrument | None] = [None] * slots
        self._windows: list[NDArray[np.float32]] = [np.zeros((0, block), np.float32)] * slots
        self._columns = Columns(slots, polyphony + _FADING)
        self._bender = Bender(rate, block, parts)
        # There are only as many as there are keys.
        self._falls_of: dict[tuple[float, float], tuple[float, float]] = {}
        self._part = np.ones(parts, np.float32)
        self._part_wanted = np.ones(parts, np.float32)
        self._born = self._moving = self._blocks = self._now = 0
        self._due = NEVER
        self._follow = np.float32(1 - math.exp(-block / (_FOLLOW_SECONDS * rate)))
        self._climb = np.float32(10 ** (0.95 * RISE_DB_PER_50_MS / 20 * block / (0.05 * rate)))
        self._following = math.ceil(_ARRIVED_SECONDS * rate / block)
        self._hold_blocks = round(HOLD_SECONDS * rate / block)
        self._steal_fall = self._falling(96.0, STEAL_SECONDS)
        self._choke_fall = self._falling(96.0, CHOKE_SECONDS)
        self._rehome_fall = self._falling(96.0, 3 * REHOME_SECONDS)
        ramp = np.arange(1, block + 1, dtype=np.float32) / np.float32(block)
        self._weights = np.stack((1 - ramp, 1 - ramp, ramp, ramp))
        self._samples = np.zeros((2 * self._columns.most, block), np.float32)
        self._lines = np.zeros((4, block), np.float32)

    def __len__(self) -> int:
        """Return how many voices sound, those that fade for others not counted."""
        return self._columns.count - self._columns.notes.count(None)

    @property
    def silent(self) -> bool:
        """Whether no voice sounds at all."""
        return self._columns.count == 0

    @property
    def holding(self) -> bool:
        """Whether a hand holds a note that still sounds."""
        columns = self._columns
        return bool((columns.hold[: columns.count] > 0).any())

    def adopt(self, slot: int, instrument: Instrument) -> None:
        """Put an instrument into its place."""
        self._instruments[slot] = instrument
        self._windows[slot] = sliding_window_view(instrument.pool, self.block)

    def clear(self) -> None:
        """End every voice at once; levels, bends and vibrato are where they are wanted."""
        self._columns.clear()
        self._born = self._moving = self._blocks = self._now = 0
        self._due = NEVER
        self._part[:] = self._part_wanted
        self._bender.clear()

    def level(self, part: int, gain: float) -> None:
        """Set the gain of a part; voices get there without a click, and upwards without a start."""
        self._part_wanted[part] = gain
        if self.silent:
            self._part[part] = gain
        else:
            self._moving = self._following

    def bend(self, part: int, semitones: float) -> None:
        """Bend all voices of a part, those to come included."""
        self._bender.bend(part, semitones, self._columns)

    def vibrato(self, part: int, depth: float) -> None:
        """Let all voices of a part waver, by a depth of 0–1."""
        self._bender.vibrato(part, depth, self._columns)

    def strike(self, how: Strike, begun: int = 0) -> int:
        """Begin a voice and return its column; where all are taken, another is softly stolen.

        It begins ``begun`` frames into its tables or, below 0, as many frames into the next block.
        """
        columns = self._columns
        if len(self) >= self.polyphony:
            self._steal()
        if columns.count == columns.most:
            self._drop()
        at = columns.insert(how.slot)
        region = how.region
        self._born += 1
        columns.notes[at] = (how.player, how.note)
        columns.player[at], columns.age[at] = how.player, self._born
        columns.loop[at], columns.length[at], columns.group[at] = region.loop, region.length, region.group
        columns.layer[at] = how.layer
        columns.unlooped += region.loop == 0
        columns.ends[at] = self._now + region.length - begun
        columns.struck[at] = self._blocks
        columns.hold[at] = 1
        columns.worth[at] = _HELD + _YOUNGER * self._born
        fall, released = self._falls(region)
        columns.gain[at], columns.fall[at], columns.released[at] = how.gain, fall, released
        columns.shade[at] = columns.shade_wanted[at] = how.brightness
        columns.sides[:, at] = how.left, how.right
        rise_frames = how.attack * self._rate
        columns.rising[at] = self.block / rise_frames if rise_frames > self.block else 1.0
        columns.rise[at] = 1.0 if columns.rising[at] == 1.0 else 0.0
        if columns.rise[at] < 1:
            self._moving = max(self._moving, math.ceil(rise_frames / self.block) + 1)
        self._bender.strike(at, how.key, how.pitch, columns)
        pair = slice(2 * at, 2 * at + 2)
        columns.reading[pair] = region.soft + begun, region.bright + begun
        columns.falls[pair] = fall
        level = how.gain * float(self._part[how.player]) if columns.rise[at] else 0.0
        bright = level * how.brightness
        soft = level - bright
        columns.gains[2:, pair] = ((how.left * soft, how.left * bright), (how.right * soft, how.right * bright))
        self._due = min(self._due, int(columns.ends[at]))
        return at

    def release(self, player: int, note: int, pedal: bool) -> None:
        """Let go of a note: from here it falls at its own pace, or the ``pedal`` holds it."""
        columns = self._columns
        if pedal:
            for at in columns.of(player, note):
                columns.hold[at] *= PEDAL
        else:
            self._let_go(columns.of(player, note))

    def lift(self, player: int) -> list[int]:
        """Let go of the notes of a player that only the pedal holds, and return their numbers."""
        columns = self._columns
        count = columns.count
        those = np.flatnonzero((columns.player[:count] == player) & (columns.hold[:count] == PEDAL)).tolist()
        notes = sorted({played[1] for at in those if (played := columns.notes[at])})
        self._let_go(those)
        return notes

    def release_all(self, player: int) -> None:
        """Let go of all notes of a player."""
        columns = self._columns
        count = columns.count
        self._let_go(np.flatnonzero((columns.player[:count] == player) & (columns.hold[:count] > 0)).tolist())

    def choke(self, player: int, slot: int, group: int, but: int) -> None:
        """Silence a player's voices of a group of an instrument, those of the note ``but`` left out."""
        columns = self._columns
        count = columns.count
        found = (columns.group[:count] == group) & (columns.slot[:count] == slot) & (columns.player[:count] == player)
        for at in np.flatnonzero(found).tolist():
            if columns.notes[at] != (player, but):
                self._fade(at, self._choke_fall)

    def shade(self, player: int, note: int, brightness: float) -> None:
        """Turn a held note towards its soft table, 0, or its bright one, 1."""
        for at in self._columns.of(player, note):
            self._columns.shade_wanted[at] = brightness
            self._moving = self._following

    def glide(self, player: int, note: int, pitch: float) -> None:
        """Let a held note slide to a pitch, as a key with what lies between two keys."""
        for at in self._columns.of(player, note):
            self._bender.glide(at, pitch, self._columns)

    def render(self, out: NDArray[np.float32]) -> None:
        """Write the next block of all voices into ``out``, shape (2, block): left and right."""
        columns = self._columns
        if columns.count == 0:
            out[:] = 0
            return
        if self._bender.active:
            self._rehome()
            self._bender.move(columns)
        pairs = 2 * columns.count
        gains = columns.gains
        gains[:2, :pairs] = gains[2:, :pairs]
        if self._moving:
            self._move()
        else:
            gains[2:, :pairs] *= columns.falls[:pairs]
            columns.gain[: columns.count] *= columns.fall[: columns.count]
        lines = self._lines
        whole = True
        for slot, first, last in columns.sections:
            samples = self._windows[slot][columns.reading[2 * first : 2 * last]]
            if self._bender.active:
                instrument = self._instruments[slot]
                assert instrument is not None  # noqa: S101 - a voice sounds only where its instrument was adopted
                self._bender.read(instrument.pool, first, last, samples, columns)
            if whole:
                np.matmul(gains[:, 2 * first : 2 * last], samples, out=lines)
                whole = False
            else:
                lines += gains[:, 2 * first : 2 * last] @ samples
        # Each gain goes in a straight line through the block, from what it began with to what it ends with.
        lines *= self._weights
        np.add(lines[:2], lines[2:], out=out)
        self._advance()

    def _falls(self, region: Region) -> tuple[float, float]:
        """Return what a block leaves of a voice of a region that is held, and of one that is let go."""
        key = (region.fall, region.release)
        if key not in self._falls_of:
            fall = self._falling(region.fall, 1.0)
            self._falls_of[key] = fall, fall * self._falling(60.0, region.release)
        return self._falls_of[key]

    def _falling(self, db: float, seconds: float) -> float:
        """Return what a block leaves of a voice that falls by ``db`` in ``seconds``."""
        return float(10 ** (-db / 20 * self.block / (seconds * self._rate)))

    def _move(self) -> None:
        """Move gains, colours and parts to where they are at the end of the block."""
        columns = self._columns
        count = columns.count
        self._moving -= 1
        columns.gain[:count] *= columns.fall[:count]
        shade, wanted = columns.shade[:count], columns.shade_wanted[:count]
        part, part_wanted = self._part, self._part_wanted
        if self._moving:
            shade += (wanted - shade) * self._follow
            climbed = np.minimum(np.maximum(part * self._climb, _FLOOR), part_wanted)
            part[:] = np.where(part_wanted > part, climbed, part + (part_wanted - part) * self._follow)
        else:
            shade[:] = wanted
            part[:] = part_wanted
        np.minimum(columns.rise[:count] + columns.rising[:count], 1.0, out=columns.rise[:count], casting="same_kind")
        self._levels(0, count)

    def _levels(self, first: int, last: int) -> None:
        """Bring the gains at which some voices end a block to where these voices stand."""
        columns = self._columns
        level = columns.gain[first:last] * self._part[columns.player[first:last]]
        level *= columns.rise[first:last]
        bright = level * columns.shade[first:last]
        ending = columns.gains[2:, 2 * first : 2 * last]
        ending[:, 0::2] = columns.sides[:, first:last] * (level - bright)
        ending[:, 1::2] = columns.sides[:, first:last] * bright

    def _advance(self) -> None:
        """Go on by a block in every table: round the loop, or to the voice's end."""
        columns = self._columns
        self._blocks += 1
        self._now += self.block
        columns.reading[: 2 * columns.count] += self.block
        if self._bender.active:
            self._due = min(self._due, self._bender.advance(columns))
        if self._now >= self._due:
            self._turn()
        if self._blocks % _SWEEP == 0:
            self._sweep()

    def _turn(self) -> None:
        """Take voices that have come to the end of their tables back by a loop, or out."""
        columns = self._columns
        while columns.count:
            ends = columns.ends[: columns.count]
            at = int(ends.argmin())
            self._due = ends.item(at)
            if self._due > self._now:
                return
            loop = columns.loop.item(at)
            if loop:
                back = loop * ((self._now - self._due) // loop + 1)
                columns.reading[2 * at : 2 * at + 2] -= back
                ends[at] += back
            else:
                self._remove([at])
        self._due = NEVER

    def _sweep(self) -> None:
        """Take out what can no longer be heard, and let go of what is held for too long."""
        columns = self._columns
        count = columns.count
        if self._blocks % _HELD_SWEEP == 0:
            tired = (self._blocks - columns.struck[:count] > self._hold_blocks) & (columns.hold[:count] > 0)
            self._let_go(np.flatnonzero(tired).tolist())
        faint = np.flatnonzero(columns.gain[:count] <= _INAUDIBLE)
        if faint.size:
            self._remove(faint.tolist())

    def _remove(self, those: list[int]) -> None:
        self._columns.remove(those)
        if self._bender.active:
            self._bender.count(self._columns)

    def _let_go(self, those: list[int]) -> None:
        columns = self._columns
        for at in those:
            if columns.hold[at] > 0:
                columns.hold[at] = 0
                columns.worth[at] -= _HELD
                columns.fall[at] = columns.falls[2 * at : 2 * at + 2] = columns.released[at]

    def _fade(self, at: int, fall: float) -> None:
        """Let a voice fade away, of which a block leaves ``fall``, whatever the hand does."""
        columns = self._columns
        columns.hold[at] = -1
        columns.worth[at] = np.inf
        columns.notes[at] = None
        columns.fall[at] = columns.falls[2 * at : 2 * at + 2] = fall

    def _steal(self) -> None:
        """Let the least missed voice fade: one let go before one held, the softest, the oldest of equals."""
        columns = self._columns
        count = columns.count
        gain, loop = columns.gain[:count], columns.loop[:count]
        if columns.unlooped:
            # A struck table that does not loop has fallen by about 70 dB where it ends.
            past = self._now + columns.length[:count] - columns.ends[:count]
            gain = gain * np.exp(-_FALLEN * (loop == 0) * past / columns.length[:count])
        self._fade(int(np.argmin(gain + columns.worth[:count])), self._steal_fall)

    def _drop(self) -> None:
        """Cut off the oldest of those that fade for others."""
        columns = self._columns
        fading = np.where(columns.hold < 0, columns.age, NEVER)
        self._remove([int(np.argmin(fading))])

    def _rehome(self) -> None:
        """Carry a note that has bent too far for its tables over to those of another key, at the same pitch."""
        columns = self._columns
        at = self._bender.far(columns)
        if at is None:
            return
        slot = int(columns.slot[at])
        instrument = self._instruments[slot]
        assert instrument is not None  # noqa: S101 - as in `render`
        key = instrument.nearest(round(self._bender.heard(at, columns)))
        layer = int(columns.layer[at])
        if key == columns.key[at] or layer >= len(instrument.at(key)):
            return
        region = instrument.at(key)[layer]
        begun = int(columns.length[at] - (columns.ends[at] - self._now))
        if begun >= region.length and region.loop == 0:
            return
        if begun >= region.length:
            begun = region.length - region.loop + (begun - region.length) % region.loop
        begun += self._bender.in_step(at, instrument, region.soft + begun, key, columns)
        played = columns.notes[at]
        assert played is not None  # noqa: S101 - what fades is never far
        strike = Strike(
            player=played[0],
            note=played[1],
            slot=slot,
            layer=layer,
            region=region,
            key=key,
            pitch=float(columns.pitch[at]),
            gain=float(columns.gain[at]),
            brightness=float(columns.shade[at]),
            left=float(columns.sides[0, at]),
            right=float(columns.sides[1, at]),
            attack=REHOME_SECONDS,
        )
        state = columns.pitch_wanted[at], columns.shade_wanted[at], columns.struck[at], columns.hold[at]
        self._fade(at, self._rehome_fall)
        fresh = self.strike(strike, begun)
        columns.pitch_wanted[fresh], columns.shade_wanted[fresh], columns.struck[fresh], hold = state
        if hold == 0:
            self._let_go([fresh])
        columns.hold[fresh] = hold
