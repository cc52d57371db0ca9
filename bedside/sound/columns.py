"""The state of the sounding voices: one column of arrays each, in the order of their instruments."""

from __future__ import annotations

import numpy as np

NEVER = 2**62


class Columns:
    """Room for ``most`` voices of ``slots`` instruments.

    The first ``count`` columns are taken, and those of one instrument stand side by side.
    """

    def __init__(self, slots: int, most: int) -> None:
        self.most = most
        self.count = 0
        # How many of them have tables without a loop.
        self.unlooped = 0
        self._counts = [0] * slots
        self._whole = np.zeros((11, most), np.int64)
        self.slot, self.player, self.age, self.loop, self.length = self._whole[:5]
        # The frame at which the table ends or loops, the block in which the voice was struck, its choke group, whether
        # it is held, 1, by the pedal alone, 2, let go, 0, or fading for another, −1, whether it bends, 1, and which of
        # its key's regions it plays.
        self.ends, self.struck, self.group, self.hold, self.bent, self.layer = self._whole[5:]
        self._real = np.zeros((8, most), np.float32)
        # What a block leaves of a voice now, and once it is let go.
        self.gain, self.fall, self.released = self._real[:3]
        self.shade, self.shade_wanted = self._real[3:5]
        self.sides, self.rise = self._real[5:7], self._real[7]
        self._tone = np.zeros((8, most))
        # The key of the tables, the pitch under the hand and where it is going, as keys; the speed of reading and the
        # part of a frame that it stands at; what a block adds to the rise; what is added to the gain for a voice to
        # be missed, the more the younger it is; and how far the key that was asked lies above the one that sounds.
        self.key, self.pitch, self.pitch_wanted, self.speed, self.fraction, self.rising, self.worth = self._tone[:7]
        self.fold = self._tone[7]
        # Two a voice, its soft and its bright table: where they are read next, how they fall in a block, and in rows
        # the gains of left and right with which the block begins, then those with which it ends.
        self.reading = np.zeros(2 * most, np.int64)
        self.falls = np.zeros(2 * most, np.float32)
        self.gains = np.zeros((4, 2 * most), np.float32)
        # Whose note it is, and its number; None for a voice that fades for another.
        self.notes: list[tuple[int, int] | None] = []
        # Instrument, first column and last, and one, of all that sound.
        self.sections: list[tuple[int, int, int]] = []

    def clear(self) -> None:
        """Forget all voices."""
        for state in (self._whole, self._real, self._tone, self.reading, self.falls, self.gains):
            state[:] = 0
        self.count = self.unlooped = 0
        self.notes = []
        self._counts = [0] * len(self._counts)
        self.sections = []

    def insert(self, slot: int) -> int:
        """Make room behind the voices of an instrument and return the new column, whose state is left to fill."""
        column = sum(self._counts[: slot + 1])
        self._counts[slot] += 1
        end = self.count
        if column < end:
            for state in (self._whole, self._real, self._tone):
                state[:, column + 1 : end + 1] = state[:, column:end]
            for pairs in (self.reading, self.falls, self.gains):
                pairs[..., 2 * column + 2 : 2 * end + 2] = pairs[..., 2 * column : 2 * end]
        self.slot[column] = slot
        self.notes.insert(column, None)
        self.count = end + 1
        self._divide()
        return column

    def remove(self, columns: list[int]) -> None:
        """Close the gaps that voices leave, whose columns are named from low to high."""
        for column in reversed(columns):
            self._counts[self.slot.item(column)] -= 1
            self.unlooped -= int(self.loop.item(column) == 0)
            del self.notes[column]
            last = self.count = self.count - 1
            if column < last:
                for state in (self._whole, self._real, self._tone):
                    state[:, column:last] = state[:, column + 1 : last + 1]
                for pairs in (self.reading, self.falls, self.gains):
                    pairs[..., 2 * column : 2 * last] = pairs[..., 2 * column + 2 : 2 * last + 2]
        self._divide()

    def _divide(self) -> None:
        self.sections = []
        first = 0
        for slot, voices in enumerate(self._counts):
            if voices:
                self.sections.append((slot, first, first + voices))
                first += voices

    def of(self, player: int, note: int) -> list[int]:
        """Return the columns that play a note, those that fade for another left out."""
        wanted = (player, note)
        return [column for column, played in enumerate(self.notes) if played == wanted]
