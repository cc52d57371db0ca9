"""What crosses between the stage and the engine's process: small records of one fixed size.

Bytes in, messages out; nothing here reads or writes. A record cut in two by the transport waits for its rest.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, auto

from bedside.music.events import (
    Event,
    Level,
    Lost,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Program,
    Resumed,
    Shape,
    Source,
    Stop,
    TakeBegan,
    TakeEnded,
    Tempo,
)

# kind, player, source, key; note or seed; frame; nanoseconds; two numbers; a name
_RECORD = struct.Struct("<BBBBIqqdd24s")
SIZE = _RECORD.size


class _Kind(IntEnum):
    NOTE_ON = auto()
    NOTE_OFF = auto()
    SHAPE = auto()
    PROGRAM = auto()
    LEVEL = auto()
    STOP = auto()
    TEMPO = auto()
    TAKE_BEGAN = auto()
    TAKE_ENDED = auto()
    LOST = auto()
    RESUMED = auto()
    OPEN = auto()
    RESUME = auto()
    CLOSE = auto()
    QUIT = auto()
    PING = auto()
    READY = auto()
    OPENED = auto()
    BEAT = auto()
    PONG = auto()


class Opening(IntEnum):
    """What an engine does about a sound card."""

    TRIED = 0
    UNHEARD = 1
    AWAITED = 2


# A frame that no event has: the record asks, it does not report.
_ASKED = -1


@dataclass(frozen=True, slots=True)
class Ask:
    """The stage asks for an event; ``asked_ns`` is when, on the machine's monotonic clock."""

    event: Event
    asked_ns: int


@dataclass(frozen=True, slots=True)
class Report:
    """The engine performed an event; for a note that begins, ``asked_ns`` is when it was asked."""

    performed: Performed
    asked_ns: int


@dataclass(frozen=True, slots=True)
class Open:
    """Play: on a card, or unheard where none opens; or unheard at once; or only when a card is found."""

    how: Opening


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with a take of this seed whose sound was lost at frame ``lost``, at the monotonic time ``lost_ns``."""

    seed: int
    lost: int
    lost_ns: int


@dataclass(frozen=True, slots=True)
class Close:
    """End the take that is playing."""


@dataclass(frozen=True, slots=True)
class Quit:
    """End the take that is playing, then the process."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Answer at the start of the next block."""

    asked_ns: int


@dataclass(frozen=True, slots=True)
class Ready:
    """The engine has loaded its instruments and waits to be opened, or still waits for a card."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The sound card plays, this many seconds after the engine; ``card`` is its name, empty where none is heard."""

    latency: float
    card: str


@dataclass(frozen=True, slots=True)
class Beat:
    """The engine lives: its take's next frame, the time, late blocks and the longest block's seconds so far."""

    frame: int
    at_ns: int
    late: int
    longest: float
    playing: bool


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping, at the start of a block."""

    asked_ns: int
    seconds: float


Message = Ask | Report | Open | Resume | Close | Quit | Ping | Ready | Opened | Beat | Pong


def pack(message: Message) -> bytes:
    """Return a message as one record of `SIZE` bytes; names longer than 24 bytes are cut."""
    match message:
        case Ask(event, asked):
            return _pack_event(event, _ASKED, asked)
        case Report(Performed(frame, event), asked):
            return _pack_event(event, frame, asked)
        case Open(how):
            return _pack(_Kind.OPEN, key=how)
        case Resume(seed, lost, at):
            return _pack(_Kind.RESUME, note=seed, frame=lost, ns=at)
        case Close():
            return _pack(_Kind.CLOSE)
        case Quit():
            return _pack(_Kind.QUIT)
        case Ping(asked):
            return _pack(_Kind.PING, ns=asked)
        case Ready():
            return _pack(_Kind.READY)
        case Opened(latency, card):
            return _pack(_Kind.OPENED, x=latency, name=card)
        case Beat(frame, at, late, longest, playing):
            return _pack(_Kind.BEAT, frame=frame, ns=at, note=late, x=longest, key=int(playing))
        case Pong(asked, seconds):
            return _pack(_Kind.PONG, ns=asked, x=seconds)


class Unpacker:
    """Turns bytes, however they were cut, into messages."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> Iterator[Message]:
        """Yield the messages that are whole with this piece; raise ValueError for a record of no known kind."""
        whole = self._rest + piece
        end = len(whole) - len(whole) % SIZE
        self._rest = whole[end:]
        for fields in _RECORD.iter_unpack(whole[:end]):
            yield _message(*fields)


