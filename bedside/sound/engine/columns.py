"""The state of the sounding voices: one column of arrays each, ordered by instrument."""

from __future__ import annotations

import numpy as np

from bedside.sound.engine.strike import Strike

NEVER = 2**62


class Columns:
    """Storage for up to ``most`` voices of ``slots`` instruments.

    The first ``count`` columns are in use; those of one instrument are adjacent.
    """

    def __init__(self, slots: int, most: int) -> None:
        self.most = most
        self.count = 0
        # How many of them have tables without a loop, and how many are detached.
        self.unlooped = self.fading = 0
        self._counts = [0] * slots
        # All values of eight bytes a voice lie together, in rows: one move shifts them when a voice comes or goes.
        self._cells = np.zeros((22, most), np.int64)
        # The length of the table in frames; the frame at which it ends or loops; the block in which the voice started;
        # whether it is held, 1, held by the pedal alone, 2, released, 0, or detached, −1; and whether it bends, 1.
        self.player, self.length, self.ends, self.struck, self.hold, self.bent = self._cells[:6]
        # The key of the tables; the present pitch and its target, in keys; the speed of reading and the fraction of a
        # frame at which it is; what a block adds to the fade-in; what is added to the gain as the priority against
        # being stolen; and the decay of the table, in nepers a frame.
        tone = self._cells[6:14].view(np.float64)
        self.key, self.pitch, self.pitch_wanted, self.speed, self.fraction, self.rising, self.priority, self.decay = (
            tone
        )
        halves = self._cells[14:17].view(np.float32).reshape(3, most, 2).transpose(0, 2, 1)
        (self.gain, self.rise), (self.shade, self.shade_wanted), self.sides = halves
        # Two a voice, for its soft and its bright table: rows of the gains of left and right at the start of the block
        # and at its end; the factor by which they decay in a block; and the next position to read.
        pairs = self._cells[17:].view(np.float32)
        self.gains, self.falls = pairs[:4], pairs[4]
        self.reading = np.zeros(2 * most, np.int64)
        # How they started; and the player and number of their notes, None for a detached voice.
        self.strikes: list[Strike] = []
        self.notes: list[tuple[int, int] | None] = []
        # For each sounding instrument its slot, its first column, and the column after its last.
        self.sections: list[tuple[int, int, int]] = []

    def clear(self) -> None:
        """Remove all voices."""
        self._cells[:] = 0
        self.reading[:] = 0
        self.count = self.unlooped = self.fading = 0
        self.strikes = []
        self.notes = []
        self._counts = [0] * len(self._counts)
        self.sections = []

    def insert(self, how: Strike) -> int:
        """Insert a column after the voices of an instrument and return it; the caller fills its arrays."""
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
        """Remove voices, given by their columns in ascending order."""
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

    def detach(self, column: int) -> None:
        """Detach a voice from its note; it fades out."""
        self.fading += self.notes[column] is not None
        self.notes[column] = None
        self.hold[column], self.priority[column] = -1, np.inf

    def _move(self, first: int, end: int, by: int) -> None:
        """Move the columns from ``first`` to just before ``end``."""
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
        """Return the columns that play a note, without detached ones."""
        wanted = (player, note)
        return [column for column, played in enumerate(self.notes) if played == wanted]
