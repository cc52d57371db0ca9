"""Baked instruments on disk: the one module that touches the cache, which may at any time be lost, damaged or full.

Nothing in a cache file is executed, and nothing in it is believed before its checksums have been seen to hold.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np

from bedside.sound import (
    bake,
    bar,
    ensemble,
    envelope,
    instrument,
    loudness,
    membrane,
    modes,
    noise,
    patch,
    strings,
    table,
    tuning,
)
from bedside.sound.instrument import Instrument
from bedside.sound.patch import Patch

FORMAT = 2

# A change in any of these may change the sound.
SOURCES = bake, bar, ensemble, envelope, instrument, loudness, membrane, modes, noise, patch, strings, table, tuning

_MAGIC = b"bedside\0"
# Magic, format, keys, CRC-32 of the shapes that follow, CRC-32 of the pool.
_PRELUDE = struct.Struct("<8sIIII")
# Length, loop and fall of a key's tables.
_SHAPE = struct.Struct("<qqd")
_PAGE = mmap.ALLOCATIONGRANULARITY

# A process that bakes for longer than this is no longer there.
_ABANDONED_SECONDS = 3600.0


def fingerprint(patch: Patch, rate: int) -> str:
    """Return the hexadecimal SHA-256 of all that determines the tables of a patch at ``rate``."""
    digest = hashlib.sha256(f"{FORMAT} {rate} {patch!r}".encode())
    for module in SOURCES:
        source = Path(str(module.__file__)).read_bytes()
        digest.update(f"{module.__name__} {len(source)} ".encode() + source)
    return digest.hexdigest()


def load(patch: Patch, rate: int, folder: Path, progress: Callable[[float], None]) -> Instrument:
    """Return the instrument of a patch at ``rate`` from the cache in ``folder``, baked first where it is not there.

    Its pool is mapped read-only, shared with every process that loads the same file, and wholly in memory. A cache
    that cannot be written costs only time: the instrument then comes as it was baked. ``progress`` hears the part
    done, 0 to 1.
    """
    file = folder / f"{patch.name}-{rate}-{fingerprint(patch, rate)}.tables"
    kept = _read(file, patch, rate)
    if kept is None:
        baked = bake.bake(patch, rate, progress)
        kept = _written(baked, file, patch) or baked
    progress(1.0)
    return kept


def _written(baked: Instrument, file: Path, patch: Patch) -> Instrument | None:
    """Write an instrument so that the file is either whole or not there; return it as read back, None if in vain."""
    temporary: Path | None = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{baked.name}-{baked.rate}-", suffix=".part", dir=file.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as out:
            _write(baked, out)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(file)
    except OSError:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
        return None
    _clear(file, f"{baked.name}-{baked.rate}-")
    return _read(file, patch, baked.rate)


def _clear(file: Path, prefix: str) -> None:
    """Remove what earlier patches, earlier programs and processes that died have left of this instrument."""
    with suppress(OSError):
        for other in file.parent.iterdir():
            if not other.name.startswith(prefix) or other == file:
                continue
            with suppress(OSError):
                if other.suffix == ".tables" or time.time() - other.stat().st_mtime > _ABANDONED_SECONDS:
                    other.unlink()


def _write(baked: Instrument, out: BinaryIO) -> None:
    # A baked patch has one region for each key.
    layout = b"".join(_SHAPE.pack(region.length, region.loop, region.fall) for (region,) in baked.regions)
    samples = np.ascontiguousarray(baked.pool, dtype="<f4").data.cast("B")
    prelude = _PRELUDE.pack(_MAGIC, FORMAT, len(baked.regions), zlib.crc32(layout), zlib.crc32(samples))
    out.write((prelude + layout).ljust(_begin(len(baked.regions)), b"\0"))
    out.write(samples)


def _begin(keys: int) -> int:
    """Return where the pool begins in a file of so many keys: on the first page after what describes it."""
    return -(-(_PRELUDE.size + _SHAPE.size * keys) // _PAGE) * _PAGE


def _read(file: Path, patch: Patch, rate: int) -> Instrument | None:
    """Return the instrument in a cache file, or None where there is no such file or it is not whole."""
    try:
        with file.open("rb") as source:
            return _mapped(source, patch, rate)
    except (OSError, ValueError, struct.error):
        return None


def _mapped(source: BinaryIO, patch: Patch, rate: int) -> Instrument:
    """Return the instrument in an open cache file; raise ValueError or struct.error for a damaged one."""
    magic, form, keys, layout_crc, pool_crc = _PRELUDE.unpack(source.read(_PRELUDE.size))
    if (magic, form, keys) != (_MAGIC, FORMAT, patch.highest - patch.lowest + 1):
        raise ValueError("not a cache file of this format")
    layout = source.read(_SHAPE.size * keys)
    if zlib.crc32(layout) != layout_crc:
        raise ValueError("a damaged layout")
    shapes = [bake.Shape(*values) for values in _SHAPE.iter_unpack(layout)]
    shared = _map(source, os.fstat(source.fileno()).st_size)
    # The checksum also touches every page, where the system does not populate a mapping by itself.
    if zlib.crc32(memoryview(shared)[_begin(keys) :]) != pool_crc:
        raise ValueError("a damaged pool")
    return bake.laid(patch, rate, np.frombuffer(shared, dtype="<f4", offset=_begin(keys)), shapes)


def _map(source: BinaryIO, length: int) -> mmap.mmap:
    if sys.platform == "win32":
        return mmap.mmap(source.fileno(), length, access=mmap.ACCESS_READ)
    flags = mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0)
    return mmap.mmap(source.fileno(), length, flags=flags, prot=mmap.PROT_READ)
