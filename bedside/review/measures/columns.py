"""A player's notes as columns of numbers, sorted by onset; notes sounded by a replay are left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bedside.music.events import Player, Source
from bedside.music.notes import Note

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# The constant of the duration accent, in seconds (Parncutt 1994, Music Perception 11:409–464).
_ACCENT_SECONDS = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class NoteColumns:
    """A player's notes: ``onset`` and ``duration`` in seconds, ``pitch`` as MIDI key, ``velocity`` 0–127; each (N,)."""

    onset: Floats
    duration: Floats
    pitch: Ints
    velocity: Floats

    @classmethod
    def of(cls, notes: Iterable[Note]) -> Self:
        """Return the columns of some notes, of any player, sorted by onset and then by key."""
        rows = [(note.onset, note.duration, note.key, note.velocity * 127) for note in notes]
        rows.sort(key=lambda row: (row[0], row[2]))
        onset, duration, pitch, velocity = np.array(rows, np.float64).reshape(-1, 4).T.copy()
        return cls(onset, duration, pitch.astype(np.int64), velocity)

    def __len__(self) -> int:
        return len(self.onset)

    @property
    def end(self) -> Floats:
        """The end of each note in seconds, (N,)."""
        return self.onset + self.duration


def columns_by_player(notes: Iterable[Note]) -> dict[Player, NoteColumns]:
    """Return the columns of each player who played, in the order of `Player`."""
    played: dict[Player, list[Note]] = {}
    for note in notes:
        if note.source is not Source.REPLAY:
            played.setdefault(note.player, []).append(note)
    return {player: NoteColumns.of(played[player]) for player in sorted(played)}


def duration_accent(duration: Floats) -> Floats:
    """Return the duration accent (1 − e^(−d/0.5))², 0–1, of durations in seconds (Parncutt 1994)."""
    grown: Floats = np.square(-np.expm1(-duration / _ACCENT_SECONDS))
    return grown
