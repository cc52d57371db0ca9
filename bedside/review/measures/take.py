"""A take as the measures see it: who played what, when nothing could be heard, and what a beat was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from bedside.music.events import Lost, Performed, Player, Resumed, TakeBegan, Tempo
from bedside.music.notes import notes
from bedside.review.measures.columns import Floats, NoteColumns, columns_by_player


def _none() -> Floats:
    return np.empty((0, 2))


@dataclass(frozen=True, slots=True, eq=False)
class PlayedTake:
    """One improvisation: ``seconds`` from its beginning to its last event, and the part of each who played.

    ``gaps`` (G, 2) are the spans in which the sound was lost, and ``tempi`` (M, 2) the seconds from which on a beat
    lasts so many seconds; a take that was played live has none.
    """

    id: str
    seconds: float
    parts: Mapping[Player, NoteColumns]
    gaps: Floats = field(default_factory=_none)
    tempi: Floats = field(default_factory=_none)

    @classmethod
    def of(cls, name: str, performed: Sequence[Performed]) -> Self:
        """Return the take of this id in which that was performed; raise ValueError where nothing began it."""
        if not performed or not isinstance(performed[0].event, TakeBegan):
            raise ValueError("a take begins with TakeBegan")
        rate = performed[0].event.rate
        tempi = [(item.frame / rate, item.event.seconds) for item in performed if isinstance(item.event, Tempo)]
        return cls(
            name,
            performed[-1].frame / rate,
            columns_by_player(notes(performed, rate)),
            gaps(performed, rate),
            np.array(tempi, np.float64).reshape(-1, 2),
        )

    @property
    def played(self) -> float:
        """The seconds to the end of the note that a player began last, the latest of all players.

        What follows is the recorder's rest before it closes the take, and no part of the music. The Music Therapy
        Toolbox takes its time to the same end.
        """
        return max((float(part.end[-1]) for part in self.parts.values() if len(part)), default=0.0)


def gaps(performed: Sequence[Performed], rate: int) -> Floats:
    """Return the spans in seconds in which the sound was lost, (G, 2); the last may end with the last event."""
    found: list[tuple[float, float]] = []
    since: int | None = None
    for item in performed:
        match item.event:
            case Lost() if since is None:
                since = item.frame
            case Resumed() if since is not None:
                found.append((since / rate, item.frame / rate))
                since = None
    if since is not None:
        found.append((since / rate, performed[-1].frame / rate))
    return np.array([(start, end) for start, end in found if end > start], np.float64).reshape(-1, 2)


def lost(gaps: Floats, until: Floats) -> Floats:
    """Return how many seconds were lost before each of some seconds."""
    if not len(gaps):
        return np.zeros_like(until)
    within = np.clip(until[..., None], gaps[:, 0], gaps[:, 1]) - gaps[:, 0]
    total: Floats = within.sum(-1)
    return total


def beats(part: NoteColumns, tempi: Floats) -> Floats | None:
    """Return how many beats each note of a part lasts, (N,), or None where the take has no tempo.

    Before the first tempo a beat lasts as long as after it.
    """
    if not len(tempi):
        return None
    begins, lasts = tempi.T
    passed = np.concatenate([[0.0], np.cumsum(np.diff(begins) / lasts[:-1])])

    def beat(seconds: Floats) -> Floats:
        place = np.maximum(np.searchsorted(begins, seconds, "right") - 1, 0)
        at: Floats = passed[place] + (seconds - begins[place]) / lasts[place]
        return at

    return beat(part.end) - beat(part.onset)
