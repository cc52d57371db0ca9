"""What crosses between the stage and the engine's process: small records of one fixed size.

Bytes in, messages out; nothing here reads or writes. A record cut in two by the transport waits for its rest.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, get_args

from bedside.music import kinds
from bedside.music.events import Event, Performed

SIZE = 64


class Opening(IntEnum):
    """What an engine does about a sound card."""

    TRIED = 0
    UNHEARD = 1
    AWAITED = 2


@dataclass(frozen=True, slots=True)
class Request:
    """The stage asks for an event; ``asked_ns`` is when, on the machine's monotonic clock."""

    event: Event
    asked_ns: int


@dataclass(frozen=True, slots=True)
class Outcome:
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
    """The engine has what it needs to play at first, and waits to be opened, or still waits for a card."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The sound card plays, this many seconds after the engine; ``card`` is its name, empty where none is heard."""

    latency: float
    card: str


@dataclass(frozen=True, slots=True)
class Have:
    """An instrument can be played from here on; ``sustained`` says whether its held notes sound on."""

    name: str
    sustained: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """Some instruments are not in the cache; the engine waits for them while it plays the others."""


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


Message = Request | Outcome | Open | Resume | Close | Quit | Ping | Ready | Opened | Have | Missing | Beat | Pong


# A frame that no event has: the record asks, it does not report.
_ASKED = -1

# How each type of field stands in a record; names are cut to what fits.
_FORMATS = {bool: "?", int: "q", float: "d", str: "24s"}


class _Record:
    """The layout of one class: its kind, for an event its frame and nanoseconds, then its fields in order."""

    def __init__(self, kind: int, made: type[Any], stamp: str) -> None:
        types = kinds.fields(made)
        self._kind = kind
        self._made = made
        self._names = tuple(types)
        self._read = tuple(_name if each is str else each for each in types.values())
        # What is not in the table is an enumeration of less than 256.
        self._struct = struct.Struct("<B" + stamp + "".join(_FORMATS.get(each, "B") for each in types.values()))
        self._first = 1 + len(stamp)

    def pack(self, thing: object, *stamp: int) -> bytes:
        values = [getattr(thing, name) for name in self._names]
        plain = [value.encode() if isinstance(value, str) else value for value in values]
        return self._struct.pack(self._kind, *stamp, *plain).ljust(SIZE, b"\0")

    def unpack(self, record: bytes) -> tuple[Any, tuple[int, ...]]:
        """Return what the record holds, and its stamp."""
        values = self._struct.unpack_from(record)
        made = self._made(*[read(value) for read, value in zip(self._read, values[self._first :], strict=True)])
        return made, values[1 : self._first]


def _name(padded: bytes) -> str:
    return padded.rstrip(b"\0").decode(errors="ignore")


_EVENTS = get_args(Event)
_MESSAGES = [made for made in get_args(Message) if made not in (Request, Outcome)]

# The kind of a record is its place here: both ends are the same program.
_RECORDS = [
    _Record(kind, made, "qq" if kind < len(_EVENTS) else "") for kind, made in enumerate((*_EVENTS, *_MESSAGES))
]
_RECORD_OF: dict[type[Any], _Record] = dict(zip((*_EVENTS, *_MESSAGES), _RECORDS, strict=True))


def pack(message: Message) -> bytes:
    """Return a message as one record of `SIZE` bytes; names longer than 24 bytes are cut."""
    match message:
        case Request(event, asked):
            return _RECORD_OF[type(event)].pack(event, _ASKED, asked)
        case Outcome(Performed(frame, event), asked):
            return _RECORD_OF[type(event)].pack(event, frame, asked)
        case _:
            return _RECORD_OF[type(message)].pack(message)


class Unpacker:
    """Turns bytes, however they were cut, into messages."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> Iterator[Message]:
        """Yield the messages that are whole with this piece; raise ValueError for a record of no known kind."""
        whole = self._rest + piece
        end = len(whole) - len(whole) % SIZE
        self._rest = whole[end:]
        for at in range(0, end, SIZE):
            yield _message(whole[at : at + SIZE])


def _message(record: bytes) -> Message:
    kind = record[0]
    if kind >= len(_RECORDS):
        raise ValueError(f"no record has kind {kind}")
    made, stamp = _RECORDS[kind].unpack(record)
    if not stamp:
        message: Message = made
        return message
    frame, asked = stamp
    return Request(made, asked) if frame == _ASKED else Outcome(Performed(frame, made), asked)
