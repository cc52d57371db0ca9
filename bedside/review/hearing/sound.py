"""The sound of takes for the pages: playable from the first second, while the rest is still being rendered.

Renderings are kept in an LRU cache on disk, encrypted under a key that exists only in this process.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import secrets
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cachetools import LRUCache

from bedside import leftovers
from bedside.archive.vault import Vault
from bedside.errors import BedsideError, NotFound
from bedside.files import reason
from bedside.leftovers import HeldFolder
from bedside.music.events import FLICKS, Performed, Player
from bedside.review.hearing import rendering
from bedside.sound.engine import offline

_log = logging.getLogger(__name__)

# Stereo, 16 bits.
_FRAME_BYTES = 4
_HEADER_BYTES = 44

# How much sound is cached, over all takes.
MOST_BYTES = 2 << 30

# How long `offline` lets an imported take ring on after its last event; the rest is silence.
_TAIL_SECONDS = 21.0

# How often a reader polls for sound that is not rendered yet.
LOOK_SECONDS = 0.02

# A take, how many events it has, and who is heard.
_Key = tuple[str, int, frozenset[Player]]


@dataclass(slots=True, eq=False)
class _Rendering:
    """A take for some players: its length, and how much of it is rendered, in frames.

    ``events`` are those that the renderer's process does not have yet. ``started`` tells whether the current process
    has this take. ``last_wanted`` is the turn in which somebody last waited for it.
    """

    key: _Key
    frames: int
    rate: int
    number: int
    performed: Sequence[Performed]
    players: frozenset[Player]
    events: Iterator[Sequence[Performed]] = field(default_factory=lambda: iter(()))
    started: bool = False
    rendered: int = 0
    last_wanted: int = 0
    fault: str | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)


class _Renderings(LRUCache[_Key, _Rendering]):
    """Renderings of up to `MOST_BYTES`; the least recently heard is given to ``forget`` first.

    The newest stays, however long it is. Reading an entry, or looping over the values, counts as hearing it.
    """

    def __init__(self, forget: Callable[[_Rendering], None]) -> None:
        most = MOST_BYTES
        super().__init__(most, lambda made: min(made.frames * _FRAME_BYTES, most))
        self._forget = forget

    def popitem(self) -> tuple[_Key, _Rendering]:
        key, gone = super().popitem()
        self._forget(gone)
        return key, gone


@dataclass(frozen=True, slots=True)
class TakeSound:
    """A take's sound as a WAV file of ``size`` bytes.

    ``read`` yields the bytes from a first to a last, and waits for those that are not rendered yet. ``piece`` returns
    some of them without waiting; None if the first is not rendered yet. It raises BedsideError if it never will be. Of
    ``length`` seconds, ``seconds`` are rendered so far.
    """

    size: int
    rate: int
    length: float
    read: Callable[[int, int], Iterator[bytes]]
    piece: Callable[[int, int], bytes | None]
    seconds: Callable[[], float]
    fault: Callable[[], str | None]


class Listening:
    """Renders takes on demand and caches the renderings.

    ``performed`` returns the events of a take. ``own`` is the user's folder of sounds, ``folder`` holds the cache file.
    One thread here requests pieces from the renderer's process, always of the take that somebody waited for last.
    """

    def __init__(
        self,
        performed: Callable[[str], Sequence[Performed]],
        own: Path | None = None,
        folder: Path | None = None,
    ) -> None:
        self._performed = performed
        self._own = own
        self._folder = folder
        self._renderer: rendering.Renderer | None = None
        self._place: HeldFolder | None = None
        self._renderings = _Renderings(self._forget)
        self._unfinished: list[_Rendering] = []
        self._work = threading.Condition()
        self._turns = itertools.count(1)
        self._closing = False

    def refuse(self) -> None:
        """Render nothing more: whoever waits for sound gets no more of it. Never waits, so a signal may call it."""
        self._closing = True

    def _refuses(self) -> bool:
        # Meanwhile another thread may have set it.
        return self._closing

    def close(self) -> None:
        """End the renderer, and delete the cache."""
        self.refuse()
        with self._work:
            self._work.notify_all()
            place, self._place = self._place, None
        if place is not None:
            renderer = self._renderer
            if renderer is not None:
                # The thread may wait for the next piece, which can take long while an instrument is made.
                renderer.kill()
            self._thread.join(10.0)
            self._vault.close()
            place.remove()

    def warm(self) -> None:
        """Start the renderer early, so that the first sound does not wait for it; if that fails, it is said then."""
        with self._work, contextlib.suppress(BedsideError):
            self._open()

    def sound(self, take: str, players: Sequence[Player], ahead: bool = False) -> TakeSound:
        """Return the sound of a take with only these players; rendering begins at once.

        Rendering ``ahead``, before anybody wants it, has the lowest priority. Raises NotFound for an unknown take.
        """
        made = self._rendering(take, frozenset(players))
        if not ahead:
            self._want(made)
        return TakeSound(
            size=_HEADER_BYTES + made.frames * _FRAME_BYTES,
            rate=made.rate,
            length=made.frames / made.rate,
            read=lambda first, last: self._read(made, first, last),
            piece=lambda first, last: self._piece(made, first, last),
            seconds=lambda: made.rendered / made.rate,
            fault=lambda: made.fault,
        )

    def _rendering(self, take: str, players: frozenset[Player]) -> _Rendering:
        performed = self._performed(take)
        if not performed:
            raise NotFound("That take does not exist, or no longer exists.", take)
        # The length is part of the key because a take that is being played grows.
        key = (take, len(performed), players)
        with self._work:
            self._open()
            found = self._renderings.get(key)
            if found is not None and found.fault is None:
                return found
            if found is not None:
                del self._renderings[key]
                self._vault.forget(found.number)
            rate = offline.sound_rate(performed)
            frames = offline.frames(performed)
            if offline.began(performed).rate == FLICKS:
                frames += round(_TAIL_SECONDS * rate)
            made = _Rendering(key, frames, rate, next(self._turns), performed, players)
            self._renderings[key] = made
            self._unfinished.append(made)
            self._work.notify_all()
        return made

    def _open(self) -> None:
        """Create the cache file and start the thread, the first time that somebody listens."""
        if self._closing:
            raise BedsideError("The pages are being closed.")
        if self._place is None:
            try:
                place = leftovers.new_folder(self._folder)
            except OSError as error:
                raise BedsideError(f"Nothing can be heard: there is no place for sound ({reason(error)}).") from error
            self._vault = Vault(place.path / "sound.db", secrets.token_bytes(32))
            self._place = place
            self._thread = threading.Thread(target=self._run, name="listening", daemon=True)
            self._thread.start()

    def _forget(self, gone: _Rendering) -> None:
        """Delete a rendering's sound, and wake everybody who waits for it."""
        with gone.changed:
            gone.fault = "This sound was removed to make room for others; load the page again."
            gone.changed.notify_all()
        self._vault.forget(gone.number)

    def _want(self, made: _Rendering) -> None:
        made.last_wanted = next(self._turns)

    def _run(self) -> None:
        self._renderer = rendering.Renderer(self._own)
        try:
            while True:
                with self._work:
                    while not (unfinished := self._pending()) and not self._closing:
                        self._work.wait()
                    if self._closing:
                        return
                made = max(unfinished, key=lambda each: (each.last_wanted, -each.number))
                try:
                    self._step(made)
                except (OSError, EOFError):
                    if self._refuses():
                        return
                    _log.exception("The renderer fell.")
                    # The process died; the next one continues with what is still wanted.
                    self._fail(made, "This take cannot be heard.")
                    self._end()
                    self._renderer = rendering.Renderer(self._own)
                    for each in unfinished:
                        each.started = False
                except Exception as fault:
                    _log.exception("A take could not be heard.")
                    self._fail(made, str(fault) if isinstance(fault, BedsideError) else "This take cannot be heard.")
        finally:
            self._end()

    def _pending(self) -> list[_Rendering]:
        """Return the renderings that still lack frames; call with ``_work`` held."""
        self._unfinished = [each for each in self._unfinished if each.rendered < each.frames and each.fault is None]
        return self._unfinished

    def _step(self, made: _Rendering) -> None:
        """Request the next piece of a rendering, and cache it."""
        renderer = self._renderer
        assert renderer is not None  # noqa: S101
        if not made.started:
            made.started = True
            made.rendered = 0
            events = made.performed
            made.events = (events[at : at + rendering.EVENTS] for at in range(0, len(events), rendering.EVENTS))
            instruments = rendering.instrument_names(events, self._own)
            renderer.send(
                rendering.BeginRendering(made.number, len(events), made.frames, made.rate, made.players, instruments)
            )
        renderer.send(rendering.NextPiece(made.number))
        while True:
            match renderer.receive():
                case rendering.NeedEvents():
                    renderer.send(list(next(made.events)))
                case rendering.Fault(sentence):
                    raise BedsideError(sentence)
                case bytes(piece):
                    break
        self._keep(made, piece)
        if made.rendered >= made.frames:
            renderer.send(rendering.Discard(made.number))

    def _keep(self, made: _Rendering, piece: bytes) -> None:
        with made.changed:
            if made.fault is None:
                self._vault.put(made.number, made.rendered // rendering.PIECE_FRAMES, piece)
                made.rendered += len(piece) // _FRAME_BYTES
            made.changed.notify_all()

    def _fail(self, made: _Rendering, sentence: str) -> None:
        with made.changed:
            made.fault = sentence
            made.changed.notify_all()

    def _end(self) -> None:
        """End the renderer."""
        renderer, self._renderer = self._renderer, None
        if renderer is not None:
            renderer.end()

    def _piece(self, made: _Rendering, first: int, last: int) -> bytes | None:
        with self._work:
            self._renderings.get(made.key)
        if first < _HEADER_BYTES:
            return _header(made.rate, made.frames)[first : last + 1]
        number, within = divmod((first - _HEADER_BYTES) // _FRAME_BYTES, rendering.PIECE_FRAMES)
        with made.changed:
            if made.fault is not None:
                raise BedsideError(made.fault)
            if made.rendered < min((number + 1) * rendering.PIECE_FRAMES, made.frames):
                self._want(made)
                return None
            piece = self._vault.get(made.number, number)
        offset = within * _FRAME_BYTES + (first - _HEADER_BYTES) % _FRAME_BYTES
        return piece[offset : offset + last + 1 - first]

    def _read(self, made: _Rendering, first: int, last: int) -> Iterator[bytes]:
        """Yield the bytes ``first`` to ``last``, inclusive; end early if rendering fails."""
        while first <= last and not self._closing:
            try:
                piece = self._piece(made, first, last)
            except BedsideError:
                return
            if piece is None:
                with made.changed:
                    made.changed.wait(LOOK_SECONDS)
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
    performed: Callable[[str], Sequence[Performed]], own: Path | None = None, folder: Path | None = None
) -> Iterator[Listening]:
    """Yield a `Listening`, and close it afterwards."""
    made = Listening(performed, own, folder)
    try:
        yield made
    finally:
        made.close()
