"""Sound as a file: the one module that knows soundfile."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from bedside.errors import BedsideError
from bedside.files import replacing

# How each kind of file keeps a sample: exactly as heard in wav; in flac to one part in 2²³, far below hearing.
_KINDS = {
    ".wav": ("WAV", "FLOAT"),
    ".flac": ("FLAC", "PCM_24"),
    ".ogg": ("OGG", "VORBIS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
}

# Little enough to cost no memory that anybody misses, whatever the number of channels that is allowed.
_READ_FRAMES = 2**16

# SFC_SET_ADD_PEAK_CHUNK of libsndfile's sndfile.h.
_ADD_PEAK_CHUNK = 0x1050


def endings() -> tuple[str, ...]:
    """Return the endings of the files that can be written."""
    return tuple(_KINDS)


def write(
    path: Path, blocks: Iterable[NDArray[np.float32]], rate: int, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Write blocks of (frames, 2) float32 to a file of the kind that its ending says, and return the frames written.

    The file is there whole or not at all. ``progress`` is told the frames of each block written. Raises BedsideError
    for an ending that is not known and for a place that cannot be written.
    """
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise BedsideError(f"A sound file ends in {', '.join(_KINDS)}, not {path.suffix or 'in nothing'}.")
    form, subtype = kind
    frames = 0
    with replacing(path) as file:
        sink = _Sink(file)
        try:
            with soundfile.SoundFile(sink, "w", rate, 2, subtype, format=form) as sound:
                # The peaks that libsndfile notes in a file of floats bear the time of day: the same sound would make
                # another file each time. soundfile has no public way to say so.
                soundfile._snd.sf_command(sound._file, _ADD_PEAK_CHUNK, soundfile._ffi.NULL, 0)
                for block in blocks:
                    sound.write(block)
                    sink.check()
                    frames += len(block)
                    progress(len(block))
            sink.check()
        except soundfile.SoundFileError as error:
            raise BedsideError(f"{path} cannot be written; is there room on the disk?") from error
    return frames


def encoded(blocks: Iterable[NDArray[np.float32]], rate: int, kind: str) -> bytes:
    """Return blocks of (frames, 2) float32 as the bytes of a file whose ending would be ``kind``; none is made."""
    form, subtype = _KINDS[kind]
    made = io.BytesIO()
    try:
        with soundfile.SoundFile(made, "w", rate, 2, subtype, format=form) as sound:
            for block in blocks:
                sound.write(block)
    except soundfile.SoundFileError as error:
        raise BedsideError("The sound cannot be made into a file.") from error
    return made.getvalue()


@dataclass(frozen=True, slots=True)
class Header:
    """What a sound file says of itself, which need not be true: its frames, its rate in hertz, its channels."""

    frames: int
    rate: int
    channels: int


def header(path: Path) -> Header:
    """Return what a sound file says of itself; raise ValueError where it is none."""
    with _reading(path) as sound:
        return Header(sound.frames, sound.samplerate, sound.channels)


def blocks(path: Path, first: int, count: int) -> Iterator[NDArray[np.float32]]:
    """Yield at most ``count`` frames of a sound file from frame ``first`` on, as blocks of (frames, channels) float32.

    Where the file ends sooner, so do they. Raises ValueError for a file that cannot be read.
    """
    with _reading(path) as sound:
        try:
            sound.seek(first)
            while count > 0:
                block = sound.read(min(count, _READ_FRAMES), dtype="float32", always_2d=True)
                if not len(block):
                    return
                count -= len(block)
                yield block
        except (soundfile.SoundFileError, RuntimeError, OSError) as error:
            raise ValueError("it is damaged") from error


def _reading(path: Path) -> soundfile.SoundFile:
    try:
        return soundfile.SoundFile(path)
    except (soundfile.SoundFileError, OSError, TypeError) as error:
        raise ValueError("it is not a sound file") from error


class _Sink:
    """A file as libsndfile calls it: what cannot rise through its callbacks is kept, and raised by `check`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._fault: OSError | None = None

    def check(self) -> None:
        """Raise the first OSError of the file, if there was one."""
        if self._fault is not None:
            raise self._fault

    def write(self, piece: bytes) -> int:
        self._do(lambda: self._file.write(piece))
        return len(piece)

    def seek(self, offset: int, whence: int) -> int:
        return self._do(lambda: self._file.seek(offset, whence))

    def tell(self) -> int:
        return self._do(self._file.tell)

    def _do(self, act: Callable[[], int]) -> int:
        if self._fault is None:
            try:
                return act()
            except OSError as error:
                self._fault = error
        return 0
