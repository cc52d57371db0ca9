"""The sound of takes for the pages: rendered by the engine as fast as it can, heard from the first second on.

What is rendered is kept as long as there is room, in a file that is encrypted under a key that only this process has
and that is gone with it.
"""

from __future__ import annotations

import contextlib
import secrets
import struct
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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
_LOOK_SECONDS = 5.0


@dataclass(slots=True)
class _Rendering:
    """A take for some players: how long it is and how much of it is there, in frames."""

    frames: int
    rate: int
    number: int
    there: int = 0
    fault: str | None = None
    users: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)


@dataclass(frozen=True, slots=True)
class Sound:
    """A take's sound as a WAV file of ``size`` bytes; ``read`` yields any part of it, waiting for what is not there."""

    size: int
    rate: int
    read: Callable[[int, int], Iterator[bytes]]


class Listening:
    """Renders takes and keeps what it rendered.

    ``performed`` returns the events of a take, ``instruments`` those it needs at a rate; ``folder`` is where the file
    lies. One take is rendered after the other, the one asked for last before those that wait.
    """

    def __init__(
        self,
        performed: Callable[[str], list[Performed]],
        instruments: Callable[[Sequence[Performed], int], Sequence[Instrument]],
        folder: Path | None = None,
    ) -> None:
        self._performed = performed
        self._instruments = instruments
        self._place = tempfile.TemporaryDirectory(prefix="bedside-", dir=folder, ignore_cleanup_errors=True)
        self._vault = Vault(Path(self._place.name) / "sound.db", secrets.token_bytes(32))
        self._renderings: OrderedDict[tuple[str, frozenset[Player]], _Rendering] = OrderedDict()
        self._lock = threading.Lock()
        self._waiting: list[Callable[[], None]] = []
        self._work = threading.Condition(self._lock)
        self._numbers = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="listening", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Forget all that was rendered."""
        with self._work:
            self._closing = True
            self._work.notify_all()
        self._thread.join(10.0)
        self._vault.close()
        self._place.cleanup()

    def sound(self, take: str, players: Sequence[Player]) -> Sound:
        """Return the sound of a take as these players are heard; rendering begins at once.

        Raises BedsideError where an instrument cannot be made, KeyError for a take that is not there.
        """
        rendering = self._rendering(take, frozenset(players))
        size = _HEADER_BYTES + rendering.frames * _FRAME_BYTES
        return Sound(size, rendering.rate, lambda first, last: self._read(rendering, first, last))

    def _rendering(self, take: str, players: frozenset[Player]) -> _Rendering:
        with self._lock:
            found = self._renderings.get((take, players))
            if found is not None and found.fault is None:
                self._renderings.move_to_end((take, players))
                return found
        performed = self._performed(take)
        if not performed:
            raise KeyError(take)
        rate = offline.sound_rate(performed)
        frames = offline.frames(performed)
        if offline.began(performed).rate == FLICKS:
            frames += round(_TAIL_SECONDS * rate)
        with self._work:
            self._numbers += 1
            made = _Rendering(frames, rate, self._numbers)
            self._renderings[take, players] = made
            self._make_room()
            self._waiting.append(lambda: self._render(made, performed, players))
            self._work.notify_all()
        return made

    def _make_room(self) -> None:
        """Forget the renderings that nobody has asked for for longest, until the rest has room."""
        while sum(each.frames for each in self._renderings.values()) * _FRAME_BYTES > MOST_BYTES:
            oldest = next((key for key, each in self._renderings.items() if not each.users), None)
            if oldest is None or len(self._renderings) == 1:
                return
            self._vault.forget(self._renderings.pop(oldest).number)

    def _run(self) -> None:
        while True:
            with self._work:
                while not self._waiting and not self._closing:
                    self._work.wait()
                if self._closing:
                    return
                work = self._waiting.pop()
            work()

    def _render(self, rendering: _Rendering, performed: Sequence[Performed], players: frozenset[Player]) -> None:
        try:
            instruments = self._instruments(performed, rendering.rate)
            piece = np.zeros((_PIECE_FRAMES, 2), np.int16)
            filled = number = 0
            for block in offline.render(performed, instruments, players):
                if self._closing or rendering.there >= rendering.frames:
                    break
                filled, number = self._fill(rendering, piece, filled, number, block)
            while rendering.there + filled < rendering.frames and not self._closing:
                # What the music does not reach is silent.
                rest = np.zeros((min(_PIECE_FRAMES, rendering.frames - rendering.there - filled), 2), np.float32)
                filled, number = self._fill(rendering, piece, filled, number, rest)
            if filled:
                self._keep(rendering, piece[:filled], number)
        except Exception as fault:
            with rendering.changed:
                rendering.fault = str(fault) if isinstance(fault, BedsideError) else "This take cannot be heard."
                rendering.changed.notify_all()

    def _fill(
        self,
        rendering: _Rendering,
        piece: NDArray[np.int16],
        filled: int,
        number: int,
        block: NDArray[np.float32],
    ) -> tuple[int, int]:
        """Put a block into the piece at hand, and keep the piece once it is full."""
        samples = np.clip(np.rint(block * 32767.0), -32768, 32767).astype(np.int16)
        while len(samples):
            room = min(_PIECE_FRAMES - filled, len(samples))
            piece[filled : filled + room] = samples[:room]
            filled += room
            samples = samples[room:]
            if filled == _PIECE_FRAMES:
                self._keep(rendering, piece, number)
                filled, number = 0, number + 1
        return filled, number

    def _keep(self, rendering: _Rendering, piece: NDArray[np.int16], number: int) -> None:
        self._vault.put(rendering.number, number, piece.astype("<i2").tobytes())
        with rendering.changed:
            rendering.there = min(number * _PIECE_FRAMES + len(piece), rendering.frames)
            rendering.changed.notify_all()

    def _read(self, rendering: _Rendering, first: int, last: int) -> Iterator[bytes]:
        """Yield the bytes ``first`` to ``last``, both included."""
        rendering.users += 1
        try:
            at = first
            if at < _HEADER_BYTES:
                yield _header(rendering.rate, rendering.frames)[at : last + 1]
                at = _HEADER_BYTES
            while at <= last:
                number, within = divmod((at - _HEADER_BYTES) // _FRAME_BYTES, _PIECE_FRAMES)
                offset = within * _FRAME_BYTES + (at - _HEADER_BYTES) % _FRAME_BYTES
                wanted = min((number + 1) * _PIECE_FRAMES, rendering.frames)
                if not self._wait(rendering, wanted):
                    return
                piece = self._vault.get(rendering.number, number)
                part = piece[offset : offset + last + 1 - at]
                if not part:
                    return
                yield part
                at += len(part)
        finally:
            rendering.users -= 1

    def _wait(self, rendering: _Rendering, frames: int) -> bool:
        """Wait until so many frames are there; return whether they are, or never will be."""
        with rendering.changed:
            while rendering.there < frames:
                if rendering.fault is not None or self._closing:
                    return False
                rendering.changed.wait(_LOOK_SECONDS)
        return True


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
