"""Sample files: their headers, and their sound mixed to mono."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bedside.sound import audiofile

KINDS = (".wav", ".flac", ".ogg")

# The most frames that are played of one sample, after its offset: 44 s at 48 kHz.
MOST_FRAMES = 2**21
_MOST_BYTES = 2**28
_MOST_CHANNELS = 8
_RATES = range(4_000, 192_001)
_MOST_CHUNKS = 64

# Float samples are clipped to this.
_LOUDEST = 8.0


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample file: its length in frames, its rate in hertz, and its first loop: first and last frame."""

    path: Path
    frames: int
    rate: int
    loop: tuple[int, int] | None


def look(path: Path) -> Sample:
    """Return the header of a file; raise ValueError, with words that end a sentence, if it cannot be played."""
    if path.suffix.lower() not in KINDS:
        raise ValueError("it is of a kind that is not known here")
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError("it is too large")
    header = audiofile.header(path)
    if not 1 <= header.channels <= _MOST_CHANNELS:
        raise ValueError(f"it has {header.channels} channels")
    if header.rate not in _RATES or header.frames < 1:
        raise ValueError("it is damaged")
    loop = _smpl(path) if path.suffix.lower() == ".wav" else None
    return Sample(path, header.frames, header.rate, loop)


def read(sample: Sample, first: int, count: int) -> NDArray[np.float32]:
    """Return ``count`` frames, beginning at ``first``, as the mean of all channels; zeros past the end.

    Raises ValueError, with words that end a sentence, for a damaged file.
    """
    mono = np.zeros(count, np.float32)
    at = 0
    for block in audiofile.blocks(sample.path, first, min(count, MOST_FRAMES)):
        mono[at : at + len(block)] = np.nan_to_num(block, posinf=0.0, neginf=0.0).clip(-_LOUDEST, _LOUDEST).mean(axis=1)
        at += len(block)
    return mono


def _smpl(path: Path) -> tuple[int, int] | None:
    """Return the first loop in the sampler chunk of a WAV file (RIFF MCI, 1994): first and last frame."""
    with path.open("rb") as file:
        if file.read(12)[8:] != b"WAVE":
            return None
        for _ in range(_MOST_CHUNKS):
            head = file.read(8)
            if len(head) < 8:
                return None
            name, size = struct.unpack("<4sI", head)
            if name == b"smpl":
                chunk = file.read(60)
                if len(chunk) < 60 or not struct.unpack_from("<I", chunk, 28)[0]:
                    return None
                first, last = struct.unpack_from("<II", chunk, 44)
                return first, last
            file.seek(size + size % 2, 1)
    return None
