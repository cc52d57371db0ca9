"""Bake a patch into an instrument: synthesise every key, normalise its loudness, quantise it, and pool all the tables.

The same patch at the same rate always gives the same bits, whatever else is baked and in whatever order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bedside.sound.exact import LN_10, decibels, falling
from bedside.sound.instrument import GUARD, LEAD, QUANTUM, Instrument, Region
from bedside.sound.library.patch import Patch
from bedside.sound.loudness import momentary
from bedside.sound.physics.table import KeyTables

LOUDNESS_LUFS = -23.0
PEAK = 0.9

_LEAST_RATE, _GREATEST_RATE = 8_000, 192_000


def key_tables(patch: Patch, key: int, rate: int) -> KeyTables:
    """Return both tables of one key at ``rate``, quantised, each at −23 LUFS (BS.1770, the loudest 400 ms).

    A table whose peak would exceed 0.9 is kept quieter. Raises ValueError for a key or a rate out of range.
    """
    if not patch.lowest <= key <= patch.highest:
        raise ValueError(f"{patch.name} plays the keys {patch.lowest} to {patch.highest}, not {key}")
    if not _LEAST_RATE <= rate <= _GREATEST_RATE:
        raise ValueError(f"a rate is from {_LEAST_RATE} to {_GREATEST_RATE} Hz, not {rate}")
    raw = patch.piece(key).model.sound(key, rate, key_generator(patch.name, key))
    heard = raw.samples
    if raw.fall:
        heard = heard * falling(LN_10 / 20 * raw.fall / rate, heard.shape[1])
    gain = decibels(LOUDNESS_LUFS - momentary(heard, rate))
    gain = np.minimum(gain, (PEAK - QUANTUM) / np.max(np.abs(heard), axis=1))
    return KeyTables(np.rint(raw.samples * (gain[:, None] / QUANTUM)) * QUANTUM, raw.loop, raw.fall)


def key_generator(name: str, key: int) -> Generator:
    """Return the random generator of one key of the instrument ``name``: the same one each time."""
    return np.random.default_rng([int.from_bytes(name.encode(), "big"), key])


def bake(patch: Patch, rate: int, progress: Callable[[float], None]) -> Instrument:
    """Return the instrument of a patch at ``rate``; after each key, call ``progress`` with the part done, 0–1."""
    return _bake(patch, rate, range(patch.lowest, patch.highest + 1), progress)


def begin(patch: Patch, rate: int, keys: Collection[int]) -> Instrument:
    """Return the instrument of a patch at ``rate`` with these keys alone, the same bits; it is not finished.

    Raises ValueError if it has none of them.
    """
    there = {key for key in keys if patch.lowest <= key <= patch.highest}
    if not there:
        raise ValueError(f"{patch.name} has none of the keys")
    return replace(_bake(patch, rate, there, lambda _share: None), finished=False)


def _bake(patch: Patch, rate: int, keys: Collection[int], progress: Callable[[float], None]) -> Instrument:
    rows: list[NDArray[np.float32]] = []
    shapes: list[TableShape | None] = [None] * (patch.highest - patch.lowest + 1)
    for done, key in enumerate(sorted(keys), start=1):
        made = key_tables(patch, key, rate)
        rows.append(with_guards(made).reshape(-1))
        shapes[key - patch.lowest] = TableShape(made.samples.shape[1], made.loop, made.fall)
        progress(done / len(keys))
    pool = np.concatenate(rows)
    pool.flags.writeable = False
    return lay_out(patch, rate, pool, shapes)


@dataclass(frozen=True, slots=True)
class TableShape:
    """The length and the loop of a key's tables, in frames, and their decay during play, in dB a second."""

    length: int
    loop: int
    fall: float


def lay_out(patch: Patch, rate: int, pool: NDArray[np.float32], shapes: Sequence[TableShape | None]) -> Instrument:
    """Return the instrument whose ``pool`` holds, key by key, a soft and a bright table with their guards.

    ``shapes`` has one entry for each key; None for a key without tables.

    Raises ValueError if the shapes do not add up to the size of the pool, or a loop is longer than its table.
    """
    if len(shapes) != patch.highest - patch.lowest + 1:
        raise ValueError("there must be one length, one loop and one fall for each key")
    there = [shape for shape in shapes if shape is not None]
    if any(shape.length < 1 or not 0 <= shape.loop <= shape.length or not 0 <= shape.fall < 1e4 for shape in there):
        raise ValueError("the lengths and loops make no sense")
    if pool.size != sum(2 * (LEAD + shape.length + GUARD) for shape in there):
        raise ValueError("the lengths do not fit the pool")
    regions: list[tuple[Region, ...]] = []
    first = 0
    for key, shape in enumerate(shapes, start=patch.lowest):
        if shape is None:
            regions.append(())
            continue
        piece = patch.piece(key)
        whole = LEAD + shape.length + GUARD
        region = Region(
            soft=first + LEAD,
            bright=first + whole + LEAD,
            length=shape.length,
            loop=shape.loop,
            fall=shape.fall,
            release=piece.release,
            group=piece.group,
            off_by=piece.off_by,
        )
        regions.append((region,))
        first += 2 * whole
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


def with_guards(made: KeyTables) -> NDArray[np.float32]:
    """Return a key's samples with guard frames: silence before them, and silence or the continued loop after them."""
    if made.loop:
        length = made.samples.shape[1]
        further = made.samples[:, length - made.loop + np.arange(GUARD) % made.loop]
    else:
        further = np.zeros((2, GUARD))
    return np.concatenate((np.zeros((2, LEAD)), made.samples, further), axis=1).astype(np.float32)
