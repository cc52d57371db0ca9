"""Plan which tables the keys of an SFZ file need, and what to leave out if they do not all fit."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bedside.sound.exact import decibels
from bedside.sound.instrument import GUARD, LEAD
from bedside.sound.library.sfz import oscillator
from bedside.sound.library.sfz.opcodes import Opcodes
from bedside.sound.library.sfz.tablespec import SampleSource, TableSpec, table_spec
from bedside.sound.tuning import frequency_ratio

MOST_POOL_BYTES = 64 * 2**20
MOST_TABLES = 16_384

# Sounds that do not fit are cut short. Before they get shorter than the first of these, velocity layers are dropped;
# before they get shorter than the second, keys are. An octave is always kept.
_GOOD_SECONDS = 2.0
_LEAST_SECONDS = 0.75
_FEWEST_KEYS = 13

# The most work for one folder, in sample frames to resample; it takes seconds.
_MOST_WORK = 50_000_000

_SILENCE = TableSpec(0, 64, 0, 1.0, 64, 0, 0.0, 0, 0, 0, 1.0)


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """One table of the pool: its sample, or its oscillator and frequency; how it is made; and its gain."""

    sample: str
    hz: float
    spec: TableSpec
    gain: float


@dataclass(frozen=True, slots=True)
class KeyRegion:
    """A region on one of its keys, and the index of the table that it plays."""

    key: int
    region: Opcodes
    table: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The tables of a pool, the regions that play them, and a list in words of what was left out."""

    tables: tuple[PlannedTable, ...]
    uses: tuple[KeyRegion, ...]
    left_out: tuple[str, ...]


def plan(regions: Sequence[Opcodes], samples: dict[str, SampleSource], rate: int) -> Plan:
    """Return the tables of some regions, as many as fit the pool.

    If they do not fit, velocity layers are left out, then the outermost keys, then the ends of long sounds. Raises
    ValueError, with words that end a sentence, if nothing sounds or not even an octave fits.
    """
    if sum(region.hikey - max(region.lokey, 0) + 1 for region in regions) > MOST_TABLES:
        raise ValueError(f"it has more than {MOST_TABLES:,} sounds")
    left_out: list[str] = []
    kept = regions
    tables, uses = _wanted(kept, samples, rate)
    if not any(use.region.trigger == "attack" for use in uses):
        raise ValueError("no key of it sounds")
    while _longest(tables, rate, _GOOD_SECONDS) is None and (thinner := _thinned(kept)) is not None:
        kept = thinner
        tables, uses = _wanted(kept, samples, rate)
        left_out = ["some layers of velocity"]
    struck = [use.key for use in uses if use.region.trigger == "attack"]
    lowest, highest = min(struck), max(struck)
    whole = lowest, highest
    while True:
        within = [use for use in uses if lowest <= use.key <= highest]
        numbers = sorted({use.table for use in within})
        longest = _longest([tables[number] for number in numbers], rate, _LEAST_SECONDS)
        if longest is not None and math.fsum(_work(tables[number], longest) for number in numbers) <= _MOST_WORK:
            break
        if highest - lowest < _FEWEST_KEYS:
            megabytes = sum(one.spec.frames for one in tables) * 4 / 2**20
            limit = MOST_POOL_BYTES // 2**20
            raise ValueError(f"its sounds would take {megabytes:,.0f} MB of memory, and {limit} MB is the most")
        ends = {
            end: math.fsum(_work(tables[use.table]) for use in within if use.key == end) for end in (lowest, highest)
        }
        lowest, highest = (lowest + 1, highest) if ends[lowest] >= ends[highest] else (lowest, highest - 1)
    if (lowest, highest) != whole:
        left_out.append(f"the keys below {lowest} and above {highest}")
    places = {number: place for place, number in enumerate(numbers)}
    cut = tuple(replace(tables[number], spec=tables[number].spec.shortened(longest)) for number in numbers)
    if any(one.spec.cut for one in cut):
        left_out.append(f"all of each sound beyond {longest / rate:.1f} s")
    return Plan(cut, tuple(replace(use, table=places[use.table]) for use in within), tuple(left_out))


