"""From a patch to an instrument: every key synthesised, brought to one loudness, quantised and laid in one pool.

The same patch at the same rate gives the same bits, whatever else is baked and in whatever order.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.sound.bar import Bar, strike
from bedside.sound.ensemble import Ensemble, hold
from bedside.sound.instrument import GUARD, Instrument
from bedside.sound.loudness import momentary
from bedside.sound.membrane import Membrane, beat
from bedside.sound.patch import Patch
from bedside.sound.strings import PluckedString, pluck
from bedside.sound.table import Table

LOUDNESS_LUFS = -23.0
PEAK = 0.9

# Whole multiples of 2⁻²⁴ are exact in float32 and far above the denormals, whatever gain a voice multiplies in.
QUANTUM = 2.0**-24

_LEAST_RATE, _GREATEST_RATE = 8_000, 192_000


def table(patch: Patch, key: int, rate: int) -> Table:
    """Return the sounds of one key at ``rate``, at −23 LUFS each (BS.1770, the loudest 400 ms) and quantised.

    A table whose peak would pass 0.9 stays as much quieter as it must.
    """
    if not patch.lowest <= key <= patch.highest:
        raise ValueError(f"{patch.name} plays the keys {patch.lowest} to {patch.highest}, not {key}")
    if not _LEAST_RATE <= rate <= _GREATEST_RATE:
        raise ValueError(f"a rate is from {_LEAST_RATE} to {_GREATEST_RATE} Hz, not {rate}")
    raw = _synthesised(patch, key, rate)
    gain = 10 ** ((LOUDNESS_LUFS - momentary(raw.samples, rate)) / 20)
    gain = np.minimum(gain, (PEAK - QUANTUM) / np.max(np.abs(raw.samples), axis=1))
    return Table(np.rint(raw.samples * (gain[:, None] / QUANTUM)) * QUANTUM, raw.loop)


def _synthesised(patch: Patch, key: int, rate: int) -> Table:
    rng = seeded(patch.name, key)
    match patch.model:
        case PluckedString() as string:
            return pluck(string, key, rate, rng)
        case Bar() as bar:
            return strike(bar, key, rate, rng)
        case Membrane() as membrane:
            return beat(membrane, key, rate, rng)
        case Ensemble() as ensemble:
            return hold(ensemble, key, rate, rng)


def seeded(name: str, key: int) -> Generator:
    """Return the random source that belongs to one key of the instrument ``name``."""
    return np.random.default_rng([int.from_bytes(name.encode(), "big"), key])


def bake(patch: Patch, rate: int, progress: Callable[[float], None]) -> Instrument:
    """Return the instrument of a patch at ``rate``, telling ``progress`` the part done, 0 to 1, after each key."""
    keys = range(patch.lowest, patch.highest + 1)
    rows: list[NDArray[np.float32]] = []
    loops: list[int] = []
    for done, key in enumerate(keys, start=1):
        made = table(patch, key, rate)
        rows.append(guarded(made))
        loops.append(made.loop)
        progress(done / len(keys))
    pool = np.concatenate([row.reshape(-1) for row in rows])
    pool.flags.writeable = False
    lengths = np.array([row.shape[1] - GUARD for row in rows], dtype=np.int64)
    return laid(patch, rate, pool, lengths, np.array(loops, dtype=np.int64))


def laid(
    patch: Patch,
    rate: int,
    pool: NDArray[np.float32],
    length: NDArray[np.int64],
    loop: NDArray[np.int64],
) -> Instrument:
    """Return the instrument whose pool holds, key after key, a soft and a bright table of ``length`` and their guards.

    Raises ValueError where the pool does not have exactly that size, or a loop is longer than its table.
    """
    if length.shape != loop.shape or length.size != patch.highest - patch.lowest + 1:
        raise ValueError("there must be one length and one loop for each key")
    if np.any(length < 1) or np.any(loop < 0) or np.any(loop > length) or pool.size != 2 * np.sum(length + GUARD):
        raise ValueError("the lengths and loops do not fit the pool")
    begins = np.concatenate(([0], np.cumsum(2 * (length + GUARD))[:-1]))
    return Instrument(
        name=patch.name,
        picture=patch.picture,
        lowest=patch.lowest,
        highest=patch.highest,
        sustained=patch.sustained,
        release=patch.release,
        rate=rate,
        pool=pool,
        soft=begins,
        bright=begins + length + GUARD,
        length=length,
        loop=loop,
    )


def guarded(made: Table) -> NDArray[np.float32]:
    """Return a table's samples (2, frames + GUARD) with what a voice may read past the end: silence, or the loop."""
    if made.loop:
        length = made.samples.shape[1]
        further = made.samples[:, length - made.loop + np.arange(GUARD) % made.loop]
    else:
        further = np.zeros((2, GUARD))
    return np.concatenate((made.samples, further), axis=1).astype(np.float32)
