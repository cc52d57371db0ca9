"""The sound of takes for the pages: rendered by the engine as fast as it can, heard from the first second on.

What is rendered is kept as long as there is room, in a file that is encrypted under a key that only this process has
and that is gone with it.
"""

from __future__ import annotations

import contextlib
import itertools
import secrets
import struct
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bedside.archive.vault import Vault
from bedside.errors import BedsideError
from bedside.music.events import FLICKS, Performed, Player
from bedside.sound import offline
from bedside.sound.instrument import Instrument

# Stereo, 16 bits.
_FRAME_BYTES = 4
_HEADER_BYTES = 44

# Frames that are kept together, and how much is kept of all takes.
_PIECE_FRAMES = 1 << 15
MOST_BYTES = 2 << 30

# What an imported take may ring on after its last event, as `offline` lets it; silence fills what it does not.
_TAIL_SECONDS = 21.0

# A listener who asks for what is not rendered yet looks this often.
LOOK_SECONDS = 0.02


@dataclass(slots=True, eq=False)
class _Rendering:
    """A take for some players: how long it is and how much of it is there, in frames.

    ``work`` renders a piece each time it is asked for its next; None once it has ended. ``wanted`` and ``heard`` are
    the turns in which somebody last waited for it, and last had something of it.
    """

    frames: int
    rate: int
    number: int
    work: Iterator[None] | None = None
    there: int = 0
    wanted: int = 0
    heard: int = 0
    fault: str | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)


@dataclass(frozen=True, slots=True)
class Sound:
    """A take's sound as a WAV file of ``size`` bytes.

    ``read`` yields the bytes from a first to a last, waiting for what is not there. ``piece`` returns some of them
    without waiting: None where the first is not there yet; it raises BedsideError where it never will be. ``seconds``
    is how much there is so far, of ``length``.
    """

    size: int
    rate: int
    length: float
    read: Callable[[int, int], Iterator[bytes]]
    piece: Callable[[int, int], bytes | None]
    seconds: Callable[[], float]
    fault: Callable[[], str | None]


