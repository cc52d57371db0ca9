"""Read MIDI files into takes, and write takes as MIDI files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import mido
import numpy as np

from bedside.archive.midi import smf
from bedside.archive.midi.channels import BEND_RANGE, MOST_SEMITONES, NO_PARAMETER
from bedside.archive.midi.gm import program_of
from bedside.archive.midi.miditake import Imported, clock, take
from bedside.archive.midi.parts import note_ons
from bedside.archive.midi.track import Parameter, Track
from bedside.errors import BedsideError
from bedside.files import reason, replacing
from bedside.music.events import (
    FLICKS,
    AllOff,
    Bend,
    Event,
    Expression,
    Glide,
    Lost,
    NoteOff,
    NoteOn,
    Pedal,
    Performed,
    Player,
    Program,
    Shape,
    Stop,
    TakeEnded,
    Vibrato,
)
from bedside.music.keyboard import BEND_SEMITONES, Controller

_LARGEST_BYTES = 20_000_000
_MOST_NOTES = 1_000_000
_MOST_MOVES = 1_000_000
_LONGEST_FRAMES = 24 * 3600 * FLICKS
_DEFAULT_PLAYERS = (Player.CHILD, Player.THERAPIST, Player.CHILD2, Player.PARTNER)

# A written file has 24,000 ticks a beat at 120 beats a minute, 48,000 a second: at this rate a tick is a frame, and no
# onset moves.
_TICKS_PER_BEAT = 24_000
_TEMPO_MICROSECONDS = 500_000
_TICKS_PER_SECOND = 48_000
_LONGEST_DELTA = 0x0FFFFFFF

# A gliding note moves to the next key when it is this far from the last one, in semitones.
_NEAREST = 0.6

# Ranges of a written pitch wheel, in semitones: the default, an octave, or the largest.
_RANGES = (BEND_SEMITONES, 12.0, MOST_SEMITONES)


def read(path: Path, players: Sequence[Player] | None = None) -> list[Imported]:
    """Read a MIDI file into takes: one, or one for each track with notes where the tracks run in turn (type 2).

    ``players`` play the parts in order, by default child, therapist, child2, partner; the last plays all that are
    left. Parts are the tracks with notes, or the channels where only one track has any. Raise BedsideError for a file
    that is no MIDI file, holds no notes, or is larger than 20 MB, 1,000,000 notes, as many moves of wheels and
    pedals, or 24 hours; ValueError for no players.
    """
    if players is not None and not players:
        raise ValueError("somebody must play")
    name = path.name
    data = _bytes(path)
    try:
        file = smf.parse(data)
        takes = [file.tracks] if file.format != 2 else [[track] for track in file.tracks]
        takes = [tracks for tracks in takes if any(note_ons(track) for track in tracks)]
        _check_size(file, takes)
        digest = hashlib.sha256(data).digest()
        return [
            take(file, tracks, _seed(digest, ordinal), players or _DEFAULT_PLAYERS)
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
    """Return a 63-bit seed that depends only on the bytes of the file and the take's ordinal."""
    return int.from_bytes(hashlib.sha256(digest + ordinal.to_bytes(2)).digest()[:8]) >> 1


def _moves(track: Track) -> int:
    """Return how many messages of a track neither begin nor end a note."""
    messages = np.frombuffer(track.messages, np.int64) if track.messages else np.empty(0, np.int64)
    return int(np.count_nonzero((messages >> 20 & 0xF) > 0x9))


def _check_size(file: smf.MidiBytes, takes: list[list[Track]]) -> None:
    if not takes:
        raise BedsideError("holds no notes")
    if sum(note_ons(track) for tracks in takes for track in tracks) > _MOST_NOTES:
        raise BedsideError(f"holds more than {_MOST_NOTES:,} notes")
    if sum(_moves(track) for tracks in takes for track in tracks) > _MOST_MOVES:
        raise BedsideError(f"holds more than {_MOST_MOVES:,} moves of wheels and pedals")
    for tracks in takes:
        if clock(file, tracks).frame(max(track.end for track in tracks)) > _LONGEST_FRAMES:
            raise BedsideError("lasts longer than 24 hours")


def write(path: Path, performed: Sequence[Performed], rate: int) -> None:
    """Write a take as a MIDI file of type 1, whole or not at all: a track and a channel for each who played, by name.

    ``rate`` is the number of the take's frames in a second. Velocities are rounded to 1–127. Each part takes the
    nearest sound of General MIDI, and its instrument's own name as text. Where a player holds a key twice at once, a
    reader may exchange the ends of the two notes, for MIDI does not tell them apart.

    Bends, vibrato, swells and the sustain pedal are written as a keyboard sends them, and the brightness of a held note
    as pressure of its key, which can only make it brighter than it was struck. MIDI bends a whole channel and not one
    note; a glide therefore becomes steps: when it reaches another key, the note ends and begins again on that key.
    Levels, rooms, profiles and tempi are left out. Raise BedsideError if the file cannot be written.
    """
    last = round(max((item.frame for item in performed), default=0) * _TICKS_PER_SECOND / rate)
    first = [(0, mido.MetaMessage("set_tempo", tempo=_TEMPO_MICROSECONDS))]
    file = mido.MidiFile(type=1, ticks_per_beat=_TICKS_PER_BEAT, charset="utf-8")
    file.tracks.append(_track(first, last))
    for player in Player:
        messages = _messages(player, performed, rate, last)
        if any(message.type == "note_on" for _, message in messages):
            name = (0, mido.MetaMessage("track_name", name=player.label))
            file.tracks.append(_track([name, *messages], last))
    with replacing(path) as out:
        file.save(file=out)


