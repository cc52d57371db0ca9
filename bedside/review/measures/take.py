"""A take as the measures need it: the notes of each player, spans of lost sound, and the tempo."""

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
    """One improvisation: its length in ``seconds`` up to the last event, and the notes of each player.

    ``gaps`` (G, 2) are the spans in which sound was lost or withheld. ``tempi`` (M, 2) are tempo changes: when, and the
    length of a beat from then on, both in seconds; a take that was played live has none.
    """

    id: str
    seconds: float
    parts: Mapping[Player, NoteColumns]
    gaps: Floats = field(default_factory=_none)
    tempi: Floats = field(default_factory=_none)

    @classmethod
    def of(cls, name: str, performed: Sequence[Performed], withheld: Sequence[tuple[int, int]] = ()) -> Self:
        """Return the take of this id from its events; raise ValueError unless the first is TakeBegan.

        ``withheld`` are further spans without data, in frames, such as those of a mute.
        """
        if not performed or not isinstance(performed[0].event, TakeBegan):
            raise ValueError("a take begins with TakeBegan")
        rate = performed[0].event.rate
        tempi = [(item.frame / rate, item.event.seconds) for item in performed if isinstance(item.event, Tempo)]
        return cls(
            name,
            performed[-1].frame / rate,
            columns_by_player(notes(performed, rate)),
            gaps(performed, rate, withheld),
            np.array(tempi, np.float64).reshape(-1, 2),
        )

    @property
    def played(self) -> float:
        """The end in seconds of the last note to begin in each part, the latest of all parts.

        The rest before the take ends is not part of the music. The Music Therapy Toolbox stops there too.
        """
        return max((float(part.end[-1]) for part in self.parts.values() if len(part)), default=0.0)


def gaps(performed: Sequence[Performed], rate: int, withheld: Sequence[tuple[int, int]] = ()) -> Floats:
    """Return the spans of lost or ``withheld`` sound in seconds, (G, 2), in order and apart.

    A loss that never ended lasts to the last event; ``withheld`` are spans in frames.
    """
    found = list(withheld)
    since: int | None = None
    for item in performed:
        match item.event:
            case Lost() if since is None:
                since = item.frame
            case Resumed() if since is not None:
                found.append((since, item.frame))
                since = None
    if since is not None:
        found.append((since, performed[-1].frame))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(span for span in found if span[1] > span[0]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return np.array(joined, np.float64).reshape(-1, 2) / rate


def lost(gaps: Floats, until: Floats) -> Floats:
    """Return the seconds of lost sound before each of some times."""
    if not len(gaps):
        return np.zeros_like(until)
    within = np.clip(until[..., None], gaps[:, 0], gaps[:, 1]) - gaps[:, 0]
    total: Floats = within.sum(-1)
    return total


def beats(part: NoteColumns, tempi: Floats) -> Floats | None:
    """Return the duration of each note in beats, (N,), or None if the take has no tempo.

    The first tempo also holds before its time.
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
