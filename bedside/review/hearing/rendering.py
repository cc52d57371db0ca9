"""The process that renders takes for the pages, one piece at a time, from whichever take is requested.

It fetches events only as it reaches them, so an hour starts to sound as soon as a minute does. It opens only the files
of the instruments.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import pickle
import struct
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, overload

import numpy as np

from bedside import children
from bedside.children import Socket
from bedside.errors import BedsideError
from bedside.music.events import Performed, Player
from bedside.sound.engine import offline
from bedside.sound.library import loading

_log = logging.getLogger(__name__)

# The frames in a piece, and the events in a batch.
PIECE_FRAMES = 1 << 15
EVENTS = 500

_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class RendererSettings:
    """The settings of a renderer: the user's folder of sounds."""

    own: Path | None


@dataclass(frozen=True, slots=True)
class BeginRendering:
    """Request: start a rendering, called ``number``, of ``frames`` frames of a take for some players."""

    number: int
    events: int
    frames: int
    rate: int
    players: frozenset[Player]
    instruments: frozenset[str]


@dataclass(frozen=True, slots=True)
class NextPiece:
    """Request: render the next piece. The answer is 16-bit stereo, empty past the end, or a `Fault`.

    Before that, the process may send `NeedEvents`, which is answered with a list of events.
    """

    number: int


@dataclass(frozen=True, slots=True)
class Discard:
    """Request: discard a rendering."""

    number: int


@dataclass(frozen=True, slots=True)
class NeedEvents:
    """The renderer needs the next batch of events."""

    number: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A rendering has failed, for a reason given as a sentence."""

    sentence: str


class LazyEvents(Sequence[Performed]):
    """The events of a take, fetched lazily; ``fetch`` returns the next batch."""

    def __init__(self, length: int, fetch: Callable[[], list[Performed]]) -> None:
        self._length = length
        self._fetch = fetch
        self._first = fetch()

    def __len__(self) -> int:
        """Return the number of events."""
        return self._length

    @overload
    def __getitem__(self, place: int) -> Performed: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Performed]: ...
    def __getitem__(self, place: int | slice) -> Performed | Sequence[Performed]:
        """Return events of the first batch."""
        return self._first[place]

    def __iter__(self) -> Iterator[Performed]:
        """Yield all events; works only once."""
        batch, left = self._first, self._length
        while True:
            yield from batch
            left -= len(batch)
            if left <= 0:
                return
            batch = self._fetch()


def send(out: IO[bytes], message: object) -> None:
    """Write a message, pickled, after its length."""
    packed = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    out.write(_LENGTH.pack(len(packed)) + packed)
    out.flush()


def receive(source: IO[bytes]) -> Any:
    """Read a message that this program wrote; raise EOFError if the writer is gone."""
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    packed = source.read(length)
    if len(packed) < length:
        raise EOFError
    return pickle.loads(packed)  # noqa: S301 - the other end is this program


def pieces(begin: BeginRendering, take: Sequence[Performed], own: Path | None) -> Iterator[bytes]:
    """Yield a take's sound in pieces of 16-bit stereo, padded with silence to its full length."""
    instruments = loading.load(begin.rate, names=begin.instruments, own=own)
    silence = itertools.repeat(np.zeros((offline.began(take).block, 2), np.float32))
    waiting = bytearray()
    left = begin.frames
    for block in itertools.chain(offline.render(take, instruments, begin.players), silence):
        waiting += block.tobytes()
        while left and len(waiting) >= 8 * min(PIECE_FRAMES, left):
            size = min(PIECE_FRAMES, left)
            samples = np.frombuffer(bytes(waiting[: 8 * size]), np.float32)
            yield np.clip(np.rint(samples * np.float32(32767)), -32768, 32767).astype("<i2").tobytes()
            del waiting[: 8 * size]
            left -= size
        if not left:
            return


def work(source: IO[bytes], out: IO[bytes], own: Path | None) -> None:
    """Answer requests until the source ends."""
    begun: dict[int, BeginRendering] = {}
    running: dict[int, Iterator[bytes]] = {}

    def fetch(number: int) -> list[Performed]:
        send(out, NeedEvents(number))
        found: list[Performed] = receive(source)
        return found

    while True:
        match receive(source):
            case BeginRendering(number) as begin:
                begun[number] = begin
            case Discard(number):
                begun.pop(number, None)
                running.pop(number, None)
            case NextPiece(number):
                try:
                    if number not in running:
                        begin = begun[number]
                        take = LazyEvents(begin.events, partial(fetch, number))
                        running[number] = pieces(begin, take, own)
                    send(out, next(running[number], b""))
                except BedsideError as fault:
                    send(out, Fault(str(fault)))
                except (OSError, EOFError):
                    raise
                except Exception:
                    _log.exception("A take could not be rendered.")
                    send(out, Fault("This take cannot be heard."))


class Renderer:
    """The parent's handle on a rendering process; ``own`` is the user's folder of sounds."""

    def __init__(self, own: Path | None) -> None:
        # The server of the pages has priority.
        self._child = children.launch(main, RendererSettings(own), "renderer", niceness=2)
        self._source, self._out = _files(self._child.link)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    def send(self, message: object) -> None:
        """Send a message; raise OSError if the process is gone."""
        send(self._out, message)

    def receive(self) -> Any:
        """Wait for a message; raise EOFError or OSError if the process is gone."""
        return receive(self._source)

    def kill(self) -> None:
        """Kill the process, from any thread; whoever waits for a message gets EOFError."""
        self._child.kill()

    def end(self) -> None:
        """Kill the process and wait for it to exit."""
        for file in (self._source, self._out):
            with contextlib.suppress(OSError):
                file.close()
        self._child.end(10.0)


def main(link: Socket, settings: RendererSettings) -> None:
    """Render until the link ends."""
    source, out = _files(link)
    with contextlib.suppress(EOFError, OSError):
        work(source, out, settings.own)


def _files(link: Socket) -> tuple[IO[bytes], IO[bytes]]:
    """Return a link as one file to read from and one to write to."""
    return link.makefile("rb"), link.makefile("wb")


def instrument_names(events: Collection[Performed], own: Path | None) -> frozenset[str]:
    """Return the names of the instruments that a take is played on."""
    return frozenset(loading.instruments_played((each.event for each in events), own))
