"""Notes with an onset and a duration, made from performed events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bedside.music.events import (
    AllOff,
    Lost,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Resumed,
    Source,
    Stop,
    TakeEnded,
)

_NoteId = tuple[Player, int]


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
    player do, with a stop, with the loss of the sound, with the take, or else with the last event. A held note that
    sounds again once the sound is back is the same note, held throughout: the hand played it once.
    """
    held: dict[_NoteId, tuple[int, NoteOn]] = {}
    # Notes that ended with the sound, and when they began.
    lost: dict[_NoteId, tuple[int, int, NoteOn]] = {}
    ended: list[tuple[int, int, NoteOn]] = []
    frame = 0
    # Notes that were held when the sound came back, and may be taken up.
    silent: set[_NoteId] = set()

    def end(identity: _NoteId) -> None:
        onset, on = held.pop(identity)
        ended.append((onset, frame, on))

    for performed in take:
        frame = performed.frame
        match performed.event:
            case NoteOn(player, note) as on:
                identity = (player, note)
                if identity in lost:
                    onset, _, first = lost.pop(identity)
                    held[identity] = (onset, first)
                elif identity not in silent or identity not in held:
                    if identity in held:
                        end(identity)
                    held[identity] = (frame, on)
                silent.discard(identity)
            case NoteOff(player, note):
                if (player, note) in held:
                    end((player, note))
            case AllOff(player):
                for identity in [each for each in held if each[0] == player]:
                    end(identity)
            case Lost():
                for identity, (onset, on) in held.items():
                    lost[identity] = (onset, frame, on)
                held.clear()
            case Resumed():
                silent = set(held)
            case Stop() | TakeEnded():
                for identity in list(held):
                    end(identity)
    for identity in list(held):
        end(identity)
    ended += lost.values()
    ended.sort(key=lambda item: (item[0], item[2].player, item[2].key))
    return [
        Note(on.player, start / rate, (stop - start) / rate, on.key, on.velocity, on.source)
        for start, stop, on in ended
    ]
