"""Notes with an onset and a duration, made from performed events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bedside.music.events import AllOff, Lost, NoteOff, NoteOn, Performed, Player, Source, Stop, TakeEnded


@dataclass(frozen=True, slots=True)
class Note:
    """One note: onset and duration in seconds from the beginning of the take, MIDI key, velocity over 0 to 1."""

    player: Player
    onset: float
    duration: float
    key: int
    velocity: float
    source: Source = Source.TOUCH


def notes(take: Iterable[Performed], rate: int) -> list[Note]:
    """Return the notes of a take in order of onset.

    ``rate`` is the number of the take's frames in a second. A note that was not released ends when all notes of its
    player do, with a stop, with the loss of the sound, with the take, or else with the last event.
    """
    held: dict[tuple[Player, int], tuple[int, NoteOn]] = {}
    ended: list[tuple[int, int, NoteOn]] = []
    frame = 0

    def end(identity: tuple[Player, int]) -> None:
        onset, on = held.pop(identity)
        ended.append((onset, frame, on))

    for performed in take:
        frame = performed.frame
        match performed.event:
            case NoteOn(player, note) as on:
                if (player, note) in held:
                    end((player, note))
                held[player, note] = (frame, on)
            case NoteOff(player, note):
                if (player, note) in held:
                    end((player, note))
            case AllOff(player):
                for identity in [each for each in held if each[0] == player]:
                    end(identity)
            case Stop() | Lost() | TakeEnded():
                for identity in list(held):
                    end(identity)
    for identity in list(held):
        end(identity)
    ended.sort(key=lambda item: (item[0], item[2].player, item[2].key))
    return [
        Note(on.player, start / rate, (stop - start) / rate, on.key, on.velocity, on.source)
        for start, stop, on in ended
    ]
