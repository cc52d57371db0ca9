"""Windows over a take, closed at both ends, and the notes whose onsets lie inside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from bedside.review.measures.columns import Bools, Floats, Ints, NoteColumns

WINDOW_SECONDS = 6.0
STEP_SECONDS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """W spans of time from ``start`` to ``end`` in seconds, (W,); a whole take is one window.

    ``heard`` (W,) is False where sound was lost during a window: such a window has no data.
    """

    start: Floats
    end: Floats
    heard: Bools

    @classmethod
    def over(cls, seconds: float, gaps: Floats, window: float = WINDOW_SECONDS, step: float = STEP_SECONDS) -> Self:
        """Return [t − window, t] for t = 0, step, 2 step, … up to the end of a take of so many seconds."""
        if window <= 0 or step <= 0:
            raise ValueError(f"a window and its step must be longer than 0 seconds, not {window} and {step}")
        end: Floats = np.arange(int(np.floor(seconds / step + 1e-9)) + 1) * np.float64(step)
        start: Floats = end - window
        if not len(gaps):
            return cls(start, end, np.ones(len(end), np.bool_))
        following = np.searchsorted(gaps[:, 1], start, "right")
        begins = np.append(gaps[:, 0], np.inf)[following]
        return cls(start, end, begins >= end)

    @classmethod
    def whole(cls, seconds: float) -> Self:
        """Return a single window over the whole take."""
        return cls(np.zeros(1), np.full(1, seconds), np.ones(1, np.bool_))

    def __len__(self) -> int:
        return len(self.end)

    def heard_numbers(self, values: Floats) -> Floats:
        """Return values of the windows, (W,) or (W, …), with NaN where sound was lost."""
        masked = values.copy()
        masked[~self.heard] = np.nan
        return masked

    def heard_names(self, names: Sequence[str | None]) -> list[str | None]:
        """Return names of the windows, with None where sound was lost."""
        return [name if heard else None for name, heard in zip(names, self.heard, strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class WindowedNotes:
    """Which notes of a part begin in which windows: M pairs of a window ``owner`` and a note ``index``, in order.

    ``count`` (W,) is how many begin in each window.
    """

    part: NoteColumns
    windows: Windows
    owner: Ints
    index: Ints
    count: Ints

    @classmethod
    def of(cls, part: NoteColumns, windows: Windows) -> Self:
        """Assign the onsets of a part to windows; an onset at either end of a window is inside."""
        first = np.searchsorted(part.onset, windows.start, "left")
        count = np.searchsorted(part.onset, windows.end, "right") - first
        owner = np.repeat(np.arange(len(windows)), count)
        before = np.cumsum(count) - count
        index = np.arange(len(owner)) - np.repeat(before - first, count)
        return cls(part, windows, owner, index, count)

    def total(self, values: Floats) -> Floats:
        """Return the sum in each window, (W,), of values that belong to the M pairs."""
        return summed(self.owner, values, len(self.windows))

    def mean(self, values: Floats) -> Floats:
        """Return the mean in each window, (W,), of values that belong to the N notes; NaN where none begins."""
        return ratio(self.total(values[self.index]), self.count)

    def deviation(self, values: Floats) -> Floats:
        """Return the standard deviation with n − 1 in each window, (W,): 0 for one note, NaN for none."""
        apart = values[self.index] - self.mean(values)[self.owner]
        spread: Floats = np.sqrt(ratio(self.total(np.square(apart)), np.maximum(self.count - 1, 1)))
        spread[self.count == 0] = np.nan
        return spread

    def pairs(self) -> tuple[Ints, Ints]:
        """Return for each two successive notes in a window the window, and the index of the first note."""
        together = self.owner[1:] == self.owner[:-1]
        return self.owner[1:][together], self.index[:-1][together]


def summed(owner: Ints, values: Floats, length: int) -> Floats:
    """Return the sum of the values of each owner, (length,), added in their order."""
    return np.bincount(owner, values, length).astype(np.float64)


def ratio(part: Floats, whole: Floats | Ints) -> Floats:
    """Return part / whole, and NaN where the whole is 0."""
    shares: Floats = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.asarray(whole) != 0)
    return shares
