"""A process that renders a MIDI file with our engine: ``python rendering.py FILE VOICES [count]``.

The sound goes, as floats, to standard output; with ``count``, only how many voices sound after each block, in a line.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from bedside.archive.midi import midifile
from bedside.music.events import Player
from bedside.sound.engine import offline
from bedside.sound.engine.engine import Engine
from bedside.sound.instrument import Instrument
from bedside.sound.library import loading


@contextmanager
def voices(number: int) -> Iterator[list[Engine]]:
    """Let renderings have so many voices, which otherwise have 64; what is given fills with their engines."""
    made: list[Engine] = []

    def of(instruments: Sequence[Instrument], rate: int, block: int, heard: Sequence[Player] = tuple(Player)) -> Engine:
        made.append(Engine.of(instruments, rate, block, number, heard))
        return made[-1]

    with patch.object(offline, "Engine", SimpleNamespace(of=of)):
        yield made


def main() -> None:
    file, number, *more = sys.argv[1:]
    (imported,) = midifile.read(Path(file))
    instruments = loading.load(
        offline.FILE_RATE, names=loading.instruments_played(each.event for each in imported.performed)
    )
    with voices(int(number)) as made:
        blocks = offline.render(imported.performed, instruments)
        if more:
            print(*(made[0].sounding for _ in blocks))
            return
        for block in blocks:
            sys.stdout.buffer.write(block.data)


if __name__ == "__main__":
    main()