def _wanted(
    regions: Sequence[Opcodes], samples: dict[str, SampleSource], rate: int
) -> tuple[list[PlannedTable], list[KeyRegion]]:
    """Return the distinct tables that regions need, and the regions that play them."""
    tables: dict[PlannedTable, int] = {}
    uses = []
    for region in regions:
        for key in range(max(region.lokey, 0), region.hikey + 1):
            one = _table(region, key, samples, rate)
            if one is not None:
                uses.append(KeyRegion(key, region, tables.setdefault(one, len(tables))))
    return list(tables), uses


def _table(region: Opcodes, key: int, samples: dict[str, SampleSource], rate: int) -> PlannedTable | None:
    """Return the table of a region at a key; a silent one is kept, because it may choke others."""
    if region.end == -1 or region.sample == "*silence":
        return PlannedTable("*silence", 0.0, _SILENCE, 1.0)
    semitones = (key - region.pitch_keycenter) * region.pitch_keytrack / 100 + region.transpose + region.tune / 100
    gain = decibels(region.volume)
    if region.sample in samples:
        made = table_spec(region, samples[region.sample], semitones, rate)
        return PlannedTable(region.sample, 0.0, made, gain) if made else None
    pitch = region.pitch_keycenter + semitones
    hz = 440 * frequency_ratio((min(max(pitch, -128), 255) - 69) / 12) if region.sample != "*noise" else 0.0
    source = endless(region, rate, oscillator.loop_frames(region.sample, hz, rate))
    # An oscillator has no frame numbers, so those opcodes do not apply.
    made = table_spec(replace(region, offset=0, end=None, loop_start=None, loop_end=None), source, 0.0, rate)
    return PlannedTable(region.sample, hz, made, gain) if made else None


def endless(region: Opcodes, rate: int, frames: int) -> SampleSource:
    """Return the oscillator of a region as an endless source."""
    return SampleSource(frames, rate, (0, frames - 1), endless=region.sample.startswith("*"))


def _work(one: PlannedTable, longest: int = 2**40) -> float:
    """Return the cost of a table in sample frames, at least the length of the table."""
    frames = one.spec.frames if one.spec.loop else min(one.spec.frames, longest)
    return frames * max(1.0, one.spec.step)


def _longest(tables: Sequence[PlannedTable], rate: int, least_seconds: float) -> int | None:
    """Return the length in frames to which tables must be cut to fit the pool; None if that is too short."""
    room = MOST_POOL_BYTES // 4 - sum(LEAD + GUARD + one.spec.frames for one in tables if one.spec.loop)
    lengths = sorted(LEAD + GUARD + one.spec.frames for one in tables if not one.spec.loop)
    if room < 0:
        return None
    for place, length in enumerate(lengths):
        most = room // (len(lengths) - place)
        if length > most:
            longest = most - LEAD - GUARD
            return longest if longest >= least_seconds * rate else None
        room -= length
    return max(lengths, default=1)


def _thinned(regions: Sequence[Opcodes]) -> list[Opcodes] | None:
    """Return the regions with every second velocity layer replaced by the louder one above it; None if impossible.

    Layers are dropped only if all keys have the same ones and none overlap.
    """
    layers = sorted({(region.lovel, region.hivel) for region in regions})
    if len(layers) < 2 or any(below[1] >= above[0] for below, above in itertools.pairwise(layers)):
        return None
    kept = dict(_pairs(layers))
    return [
        replace(region, lovel=kept[region.lovel, region.hivel])
        for region in regions
        if (region.lovel, region.hivel) in kept
    ]


def _pairs(layers: list[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield each layer that is kept, from the loudest down, and the lowest velocity that it now covers."""
    for place in range(len(layers) - 1, -1, -2):
        yield layers[place], layers[max(place - 1, 0)][0]
