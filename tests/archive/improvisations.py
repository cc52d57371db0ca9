"""Strategies that make any event, and a small take that everybody knows."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st

from bedside.music import kinds
from bedside.music.events import Event, NoteOff, NoteOn, Performed, Player, Program, Source, TakeBegan, TakeEnded

RATE = 48_000
BEGAN = TakeBegan(seed=7, rate=RATE, block=128)

NUMBERS = st.integers(0, 2**63 - 1)
_OF_TYPE: dict[type, st.SearchStrategy[object]] = {
    Player: st.sampled_from(Player),
    Source: st.sampled_from(Source),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
}
# What the database keeps in fewer bits.
_SMALL = {"key": st.integers(0, 127), "block": st.integers(1, 4096)}


def _any(event: type[Event]) -> st.SearchStrategy[Event]:
    fields = kinds.fields(event)
    return st.builds(
        event,
        **{name: _SMALL.get(name, NUMBERS) if made is int else _OF_TYPE[made] for name, made in fields.items()},
    )


EVENTS: st.SearchStrategy[Event] = st.one_of([_any(event) for event in get_args(Event)])
PERFORMED = st.builds(Performed, NUMBERS, EVENTS)


def duet(notes: int = 4) -> list[Performed]:
    """Return a take in which the therapist and the child take turns, a note each tenth of a second."""
    take = [Performed(0, BEGAN), Performed(0, Program(Player.CHILD, "harp"))]
    for i in range(notes):
        player = Player.CHILD if i % 2 else Player.THERAPIST
        take.append(Performed(4800 * i, NoteOn(player, i, 60 + i % 24, 0.5, 0.25, Source.TOUCH)))
        take.append(Performed(4800 * i + 2400, NoteOff(player, i)))
    return [*take, Performed(4800 * notes, TakeEnded())]
