"""How long the engine takes for a block, as a share of the time that the block lasts."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from bedside.music.events import NoteOn, Player, Program, Source
from bedside.sound.engine.engine import Engine
from bedside.sound.instrument import Instrument
from bedside.sound.library import loading

RATE = 48000
BLOCKS = 8_000
BLOCK = 128
VOICES = (8, 16, 32, 64, 128)

# Between two blocks, so that the system does not take real-time scheduling away from a loop that never waits.
_REST_SECONDS = 0.0002

# So many blocks come before those that count.
_EARLY = 500


@pytest.fixture(scope="module")
def instruments() -> list[Instrument]:
    """Give all instruments that the program ships."""
    return loading.load(RATE)


@pytest.mark.parametrize("voices", [64, 128])
@pytest.mark.parametrize("block", [64, 128, 256])
def test_a_block(block: int, voices: int, instruments: Sequence[Instrument], report: Callable[[str], None]) -> None:
    """Voices of all instruments sound in their room, none missing; of each block the time is taken."""
    times, urgent = _times(instruments, block, voices)
    budget = block / RATE
    shares = ", ".join(
        f"p{p:g} {np.percentile(times, p) * 1e6:4.0f} µs ({np.percentile(times, p) / budget:3.0%})"
        for p in (50, 99, 99.9)
    )
    report(
        f"block of {block:3}, {voices:3} voices and reverb: {shares}; longest {times.max() * 1e6:.0f} µs; "
        f"{budget / times.mean():.0f} × real time{'' if urgent else '; without real-time scheduling'}"
    )


def test_growth_with_voices(instruments: Sequence[Instrument], report: Callable[[str], None]) -> None:
    """From eight voices to 128 each costs the same, beside what a block costs at all: a straight line says how much."""
    medians = [float(np.median(_times(instruments, BLOCK, voices)[0])) * 1e6 for voices in VOICES]
    each, alone = np.polyfit(VOICES, medians, 1)
    off = np.abs(np.polyval((each, alone), VOICES) / medians - 1).max()
    grown = ", ".join(f"{voices}: {each:.0f}" for voices, each in zip(VOICES, medians, strict=True))
    report(
        f"block of {BLOCK} by voices, median in µs: {grown}; that is {alone:.0f} + {each:.2f} a voice, "
        f"within {off:.0%}; 128 cost {medians[-1] / medians[-2]:.2f} × 64"
    )


def _times(instruments: Sequence[Instrument], block: int, voices: int) -> tuple[NDArray[np.float64], bool]:
    """Return the seconds that each block took, and whether the system let them go before all else."""
    engine = Engine.of(instruments, RATE, block, polyphony=voices)
    out = np.zeros((block, 2), np.float32)
    times = np.zeros(BLOCKS)
    sounding = np.zeros(BLOCKS, int)
    note = 0
    urgent = _hurry()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for number in range(-_EARLY, BLOCKS):
            # One that dies at once must not keep the loop for ever.
            for _ in range(voices):
                if engine.sounding >= voices:
                    break
                player = Player(note % len(Player))
                engine.apply(Program(player, instruments[note // 4 % len(instruments)].name))
                engine.apply(NoteOn(player, note, 40 + note * 7 % 44, 0.5, 0.5, Source.TOUCH))
                note += 1
            began = time.perf_counter()
            engine.render(out)
            if number >= 0:
                times[number] = time.perf_counter() - began
                sounding[number] = engine.sounding
            time.sleep(_REST_SECONDS)
    finally:
        gc.enable()
        gc.unfreeze()
        _calm()
    # Those whose last frame was in this block are gone after it.
    assert sounding.mean() > 0.9 * voices
    return times, urgent


def _hurry() -> bool:
    """Ask for the scheduling that the engine's own thread gets; return whether it is given."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(60))
    except (AttributeError, PermissionError):
        return False
    return True


def _calm() -> None:
    try:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    except (AttributeError, PermissionError):
        return
