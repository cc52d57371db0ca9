"""One life of a recorder, as a process: ``python -m harness.life DATA ACKS LIFE COUNT SECONDS``.

It records the script of its life into the data folder through the program's own recorder, an item about every SECONDS,
and types a few words. In ACKS it writes one line for each thing that happens, when it happens:

    fed LIFE N        the first N items are fed
    kept LIFE N       the recorder said that the first N items are on the disk
    typed LIFE SERIAL these words were accepted
    told LIFE WORDS   what staff are told
    ended LIFE        the end, in order; without it, the life was cut short
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bedside.archive.recorder import Recorder
from bedside.archive.store.store import Store
from bedside.errors import BedsideError
from harness.script import LIFE, NextChild, script

# One in so many items is followed by words that somebody types.
_WORDS_EVERY = 40
# Words have numbers of their own.
_WORDS = LIFE // 2


def live(data: Path, say: Callable[..., None], life: int, count: int, seconds: float) -> bool:
    """Record one life; return whether the recorder kept all of it."""
    store = Store.open_or_set_aside(data)
    if store.notice is not None:
        say("told", life, store.notice)
    recorder = Recorder(store, f"P-{life}", lambda: "1", committed=lambda kept: say("kept", life, kept))
    chance = random.Random(-life)
    for i, item in enumerate(script(life, count)):
        if isinstance(item, NextChild):
            recorder.renew(item.code)
        else:
            recorder.feed(item)
        say("fed", life, i + 1)
        time.sleep(chance.uniform(0.0, 2 * seconds))
        if i % _WORDS_EVERY == _WORDS_EVERY - 1 and recorder.take is not None:
            number = life * LIFE + _WORDS + i
            try:
                notes = getattr(store, "casenotes", None) or getattr(store, "journal")
                notes.remark(recorder.take, 0, number, f"words {number}")
            except BedsideError as error:
                say("told", life, error)
            else:
                say("typed", life, number)
    kept = recorder.close(60.0)
    store.close()
    if kept:
        say("ended", life)
    return kept


def main() -> None:
    """Live."""
    data, acks, life, count, seconds = sys.argv[1:]
    descriptor = os.open(acks, os.O_WRONLY | os.O_APPEND)

    def say(*words: object) -> None:
        os.write(descriptor, (" ".join(map(str, words)).replace("\n", " ") + "\n").encode())

    sys.exit(not live(Path(data), say, int(life), int(count), float(seconds)))


if __name__ == "__main__":
    main()
