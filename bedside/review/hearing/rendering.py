"""The process that renders takes for the pages: a piece at a time, of whichever take is asked for.

It reads what was performed only as far as it has come, so that an hour begins to sound as soon as a minute does. It
opens no file but the instruments'.
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
from bedside.children import Link
from bedside.errors import BedsideError
from bedside.music.events import Performed, Player
from bedside.sound.engine import offline
from bedside.sound.library import band

_log = logging.getLogger(__name__)

# Frames of a piece, and the events that are sent together.
PIECE_FRAMES = 1 << 15
EVENTS = 500

_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class RendererSettings:
    """What a renderer is told at its start: the user's folder of sounds."""

    own: Path | None


@dataclass(frozen=True, slots=True)
class Begin:
    """Render ``frames`` of a take of so many events for some players; the pages call it ``number``."""

    number: int
    events: int
    frames: int
    rate: int
    players: frozenset[Player]
    instruments: frozenset[str]


@dataclass(frozen=True, slots=True)
class Next:
    """Give the next piece, as 16-bit stereo; an empty one where there is no further. The answer is bytes, or a fault.

    The process may first ask for more events, by `More`; it is given them as a list.
    """

    number: int


@dataclass(frozen=True, slots=True)
class Forget:
    """Nobody wants a rendering any more."""

    number: int


@dataclass(frozen=True, slots=True)
class More:
    """The rendering has come to the end of the events that it knows."""

    number: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A rendering cannot go on, for a reason that is told as a sentence."""

    sentence: str


class Coming(Sequence[Performed]):
    """The events of a take, fetched as they are come to; ``fetch`` returns the next of them."""

    def __init__(self, length: int, fetch: Callable[[], list[Performed]]) -> None:
        self._length = length
        self._fetch = fetch
        self._first = fetch()

    def __len__(self) -> int:
        """Return how many there are."""
        return self._length

    @overload
    def __getitem__(self, place: int) -> Performed: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Performed]: ...
    def __getitem__(self, place: int | slice) -> Performed | Sequence[Performed]:
        """Return one of the first events."""
        return self._first[place]

    def __iter__(self) -> Iterator[Performed]:
        """Yield all events, once."""
        batch, left = self._first, self._length
        while True:
            yield from batch
            left -= len(batch)
            if left <= 0:
                return
            batch = self._fetch()


def send(out: IO[bytes], message: object) -> None:
    """Write a message."""
    packed = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    out.write(_LENGTH.pack(len(packed)) + packed)
    out.flush()


def receive(source: IO[bytes]) -> Any:
    """Read a message that this program wrote; raise EOFError where its writer has gone."""
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    packed = source.read(length)
    if len(packed) < length:
        raise EOFError
    return pickle.loads(packed)  # noqa: S301 - the other end is this program


def pieces(begin: Begin, take: Sequence[Performed], own: Path | None) -> Iterator[bytes]:
    """Yield a take's sound as pieces of 16-bit stereo; silence fills what the music does not reach."""
    instruments = band.load(begin.rate, names=begin.instruments, own=own)
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
    """Answer until the source ends."""
    begun: dict[int, Begin] = {}
    running: dict[int, Iterator[bytes]] = {}

    def fetch(number: int) -> list[Performed]:
        send(out, More(number))
        found: list[Performed] = receive(source)
        return found

    while True:
        match receive(source):
            case Begin(number) as begin:
                begun[number] = begin
            case Forget(number):
                begun.pop(number, None)
                running.pop(number, None)
            case Next(number):
                try:
                    if number not in running:
                        begin = begun[number]
                        take = Coming(begin.events, partial(fetch, number))
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
    """The process that renders, as its parent holds it; ``own`` is the user's folder of sounds."""

    def __init__(self, own: Path | None) -> None:
        # Whoever waits for a page comes first.
        self._child = children.launch(main, RendererSettings(own), "renderer", niceness=2)
        self._source, self._out = _files(self._child.link)

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._child.pid

    def send(self, message: object) -> None:
        """Send a message; raise OSError where the process is gone."""
        send(self._out, message)

    def receive(self) -> Any:
        """Wait for a message; raise EOFError or OSError where the process is gone."""
        return receive(self._source)

    def end(self) -> None:
        """End the process and wait until it is gone."""
        for file in (self._source, self._out):
            with contextlib.suppress(OSError):
                file.close()
        self._child.end(10.0)


def main(link: Link, settings: RendererSettings) -> None:
    """Render until the link ends."""
    source, out = _files(link)
    with contextlib.suppress(EOFError, OSError):
        work(source, out, settings.own)


def _files(link: Link) -> tuple[IO[bytes], IO[bytes]]:
    """Return a link as one file to read from and one to write to."""
    return link.makefile("rb"), link.makefile("wb")


def instrument_names(events: Collection[Performed], own: Path | None) -> frozenset[str]:
    """Return the names of the instruments that a take is played on."""
    return frozenset(band.instruments_played((each.event for each in events), own))
