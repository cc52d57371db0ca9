"""Convert ticks of a MIDI file to frames in whole numbers, so that rounding errors never accumulate."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

_DEFAULT_TEMPO_MICROSECONDS = 500_000
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Clock:
    """A tempo map: from tick ``starts[i]`` on, a tick is ``steps[i] / parts`` frames; ``bases[i]`` parts precede it."""

    starts: list[int]
    bases: list[int]
    steps: list[int]
    parts: int

    @classmethod
    def of_beats(cls, tempi: Iterable[tuple[int, int]], ticks_per_beat: int, rate: int) -> Self:
        """Return the clock of a file that counts beats; ``tempi`` are pairs of tick and microseconds per beat.

        Until the first tempo a beat lasts 500,000 microseconds.
        """
        starts, bases, steps = [0], [0], [_DEFAULT_TEMPO_MICROSECONDS * rate]
        for tick, tempo in sorted(tempi, key=lambda pair: pair[0]):
            bases.append(bases[-1] + (tick - starts[-1]) * steps[-1])
            starts.append(tick)
            steps.append(tempo * rate)
        return cls(starts, bases, steps, ticks_per_beat * _MICROSECONDS)

    @classmethod
    def of_seconds(cls, numerator: int, denominator: int, rate: int) -> Self:
        """Return the clock of a file with ``numerator / denominator`` ticks a second."""
        return cls([0], [0], [rate * denominator], numerator)

    def frame(self, tick: int) -> int:
        """Return the nearest frame to a tick."""
        i = bisect_right(self.starts, tick) - 1
        return (self.bases[i] + (tick - self.starts[i]) * self.steps[i] + self.parts // 2) // self.parts
