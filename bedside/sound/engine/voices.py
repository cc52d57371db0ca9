"""The voices: each sounding note is one column of arrays; a block takes a gather per instrument and one product.

The product is exact: gains and samples are whole numbers whose sums stay below 2⁵³, so that their order does not matter
and every processor gives the same bits. Nothing here knows who decides what is played.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bedside.sound import exact, sums
from bedside.sound.engine.bending import Bender
from bedside.sound.engine.columns import NEVER, Columns
from bedside.sound.engine.fading import Fader
from bedside.sound.engine.runs import Runs
from bedside.sound.engine.strike import Strike
from bedside.sound.instrument import LONGEST_BLOCK, Instrument, Region

# A sliding note crossfades to the tables of another key in this time.
REHOME_SECONDS = 0.02

# Assumed decay of an unlooped table, in nepers.
_TABLE_DECAY = 70 / 20 * exact.LN_10

# What a held voice, and the younger of two equals, gains in priority against being stolen.
_HELD_PRIORITY = 4.0
_YOUNGER_PRIORITY = 1e-9

# The most detached voices that may fade out at once; beyond that the softest is cut off.
_FADING = 32

# The most notes that change their tables in one block.
_MOST_REHOMED = 4

# The value of `Columns.hold` for a note that only the pedal holds.
PEDAL = 2

# A note held this long was forgotten, or its NoteOff was lost: it is released. Live, the performer releases it before,
# so that the record says so; this is for notes that only the pedal holds, and for takes from before.
HOLD_SECONDS = 120.0

# A voice softer than this, −96 dB, ends. Voices are checked at this interval, and for being held too long less often.
_INAUDIBLE = np.float32(exact.decibels(-96.0))
_SWEEP_SECONDS = 0.043
_HELD_SWEEPS = 16

# Gains are rounded so that the sum of all of them has this many bits: with the 24 of a sample, sums stay below 2⁵³.
_GAIN_BITS = 28


class VoiceBank:
    """At most ``polyphony`` sounding notes of some instruments, computed ``block`` frames at a time.

    There are ``slots`` for instruments, filled one by one. ``parts`` is the number of players; each has a gain, a bend
    and a vibrato, which change without a click.
    """

    def __init__(self, slots: int, rate: int, block: int, polyphony: int = 64, parts: int = 4) -> None:
        if not 1 <= block <= LONGEST_BLOCK:
            raise ValueError(f"a block has 1 to {LONGEST_BLOCK} frames, not {block}")
        self.block = block
        self.polyphony = polyphony
        self._instruments: list[Instrument | None] = [None] * slots
        self._runs: list[Runs[np.float32]] = [Runs(np.zeros(0, np.float32), block)] * slots
        self._columns = Columns(slots, polyphony + _FADING)
        self._fader = Fader(rate, block, parts)
        self._bender = Bender(rate, block, parts)
        self._born = self._blocks = self._now = 0
        self._due = NEVER
        self._sweep_blocks = max(1, round(_SWEEP_SECONDS * rate / block))
        self._hold_blocks = round(HOLD_SECONDS * rate / block)
        ramp = np.arange(1, block + 1) / block
        self._weights = np.stack((1 - ramp, 1 - ramp, ramp, ramp))
        self._lines = np.zeros((4, block))
        self._samples = np.zeros((2 * self._columns.most, block))
        self._gains = np.zeros(4 * 2 * self._columns.most)

    def __len__(self) -> int:
        """Return the number of voices that sound, without detached ones."""
        return self._columns.count - self._columns.fading

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
        """Put an instrument into its slot; the notes that sound there go on in the tables of a finished one."""
        if self._instruments[slot] is not None:
            self._move(slot, instrument)
        self._instruments[slot] = instrument
        self._runs[slot] = Runs(instrument.pool, self.block)

    def _move(self, slot: int, instrument: Instrument) -> None:
        """Move the voices of an instrument to another one's tables, which hold the same samples elsewhere."""
        columns = self._columns
        for at in range(columns.count):
            how = columns.strikes[at]
            if how.slot == slot:
                region = instrument.at(how.key)[how.layer]
                columns.reading[2 * at] += region.soft - how.region.soft
                columns.reading[2 * at + 1] += region.bright - how.region.bright
                columns.strikes[at] = replace(how, region=region)

    def clear(self) -> None:
        """End every voice at once; gains, bends and vibrato take their target values."""
        self._columns.clear()
        self._born = self._blocks = self._now = 0
        self._due = NEVER
        self._fader.clear()
        self._bender.clear()

    def level(self, part: int, gain: float) -> None:
        """Set the gain of a part; it is approached without a click, and upwards without startling."""
        self._fader.level(part, gain, self._columns)

    def bend(self, part: int, semitones: float) -> None:
        """Bend all voices of a part, present and future."""
        self._bender.bend(part, semitones, self._columns)

    def vibrato(self, part: int, depth: float) -> None:
        """Set the vibrato of all voices of a part, to a depth of 0–1."""
        self._bender.vibrato(part, depth, self._columns)

    def strike(self, how: Strike, begun: int = 0) -> int:
        """Start a voice and return its column; if all are in use, steal one, which fades out.

        It starts ``begun`` frames into its tables; a negative ``begun`` delays it by that many frames into the next
        block.
        """
        columns = self._columns
        if len(self) >= self.polyphony:
            self._steal()
        if columns.count == columns.most:
            self._drop()
        at = columns.insert(how)
        region = how.region
        self._born += 1
        ends = self._now + region.length - begun
        columns.player[at], columns.length[at], columns.ends[at] = how.player, region.length, ends
        columns.struck[at], columns.hold[at] = self._blocks, 1
        columns.priority[at] = _HELD_PRIORITY + _YOUNGER_PRIORITY * self._born
        columns.decay[at] = 0.0 if region.loop else _TABLE_DECAY / region.length
        columns.reading[2 * at], columns.reading[2 * at + 1] = region.soft + begun, region.bright + begun
        self._due = min(self._due, ends)
        self._fader.strike(at, how, columns)
        self._bender.strike(at, how, columns)
        return at

    @property
    def longest_hold(self) -> int:
        """The frames after which a held voice is released."""
        return self._hold_blocks * self.block

    def keep(self, player: int, note: int) -> None:
        """Let a held note be held for as long again as any note may be."""
        for at in self._columns.of(player, note):
            self._columns.struck[at] = self._blocks

    def release(self, player: int, note: int, pedal: bool) -> None:
        """Release a note, or let the ``pedal`` hold it."""
        columns = self._columns
        if pedal:
            for at in columns.of(player, note):
                if columns.hold[at] == 1:
                    columns.hold[at] = PEDAL
        else:
            self._release(columns.of(player, note))

    def lift(self, player: int) -> None:
        """Release the notes of a player that only the pedal holds."""
        columns = self._columns
        count = columns.count
        self._release(np.flatnonzero((columns.player[:count] == player) & (columns.hold[:count] == PEDAL)).tolist())

    def release_all(self, player: int) -> None:
        """Release all notes of a player."""
        columns = self._columns
        count = columns.count
        self._release(np.flatnonzero((columns.player[:count] == player) & (columns.hold[:count] > 0)).tolist())

    def choke(self, player: int, slot: int, group: int, but: int) -> None:
        """Choke a player's voices of a group of an instrument, except those of the note ``but``."""
        columns = self._columns
        for at, how in enumerate(columns.strikes):
            theirs = (how.player, how.slot, how.region.group) == (player, slot, group)
            if theirs and columns.notes[at] not in (None, (player, but)):
                columns.detach(at)
                self._fader.choke(at, columns)

    def shade(self, player: int, note: int, brightness: float) -> None:
        """Crossfade a held note towards its soft table, 0, or its bright one, 1."""
        for at in self._columns.of(player, note):
            self._fader.shade(at, brightness, self._columns)

    def glide(self, player: int, note: int, pitch: float) -> None:
        """Slide a held note to a pitch, in fractional MIDI keys."""
        for at in self._columns.of(player, note):
            self._bender.glide(at, pitch, self._columns)

    def render(self, out: NDArray[np.float64]) -> None:
        """Write the next block of all voices into ``out``, shape (2, block): left and right.

        The sign of a zero may depend on the processor.
        """
        columns = self._columns
        if columns.count == 0:
            out[:] = 0
            return
        if self._bender.active:
            self._rehome()
            self._bender.move(columns)
        self._fader.move(columns)
        for slot, first, last in columns.sections:
            samples = self._samples[2 * first : 2 * last]
            samples[:] = self._runs[slot].read(columns.reading[2 * first : 2 * last])
            if self._bender.active:
                instrument = self._instruments[slot]
                assert instrument is not None  # noqa: S101 - a voice sounds only where its instrument was adopted
                self._bender.read(instrument.pool, first, last, samples, columns)
        self._mix(out)
        self._advance()

    def _mix(self, out: NDArray[np.float64]) -> None:
        """Write the sum of all samples, each with its gains, into ``out``."""
        pairs = 2 * self._columns.count
        gains, lines = self._gains[: 4 * pairs].reshape(4, pairs), self._lines
        gains[:] = self._columns.gains[:, :pairs]
        _, exponent = math.frexp(float(np.add.reduce(gains, axis=None)))
        sums.round_to(exponent - _GAIN_BITS, gains, out=gains)
        np.dot(gains, self._samples[:pairs], out=lines)
        # Each gain is interpolated linearly through the block.
        lines *= self._weights
        np.add(lines[:2], lines[2:], out=out)

    def _advance(self) -> None:
        """Advance every table by a block, around its loop or to its end."""
        columns = self._columns
        self._blocks += 1
        self._now += self.block
        columns.reading[: 2 * columns.count] += self.block
        if self._bender.active:
            self._due = min(self._due, self._bender.advance(columns))
        if self._now >= self._due:
            self._loop_or_end()
        if self._blocks % self._sweep_blocks == 0:
            self._sweep()

    def _loop_or_end(self) -> None:
        """Move voices that reached the end of their tables back by a loop, or remove them."""
        columns = self._columns
        while columns.count:
            ends = columns.ends[: columns.count]
            at = int(ends.argmin())
            self._due = ends.item(at)
            if self._due > self._now:
                return
            loop = columns.strikes[at].region.loop
            if loop:
                back = loop * ((self._now - self._due) // loop + 1)
                columns.reading[2 * at : 2 * at + 2] -= back
                ends[at] += back
            else:
                self._remove([at])
        self._due = NEVER

    def _sweep(self) -> None:
        """Remove inaudible voices, and release those held for too long."""
        columns = self._columns
        count = columns.count
        if self._blocks % (_HELD_SWEEPS * self._sweep_blocks) == 0:
            forgotten = (self._blocks - columns.struck[:count] > self._hold_blocks) & (columns.hold[:count] > 0)
            self._release(np.flatnonzero(forgotten).tolist())
        ended = columns.gain[:count] <= _INAUDIBLE
        if self._bender.active:
            # Voices that were replaced in a crossfade have faded out.
            ended |= (columns.rise[:count] == 0) & (columns.rising[:count] < 0)
        faint = np.flatnonzero(ended)
        if faint.size:
            self._remove(faint.tolist())

    def _remove(self, those: list[int]) -> None:
        self._columns.remove(those)
        if self._bender.active:
            self._bender.count(self._columns)

    def _release(self, those: list[int]) -> None:
        columns = self._columns
        for at in those:
            if columns.hold[at] > 0:
                columns.hold[at] = 0
                columns.priority[at] -= _HELD_PRIORITY
                self._fader.release(at, columns)

    def _steal(self) -> None:
        """Steal the voice of the lowest priority: released before held, then the softest, then the oldest."""
        columns = self._columns
        count = columns.count
        gain = columns.gain[:count]
        if columns.unlooped:
            past = self._now + columns.length[:count] - columns.ends[:count]
            gain = gain * exact.exp(-columns.decay[:count] * past)
        at = int((gain + columns.priority[:count]).argmin())
        columns.detach(at)
        self._fader.steal(at, columns)

    def _drop(self) -> None:
        """Cut off the softest detached voice."""
        columns = self._columns
        gain = columns.gain[: columns.count]
        self._remove([int(np.argmin(np.where(columns.hold[: columns.count] < 0, gain, np.inf)))])

    def _rehome(self) -> None:
        """Move notes that have bent too far from their tables to those of another key, at the same pitch."""
        columns = self._columns
        moved = 0
        # From the last column on, because a new voice shifts those behind it.
        for at in reversed(self._bender.far(columns)):
            if moved < _MOST_REHOMED and self._rehome_voice(at):
                moved += 1

    def _rehome_voice(self, at: int) -> bool:
        """Crossfade a voice to nearer tables at the same position; return whether there were any."""
        columns = self._columns
        before = columns.strikes[at]
        slot, layer = before.slot, before.layer
        instrument, played = self._instruments[slot], columns.notes[at]
        assert instrument is not None and played is not None  # noqa: S101 - it sounds, and does not fade
        if columns.count == columns.most:
            return False
        heard = self._bender.heard(at, columns)
        key = min(max(round(heard), instrument.lowest), instrument.highest)
        now = int(columns.key[at])
        if abs(heard - key) >= abs(heard - now) or layer >= len(instrument.at(key)):
            return False
        region = instrument.at(key)[layer]
        if not region.like(instrument.at(now)[layer]):
            return False
        begun = int(columns.length[at] - (columns.ends[at] - self._now))
        begun = _looped(begun, region)
        begun = _looped(begun + self._bender.in_step(at, instrument, region.soft + begun, key, columns), region)
        if begun >= region.length:
            return False
        strike = Strike(
            player=played[0],
            note=played[1],
            slot=slot,
            layer=layer,
            region=region,
            key=key,
            pitch=float(columns.pitch[at]),
            fold=before.fold,
            gain=float(columns.gain[at]),
            brightness=float(columns.shade[at]),
            left=float(columns.sides[0, at]),
            right=float(columns.sides[1, at]),
            attack=REHOME_SECONDS,
        )
        wanted = columns.pitch_wanted[at] + before.fold
        shade_wanted, struck, hold = columns.shade_wanted[at], columns.struck[at], columns.hold[at]
        # Both fades are linear and the tables in phase: together they keep the level.
        self._fader.fade_out(at, REHOME_SECONDS, columns)
        columns.detach(at)
        fresh = self.strike(strike, begun)
        self._bender.glide(fresh, wanted, columns)
        columns.shade_wanted[fresh], columns.struck[fresh] = shade_wanted, struck
        if hold == 0:
            self._release([fresh])
        columns.hold[fresh] = hold
        return True


def _looped(begun: int, region: Region) -> int:
    """Return the position in its tables of a voice ``begun`` frames after its start, wrapped around its loop."""
    if begun < region.length or not region.loop:
        return begun
    return region.length - region.loop + (begun - region.length) % region.loop
