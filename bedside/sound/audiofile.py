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

# The sample format of each kind of file: wav is exact; flac has 24 bits, far below hearing.
_KINDS = {
    ".wav": ("WAV", "FLOAT"),
    ".flac": ("FLAC", "PCM_24"),
    ".ogg": ("OGG", "VORBIS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
}

# Small enough to save memory, even with the most channels allowed.
_READ_FRAMES = 2**16

# SFC_SET_ADD_PEAK_CHUNK of libsndfile's sndfile.h.
_ADD_PEAK_CHUNK = 0x1050


def endings() -> tuple[str, ...]:
    """Return the suffixes of the files that can be written."""
    return tuple(_KINDS)


def libsndfile() -> str:
    """Return the name and version of the library that reads and writes the files."""
    return f"libsndfile {soundfile.__libsndfile_version__}"


def write(
    path: Path, blocks: Iterable[NDArray[np.float32]], rate: int, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Write blocks of (frames, 2) float32 to a file of the kind that its suffix says; return the frames written.

    The file is written whole or not at all. ``progress`` gets the frames of each block written. Raises BedsideError for
    an unknown suffix, and if the file cannot be written.
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
                # The PEAK chunk of libsndfile has a timestamp, so that the same sound would make a different file each
                # time. soundfile has no public way to leave it out.
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
    """Return blocks of (frames, 2) float32 encoded as a file with the suffix ``kind``, in memory."""
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
    """The header of a sound file, which need not be true: its frames, its rate in hertz, its channels."""

    frames: int
    rate: int
    channels: int


def header(path: Path) -> Header:
    """Return the header of a sound file; raise ValueError if it is not one."""
    with _reading(path) as sound:
        return Header(sound.frames, sound.samplerate, sound.channels)


def blocks(path: Path, first: int, count: int) -> Iterator[NDArray[np.float32]]:
    """Yield at most ``count`` frames of a sound file, from frame ``first``, as blocks of (frames, channels) float32.

    They end early if the file does. Raises ValueError for a file that cannot be read.
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
    """A file for libsndfile, through whose callbacks no exception can pass: `check` raises it afterwards."""

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
