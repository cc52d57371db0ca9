"""Sound as a file: the one module that knows soundfile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

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


def kinds() -> tuple[str, ...]:
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
        try:
            with soundfile.SoundFile(file, "w", rate, 2, subtype, format=form) as sound:
                for block in blocks:
                    sound.write(block)
                    frames += len(block)
                    progress(len(block))
        except soundfile.SoundFileError as error:
            raise BedsideError(f"{path} cannot be written; is there room on the disk?") from error
    return frames
