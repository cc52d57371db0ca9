"""Legato, silence and presence, computed from the union of a player's notes in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from bedside.review.measures.columns import Floats, NoteColumns
from bedside.review.measures.take import lost
from bedside.review.measures.windows import WindowedNotes, Windows, ratio, summed

# A longer gap separates two phrases; a player counts as present for as long after a note, in seconds.
REST_SECONDS = 2.0

# Notes count as sounding for this long at most, in seconds: a held string has died away by then.
LONGEST_SECONDS = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class SpanUnion:
    """Spans of time, disjoint and in order: where each starts and ends in seconds, (K,)."""

    start: Floats
    end: Floats

    @classmethod
    def of(cls, start: Floats, end: Floats) -> Self:
        """Return the union of spans that are sorted by start; spans that touch are merged."""
        if not len(start):
            return cls(np.empty(0), np.empty(0))
        reach = np.maximum.accumulate(end)
        new = np.append(True, start[1:] > reach[:-1])
        return cls(start[new], reach[np.append(np.flatnonzero(new)[1:], len(start)) - 1])

    def before(self, seconds: Floats) -> Floats:
        """Return the covered time before each of some times, in seconds."""
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
    """Return the spans in which a player sounds or sounded within the last 2 s; notes count for 5 s at most."""
    return SpanUnion.of(part.onset, part.onset + np.minimum(part.duration, LONGEST_SECONDS) + REST_SECONDS)


def silence(part: NoteColumns, windows: Windows, gaps: Floats) -> Floats:
    """Return the share of each window, (W,), that lies more than 2 s after the end of the last note.

    Time before the first note is silent; time outside the take and lost time do not count. NaN where no time is left.
    """
    start = np.maximum(windows.start, 0.0)
    cover = presence(part)
    seconds = windows.end - start - (lost(gaps, windows.end) - lost(gaps, start))
    heard = _heard(cover, gaps, windows.end) - _heard(cover, gaps, start)
    return ratio(np.maximum(seconds - heard, 0.0), seconds)


def _heard(cover: SpanUnion, gaps: Floats, until: Floats) -> Floats:
    """Return the time before some times that is covered and was not lost, in seconds."""
    heard = cover.before(until)
    for start, end in gaps:
        heard = heard - (cover.before(np.minimum(until, end)) - cover.before(np.minimum(until, start)))
    return heard


def legato(inside: WindowedNotes) -> Floats:
    """Return sounding time / (sounding time + gaps of at most 2 s) in each window, (W,), 0–1; NaN without notes.

    Computed over the union of the notes that begin in the window, with their full durations. The Music Therapy Toolbox
    gives the share of the gaps instead, and opens a gap at each release even where another note still sounds.
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
    """Return for each note in each window the latest end of the notes up to it, in seconds, (M,)."""
    end = inside.part.end
    order = np.argsort(end, kind="stable")
    rank = np.empty(len(end), np.int64)
    rank[order] = np.arange(len(end))
    # Ranks are integers: with an offset per window, one accumulation serves all windows without rounding.
    highest = np.maximum.accumulate(rank[inside.index] + inside.owner * len(end))
    reach: Floats = end[order[highest - inside.owner * len(end)]]
    return reach
