"""Music to measure: a tune, a duet and parts made by chance, and the numbers that others' code computed of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from bedside.music.events import Player
from bedside.review.measures.columns import Floats, NoteColumns
from bedside.review.measures.measure import measure
from bedside.review.measures.take import PlayedTake
from bedside.review.measures.writer import measures_json

REFERENCE = Path(__file__).with_name("reference")

# Of the MIDI file from which the duet's notes were taken.
TICKS_PER_SECOND = 960

CHILD, THERAPIST = Player.CHILD, Player.THERAPIST

# MIDI Toolbox 1.1's demo tune: onset and duration in seconds, key, velocity, duration in beats.
LAKSIN = """
0 0.551 64 82 0.9|0.6122 0.551 71 89 0.9|1.2245 0.2755 71 82 0.45|1.5306 0.2755 69 70 0.45
1.8367 0.2772 67 72 0.4528|2.1429 0.2772 66 72 0.4528|2.449 0.551 64 70 0.9|3.0612 0.551 66 79 0.9
3.6735 0.551 67 85 0.9|4.2857 1.0714 66 72 1.75|5.5102 0.2772 64 74 0.4528|5.8163 0.2772 67 81 0.4528
6.1225 0.551 71 83 0.9|6.7347 0.2772 71 78 0.4528|7.0408 0.2772 69 73 0.4528|7.3469 0.2772 67 71 0.4528
7.6531 0.2772 66 69 0.4528|7.9592 0.2772 67 83 0.4528|8.2653 0.2772 66 72 0.4528|8.5714 0.2772 64 74 0.4528
8.8776 0.2772 63 70 0.4528|9.1837 0.551 64 82 0.9|9.7959 1.1037 64 75 1.8028
"""

NO_GAPS: Floats = np.empty((0, 2))

# The key profiles rounded to two digits, with which MIDI Toolbox 1.1 computed the reference correlations.
ROUNDED = (
    (0.39, 0.14, 0.21, 0.14, 0.27, 0.25, 0.15, 0.32, 0.15, 0.22, 0.14, 0.18),
    (0.38, 0.16, 0.21, 0.32, 0.15, 0.21, 0.15, 0.28, 0.24, 0.16, 0.20, 0.19),
)


def part(rows: object) -> NoteColumns:
    """Return a part of rows of onset, duration, pitch and velocity."""
    table = np.array(rows, np.float64).reshape(-1, 4)
    table = table[np.lexsort((table[:, 2], table[:, 0]))]
    onset, duration, pitch, velocity = table.T.copy()
    return NoteColumns(onset, duration, pitch.astype(np.int64), velocity)


def laksin() -> tuple[NoteColumns, Floats]:
    """Return the tune and its notes' durations in beats."""
    rows = np.array([row.split() for row in LAKSIN.replace("|", "\n").split("\n") if row], np.float64)
    return part(rows[:, :4]), rows[:, 4]


def take(*played: NoteColumns, seconds: float | None = None, gaps: Floats = NO_GAPS) -> PlayedTake:
    """Return a take in which a child, a therapist and so on played these parts."""
    players = dict(zip((Player.CHILD, Player.THERAPIST, Player.CHILD2, Player.PARTNER), played, strict=False))
    last = max((float(each.end.max()) for each in played if len(each)), default=0.0)
    return PlayedTake("take", last if seconds is None else seconds, players, gaps)


def brahms() -> PlayedTake:
    """Return a four-hand performance of Brahms, the upper part the child's; it has a tempo, of 0.5 s a beat."""
    rows = np.loadtxt(REFERENCE / "duet.csv", delimiter=",", skiprows=1)
    rows[:, 1:3] /= TICKS_PER_SECOND
    played = {player: part(rows[rows[:, 0] == number, 1:]) for number, player in ((1, CHILD), (2, THERAPIST))}
    return PlayedTake("duet", 114.053125, played, tempi=np.array([[0.0, 0.5]]))


def onsets() -> dict[tuple[str, int], Floats]:
    """Return the onsets of each part of three pieces in seconds, by the piece and the number of the part."""
    found = {}
    for line in (REFERENCE / "onsets.csv").read_text("ascii").splitlines()[1:]:
        piece, number, steps = line.split(",")
        found[piece, int(number)] = np.cumsum([int(each) for each in steps.split()]) / 1_000_000
    return found


def mttb() -> dict[str, Any]:
    """Return the curves that the Music Therapy Toolbox computed of the duet."""
    found: dict[str, Any] = json.loads((REFERENCE / "mttb.json").read_text("ascii"))
    return found


def told(take: PlayedTake, *window: float) -> dict[str, Any]:
    """Return the measures of a take as JSON tells them."""
    return measures_json(measure(take, *window))


def both(duet: PlayedTake) -> NoteColumns:
    """Return the parts of a duet as one."""
    rows = [np.stack([each.onset, each.duration, each.pitch, each.velocity], 1) for each in duet.parts.values()]
    return part(np.concatenate(rows))


def curve(values: list[float | None]) -> Floats:
    """Return a curve of the reference, NaN where there is no data."""
    return np.array([np.nan if value is None else value for value in values], np.float64)


def improvised(seed: int, seconds: float = 120.0, pace: float = 0.4) -> NoteColumns:
    """Return a part with bursts and rests, loud and soft, that another seed does not share."""
    rng = np.random.default_rng(seed)
    many = int(seconds / pace)
    moods = np.repeat(rng.choice([0.5, 1, 3], many // 6 + 1), 6)[:many]
    beats = np.cumsum(rng.exponential(pace, many) * moods)
    beats = beats[beats < seconds]
    loud = 60 + 30 * np.sin(beats / rng.uniform(4, 9) + rng.uniform(0, 6)) + rng.normal(0, 6, len(beats))
    rows = [beats, rng.uniform(0.05, 0.8, len(beats)), rng.integers(48, 84, len(beats)), np.clip(loud, 1, 127)]
    return part(np.stack(rows, 1))


def moved(
    each: NoteColumns, seconds: float = 0.0, semitones: int = 0, louder: float = 1.0, slower: float = 1.0
) -> NoteColumns:
    """Return a part played later, higher, louder or slower."""
    return NoteColumns(
        each.onset * slower + seconds, each.duration * slower, each.pitch + semitones, each.velocity * louder
    )


@st.composite
def any_part(draw: st.DrawFn, least: int = 0, most: int = 40) -> NoteColumns:
    """Return a part of notes that may be dense, simultaneous, overlapping, short or long."""
    note = st.tuples(
        st.integers(0, 60_000).map(lambda ms: ms / 1000),
        st.integers(0, 9000).map(lambda ms: ms / 1000),
        st.integers(21, 108),
        st.integers(1, 127),
    )
    return part(draw(st.lists(note, min_size=least, max_size=most)))
