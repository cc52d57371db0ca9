"""From a patch to an instrument: every key synthesised, brought to one loudness, quantised and laid in one pool.

The same patch at the same rate gives the same bits, whatever else is baked and in whatever order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.sound.instrument import GUARD, LEAD, Instrument, Region
from bedside.sound.library.patch import Patch
from bedside.sound.loudness import momentary
from bedside.sound.physics.table import KeyTables

LOUDNESS_LUFS = -23.0
PEAK = 0.9

# Whole multiples of 2⁻²⁴ are exact in float32 and far above the denormals, whatever gain a voice multiplies in.
QUANTUM = 2.0**-24

_LEAST_RATE, _GREATEST_RATE = 8_000, 192_000


def key_tables(patch: Patch, key: int, rate: int) -> KeyTables:
    """Return the sounds of one key at ``rate``, at −23 LUFS each (BS.1770, the loudest 400 ms) and quantised.

    A table whose peak would pass 0.9 stays as much quieter as it must.
    """
    if not patch.lowest <= key <= patch.highest:
        raise ValueError(f"{patch.name} plays the keys {patch.lowest} to {patch.highest}, not {key}")
    if not _LEAST_RATE <= rate <= _GREATEST_RATE:
        raise ValueError(f"a rate is from {_LEAST_RATE} to {_GREATEST_RATE} Hz, not {rate}")
    raw = patch.piece(key).model.sound(key, rate, seeded(patch.name, key))
    heard = raw.samples
    if raw.fall:
        heard = heard * np.exp(-np.log(10) / 20 * raw.fall / rate * np.arange(heard.shape[1]))
    gain = 10 ** ((LOUDNESS_LUFS - momentary(heard, rate)) / 20)
    gain = np.minimum(gain, (PEAK - QUANTUM) / np.max(np.abs(heard), axis=1))
    return KeyTables(np.rint(raw.samples * (gain[:, None] / QUANTUM)) * QUANTUM, raw.loop, raw.fall)


def seeded(name: str, key: int) -> Generator:
    """Return the random source that belongs to one key of the instrument ``name``."""
    return np.random.default_rng([int.from_bytes(name.encode(), "big"), key])


def bake(patch: Patch, rate: int, progress: Callable[[float], None]) -> Instrument:
    """Return the instrument of a patch at ``rate``, telling ``progress`` the part done, 0 to 1, after each key."""
    keys = range(patch.lowest, patch.highest + 1)
    rows: list[NDArray[np.float32]] = []
    shapes: list[TableShape] = []
    for done, key in enumerate(keys, start=1):
        made = key_tables(patch, key, rate)
        rows.append(guarded(made).reshape(-1))
        shapes.append(TableShape(made.samples.shape[1], made.loop, made.fall))
        progress(done / len(keys))
    pool = np.concatenate(rows)
    pool.flags.writeable = False
    return laid(patch, rate, pool, shapes)


@dataclass(frozen=True, slots=True)
class TableShape:
    """How long the tables of a key are, how long their loop, both in frames, and how they fall, in dB a second."""

    length: int
    loop: int
    fall: float


def laid(patch: Patch, rate: int, pool: NDArray[np.float32], shapes: Sequence[TableShape]) -> Instrument:
    """Return the instrument whose pool holds, key after key, a soft and a bright table of its shape, guarded.

    Raises ValueError where the pool does not have exactly that size, or a loop is longer than its table.
    """
    if len(shapes) != patch.highest - patch.lowest + 1:
        raise ValueError("there must be one length, one loop and one fall for each key")
    if any(shape.length < 1 or not 0 <= shape.loop <= shape.length or not 0 <= shape.fall < 1e4 for shape in shapes):
        raise ValueError("the lengths and loops make no sense")
    if pool.size != sum(2 * (LEAD + shape.length + GUARD) for shape in shapes):
        raise ValueError("the lengths do not fit the pool")
    regions = []
    begin = 0
    for key, shape in enumerate(shapes, start=patch.lowest):
        piece = patch.piece(key)
        whole = LEAD + shape.length + GUARD
        region = Region(
            soft=begin + LEAD,
            bright=begin + whole + LEAD,
            length=shape.length,
            loop=shape.loop,
            fall=shape.fall,
            release=piece.release,
            group=piece.group,
            off_by=piece.off_by,
        )
        regions.append((region,))
        begin += 2 * whole
    return Instrument(
        name=patch.name,
        picture=patch.picture,
        lowest=patch.lowest,
        highest=patch.highest,
        sustained=patch.sustained,
        rate=rate,
        pool=pool,
        regions=tuple(regions),
    )


def guarded(made: KeyTables) -> NDArray[np.float32]:
    """Return a table's samples with what a voice may read before and past it: silence, and silence or the loop."""
    if made.loop:
        length = made.samples.shape[1]
        further = made.samples[:, length - made.loop + np.arange(GUARD) % made.loop]
    else:
        further = np.zeros((2, GUARD))
    return np.concatenate((np.zeros((2, LEAD)), made.samples, further), axis=1).astype(np.float32)
