from dataclasses import fields
from typing import get_args

from bedside.music import kinds
from bedside.music.events import Event, NoteOn, Pedal, Player, Source

# These names stand in every recording that was ever made.
NAMES = [
    "note_on",
    "note_off",
    "shape",
    "glide",
    "bend",
    "vibrato",
    "expression",
    "pedal",
    "all_off",
    "program",
    "level",
    "reverb",
    "profile",
    "lead",
    "stop",
    "tempo",
    "take_began",
    "take_ended",
    "lost",
    "resumed",
    "still_held",
]


def test_every_event_has_the_name_that_recordings_know() -> None:
    """Each class of event has one name, and those that were given once stay."""
    assert list(kinds.KINDS) == NAMES
    assert set(kinds.KINDS.values()) == set(kinds.FIELDS) == set(get_args(Event))


def test_fields_are_those_of_the_class_with_their_types() -> None:
    """Fields come in the order in which the class takes them, with types, not with their names."""
    assert kinds.FIELDS[Pedal] == {"player": Player, "down": bool}
    assert list(kinds.FIELDS[NoteOn]) == [field.name for field in fields(NoteOn)]
    assert kinds.FIELDS[NoteOn]["source"] is Source
