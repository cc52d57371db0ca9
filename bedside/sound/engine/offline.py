"""Render a take to sound: the same engine, the same blocks, the same bits, as fast as the machine can."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bedside.music.events import (
    FLICKS,
    AllOff,
    Event,
    Lost,
    Performed,
    Player,
    Report,
    Resumed,
    Setting,
    Stop,
    TakeBegan,
    TakeEnded,
)
from bedside.sound.engine.engine import Engine
from bedside.sound.engine.performer import Performer
from bedside.sound.instrument import Instrument

# A take from a file sounds at this rate, in frames a second.
FILE_RATE = 48000

# What still rings this long after the last event is faded out.
_TAIL_SECONDS = 20.0


def began(take: Sequence[Performed]) -> TakeBegan:
    """Return the event that began a take; raise ValueError if it has none."""
    if not take or not isinstance(take[0].event, TakeBegan):
        raise ValueError("a take begins with TakeBegan")
    return take[0].event


def sound_rate(take: Sequence[Performed]) -> int:
    """Return the sample rate, in hertz, at which a take sounds."""
    rate = began(take).rate
    return FILE_RATE if rate == FLICKS else rate


def frames(take: Sequence[Performed]) -> int:
    """Return the number of frames of sound from a take's beginning to its last event, without the final decay."""
    return -(-take[-1].frame * sound_rate(take) // began(take).rate)


def perform(
    asked: Iterable[tuple[float, Event]], instruments: Sequence[Instrument], rate: int, block: int, seed: int
) -> list[Performed]:
    """Return what an engine performs until the take ends, given events and the seconds at which to ask for them.

    It runs as fast as the machine can. Every block is computed, because only that shows when the sound has ended.
    """
    performer = Performer(Engine.of(instruments, rate, block), lambda: seed)
    out = np.zeros((block, 2), np.float32)
    performed: list[Performed] = []
    frame = 0
    for seconds, event in asked:
        while frame < seconds * rate:
            performed += _performed(performer.render(out))
            frame += block
        performer.ask(event)
    while not performed or performer.playing:
        before = len(performed)
        performed += _performed(performer.render(out))
        if not performer.playing and len(performed) == before:
            break
        if performer.playing and performer.engine.silent and not performer.engine.holding:
            performer.close()
    return performed


def _performed(reports: Iterable[Report]) -> list[Performed]:
    return [report for report in reports if isinstance(report, Performed)]


def render(
    take: Sequence[Performed], instruments: Sequence[Instrument], heard: Collection[Player] = tuple(Player)
) -> Iterator[NDArray[np.float32]]:
    """Yield the blocks of a take, each (block, 2) float32, from its first frame until it is silent.

    ``instruments`` are baked at `sound_rate` of the take, in the order that they had when it was played. A played take
    ends where it ended; an imported one, or one that was cut off, rings out. Players who are not ``heard`` are silent.
    What was performed between a loss of sound and its return was not heard and is left out. The next block overwrites
    the yielded array.
    """
    first = began(take)
    rate = sound_rate(take)
    block = first.block
    engine = Engine.of(instruments, rate, block, heard=heard)
    out = np.zeros((block, 2), np.float32)
    frame = 0
    lost = False
    ended = False
    for performed in take:
        # A live note began with a block; a note from a file may begin within one.
        due = performed.frame * rate // first.rate
        while frame + block <= due:
            engine.render(out)
            frame += block
            yield out
        match performed.event:
            case TakeBegan(seed, _, _, spent):
                engine.reset(seed, spent)
            case Lost():
                engine.reset(first.seed)
                lost = True
            case Resumed(spent) as resumed:
                engine.reset(first.seed, spent)
                engine.apply(resumed)
                lost = False
            case TakeEnded():
                ended = True
            case event if not lost or isinstance(event, Setting | AllOff):
                engine.apply(event, max(due - frame, 0))
    if ended and first.rate != FLICKS:
        return
    tail = frame + round(_TAIL_SECONDS * rate)
    while not engine.silent:
        if frame >= tail and not engine.stopping:
            engine.apply(Stop())
        engine.render(out)
        frame += block
        yield out
