"""A MIDI file read back into one take, and its notes as a listener would write them down."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from bedside.archive.midi import midifile
from bedside.archive.midi.miditake import Imported
from bedside.music.events import FLICKS, Event, Player
from bedside.music.notes import notes

E = TypeVar("E", bound=Event)


def imported(path: Path, data: bytes, players: list[Player] | None = None) -> Imported:
    path.write_bytes(data)
    [only] = midifile.read(path, players)
    return only


def onsets(take: Imported) -> list[tuple[float, float, int]]:
    return [(note.onset, note.duration, note.key) for note in notes(take.performed, FLICKS)]


def moves(take: Imported, *made: type[E]) -> list[E]:
    """Return the events of these classes, in order."""
    return [item.event for item in take.performed if isinstance(item.event, made)]
