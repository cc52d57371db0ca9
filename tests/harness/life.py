"""One life of a recorder: a process that records a script through the program's own recorder, and types a few words.

Into a file it writes one line for each thing that happens, when it happens, each after the time of the monotonic clock:

    fed LIFE N        the first N items are fed
    kept LIFE N       the recorder said that the first N items are on the disk
    typed LIFE SERIAL these words were accepted
    told LIFE WORDS   what staff are told
    ended LIFE        the end, in order; without it, the life was cut short
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bedside.archive.recorder import Recorder
from bedside.archive.store.store import Store
from bedside.errors import BedsideError
from harness.script import WORDS, NextChild, script, words
from harness.witness import Faults, move_clock, set_faults

# One in so many items is followed by words that somebody types.
_WORDS_EVERY = 40


@dataclass(frozen=True, slots=True)
class Life:
    """What a life does: ``count`` items of its script into ``data``, one about every ``seconds``.

    With ``faults`` the disk fails. The wall clock is moved by ``clock`` seconds, and after half of the items by
    ``jump`` more. ``second`` is the second folder. Whoever has no ``hands`` types no words. The end takes at most
    ``closing`` seconds.
    """

    number: int
    data: Path
    acks: Path
    count: int = 120
    seconds: float = 0.01
    second: Path | None = None
    faults: Faults | None = None
    clock: int = 0
    jump: int = 0
    hands: bool = True
    closing: float = 60.0


def live(life: Life) -> bool:
    """Live; return whether the recorder kept all of it."""
    descriptor = os.open(life.acks, os.O_WRONLY | os.O_APPEND)

    def say(*said: object) -> None:
        line = " ".join(map(str, (f"{time.monotonic():.6f}", *said))).replace("\n", " ")
        os.write(descriptor, line.encode() + b"\n")

    if life.faults is not None:
        set_faults(life.faults)
    if life.clock:
        move_clock(life.clock)
    try:
        return _record(life, say)
    except BedsideError as error:
        say("told", life.number, error)
        return False


def _record(life: Life, say: Callable[..., None]) -> bool:
    number, chance = life.number, random.Random(-life.number)
    store: Store | None = None

    def committed(kept: int) -> None:
        say("kept", number, kept)

    recorder = Recorder(life.data, f"P-{number}", lambda: "1", committed=committed, second=life.second)
    try:
        for i, item in enumerate(script(number, life.count)):
            if i == life.count // 2 and life.jump:
                move_clock(life.clock + life.jump)
            if isinstance(item, NextChild):
                recorder.renew(item.code)
            else:
                recorder.feed(item)
            say("fed", number, i + 1)
            time.sleep(chance.uniform(0.0, 2 * life.seconds))
            if life.hands and i % _WORDS_EVERY == _WORDS_EVERY - 1 and recorder.take is not None:
                # What cannot be saved is said to whoever typed it.
                with suppress(BedsideError):
                    store = store or Store.create(life.data)
                    typed = words(number, i)
                    store.casenotes.remark(recorder.take, 0, typed, f"{WORDS} {typed}")
                    say("typed", number, typed)
        kept = recorder.close(life.closing)
        if (notice := recorder.state.notice) is not None:
            say("told", number, notice)
    finally:
        if store is not None:
            with suppress(BedsideError):
                store.close()
    if kept:
        say("ended", number)
    return kept
