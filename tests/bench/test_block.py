"""How long the engine takes for a block, as a share of the time that the block lasts."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable

import numpy as np
import pytest

from bedside.music.events import NoteOn, Player, Program, Source
from bedside.sound import band
from bedside.sound.engine import Engine

RATE = 48000
BLOCKS = 12_000


@pytest.mark.parametrize("block", [64, 128, 256])
def test_sixty_four_voices_and_reverb(block: int, report: Callable[[str], None]) -> None:
    """Sixty-four voices of four instruments sound in their room; of each block the time is taken."""
    instruments = band.load(RATE)
    engine = Engine(instruments, RATE, block)
    out = np.zeros((block, 2), np.float32)
    _hurry()
    note = 0
    voices = []
    times = np.zeros(BLOCKS)
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for number in range(BLOCKS):
            while engine.sounding < 64:
                player = Player(note % 4)
                engine.apply(Program(player, instruments[note // 4 % len(instruments)].name))
                engine.apply(NoteOn(player, note, 40 + note * 7 % 44, 0.5, 0.5, Source.TOUCH))
                note += 1
            began = time.perf_counter()
            engine.render(out)
            times[number] = time.perf_counter() - began
            voices.append(engine.sounding)
    finally:
        gc.enable()
        gc.unfreeze()
        _calm()
    assert min(voices) > 50
    budget = block / RATE
    shares = [
        f"p{p:g} {np.percentile(times, p) * 1e6:.0f} µs ({np.percentile(times, p) / budget:.0%})"
        for p in (50, 99, 99.9)
    ]
    report(f"block of {block}, 64 voices and reverb: {', '.join(shares)}; {budget / times.mean():.0f} × real time")


def _hurry() -> None:
    """Ask for the scheduling that the engine's own thread gets."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(60))
    except (AttributeError, PermissionError):
        return


def _calm() -> None:
    try:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    except (AttributeError, PermissionError):
        return
