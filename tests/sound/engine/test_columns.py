from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bedside.sound.engine.columns import Columns
from bedside.sound.engine.strike import Strike
from bedside.sound.instrument import Region

SLOTS = 3
MOST = 12


@dataclass(frozen=True)
class Voice:
    """What is written into every state of a voice, and how it began."""

    mark: int
    how: Strike
    fading: bool = False


def struck(slot: int, mark: int) -> Strike:
    region = Region(soft=0, bright=0, length=100, loop=10 if mark % 2 else 0, release=1.0)
    return Strike(
        player=mark % 4,
        note=mark,
        slot=slot,
        layer=0,
        region=region,
        key=60,
        pitch=60,
        gain=1.0,
        brightness=0.5,
        left=0.7,
        right=0.7,
    )


def fill(columns: Columns, at: int, mark: int) -> None:
    for state in (columns.player, columns.length, columns.ends, columns.gain, columns.key, columns.decay):
        state[at] = mark
    columns.sides[:, at] = mark
    columns.gains[:, 2 * at : 2 * at + 2] = columns.falls[2 * at : 2 * at + 2] = mark
    columns.reading[2 * at : 2 * at + 2] = mark


def marks(columns: Columns) -> list[NDArray[Any]]:
    """Return the rows of all states that `fill` wrote."""
    count = columns.count
    single = (columns.player, columns.length, columns.ends, columns.gain, columns.key, columns.decay, *columns.sides)
    double = (*columns.gains, columns.falls, columns.reading)
    return [state[:count] for state in single] + [state[side : 2 * count : 2] for state in double for side in (0, 1)]


@given(st.lists(st.one_of(st.integers(0, SLOTS - 1), st.sets(st.integers(0, MOST - 1), min_size=1)), max_size=40))
def test_every_voice_keeps_its_state(steps: list[int | set[int]]) -> None:
    """Whatever comes and goes, voices stand by instrument in the order in which they came, each with all of its own."""
    columns = Columns(SLOTS, MOST)
    there: list[Voice] = []
    for mark, step in enumerate(steps, 1):
        if isinstance(step, int):
            if len(there) == MOST:
                continue
            how = struck(step, mark)
            fill(columns, columns.insert(how), mark)
            there.append(Voice(mark, how))
            there.sort(key=lambda voice: voice.how.slot)
        else:
            gone = sorted(at for at in step if at < len(there))
            columns.remove(gone)
            there = [voice for at, voice in enumerate(there) if at not in gone]
            if there:
                columns.detach(0)
                there[0] = Voice(there[0].mark, there[0].how, fading=True)
        expected = [voice.mark for voice in there]
        assert all(np.array_equal(row, expected) for row in marks(columns))
        assert columns.strikes == [voice.how for voice in there]
        assert columns.notes == [None if voice.fading else (voice.how.player, voice.how.note) for voice in there]
        assert columns.fading == sum(voice.fading for voice in there)
        assert columns.unlooped == sum(voice.how.region.loop == 0 for voice in there)
        slots = [slot for slot, first, end in columns.sections for _ in range(first, end)]
        assert slots == [voice.how.slot for voice in there]
