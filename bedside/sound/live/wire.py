"""The protocol between the stage and the engine's process: small records of one fixed size.

Bytes in, messages out; nothing here reads or writes. A record that the transport cut in two waits for its rest.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, get_args

from bedside.music import kinds
from bedside.music.events import Awaited, Declined, Event, Performed, Report, Settled

SIZE = 64


class Opening(IntEnum):
    """How to open a sound card: once, and play unheard if it fails; not at all; or again and again until one opens.

    An engine that is opening a card begins unheard, if it is asked to, and is heard as soon as the card plays.
    """

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
    """The engine reports what became of an event; for a note that began, ``asked_ns`` is when it was asked for."""

    report: Report
    asked_ns: int


@dataclass(frozen=True, slots=True)
class Open:
    """Open the sound card, in this way, and play; unheard, perform what was asked since a monotonic time, 0 for now."""

    how: Opening
    since_ns: int = 0


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with a take of this seed whose sound was lost at frame ``lost``, at the monotonic time ``lost_ns``.

    ``heard`` is whether the stage takes the engine for one that is heard, and asks it for the held notes at once.
    """

    seed: int
    lost: int
    lost_ns: int
    heard: bool = True


@dataclass(frozen=True, slots=True)
class Close:
    """End the take that is playing; ``asked_ns`` is as in `Request`."""

    asked_ns: int = 0


@dataclass(frozen=True, slots=True)
class Alive:
    """The screen lived at this monotonic time; the hands there can still release what they hold."""

    at_ns: int


@dataclass(frozen=True, slots=True)
class Quit:
    """End the take that is playing, then the process."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Answer at the start of the next block."""

    asked_ns: int


@dataclass(frozen=True, slots=True)
class Ready:
    """The engine has its first instruments and waits for `Open`, or is open and still waits for a card."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The sound card plays, this many seconds behind the engine; ``card`` is its name, empty where nothing is heard."""

    latency: float
    card: str


@dataclass(frozen=True, slots=True)
class Have:
    """An instrument can be played from here on; ``sustained`` says whether its held notes ring on."""

    name: str
    sustained: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """Some instruments are not in the cache; the engine waits for them while it plays the others."""


@dataclass(frozen=True, slots=True)
class Beat:
    """The engine's heartbeat: its take's next frame, the time, late blocks, and the longest block in seconds so far.

    Every request up to the one asked at ``done_ns`` has been handled, and its outcome reported.
    """

    frame: int
    at_ns: int
    late: int
    longest: float
    playing: bool
    done_ns: int = 0


@dataclass(frozen=True, slots=True)
class Regained:
    """The engine, unheard until now, is heard from here on, from silence: nothing that was held sounds."""


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping, at the start of a block."""

    asked_ns: int
    seconds: float


Message = (
    Request
    | Outcome
    | Open
    | Resume
    | Close
    | Alive
    | Quit
    | Ping
    | Ready
    | Opened
    | Have
    | Missing
    | Beat
    | Regained
    | Pong
)


class _Role(IntEnum):
    """The role of an event's record: a request, or one of the engine's reports."""

    ASKED = 0
    PERFORMED = 1
    SETTLED = 2
    AWAITED = 3
    DECLINED = 4


# How each type of field is packed; names are cut to what fits.
_FORMATS = {bool: "?", int: "q", float: "d", str: "24s"}


class _Record:
    """The layout of one class: its kind; for an event its role, a frame and nanoseconds; then its fields."""

    def __init__(self, kind: int, made: type[Any], stamp: str) -> None:
        types = kinds.fields(made)
        self._kind = kind
        self._made = made
        self._names = tuple(types)
        self._read = tuple(_name if each is str else each for each in types.values())
        # Types that are not in the table are enumerations below 256.
        self._struct = struct.Struct("<B" + stamp + "".join(_FORMATS.get(each, "B") for each in types.values()))
        self._first = 1 + len(stamp)

    def pack(self, thing: object, *stamp: int) -> bytes:
        values = [getattr(thing, name) for name in self._names]
        plain = [value.encode() if isinstance(value, str) else value for value in values]
        return self._struct.pack(self._kind, *stamp, *plain).ljust(SIZE, b"\0")

    def unpack(self, record: bytes) -> tuple[Any, tuple[int, ...]]:
        """Return the message in the record, and its stamp."""
        values = self._struct.unpack_from(record)
        made = self._made(*[read(value) for read, value in zip(self._read, values[self._first :], strict=True)])
        return made, values[1 : self._first]


def _name(padded: bytes) -> str:
    return padded.rstrip(b"\0").decode(errors="ignore")


_EVENTS = get_args(Event)
_MESSAGES = [made for made in get_args(Message) if made not in (Request, Outcome)]

# The kind of a record is its place here: both ends are the same program.
_RECORDS = [
    _Record(kind, made, "Bqq" if kind < len(_EVENTS) else "") for kind, made in enumerate((*_EVENTS, *_MESSAGES))
]
_RECORD_OF: dict[type[Any], _Record] = dict(zip((*_EVENTS, *_MESSAGES), _RECORDS, strict=True))


def pack(message: Message) -> bytes:
    """Return a message as one record of `SIZE` bytes; names are cut to 24 bytes."""
    match message:
        case Request(event, asked):
            return _RECORD_OF[type(event)].pack(event, _Role.ASKED, 0, asked)
        case Outcome(Performed(frame, event), asked):
            return _RECORD_OF[type(event)].pack(event, _Role.PERFORMED, frame, asked)
        case Outcome(Settled(event), asked):
            return _RECORD_OF[type(event)].pack(event, _Role.SETTLED, 0, asked)
        case Outcome(Awaited(event), asked):
            return _RECORD_OF[type(event)].pack(event, _Role.AWAITED, 0, asked)
        case Outcome(Declined(event), asked):
            return _RECORD_OF[type(event)].pack(event, _Role.DECLINED, 0, asked)
        case _:
            return _RECORD_OF[type(message)].pack(message)


class Unpacker:
    """Turns bytes, in pieces of any size, into messages."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> Iterator[Message]:
        """Yield the messages that this piece completes; raise ValueError for a record of an unknown kind."""
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
    role, frame, asked = stamp
    match _Role(role):
        case _Role.ASKED:
            return Request(made, asked)
        case _Role.PERFORMED:
            return Outcome(Performed(frame, made), asked)
        case _Role.SETTLED:
            return Outcome(Settled(made), asked)
        case _Role.AWAITED:
            return Outcome(Awaited(made), asked)
        case _Role.DECLINED:
            return Outcome(Declined(made), asked)