def _messages(player: Player, performed: Sequence[Performed], rate: int, last: int) -> list[tuple[int, mido.Message]]:
    """Return the messages of a player in the order in which they were played, each with its tick."""
    played = [item for item in performed if getattr(item.event, "player", player) == player]
    bends = [abs(item.event.semitones) for item in played if isinstance(item.event, Bend)]
    part = _Part(player, next((each for each in _RANGES if each >= max(bends, default=0.0)), MOST_SEMITONES))
    timed = [(0, message) for message in part.beginning()]
    for item in played:
        tick = round(item.frame * _TICKS_PER_SECOND / rate)
        timed += [(tick, message) for message in part.feed(item.event)]
    return [*timed, *((last, message) for message in part.lift())]


class _Part:
    """A player's track as it is written: the notes that sound, each with its key, and the range of the wheel."""

    def __init__(self, player: Player, semitones: float) -> None:
        self._channel = int(player)
        self._semitones = semitones
        self._held: dict[int, tuple[int, int]] = {}

    def beginning(self) -> Iterator[mido.Message]:
        """Yield the messages that set the range of the wheel, where it is not the default."""
        if self._semitones != BEND_SEMITONES:
            settings = (
                (Parameter.NUMBER, BEND_RANGE >> 7),
                (Parameter.NUMBER_FINE, BEND_RANGE & 0x7F),
                (Parameter.VALUE, int(self._semitones)),
                (Parameter.VALUE_FINE, 0),
                (Parameter.NUMBER, NO_PARAMETER >> 7),
                (Parameter.NUMBER_FINE, NO_PARAMETER & 0x7F),
            )
            for control, value in settings:
                yield self._message("control_change", control=int(control), value=value)

    def feed(self, event: Event) -> Iterator[mido.Message]:
        """Yield the messages of an event of this player, or of everybody."""
        match event:
            case NoteOn(_, note, key, velocity):
                yield from self._off(note)
                yield from self._on(note, key, min(max(round(velocity * 127), 1), 127))
            case NoteOff(_, note):
                yield from self._off(note)
            case Glide(_, note, pitch) if note in self._held:
                key, velocity = self._held[note]
                # The margin beyond half a semitone keeps a trembling finger from trilling.
                if abs(pitch - key) > _NEAREST:
                    yield from self._off(note)
                    yield from self._on(note, round(pitch), velocity)
            case Shape(_, note, brightness) if note in self._held:
                yield self._message("polytouch", note=self._held[note][0], value=_seven_bits(brightness))
            case Bend(_, semitones):
                share = semitones / self._semitones
                yield self._message("pitchwheel", pitch=round(share * (8191 if share > 0 else 8192)))
            case Vibrato(_, depth):
                yield self._control(Controller.MODULATION, _seven_bits(depth))
            case Expression(_, share):
                yield self._control(Controller.EXPRESSION, _seven_bits(share))
            case Pedal(_, down):
                yield self._control(Controller.SUSTAIN, 127 if down else 0)
            case Program(_, instrument):
                yield mido.MetaMessage("instrument_name", name=instrument)
                program = program_of(instrument)
                if program is not None:
                    yield self._message("program_change", program=program)
            case AllOff():
                yield from self.lift()
                yield self._control(Controller.SUSTAIN, 0)
                yield self._control(Controller.ALL_NOTES_OFF, 0)
            case Stop() | Lost() | TakeEnded():
                yield from self.lift()

    def lift(self) -> Iterator[mido.Message]:
        """Yield the ends of all notes."""
        for note in list(self._held):
            yield from self._off(note)

    def _on(self, note: int, key: int, velocity: int) -> Iterator[mido.Message]:
        self._held[note] = (key, velocity)
        yield self._message("note_on", note=key, velocity=velocity)

    def _off(self, note: int) -> Iterator[mido.Message]:
        if note in self._held:
            key, _ = self._held.pop(note)
            yield self._message("note_off", note=key)

    def _control(self, control: Controller, value: int) -> mido.Message:
        return self._message("control_change", control=int(control), value=value)

    def _message(self, kind: str, **fields: int) -> mido.Message:
        return mido.Message(kind, channel=self._channel, **fields)


def _seven_bits(share: float) -> int:
    return min(max(round(share * 127), 0), 127)


def _track(messages: Iterable[tuple[int, mido.Message]], last: int) -> mido.MidiTrack:
    track = mido.MidiTrack()
    before = 0
    for tick, message in (*messages, (last, mido.MetaMessage("end_of_track"))):
        # A delta time has 28 bits, 93 minutes here; a longer silence is written in steps.
        while tick - before > _LONGEST_DELTA:
            track.append(mido.MetaMessage("text", text="", time=_LONGEST_DELTA))
            before += _LONGEST_DELTA
        track.append(message.copy(time=tick - before))
        before = tick
    return track
