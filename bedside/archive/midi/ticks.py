"""Ticks of a MIDI file become frames, in whole numbers throughout, so that no error ever adds up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

_DEFAULT_TEMPO_MICROSECONDS = 500_000
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Clock:
    """From the tick ``starts[i]`` on, each tick lasts ``steps[i] / parts`` frames; ``bases[i]`` parts went before."""

    starts: list[int]
    bases: list[int]
    steps: list[int]
    parts: int

    @classmethod
    def of_beats(cls, tempi: Iterable[tuple[int, int]], ticks_per_beat: int, rate: int) -> Self:
        """Make the clock of a file that counts beats: pairs of tick and microseconds per beat, 500,000 at first."""
        starts, bases, steps = [0], [0], [_DEFAULT_TEMPO_MICROSECONDS * rate]
        for tick, tempo in sorted(tempi, key=lambda pair: pair[0]):
            bases.append(bases[-1] + (tick - starts[-1]) * steps[-1])
            starts.append(tick)
            steps.append(tempo * rate)
        return cls(starts, bases, steps, ticks_per_beat * _MICROSECONDS)

    @classmethod
    def of_seconds(cls, numerator: int, denominator: int, rate: int) -> Self:
        """Make the clock of a file with ``numerator / denominator`` ticks a second."""
        return cls([0], [0], [rate * denominator], numerator)

    def frame(self, tick: int) -> int:
        """Return the nearest frame to a tick."""
        i = bisect_right(self.starts, tick) - 1
        return (self.bases[i] + (tick - self.starts[i]) * self.steps[i] + self.parts // 2) // self.parts