def _pack(
    kind: _Kind,
    player: int = 0,
    source: int = 0,
    key: int = 0,
    note: int = 0,
    frame: int = _ASKED,
    ns: int = 0,
    x: float = 0.0,
    y: float = 0.0,
    name: str = "",
) -> bytes:
    return _RECORD.pack(kind, player, source, key, note, frame, ns, x, y, name.encode()[:24])


def _pack_event(event: Event, frame: int, ns: int) -> bytes:
    match event:
        case NoteOn(player, note, key, velocity, brightness, source):
            return _pack(_Kind.NOTE_ON, player, source, key, note, frame, ns, velocity, brightness)
        case NoteOff(player, note):
            return _pack(_Kind.NOTE_OFF, player, note=note, frame=frame, ns=ns)
        case Shape(player, note, brightness):
            return _pack(_Kind.SHAPE, player, note=note, frame=frame, ns=ns, x=brightness)
        case Program(player, instrument):
            return _pack(_Kind.PROGRAM, player, frame=frame, ns=ns, name=instrument)
        case Level(player, db, pan):
            return _pack(_Kind.LEVEL, player, frame=frame, ns=ns, x=db, y=pan)
        case Stop():
            return _pack(_Kind.STOP, frame=frame, ns=ns)
        case Tempo(seconds):
            return _pack(_Kind.TEMPO, frame=frame, ns=ns, x=seconds)
        case TakeBegan(seed, rate, block):
            return _pack(_Kind.TAKE_BEGAN, note=seed, frame=frame, ns=ns, x=rate, y=block)
        case TakeEnded():
            return _pack(_Kind.TAKE_ENDED, frame=frame, ns=ns)
        case Lost():
            return _pack(_Kind.LOST, frame=frame, ns=ns)
        case Resumed():
            return _pack(_Kind.RESUMED, frame=frame, ns=ns)


def _message(
    kind: int,
    player: int,
    source: int,
    key: int,
    note: int,
    frame: int,
    ns: int,
    x: float,
    y: float,
    padded: bytes,
) -> Message:
    name = padded.rstrip(b"\0").decode(errors="ignore")
    match kind:
        case _Kind.OPEN:
            return Open(Opening(key))
        case _Kind.RESUME:
            return Resume(note, frame, ns)
        case _Kind.CLOSE:
            return Close()
        case _Kind.QUIT:
            return Quit()
        case _Kind.PING:
            return Ping(ns)
        case _Kind.READY:
            return Ready()
        case _Kind.OPENED:
            return Opened(x, name)
        case _Kind.BEAT:
            return Beat(frame, ns, note, x, bool(key))
        case _Kind.PONG:
            return Pong(ns, x)
    event = _event(kind, Player(player), Source(source), key, note, x, y, name)
    return Ask(event, ns) if frame == _ASKED else Report(Performed(frame, event), ns)


def _event(kind: int, player: Player, source: Source, key: int, note: int, x: float, y: float, name: str) -> Event:
    match kind:
        case _Kind.NOTE_ON:
            return NoteOn(player, note, key, x, y, source)
        case _Kind.NOTE_OFF:
            return NoteOff(player, note)
        case _Kind.SHAPE:
            return Shape(player, note, x)
        case _Kind.PROGRAM:
            return Program(player, name)
        case _Kind.LEVEL:
            return Level(player, x, y)
        case _Kind.STOP:
            return Stop()
        case _Kind.TEMPO:
            return Tempo(x)
        case _Kind.TAKE_BEGAN:
            return TakeBegan(note, round(x), round(y))
        case _Kind.TAKE_ENDED:
            return TakeEnded()
        case _Kind.LOST:
            return Lost()
        case _Kind.RESUMED:
            return Resumed()
    raise ValueError(f"no record has kind {kind}")
