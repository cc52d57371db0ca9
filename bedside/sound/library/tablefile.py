"""An instrument as one file: a description, then the pool, aligned to a page so that it can be mapped.

Nothing in the file is executed, and nothing is trusted before its checksums have been verified.
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from bedside.sound.instrument import GUARD, LEAD, Instrument, Region

FORMAT = 3

_MAGIC = b"bedside\0"
# Magic, format, length of the description, CRC-32 of it, CRC-32 of the pool.
_PRELUDE = struct.Struct("<8sIIII")
# Lowest and highest key, whether it is sustained, rate, number of rows of gains, of regions, and frames of the pool;
# the lengths of name and picture.
_HEAD = struct.Struct("<BB?IIIQHH")
# How many regions a key has.
_COUNT = struct.Struct("<H")
# The fields of a region in their order, its gains as the number of their row.
_REGION = struct.Struct("<qqqqddddddIIIdqq?d")
_STEPS = 128
_PAGE = mmap.ALLOCATIONGRANULARITY

# A longer description is damaged.
_MOST_DESCRIBED = 1 << 26


def write(instrument: Instrument, out: BinaryIO) -> None:
    """Write an instrument; raise OSError if there is no room."""
    described = _describe(instrument)
    samples = np.ascontiguousarray(instrument.pool, dtype="<f4").data.cast("B")
    prelude = _PRELUDE.pack(_MAGIC, FORMAT, len(described), zlib.crc32(described), zlib.crc32(samples))
    out.write((prelude + described).ljust(_begin(len(described)), b"\0"))
    out.write(samples)


def stated_checksum(source: BinaryIO) -> str:
    """Return what an open file says to be the CRC-32 of its description and of its pool, without verifying them.

    Raises ValueError or struct.error for a file of another format.
    """
    magic, form, _, description_crc, pool_crc = _PRELUDE.unpack(source.read(_PRELUDE.size))
    if (magic, form) != (_MAGIC, FORMAT):
        raise ValueError("not an instrument of this format")
    return f"{description_crc:08x}{pool_crc:08x}"


def read(source: BinaryIO) -> Instrument:
    """Return the instrument in an open file, its pool mapped read-only and fully in memory.

    Raises ValueError for a file that is damaged or of another format.
    """
    try:
        magic, form, length, description_crc, pool_crc = _PRELUDE.unpack(source.read(_PRELUDE.size))
        if (magic, form) != (_MAGIC, FORMAT) or length > _MOST_DESCRIBED:
            raise ValueError("not an instrument of this format")
        described = source.read(length)
        if len(described) != length or zlib.crc32(described) != description_crc:
            raise ValueError("a damaged description")
        begin, size = _begin(length), os.fstat(source.fileno()).st_size
        if size <= begin or (size - begin) % 4:
            raise ValueError("a pool cut short")
        shared = _map(source, size)
        # This touches every page, and releases the GIL meanwhile.
        if zlib.crc32(memoryview(shared)[begin:]) != pool_crc:
            raise ValueError("a damaged pool")
        return _described(described, np.frombuffer(shared, dtype="<f4", offset=begin))
    except (struct.error, IndexError) as fault:
        raise ValueError("a damaged description") from fault


def _describe(instrument: Instrument) -> bytes:
    rows: dict[bytes, int] = {}
    regions = []
    for region in (region for key in instrument.regions for region in key):
        gains = np.ascontiguousarray(region.gains, dtype="<f8")
        if gains.shape != (_STEPS,):
            raise ValueError(f"a region has {_STEPS} gains, not {gains.shape}")
        row = rows.setdefault(gains.tobytes(), len(rows))
        regions.append(_REGION.pack(*_plain(region, row)))
    name, picture = instrument.name.encode(), instrument.picture.encode()
    head = _HEAD.pack(
        instrument.lowest,
        instrument.highest,
        instrument.sustained,
        instrument.rate,
        len(rows),
        len(regions),
        instrument.pool.size,
        len(name),
        len(picture),
    )
    counts = b"".join(_COUNT.pack(len(key)) for key in instrument.regions)
    return b"".join((head, name, picture, counts, *rows, *regions))


def _plain(region: Region, row: int) -> tuple[float, ...]:
    """Return the fields of a region in the order of `_REGION`."""
    return (
        *(region.soft, region.bright, region.length, region.loop, region.fall, region.release),
        *(*region.velocity, *region.chance, region.turn, region.turns, row),
        *(region.pan, region.group, region.off_by, region.on_release, region.rest),
    )


def _described(described: bytes, pool: NDArray[np.float32]) -> Instrument:
    """Return the instrument of a description and its pool; raise ValueError or struct.error if they do not match."""
    lowest, highest, sustained, rate, rows, regions, frames, *lengths = _HEAD.unpack_from(described)
    if pool.size != frames or lowest > highest:
        raise ValueError("a pool of another length")
    at = _HEAD.size
    texts = []
    for length in lengths:
        texts.append(described[at : at + length].decode())
        at += length
    keys = highest - lowest + 1
    counts = [count for (count,) in _COUNT.iter_unpack(described[at : at + _COUNT.size * keys])]
    at += _COUNT.size * keys
    # A copy, as they are not aligned in the file.
    gains = np.frombuffer(described, "<f8", rows * _STEPS, at).astype(np.float64).reshape(rows, _STEPS)
    gains.flags.writeable = False
    at += gains.nbytes
    if len(described) != at + _REGION.size * regions or len(counts) != keys or sum(counts) != regions:
        raise ValueError("a description of another length")
    made = _regions(described[at:], [gains[row] for row in range(rows)], frames)
    return Instrument(
        name=texts[0],
        picture=texts[1],
        lowest=lowest,
        highest=highest,
        sustained=sustained,
        rate=rate,
        pool=pool,
        regions=tuple(tuple(next(made) for _ in range(count)) for count in counts),
    )


def _regions(packed: bytes, gains: list[NDArray[np.float64]], frames: int) -> Iterator[Region]:
    for soft, bright, length, loop, fall, release, *rest in _REGION.iter_unpack(packed):
        low, high, least, most, turn, turns, row, pan, group, off_by, on_release, softer = rest
        if not (LEAD <= min(soft, bright) <= max(soft, bright) <= frames - length - GUARD and 0 <= loop <= length):
            raise ValueError("a table outside the pool")
        yield Region(
            soft=soft,
            bright=bright,
            length=length,
            loop=loop,
            fall=fall,
            release=release,
            velocity=(low, high),
            chance=(least, most),
            turn=turn,
            turns=turns,
            gains=gains[row],
            pan=pan,
            group=group,
            off_by=off_by,
            on_release=on_release,
            rest=softer,
        )


def _begin(described: int) -> int:
    """Return the file offset of the pool: the first page after a description of this many bytes."""
    return -(-(_PRELUDE.size + described) // _PAGE) * _PAGE


def _map(source: BinaryIO, length: int) -> mmap.mmap:
    """Return a mapping of a whole file, without reading its pages: that would block with the GIL held."""
    if sys.platform == "win32":
        return mmap.mmap(source.fileno(), length, access=mmap.ACCESS_READ)
    else:  # noqa: RET505 - after a return, mypy would call it unreachable on Windows
        return mmap.mmap(source.fileno(), length, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ)
