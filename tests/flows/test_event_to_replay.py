"""From a performed event to the disk, and from the disk to the same bits: why a take needs nothing but itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bedside.archive.recorder import Recorder
from bedside.archive.store.index import DATABASE
from bedside.archive.store.store import Store
from bedside.music.events import (
    Bend,
    Event,
    Level,
    NoteOff,
    NoteOn,
    Performed,
    Player,
    Program,
    Reverb,
    Source,
    Stop,
    TakeBegan,
    TakeEnded,
)
from bedside.sound.engine import offline
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.performer import Performer
from bedside.sound.library import loading

RATE, BLOCK = 48_000, 128
CHILD, THERAPIST = Player.CHILD, Player.THERAPIST


def note(player: Player, number: int, key: int, velocity: float = 0.6) -> NoteOn:
    """Return the beginning of a note on a touch screen."""
    return NoteOn(player, number, key, velocity, 0.5, Source.TOUCH)


# What two hands ask for, each at a second. The harp is struck; the choir is held and bent.
ASKED: list[tuple[float, Event]] = [
    (0.00, Program(THERAPIST, "choir")),
    (0.00, Level(THERAPIST, -6.0, 0.4)),
    (0.00, Reverb("chamber")),
    (0.10, note(CHILD, 1, 64)),
    (0.35, note(THERAPIST, 1, 55)),
    (0.60, NoteOff(CHILD, 1)),
    (0.70, Bend(THERAPIST, 0.7)),
    (0.80, note(CHILD, 2, 67, 1.0)),
    (1.20, NoteOff(THERAPIST, 1)),
    (1.50, Stop()),
]


@pytest.mark.slow
def test_what_was_heard_is_what_the_record_sounds(tmp_path: Path) -> None:
    """A take that was recorded, encrypted and read back renders to the bits that were heard when it was played."""
    instruments = loading.load(RATE, names={"harp", "choir"})

    # 1. Live: the performer plays what is asked, a block at a time, and reports. The recorder is fed from the reports.
    performer = Performer(Engine.of(instruments, RATE, BLOCK), seeds=lambda: 2026)
    heard: list[NDArray[np.float32]] = []
    recorder = Recorder(tmp_path, "BIRCH-07", lambda: "a test")
    waiting = list(ASKED)
    blocks = 0
    while waiting or performer.playing:
        while waiting and waiting[0][0] * RATE <= blocks * BLOCK:
            performer.ask(waiting.pop(0)[1])
        if not waiting:
            performer.close()
        block = np.empty((BLOCK, 2), np.float32)
        for report in performer.render(block):
            # Settings between takes are reported, too, but belong to no take.
            if isinstance(report, Performed):
                recorder.feed(report)
        if performer.playing:
            heard.append(block)
        blocks += 1
    assert recorder.close(timeout=30.0), recorder.fault

    # 2. At rest: nothing of it can be read without the key.
    assert b"BIRCH-07" not in (tmp_path / DATABASE).read_bytes()

    # 3. Read back: every event at its frame. The take begins with its seed and with how everything was set.
    with Store.open(tmp_path) as store:
        take = store.performed(store.find("last"))
    assert isinstance(take[0].event, TakeBegan)
    assert take[0].event.seed == 2026
    assert Performed(0, Program(THERAPIST, "choir")) in take
    assert isinstance(take[-1].event, TakeEnded)

    # 4. Heard again: the same engine over the same blocks. Not nearly the same: the same bits.
    rendered = np.concatenate([block.copy() for block in offline.render(take, instruments)])
    live = np.concatenate(heard)
    assert live.any()
    assert rendered[: len(live)].tobytes() == live.tobytes()
    assert not rendered[len(live) :].any()

    # 5. Each player alone. What the others did, such as the stop, still happens.
    alone = {
        player: np.concatenate([block.copy() for block in offline.render(take, instruments, [player])])
        for player in (CHILD, THERAPIST)
    }
    assert all(sound.any() for sound in alone.values())
    assert not np.array_equal(alone[CHILD], alone[THERAPIST])
