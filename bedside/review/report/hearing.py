"""The sound of a take for a report: an MP3 file without the silence at the end."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bedside.errors import BedsideError
from bedside.music.events import Player
from bedside.review.hearing.sound import Listening
from bedside.sound import audiofile

_HEADER_BYTES = 44
_FRAME_BYTES = 4


def mp3(listening: Listening, take: str) -> bytes:
    """Return the sound of a take as an MP3 file; raise BedsideError if it cannot be rendered."""
    sound = listening.sound(take, tuple(Player))
    made = audiofile.encoded(without_trailing_silence(sound.read(_HEADER_BYTES, sound.size - 1)), sound.rate, ".mp3")
    fault = sound.fault()
    if fault is not None:
        raise BedsideError(fault)
    return made


def without_trailing_silence(pieces: Iterator[bytes]) -> Iterator[NDArray[np.float32]]:
    """Convert pieces of 16-bit frames to blocks of (frames, 2) float32, up to the last frame that is not silent."""
    left = b""
    silent: list[NDArray[np.float32]] = []
    for piece in pieces:
        whole = left + piece
        cut = len(whole) // _FRAME_BYTES * _FRAME_BYTES
        left = whole[cut:]
        scaled = np.frombuffer(whole[:cut], "<i2").astype(np.float32) * np.float32(1 / 32768)
        block: NDArray[np.float32] = scaled.reshape(-1, 2)
        sounding = np.flatnonzero(block.any(1))
        if not len(sounding):
            silent.append(block)
            continue
        yield from silent
        last = int(sounding[-1]) + 1
        yield block[:last]
        silent = [block[last:]]
