"""Write whole takes into the store: those of MIDI files, and any that are made in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bedside.archive.midi import midifile
from bedside.archive.store.store import Store
from bedside.archive.store.writing import Origin
from bedside.music.events import Performed, Player, TakeBegan


@dataclass(frozen=True, slots=True)
class ImportedTake:
    """An imported take: its id, the notes of each player, and sentences about what was left out."""

    id: str
    notes: dict[Player, int]
    warnings: list[str]

    def as_json(self) -> dict[str, object]:
        """Return it as plain values; `naming` explains the keys."""
        count = sum(self.notes.values())
        return {
            "id": self.id,
            "take": self.id,
            "note_count": count,
            "notes": count,
            "players": {player.label: notes for player, notes in self.notes.items()},
            "warnings": self.warnings,
        }


def import_file(store: Store, path: Path, players: Sequence[Player] | None, sound: str) -> list[ImportedTake]:
    """Write the takes of a MIDI file into a store, each in a session of its own without a patient.

    ``players`` play the parts, as in `midifile.read`; ``sound`` is what makes the sound here. Raise BedsideError if the
    file cannot be read or the store cannot be written; takes that were already written stay.
    """
    written = []
    for imported in midifile.read(path, players):
        take = write_take(store, imported.performed, "imported", sound)
        written.append(ImportedTake(take, imported.notes, imported.warnings))
    return written


def write_take(store: Store, performed: Sequence[Performed], origin: Origin, sound: str) -> str:
    """Write a whole take into a store, in a session of its own without a patient; return its id.

    Raise BedsideError if the store cannot be written, TypeError if the first event is not `TakeBegan`.
    """
    began = performed[0].event
    if not isinstance(began, TakeBegan):
        raise TypeError("a take begins with TakeBegan")
    with store.writing() as writing:
        take = writing.begin_take(writing.begin_session(None), began, origin, sound)
        writing.append(take, performed)
    return take
