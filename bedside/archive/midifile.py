"""A MIDI file becomes takes, and a take a MIDI file; what a file holds that a take cannot is said in plain sentences.

Times of an imported take are counted in flicks, 705,600,000 a second, which every common audio rate divides.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np

from bedside.archive import smf
from bedside.archive.gm import instrument_of, program_of
from bedside.archive.miditrack import Track
from bedside.archive.ticks import Clock
from bedside.errors import BedsideError
from bedside.files import reason, replacing
from bedside.music.events import (
    FLICKS,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Program,
    Source,
    TakeBegan,
    TakeEnded,
    Tempo,
)
from bedside.music.notes import notes as notes_of

_BLOCK_FRAMES = 128
_BRIGHTNESS = 0.5
_LARGEST_BYTES = 20_000_000
_MOST_NOTES = 1_000_000
_LONGEST_FRAMES = 24 * 3600 * FLICKS
_DEFAULT_PLAYERS = (Player.CHILD, Player.THERAPIST, Player.CHILD2, Player.PARTNER)

# Beyond these, warnings would only hide each other.
_MOST_WARNINGS = 20

# The ticks of a written file: 24,000 a beat at 120 beats a minute are 48,000 a second, so that at this rate a tick is
# a frame and no onset moves.
_TICKS_PER_BEAT = 24_000
_TEMPO_MICROSECONDS = 500_000
_TICKS_PER_SECOND = 48_000
_LONGEST_DELTA = 0x0FFFFFFF


@dataclass(frozen=True, slots=True)
class Imported:
    """What one take of a file holds: its events at `FLICKS`, the notes of each player, and warnings."""

    performed: list[Performed]
    notes: dict[Player, int]
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class _Parts:
    """Who plays the notes of each track, by its place in the file, or by the channel where ``by_channel``."""

    by_channel: bool
    players: dict[int, Player]


def read(path: Path, players: Sequence[Player] | None = None) -> list[Imported]:
    """Read a MIDI file into takes: one, or one for each track with notes where the tracks run in turn (type 2).

    ``players`` play the parts in order, by default child, therapist, child2, partner; the last plays all that are
    left. Parts are the tracks with notes, or the channels where only one track has any. Raise BedsideError for a file
    that is no MIDI file, holds no notes, or is larger than 20 MB, 1,000,000 notes or 24 hours; ValueError for no
    players.
    """
    if players is not None and not players:
        raise ValueError("somebody must play")
    name = path.name
    data = _bytes(path)
    try:
        file = smf.parse(data)
        takes = [file.tracks] if file.format != 2 else [[track] for track in file.tracks]
        takes = [tracks for tracks in takes if any(_note_ons(track) for track in tracks)]
        _check_size(file, takes)
        digest = hashlib.sha256(data).digest()
        return [
            _take(file, tracks, _seed(digest, ordinal), players or _DEFAULT_PLAYERS)
            for ordinal, tracks in enumerate(takes)
        ]
    except BedsideError as error:
        raise BedsideError(f"{name} {error}.") from None


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            path.stat()
            raise BedsideError(f"{path.name} is not a file.")
        with path.open("rb") as file:
            data = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise BedsideError(f"{path.name} cannot be read: {reason(error)}.") from error
    if len(data) > _LARGEST_BYTES:
        raise BedsideError(f"{path.name} is larger than {_LARGEST_BYTES // 1_000_000} MB, too large for a MIDI file.")
    return data


def _seed(digest: bytes, ordinal: int) -> int:
    """Return a seed of 63 bits, the most that is kept, which is the same whenever the same bytes are read."""
    return int.from_bytes(hashlib.sha256(digest + ordinal.to_bytes(2)).digest()[:8]) >> 1


def _note_ons(track: Track) -> int:
    if not track.messages:
        return 0
    messages = np.frombuffer(track.messages, np.int64)
    return int(np.count_nonzero(((messages >> 20 & 0xF) == 0x9) & ((messages & 0x7F) > 0)))


def _check_size(file: smf.MidiBytes, takes: list[list[Track]]) -> None:
    if not takes:
        raise BedsideError("holds no notes")
    if sum(_note_ons(track) for tracks in takes for track in tracks) > _MOST_NOTES:
        raise BedsideError(f"holds more than {_MOST_NOTES:,} notes")
    for tracks in takes:
        if _clock(file, tracks).frame(max(track.end for track in tracks)) > _LONGEST_FRAMES:
            raise BedsideError("lasts longer than 24 hours")


def _clock(file: smf.MidiBytes, tracks: list[Track]) -> Clock:
    if file.ticks_per_second is not None:
        return Clock.of_seconds(*file.ticks_per_second, FLICKS)
    tempi = [tempo for track in tracks for tempo in track.tempi]
    return Clock.of_beats(tempi, file.ticks_per_beat, FLICKS)


def _take(file: smf.MidiBytes, tracks: list[Track], seed: int, players: Sequence[Player]) -> Imported:
    clock = _clock(file, tracks)
    warnings = [f"Track {file.tracks.index(track) + 1} {fault}" for track in tracks for fault in track.faults]
    if file.missing:
        warnings.append(f"{file.missing} of its tracks are missing")
    parts = _parts(tracks, players, warnings)
    performed: list[Performed] = []
    instruments: dict[Player, str] = {}
    open_notes = 0
    if file.ticks_per_second is None:
        performed += [
            Performed(clock.frame(tick), Tempo(tempo / 1_000_000)) for track in tracks for tick, tempo in track.tempi
        ]
    for place, track in enumerate(tracks):
        open_notes += _perform(place, track, parts, clock, performed, instruments)
    if open_notes:
        warnings.append(f"{open_notes} notes never end; they were ended with their track")
    ignored = sorted({kind for track in tracks for kind in track.ignored})
    warnings += [f"It also holds {kind}, which are left out" for kind in ignored]
    performed.sort(key=lambda item: item.frame)
    last = max(clock.frame(max(track.end for track in tracks)), performed[-1].frame)
    return Imported(
        [
            Performed(0, TakeBegan(seed, FLICKS, _BLOCK_FRAMES)),
            *(Performed(0, Program(player, instruments[player])) for player in sorted(instruments)),
            *performed,
            Performed(last, TakeEnded()),
        ],
        dict(Counter(item.event.player for item in performed if isinstance(item.event, NoteOn))),
        [f"{warning}." for warning in warnings[:_MOST_WARNINGS]],
    )


def _parts(tracks: list[Track], players: Sequence[Player], warnings: list[str]) -> _Parts:
    """Give the parts to the players: tracks with notes where there are several, else the channels of the only one."""
    places = [place for place, track in enumerate(tracks) if _note_ons(track)]
    by_channel = len(places) == 1
    if by_channel:
        messages = np.frombuffer(tracks[places[0]].messages, np.int64)
        sounding = messages[((messages >> 20 & 0xF) == 0x9) & ((messages & 0x7F) > 0)]
        places = [int(channel) for channel in np.unique(sounding >> 16 & 0xF)]
    left = len(places) - len(players)
    if left > 0:
        warnings.append(f"It has {len(places)} parts; the last {left + 1} are all played by {players[-1].label}")
    return _Parts(by_channel, {place: players[min(i, len(players) - 1)] for i, place in enumerate(places)})


def _perform(
    place: int,
    track: Track,
    parts: _Parts,
    clock: Clock,
    performed: list[Performed],
    instruments: dict[Player, str],
) -> int:
    """Add the notes of a track, and the instruments of players that have none; return how many notes never ended.

    Where a key sounds twice on a channel, its note-off ends the older note.
    """
    programs = [0] * 16
    sounding: dict[int, deque[NoteOff]] = {}
    for message in track.messages:
        status, key, value = message >> 16 & 0xFF, message >> 8 & 0x7F, message & 0x7F
        channel = status & 0xF
        identity = channel << 7 | key
        if status >= 0xC0:
            programs[channel] = key
        elif status >= 0x90 and value:
            player = parts.players[channel if parts.by_channel else place]
            instruments.setdefault(player, instrument_of(programs[channel], channel))
            # Its place in the list is a number that no other note of the take has.
            off = NoteOff(player, len(performed))
            on = NoteOn(player, off.note, key, value / 127, _BRIGHTNESS, Source.FILE)
            performed.append(Performed(clock.frame(message >> 24), on))
            sounding.setdefault(identity, deque()).append(off)
        elif sounding.get(identity):
            performed.append(Performed(clock.frame(message >> 24), sounding[identity].popleft()))
    end = clock.frame(track.end)
    left = [off for offs in sounding.values() for off in offs]
    performed.extend(Performed(end, off) for off in left)
    return len(left)


def write(path: Path, performed: Sequence[Performed], rate: int) -> None:
    """Write a take as a MIDI file of type 1, whole or not at all: a track and a channel for each who played, by name.

    ``rate`` is the number of the take's frames in a second. Velocities are rounded to 1–127. Each part takes the
    nearest sound of General MIDI, and its instrument's own name as text. Where a player holds a key twice at once, a
    reader may exchange the ends of the two notes, for MIDI does not tell them apart. Raise BedsideError where the file
    cannot be written.
    """
    last = round(max((item.frame for item in performed), default=0) * _TICKS_PER_SECOND / rate)
    first = [(0, mido.MetaMessage("set_tempo", tempo=_TEMPO_MICROSECONDS))]
    file = mido.MidiFile(type=1, ticks_per_beat=_TICKS_PER_BEAT, charset="utf-8")
    file.tracks.append(_track(first, last))
    for player in Player:
        messages = _messages(player, performed, rate)
        if any(message.type == "note_on" for _, message in messages):
            name = (0, mido.MetaMessage("track_name", name=player.label))
            file.tracks.append(_track([name, *messages], last))
    with replacing(path) as out:
        file.save(file=out)


def _messages(player: Player, performed: Iterable[Performed], rate: int) -> list[tuple[int, mido.Message]]:
    """Return the messages of a player in order, each with its tick; at one tick, ends come before beginnings."""
    channel = int(player)
    timed: list[tuple[int, int, mido.Message]] = []
    played = [item for item in performed if getattr(item.event, "player", player) == player]
    for item in played:
        if isinstance(item.event, Program):
            tick = round(item.frame * _TICKS_PER_SECOND / rate)
            timed.append((tick, 1, mido.MetaMessage("instrument_name", name=item.event.instrument)))
            program = program_of(item.event.instrument)
            if program is not None:
                timed.append((tick, 1, mido.Message("program_change", channel=channel, program=program)))
    for note in notes_of(played, rate):
        on = round(note.onset * _TICKS_PER_SECOND)
        off = round((note.onset + note.duration) * _TICKS_PER_SECOND)
        velocity = min(max(round(note.velocity * 127), 1), 127)
        timed.append((on, 2, mido.Message("note_on", channel=channel, note=note.key, velocity=velocity)))
        timed.append((off, 0 if off > on else 3, mido.Message("note_off", channel=channel, note=note.key)))
    timed.sort(key=lambda item: item[:2])
    return [(tick, message) for tick, _, message in timed]


def _track(messages: Iterable[tuple[int, mido.Message]], last: int) -> mido.MidiTrack:
    track = mido.MidiTrack()
    before = 0
    for tick, message in (*messages, (last, mido.MetaMessage("end_of_track"))):
        # A delta time has 28 bits, 93 minutes here: a longer silence is said in steps.
        while tick - before > _LONGEST_DELTA:
            track.append(mido.MetaMessage("text", text="", time=_LONGEST_DELTA))
            before += _LONGEST_DELTA
        track.append(message.copy(time=tick - before))
        before = tick
    return track
