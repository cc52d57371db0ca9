"""Strategies that make any event, and a small take that everybody knows."""

from __future__ import annotations

from hypothesis import strategies as st

from bedside.music.events import (
    Event,
    Level,
    Lost,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Program,
    Resumed,
    Shape,
    Source,
    Stop,
    TakeBegan,
    TakeEnded,
    Tempo,
)

RATE = 48_000
BEGAN = TakeBegan(seed=7, rate=RATE, block=128)

PLAYERS = st.sampled_from(Player)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
UNIT = st.floats(0, 1)
NUMBERS = st.integers(0, 2**63 - 1)
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=40)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(NoteOn, PLAYERS, NUMBERS, st.integers(0, 127), UNIT, UNIT, st.sampled_from(Source)),
    st.builds(NoteOff, PLAYERS, NUMBERS),
    st.builds(Shape, PLAYERS, NUMBERS, UNIT),
    st.builds(Program, PLAYERS, TEXT),
    st.builds(Level, PLAYERS, FINITE, st.floats(-1, 1)),
    st.builds(Tempo, FINITE),
    st.builds(TakeBegan, NUMBERS, st.integers(1, 2**40), st.integers(1, 4096)),
    st.sampled_from([Stop(), TakeEnded(), Lost(), Resumed()]),
)
PERFORMED = st.builds(Performed, NUMBERS, EVENTS)


def duet(notes: int = 4) -> list[Performed]:
    """Return a take in which the therapist and the child take turns, a note each tenth of a second."""
    take = [Performed(0, BEGAN), Performed(0, Program(Player.CHILD, "harp"))]
    for i in range(notes):
        player = Player.CHILD if i % 2 else Player.THERAPIST
        take.append(Performed(4800 * i, NoteOn(player, i, 60 + i % 24, 0.5, 0.25, Source.TOUCH)))
        take.append(Performed(4800 * i + 2400, NoteOff(player, i)))
    return [*take, Performed(4800 * notes, TakeEnded())]
