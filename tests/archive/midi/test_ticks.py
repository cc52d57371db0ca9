from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.midibytes import END, midi, scale, varint
from archive.reading import imported, onsets
from bedside.archive.midi.ticks import Clock
from bedside.music.events import FLICKS, Performed, Player, Tempo

CHILD, CHILD2, THERAPIST, PARTNER = Player.CHILD, Player.CHILD2, Player.THERAPIST, Player.PARTNER


@pytest.mark.parametrize(
    ("division", "second"), [(0xE728, 1000), (0xE850, 1920), (0xE264, 3000), (0xE350, 30_000 * 80 / 1001)]
)
def test_time_of_film(song: Path, division: int, second: float) -> None:
    """A file that counts frames of film has its own ticks in a second, and tempi do not change them."""
    track = b"\x00\xff\x51\x03\x01\x00\x00" + scale(0, 2, 1000) + END
    take = imported(song, midi(track, division=division))
    assert onsets(take)[1][0] == pytest.approx(1000 / second, abs=1e-9)
    assert not [item for item in take.performed if isinstance(item.event, Tempo)]


def test_tempo_changes(song: Path) -> None:
    """A change of tempo in any track counts for all from its tick on."""
    conductor = varint(480) + b"\xff\x51\x03\x0f\x42\x40" + varint(480) + b"\xff\x51\x03\x03\xd0\x90" + END
    take = imported(song, midi(scale(0, 8) + END, conductor))
    assert [onset for onset, _, _ in onsets(take)] == [0, 0.25, 0.5, 1.0, 1.5, 1.625, 1.75, 1.875]
    assert [item for item in take.performed if isinstance(item.event, Tempo)] == [
        Performed(FLICKS // 2, Tempo(1.0)),
        Performed(FLICKS * 3 // 2, Tempo(0.25)),
    ]


@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 2_000_000)), max_size=10),
    st.integers(1, 32_767),
    st.lists(st.integers(0, 20_000), min_size=1, max_size=20),
)
def test_times_are_exact(tempi: list[tuple[int, int]], division: int, ticks: list[int]) -> None:
    """Every tick falls on the frame nearest to the sum of all that went before it, by exact fractions."""
    clock = Clock.of_beats(tempi, division, FLICKS)
    for tick in ticks:
        seconds, before, tempo = Fraction(0), 0, 500_000
        for at, following in [*sorted(tempi, key=lambda pair: pair[0]), (10**9, 0)]:
            seconds += Fraction((min(at, tick) - before) * tempo, division * 1_000_000)
            before, tempo = min(at, tick), following
        assert abs(clock.frame(tick) - seconds * FLICKS) <= Fraction(1, 2)
