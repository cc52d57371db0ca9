"""The variability of durations and of inter-onset intervals."""

from __future__ import annotations

import numpy as np

from bedside.review.measures.columns import Floats, NoteColumns
from bedside.review.measures.take import lost
from bedside.review.measures.windows import WindowedNotes, Windows, ratio, summed

# Onsets of one player that are closer than this are one stroke, in seconds.
STROKE_SECONDS = 0.05

# A longer pause separates two runs, in seconds.
_RUN_SECONDS = 2.0


def npvi(inside: WindowedNotes) -> Floats:
    """Return the normalised pairwise variability index of durations in each window, (W,), 0–200; NaN below two notes.

    100/(n − 1) · Σ |dᵢ − dᵢ₊₁| / ((dᵢ + dᵢ₊₁)/2), in order of onset (Grabe & Low 2002; Patel & Daniele 2003).
    """
    duration = inside.part.duration
    owner, first = inside.pairs()
    sum_of_two = duration[first] + duration[first + 1]
    apart = np.divide(
        np.abs(duration[first] - duration[first + 1]) * 2, sum_of_two, out=np.zeros(len(first)), where=sum_of_two > 0
    )
    windows = len(inside.windows)
    return 100 * ratio(summed(owner, apart, windows), np.bincount(owner, minlength=windows))


def strokes(onset: Floats) -> Floats:
    """Return the onsets that come more than 50 ms after the previous one: of a chord, the first."""
    return onset[np.append(True, np.diff(onset) > STROKE_SECONDS)] if len(onset) else onset


class OnsetIntervals:
    """The intervals below 2 s between a player's successive strokes, by the windows they lie in."""

    def __init__(self, part: NoteColumns, windows: Windows, gaps: Floats) -> None:
        onset = strokes(part.onset)
        stroke = NoteColumns(onset, onset, np.zeros(len(onset), np.int64), onset)
        self._windows = len(windows)
        self._owner, first = WindowedNotes.of(stroke, windows).pairs()
        self._seconds = onset[first + 1] - onset[first]
        without = lost(gaps, onset)
        run = (self._seconds < _RUN_SECONDS) & (without[first + 1] == without[first])
        self._owner, self._seconds = self._owner[run], self._seconds[run]
        self._count = np.bincount(self._owner, minlength=self._windows)
        self._mean = ratio(summed(self._owner, self._seconds, self._windows), self._count)

    def sd(self) -> Floats:
        """Return the standard deviation of the intervals in each window in seconds, (W,); NaN below two intervals."""
        apart = np.square(self._seconds - self._mean[self._owner])
        spread: Floats = np.sqrt(ratio(summed(self._owner, apart, self._windows), np.maximum(self._count - 1, 0)))
        return spread

    def cv(self) -> Floats:
        """Return the standard deviation as a share of the mean interval in each window, (W,)."""
        return ratio(self.sd(), self._mean)
