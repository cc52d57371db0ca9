"""The bits of this machine: hashes of the shipped instruments' tables and of the reference take's samples."""

from __future__ import annotations

import dataclasses
import hashlib
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from bedside.sound import version
from bedside.sound.engine import offline
from bedside.sound.instrument import Instrument
from bedside.sound.library import cache, catalogue, loading
from bedside.sound.library.recipe import Recipe
from bedside.sound.reference import take

# Digits of a hash in a group that is read aloud, and groups: enough to compare two machines by eye.
_GROUP, _GROUPS = 4, 6


@dataclass(frozen=True, slots=True)
class Bits:
    """Hashes, SHA-256 in hexadecimal: of each instrument's tables, by name, and of the take's samples."""

    tables: Mapping[str, str] = field(default_factory=dict)
    render: str = ""

    @property
    def digest(self) -> str:
        """One hash of all the hashes; empty if none is known."""
        if not self.render:
            return ""
        lines = [f"{name} {self.tables[name]}" for name in sorted(self.tables)]
        return hashlib.sha256("\n".join([*lines, self.render]).encode()).hexdigest()

    @property
    def groups(self) -> str:
        """The beginning of the hash in groups of four, to be compared by eye or read aloud."""
        digest = self.digest
        return " ".join(digest[at : at + _GROUP] for at in range(0, min(len(digest), _GROUP * _GROUPS), _GROUP))

    def as_json(self) -> dict[str, object]:
        """Return everything as plain values."""
        return {"digest": self.digest, "render": self.render, "tables": dict(self.tables)}


def written() -> Bits:
    """Return the hashes that this version of the sound has on every machine; empty ones if they are not written yet."""
    return Bits(version.TABLES, version.RENDER)


def unequal(first: Bits, second: Bits) -> list[str]:
    """Return what differs: names of instruments, and ``render``."""
    names = sorted(first.tables.keys() | second.tables.keys())
    different = [name for name in names if first.tables.get(name) != second.tables.get(name)]
    return [*different, *(["render"] if first.render != second.render else [])]


def make(progress: Callable[[float], None] = lambda _share: None) -> Bits:
    """Return the hashes of this machine; takes seconds, and minutes if the instruments must be baked first.

    ``progress`` gets the part done, 0–1. The user's folders of samples are left out. Raises BedsideError if the
    program's own files are missing or damaged.
    """
    recipes = [Recipe(patch.name, patch) for patch in catalogue.shipped_patches()]
    instruments = []
    for number, recipe in enumerate(recipes):

        def moved(share: float, done: int = number) -> None:
            progress((done + share) / (len(recipes) + 1))

        instruments.append(cache.load(recipe, take.RATE, loading.cache_folder(), moved))
    played = [each for each in instruments if each.name in take.INSTRUMENTS]
    bits = Bits({each.name: tables_hash(each) for each in instruments}, render_hash(played))
    progress(1.0)
    return bits


def tables_hash(instrument: Instrument) -> str:
    """Return the SHA-256 of an instrument's samples, as little-endian float32, and of its regions."""
    digest = hashlib.sha256(np.ascontiguousarray(instrument.pool, dtype="<f4").data)
    digest.update(struct.pack("<qqq?", instrument.lowest, instrument.highest, instrument.rate, instrument.sustained))
    for key in instrument.regions:
        digest.update(struct.pack("<q", len(key)))
        for region in key:
            for part in dataclasses.fields(region):
                value = getattr(region, part.name)
                # Whole numbers, bounds and gains alike are exact as float64.
                digest.update(np.atleast_1d(np.asarray(value, dtype="<f8")).tobytes())
    return digest.hexdigest()


def render_hash(instruments: list[Instrument]) -> str:
    """Return the SHA-256 of the reference take's samples, as interleaved little-endian float32."""
    digest = hashlib.sha256()
    for block in offline.render(take.reference_take(), instruments):
        digest.update(np.ascontiguousarray(block, dtype="<f4").data)
    return digest.hexdigest()
