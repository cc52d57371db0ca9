"""Convert channel messages to events: notes, bends, vibrato, expression, pedals and pressure.

After the MIDI 1.0 Detailed Specification, 4.2 (RP-001).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from bedside.archive.midi.gm import DRUM_CHANNEL, drum_key, instrument_of
from bedside.archive.midi.parts import Parts
from bedside.archive.midi.ticks import Clock
from bedside.archive.midi.track import Parameter, Track
from bedside.music.events import (
    Bend,
    Event,
    Expression,
    NoteOff,
    NoteOn,
    Pedal,
    Performed,
    Player,
    Program,
    Shape,
    Source,
    Vibrato,
)
from bedside.music.keyboard import BEND_SEMITONES, PEDAL_DOWN, Controller

# The farthest that a part can be bent.
MOST_SEMITONES = 24.0

# Registered parameter numbers: the range of the pitch wheel, and "none".
BEND_RANGE, NO_PARAMETER = 0, 0x3FFF

# Pressure applies to at most ten notes at once, the last ones struck.
_MOST_PRESSED = 10
_MOST_SHAPES = 300_000


@dataclass(slots=True)
class _Struck:
    """A sounding note: its velocity as a ``share`` of 1, the pressure of its key, and its brightness."""

    off: NoteOff
    share: float
    pressure: float
    brightness: float


@dataclass(slots=True)
class _Channel:
    """The state of a channel of one track.

    ``player`` plays its notes; its wheels and pedals apply to the players ``moved``. Where a key sounds twice, a
    note-off ends the older note.
    """

    number: int
    player: Player | None
    moved: list[Player]
    program: int = 0
    wheel: float = 0.0
    semitones: float = BEND_SEMITONES
    parameter: int = NO_PARAMETER
    pressure: float = 0.0
    struck: dict[int, deque[_Struck]] = field(default_factory=dict)

    def notes(self, key: int | None = None) -> Iterator[_Struck]:
        """Yield the sounding notes of a key, or of all keys, the last struck first."""
        keys = reversed(self.struck) if key is None else [key]
        return (struck for each in keys for struck in reversed(self.struck.get(each, ())))


class Reading:
    """Reads the tracks of a file, one after the other, into the list ``performed``."""

    def __init__(self, parts: Parts, time: Clock, performed: list[Performed]) -> None:
        self._parts = parts
        self._time = time
        self._performed = performed
        self._numbers: dict[Player, int] = {}
        self._instruments: dict[Player, str] = {}
        self._unended = 0
        self._shapes = 0
        self._unmoved: set[Player] = set()

    def warnings(self) -> list[str]:
        """Return warnings about everything that could not be converted so far."""
        said = []
        if self._unended:
            said.append(f"{self._unended} notes never end; they were ended with their track")
        if self._shapes > _MOST_SHAPES:
            said.append(f"It changes its pressure more than {_MOST_SHAPES:,} times; the rest are left out")
        said += [
            f"{player.label} plays several channels, whose bends, swells and pedals are left out"
            for player in sorted(self._unmoved)
        ]
        return said

    def feed(self, place: int, track: Track) -> None:
        """Add the events of a track."""
        channels: dict[int, _Channel] = {}
        for message in track.messages:
            number = message >> 16 & 0xF
            channel = channels.get(number)
            if channel is None:
                player = self._parts.player(place, number)
                channel = channels[number] = _Channel(number, player, self._parts.alone.get(number, []))
            for event in self._events(channel, message >> 20 & 0xF, message >> 8 & 0x7F, message & 0x7F):
                self._performed.append(Performed(self._time.frame(message >> 24), event))
        end = self._time.frame(track.end)
        for channel in channels.values():
            left = self._all_off(channel)
            self._unended += len(left)
            self._performed += [Performed(end, off) for off in left]

    def _events(self, channel: _Channel, kind: int, a: int, b: int) -> Iterable[Event]:
        match kind:
            case 0x9 if b:
                return self._strike(channel, a, b / 127)
            case 0x8 | 0x9:
                struck = channel.struck.get(a)
                if not struck:
                    return ()
                off = struck.popleft().off
                if not struck:
                    del channel.struck[a]
                return (off,)
            case 0xA:
                return self._press(channel, b / 127, a)
            case 0xB:
                return self._control(channel, a, b)
            case 0xC:
                channel.program = a
            case 0xD:
                return self._press(channel, a / 127, None)
            case 0xE:
                position = (b << 7 | a) - 8192
                channel.wheel = position / (8191 if position > 0 else 8192)
                return self._bend(channel)
        return ()

    def _strike(self, channel: _Channel, key: int, share: float) -> list[Event]:
        player = channel.player
        if player is None:
            return []
        number = self._numbers[player] = self._numbers.get(player, 0) + 1
        sounding = drum_key(key) if channel.number == DRUM_CHANNEL else key
        events: list[Event] = [NoteOn(player, number, sounding, share, share, Source.FILE)]
        instrument = instrument_of(channel.program, channel.number)
        # Where a player has several tracks, only the order in time will show which instrument came before.
        if instrument != self._instruments.get(player) or player in self._parts.shared:
            self._instruments[player] = instrument
            events.insert(0, Program(player, instrument))
        struck = _Struck(NoteOff(player, number), share, 0.0, share)
        if key in channel.struck:
            channel.struck[key].append(struck)
        else:
            channel.struck[key] = deque((struck,))
        if channel.pressure > share:
            events += self._shape(channel, struck)
        return events

    def _press(self, channel: _Channel, pressure: float, key: int | None) -> Iterator[Event]:
        if key is None:
            channel.pressure = pressure
        if self._shapes > _MOST_SHAPES:
            return
        for struck in islice(channel.notes(key), _MOST_PRESSED):
            if key is not None:
                struck.pressure = pressure
            yield from self._shape(channel, struck)

    def _shape(self, channel: _Channel, struck: _Struck) -> Iterator[Event]:
        brightness = max(struck.share, struck.pressure, channel.pressure)
        if brightness != struck.brightness:
            self._shapes += 1
            if self._shapes <= _MOST_SHAPES:
                struck.brightness = brightness
                yield Shape(struck.off.player, struck.off.note, brightness)

    def _bend(self, channel: _Channel) -> list[Event]:
        semitones = min(max(channel.semitones * channel.wheel, -MOST_SEMITONES), MOST_SEMITONES)
        return [Bend(player, semitones) for player in self._moved(channel)]

    def _moved(self, channel: _Channel) -> list[Player]:
        """Return the players to whom the wheels and pedals of a channel apply."""
        if channel.player in self._parts.several:
            self._unmoved.add(channel.player)
        return channel.moved

    def _control(self, channel: _Channel, control: int, value: int) -> Iterable[Event]:
        match control:
            case Controller.MODULATION:
                return [Vibrato(player, value / 127) for player in self._moved(channel)]
            case Controller.EXPRESSION:
                return [Expression(player, value / 127) for player in self._moved(channel)]
            case Controller.SUSTAIN:
                return [Pedal(player, value >= PEDAL_DOWN) for player in self._moved(channel)]
            case Controller.ALL_SOUND_OFF | Controller.ALL_NOTES_OFF:
                return self._all_off(channel)
            case Controller.RESET:
                return self._reset(channel)
            case Parameter.VALUE | Parameter.VALUE_FINE if channel.parameter == BEND_RANGE:
                whole = value if control == Parameter.VALUE else int(channel.semitones)
                channel.semitones = whole + (value / 100 if control == Parameter.VALUE_FINE else 0.0)
                return self._bend(channel)
            case Parameter.NUMBER_FINE:
                channel.parameter = channel.parameter & 0x3F80 | value
            case Parameter.NUMBER:
                channel.parameter = channel.parameter & 0x7F | value << 7
            case Parameter.OTHER_FINE | Parameter.OTHER:
                channel.parameter = NO_PARAMETER
        return ()

    def _all_off(self, channel: _Channel) -> list[NoteOff]:
        offs = [struck.off for several in channel.struck.values() for struck in several]
        channel.struck.clear()
        return offs

    def _reset(self, channel: _Channel) -> Iterator[Event]:
        """Reset the wheels, pedals and pressure of a channel (controller 121; RP-015)."""
        channel.parameter, channel.wheel = NO_PARAMETER, 0.0
        yield from self._bend(channel)
        for control, value in ((Controller.MODULATION, 0), (Controller.EXPRESSION, 127), (Controller.SUSTAIN, 0)):
            yield from self._control(channel, control, value)
        yield from self._press(channel, 0.0, None)