class Listening:
    """Renders takes and keeps what it rendered.

    ``performed`` returns the events of a take, ``instruments`` those it needs at a rate; ``folder`` is where the file
    lies. One thread renders piece by piece, always of what somebody waited for last.
    """

    def __init__(
        self,
        performed: Callable[[str], list[Performed]],
        instruments: Callable[[Sequence[Performed], int], Sequence[Instrument]],
        folder: Path | None = None,
    ) -> None:
        self._performed = performed
        self._instruments = instruments
        self._folder = folder
        self._place: tempfile.TemporaryDirectory[str] | None = None
        self._renderings: OrderedDict[tuple[str, int, frozenset[Player]], _Rendering] = OrderedDict()
        self._work = threading.Condition()
        self._turns = itertools.count(1)
        self._closing = False

    def close(self) -> None:
        """Forget all that was rendered."""
        with self._work:
            self._closing = True
            self._work.notify_all()
            place, self._place = self._place, None
        if place is not None:
            self._thread.join(10.0)
            self._vault.close()
            place.cleanup()

    def sound(self, take: str, players: Sequence[Player], ahead: bool = False) -> Sound:
        """Return the sound of a take as these players are heard; rendering begins at once.

        Where it is only made ``ahead`` of being wanted, all that is wanted comes first. Raises KeyError for a take
        that is not there.
        """
        made = self._rendering(take, frozenset(players))
        if not ahead:
            self._want(made)
        return Sound(
            size=_HEADER_BYTES + made.frames * _FRAME_BYTES,
            rate=made.rate,
            length=made.frames / made.rate,
            read=lambda first, last: self._read(made, first, last),
            piece=lambda first, last: self._piece(made, first, last),
            seconds=lambda: made.there / made.rate,
            fault=lambda: made.fault,
        )

    def _rendering(self, take: str, players: frozenset[Player]) -> _Rendering:
        performed = self._performed(take)
        if not performed:
            raise KeyError(take)
        # A take that is being played has grown since.
        key = (take, len(performed), players)
        with self._work:
            self._open()
            found = self._renderings.get(key)
            if found is not None and found.fault is None:
                return found
            if found is not None:
                self._vault.forget(found.number)
            rate = offline.sound_rate(performed)
            frames = offline.frames(performed)
            if offline.began(performed).rate == FLICKS:
                frames += round(_TAIL_SECONDS * rate)
            made = _Rendering(frames, rate, next(self._turns))
            made.work = self._rendered(made, performed, players)
            made.heard = next(self._turns)
            self._renderings[key] = made
            self._make_room(made)
            self._work.notify_all()
        return made

    def _open(self) -> None:
        """Make the file and begin to render, the first time that somebody listens."""
        if self._closing:
            raise BedsideError("The pages are being closed.")
        if self._place is None:
            self._place = tempfile.TemporaryDirectory(prefix="bedside-", dir=self._folder, ignore_cleanup_errors=True)
            self._vault = Vault(Path(self._place.name) / "sound.db", secrets.token_bytes(32))
            self._thread = threading.Thread(target=self._run, name="listening", daemon=True)
            self._thread.start()

    def _make_room(self, fresh: _Rendering) -> None:
        """Forget the renderings of which nobody has had anything for longest, until the rest has room."""
        while sum(each.frames for each in self._renderings.values()) * _FRAME_BYTES > MOST_BYTES:
            others = [key for key, each in self._renderings.items() if each is not fresh]
            if not others:
                return
            gone = self._renderings.pop(min(others, key=lambda key: self._renderings[key].heard))
            with gone.changed:
                gone.work = None
                gone.fault = "This sound was forgotten to make room for others; load the page again."
                gone.changed.notify_all()
            self._vault.forget(gone.number)

    def _want(self, rendering: _Rendering) -> None:
        rendering.wanted = next(self._turns)

    def _run(self) -> None:
        while True:
            with self._work:
                while not (unfinished := self._unfinished()) and not self._closing:
                    self._work.wait()
                if self._closing:
                    return
            made = max(unfinished, key=lambda each: (each.wanted, -each.number))
            try:
                if made.work is not None:
                    next(made.work)
            except StopIteration:
                made.work = None
            except Exception as fault:
                with made.changed:
                    made.work = None
                    made.fault = str(fault) if isinstance(fault, BedsideError) else "This take cannot be heard."
                    made.changed.notify_all()

    def _unfinished(self) -> list[_Rendering]:
        return [each for each in self._renderings.values() if each.work is not None]

    def _rendered(
        self, rendering: _Rendering, performed: Sequence[Performed], players: frozenset[Player]
    ) -> Iterator[None]:
        """Render a take, and keep a piece of it before each yield."""
        instruments = self._instruments(performed, rendering.rate)
        yield
        # What the music does not reach is silent.
        rest = itertools.repeat(np.zeros((offline.began(performed).block, 2), np.float32))
        samples = bytearray()
        number = 0
        for block in itertools.chain(offline.render(performed, instruments, players), rest):
            samples += block.tobytes()
            while True:
                frames = min(_PIECE_FRAMES, rendering.frames - rendering.there)
                if not frames or self._closing:
                    return
                size = 2 * frames * _FRAME_BYTES
                if len(samples) < size:
                    break
                self._keep(rendering, number, bytes(samples[:size]), frames)
                del samples[:size]
                number += 1
                yield

    def _keep(self, rendering: _Rendering, number: int, samples: bytes, frames: int) -> None:
        """Keep a piece of 32-bit floats as 16-bit integers."""
        rounded = np.clip(np.rint(np.frombuffer(samples, np.float32) * np.float32(32767)), -32768, 32767)
        with rendering.changed:
            if rendering.fault is None:
                self._vault.put(rendering.number, number, rounded.astype("<i2").tobytes())
                rendering.there += frames
            rendering.changed.notify_all()

    def _piece(self, rendering: _Rendering, first: int, last: int) -> bytes | None:
        rendering.heard = next(self._turns)
        if first < _HEADER_BYTES:
            return _header(rendering.rate, rendering.frames)[first : last + 1]
        number, within = divmod((first - _HEADER_BYTES) // _FRAME_BYTES, _PIECE_FRAMES)
        with rendering.changed:
            if rendering.fault is not None:
                raise BedsideError(rendering.fault)
            if rendering.there < min((number + 1) * _PIECE_FRAMES, rendering.frames):
                self._want(rendering)
                return None
            piece = self._vault.get(rendering.number, number)
        offset = within * _FRAME_BYTES + (first - _HEADER_BYTES) % _FRAME_BYTES
        return piece[offset : offset + last + 1 - first]

    def _read(self, rendering: _Rendering, first: int, last: int) -> Iterator[bytes]:
        """Yield the bytes ``first`` to ``last``, both included, as far as there will ever be any."""
        while first <= last and not self._closing:
            try:
                piece = self._piece(rendering, first, last)
            except BedsideError:
                return
            if piece is None:
                with rendering.changed:
                    rendering.changed.wait(LOOK_SECONDS)
                continue
            if not piece:
                return
            yield piece
            first += len(piece)


def _header(rate: int, frames: int) -> bytes:
    """Return the header of a WAV file of stereo 16-bit frames (Microsoft & IBM, RIFF, 1991)."""
    size = frames * _FRAME_BYTES
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 2, rate, rate * _FRAME_BYTES, _FRAME_BYTES, 16, b"data", size),
    )


@contextlib.contextmanager
def listening(
    performed: Callable[[str], list[Performed]],
    instruments: Callable[[Sequence[Performed], int], Sequence[Instrument]],
) -> Iterator[Listening]:
    """Give a place to listen at, which is gone afterwards."""
    made = Listening(performed, instruments)
    try:
        yield made
    finally:
        made.close()
