"""The state of the sounding voices: one column of arrays each, in the order of their instruments."""

from __future__ import annotations

import numpy as np

from bedside.sound.engine.strike import Strike

NEVER = 2**62


class Columns:
    """Room for ``most`` voices of ``slots`` instruments.

    The first ``count`` columns are taken, and those of one instrument stand side by side.
    """

    def __init__(self, slots: int, most: int) -> None:
        self.most = most
        self.count = 0
        # How many of them have tables without a loop, and how many fade for others.
        self.unlooped = self.fading = 0
        self._counts = [0] * slots
        # All that is eight bytes a voice lies together, in rows: when a voice comes or goes, one move shifts it.
        self._cells = np.zeros((22, most), np.int64)
        # The frames of the table, the frame at which it ends or loops, the block in which the voice was struck, whether
        # it is held, 1, by the pedal alone, 2, let go, 0, or fading for another, −1, and whether it bends, 1.
        self.player, self.length, self.ends, self.struck, self.hold, self.bent = self._cells[:6]
        # The key of the tables, the pitch under the hand and where it is going, as keys; the speed of reading and the
        # part of a frame that it stands at; what a block adds to the rise; what is added to the gain for a voice to
        # be missed, the more the younger it is; and by how many nepers a frame its table falls.
        tone = self._cells[6:14].view(np.float64)
        self.key, self.pitch, self.pitch_wanted, self.speed, self.fraction, self.rising, self.worth, self.paling = tone
        halves = self._cells[14:17].view(np.float32).reshape(3, most, 2).transpose(0, 2, 1)
        (self.gain, self.rise), (self.shade, self.shade_wanted), self.sides = halves
        # Two a voice, its soft and its bright table: in rows the gains of left and right with which the block begins,
        # then those with which it ends; how they fall in a block; and where they are read next.
        pairs = self._cells[17:].view(np.float32)
        self.gains, self.falls = pairs[:4], pairs[4]
        self.reading = np.zeros(2 * most, np.int64)
        # How they began, and whose note it is, and its number; None for a voice that fades for another.
        self.strikes: list[Strike] = []
        self.notes: list[tuple[int, int] | None] = []
        # Instrument, first column and last, and one, of all that sound.
        self.sections: list[tuple[int, int, int]] = []

    def clear(self) -> None:
        """Forget all voices."""
        self._cells[:] = 0
        self.reading[:] = 0
        self.count = self.unlooped = self.fading = 0
        self.strikes = []
        self.notes = []
        self._counts = [0] * len(self._counts)
        self.sections = []

    def insert(self, how: Strike) -> int:
        """Make room behind the voices of an instrument and return the new column, whose arrays are left to fill."""
        column = sum(self._counts[: how.slot + 1])
        self._counts[how.slot] += 1
        self.unlooped += how.region.loop == 0
        self._move(column, self.count, 1)
        self.strikes.insert(column, how)
        self.notes.insert(column, (how.player, how.note))
        self.count += 1
        self._divide()
        return column

    def remove(self, columns: list[int]) -> None:
        """Close the gaps that voices leave, whose columns are named from low to high."""
        for gone, column in enumerate(columns, 1):
            following = columns[gone] if gone < len(columns) else self.count
            self._move(column + 1, following, -gone)
        for column in reversed(columns):
            how = self.strikes.pop(column)
            self.fading -= self.notes.pop(column) is None
            self._counts[how.slot] -= 1
            self.unlooped -= how.region.loop == 0
        self.count -= len(columns)
        self._divide()

    def give_up(self, column: int) -> None:
        """Let a voice be nobody's, which fades whatever the hand does."""
        self.fading += self.notes[column] is not None
        self.notes[column] = None
        self.hold[column], self.worth[column] = -1, np.inf

    def _move(self, first: int, end: int, by: int) -> None:
        """Move the columns from ``first`` until before ``end``."""
        if first < end:
            self._cells[:, first + by : end + by] = self._cells[:, first:end]
            self.reading[2 * (first + by) : 2 * (end + by)] = self.reading[2 * first : 2 * end]

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
