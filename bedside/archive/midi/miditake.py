"""Turn the tracks of a MIDI file into one take, with warnings about what a take cannot hold.

Times of an imported take are counted in flicks, 705,600,000 a second, which every common audio rate divides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bedside.archive.midi import smf
from bedside.archive.midi.channels import Reading
from bedside.archive.midi.parts import share
from bedside.archive.midi.ticks import Clock
from bedside.archive.midi.track import Track
from bedside.music.events import (
    FLICKS,
    Event,
    NoteOn,
    PartSetting,
    Performed,
    Player,
    Program,
    TakeBegan,
    TakeEnded,
    Tempo,
)
from bedside.music.settings import PartSettings

# Large blocks render fastest; nobody waits for an imported take, and its notes may begin within a block.
BLOCK_FRAMES = 512

# More warnings than this would hide each other.
_MOST_WARNINGS = 20


@dataclass(frozen=True, slots=True)
class Imported:
    """One take of a file: its events at `FLICKS`, the number of notes of each player, and warnings."""

    performed: list[Performed]
    notes: dict[Player, int]
    warnings: list[str]


def clock(file: smf.MidiBytes, tracks: Iterable[Track]) -> Clock:
    """Return the clock of some tracks of a file, in `FLICKS`."""
    if file.ticks_per_second is not None:
        return Clock.of_seconds(*file.ticks_per_second, FLICKS)
    tempi = [tempo for track in tracks for tempo in track.tempi]
    return Clock.of_beats(tempi, file.ticks_per_beat, FLICKS)


def take(file: smf.MidiBytes, tracks: Sequence[Track], seed: int, players: Sequence[Player]) -> Imported:
    """Return the tracks as a take, played by these players in order; the last plays all parts that are left.

    Pitch wheel, modulation, expression and sustain pedal apply to the player of their channel, whichever track they are
    in; a player of several channels gets none of them. Key and channel pressure brighten sounding notes, never below
    the brightness with which they were struck.
    """
    time = clock(file, tracks)
    warnings = [f"Track {file.tracks.index(track) + 1} {fault}" for track in tracks for fault in track.faults]
    if file.missing:
        warnings.append(f"{file.missing} of its tracks are missing")
    performed: list[Performed] = []
    if file.ticks_per_second is None:
        performed += [
            Performed(time.frame(tick), Tempo(tempo / 1_000_000)) for track in tracks for tick, tempo in track.tempi
        ]
    reading = Reading(share(tracks, players, warnings), time, performed)
    for place, track in enumerate(tracks):
        reading.feed(place, track)
    warnings += reading.warnings()
    ignored = sorted({kind for track in tracks for kind in track.ignored})
    warnings += [f"It also holds {kind}, which are left out" for kind in ignored]
    performed.sort(key=lambda item: item.frame)
    last = max(time.frame(max(track.end for track in tracks)), performed[-1].frame)
    first, rest = _changes(performed)
    return Imported(
        [Performed(0, TakeBegan(seed, FLICKS, BLOCK_FRAMES)), *first, *rest, Performed(last, TakeEnded())],
        dict(Counter(item.event.player for item in rest if isinstance(item.event, NoteOn))),
        [f"{warning}." for warning in warnings[:_MOST_WARNINGS]],
    )


def _changes(performed: Iterable[Performed]) -> tuple[list[Performed], list[Performed]]:
    """Return the players' first programs, and the events without settings that change nothing."""
    first: dict[Player, Performed] = {}
    standing: dict[tuple[Player, type], Event] = {}
    for player in Player:
        for setting in PartSettings().every(player):
            standing[player, type(setting)] = setting
    rest: list[Performed] = []
    for item in performed:
        event = item.event
        if isinstance(event, PartSetting):
            of = event.player, type(event)
            if standing.get(of) == event:
                continue
            standing[of] = event
            if isinstance(event, Program) and event.player not in first:
                first[event.player] = Performed(0, event)
                continue
        rest.append(item)
    return [first[player] for player in sorted(first)], rest
