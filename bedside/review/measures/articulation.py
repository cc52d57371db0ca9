"""When a player sounds and when not: the union of their notes, how joined it is, and how much of the time is still."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from bedside.review.measures.columns import Floats, NoteColumns
from bedside.review.measures.take import lost
from bedside.review.measures.windows import WindowedNotes, Windows, ratio, summed

# A gap that is longer parts two phrases, in seconds; so much later, what ended is over.
REST_SECONDS = 2.0

# A note counts as sounding for no longer, in seconds: a string struck and held has died away.
LONGEST_SECONDS = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class SpanUnion:
    """Spans of time, disjoint and in order: where each starts and ends in seconds, (K,)."""

    start: Floats
    end: Floats

    @classmethod
    def of(cls, start: Floats, end: Floats) -> Self:
        """Return the union of some spans in order of their starts; those that touch become one."""
        if not len(start):
            return cls(np.empty(0), np.empty(0))
        reach = np.maximum.accumulate(end)
        new = np.append(True, start[1:] > reach[:-1])
        return cls(start[new], reach[np.append(np.flatnonzero(new)[1:], len(start)) - 1])

    def before(self, seconds: Floats) -> Floats:
        """Return how much of the time before each of some seconds is covered, in seconds."""
        length = self.end - self.start
        passed = np.concatenate([[0.0], np.cumsum(length)])
        place = np.searchsorted(self.start, seconds, "right")
        last = np.maximum(place - 1, 0)
        if not len(length):
            return np.zeros(np.shape(seconds))
        within = np.clip(seconds - self.start[last], 0.0, length[last])
        covered: Floats = np.where(place > 0, passed[last] + within, 0.0)
        return covered


def presence(part: NoteColumns) -> SpanUnion:
    """Return where a player sounds or has sounded within 2 s, each note counted as at most 5 s long."""
    return SpanUnion.of(part.onset, part.onset + np.minimum(part.duration, LONGEST_SECONDS) + REST_SECONDS)


def silence(part: NoteColumns, windows: Windows, gaps: Floats) -> Floats:
    """Return the share of each window's time in the take, (W,), farther than 2 s from the end of a note before.

    Time before the first note is silent, and time that was lost is none. NaN where no time is left.
    """
    start = np.maximum(windows.start, 0.0)
    cover = presence(part)
    seconds = windows.end - start - (lost(gaps, windows.end) - lost(gaps, start))
    heard = _heard(cover, gaps, windows.end) - _heard(cover, gaps, start)
    return ratio(np.maximum(seconds - heard, 0.0), seconds)


def _heard(cover: SpanUnion, gaps: Floats, until: Floats) -> Floats:
    """Return how much of the time before some seconds is covered and was not lost."""
    heard = cover.before(until)
    for start, end in gaps:
        heard = heard - (cover.before(np.minimum(until, end)) - cover.before(np.minimum(until, start)))
    return heard


def legato(inside: WindowedNotes) -> Floats:
    """Return sounding time / (sounding time + gaps of at most 2 s) in each window, (W,), 0–1; NaN where none sounds.

    Taken over the union of the notes that begin in the window, each as long as it is. The Music Therapy Toolbox gives
    the other share, the gaps', and ends each note with its own release even where another one still sounds.
    """
    reach = _reach(inside)
    windows = len(inside.windows)
    start = inside.part.onset[inside.index]
    following = np.flatnonzero(inside.owner[1:] == inside.owner[:-1])
    gap = np.maximum(start[following + 1] - reach[following], 0.0)
    owner = inside.owner[following]
    gaps = summed(owner, gap, windows)
    joined = summed(owner, np.where(gap <= REST_SECONDS, gap, 0.0), windows)
    sounding = np.zeros(windows)
    filled = inside.count > 0
    last = np.cumsum(inside.count)[filled] - 1
    sounding[filled] = reach[last] - start[last + 1 - inside.count[filled]] - gaps[filled]
    return ratio(sounding, sounding + joined)


def _reach(inside: WindowedNotes) -> Floats:
    """Return for each pair of window and note how far the notes up to it reach in that window, in seconds, (M,)."""
    end = inside.part.end
    order = np.argsort(end, kind="stable")
    rank = np.empty(len(end), np.int64)
    rank[order] = np.arange(len(end))
    # Ranks are whole numbers: lifted by their window they can be accumulated in one go, and lose nothing.
    highest = np.maximum.accumulate(rank[inside.index] + inside.owner * len(end))
    reach: Floats = end[order[highest - inside.owner * len(end)]]
    return reach
