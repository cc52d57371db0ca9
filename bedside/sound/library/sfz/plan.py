"""Which tables the keys of an SFZ file need, and what is left out where all of them would not fit."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bedside.sound.instrument import GUARD, LEAD
from bedside.sound.library.sfz import oscillator
from bedside.sound.library.sfz.form import Form, SampleSource, form
from bedside.sound.library.sfz.opcodes import Opcodes

MOST_POOL_BYTES = 64 * 2**20
MOST_TABLES = 16_384

# Sounds that do not fit are cut short: layers of velocity go before they are shorter than the first of these, keys
# before they are shorter than the second. An instrument keeps an octave.
_GOOD_SECONDS = 2.0
_LEAST_SECONDS = 0.75
_FEWEST_KEYS = 13

# What a load may cost, in frames of samples gone through: seconds of work.
_MOST_WORK = 50_000_000

_SILENCE = Form(0, 64, 0, 1.0, 64, 0, 0.0, 0, 0, 0, 1.0)


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """One table of the pool: from which sample, or from which oscillator at which frequency, how, and its gain."""

    sample: str
    hz: float
    form: Form
    gain: float


@dataclass(frozen=True, slots=True)
class Use:
    """A region at one of its keys, and the number of the table that it plays."""

    key: int
    region: Opcodes
    table: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The tables of a pool, what plays them, and in words what had to be left out."""

    tables: tuple[PlannedTable, ...]
    uses: tuple[Use, ...]
    left_out: tuple[str, ...]


def plan(regions: Sequence[Opcodes], samples: dict[str, SampleSource], rate: int) -> Plan:
    """Return the tables of some regions, within the pool.

    Where they do not fit, layers of velocity, then keys at the ends, then the ends of long sounds are left out. Raises
    ValueError with words that end a sentence where nothing sounds, or where an octave alone does not fit.
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
        if longest is not None and sum(_work(tables[number], longest) for number in numbers) <= _MOST_WORK:
            break
        if highest - lowest < _FEWEST_KEYS:
            megabytes = sum(one.form.frames for one in tables) * 4 / 2**20
            limit = MOST_POOL_BYTES // 2**20
            raise ValueError(f"its sounds would take {megabytes:,.0f} MB of memory, and {limit} MB is the most")
        ends = {end: sum(_work(tables[use.table]) for use in within if use.key == end) for end in (lowest, highest)}
        lowest, highest = (lowest + 1, highest) if ends[lowest] >= ends[highest] else (lowest, highest - 1)
    if (lowest, highest) != whole:
        left_out.append(f"the keys below {lowest} and above {highest}")
    places = {number: place for place, number in enumerate(numbers)}
    cut = tuple(replace(tables[number], form=tables[number].form.shortened(longest)) for number in numbers)
    if any(one.form.cut for one in cut):
        left_out.append(f"all of each sound beyond {longest / rate:.1f} s")
    return Plan(cut, tuple(replace(use, table=places[use.table]) for use in within), tuple(left_out))


def _wanted(
    regions: Sequence[Opcodes], samples: dict[str, SampleSource], rate: int
) -> tuple[list[PlannedTable], list[Use]]:
    """Return the tables that regions need, each once, and what plays them."""
    tables: dict[PlannedTable, int] = {}
    uses = []
    for region in regions:
        for key in range(max(region.lokey, 0), region.hikey + 1):
            one = _table(region, key, samples, rate)
            if one is not None:
                uses.append(Use(key, region, tables.setdefault(one, len(tables))))
    return list(tables), uses


def _table(region: Opcodes, key: int, samples: dict[str, SampleSource], rate: int) -> PlannedTable | None:
    """Return the table of a region at a key; one that is silent by intent may still choke others."""
    if region.end == -1 or region.sample == "*silence":
        return PlannedTable("*silence", 0.0, _SILENCE, 1.0)
    semitones = (key - region.pitch_keycenter) * region.pitch_keytrack / 100 + region.transpose + region.tune / 100
    gain = 10 ** (region.volume / 20)
    if region.sample in samples:
        made = form(region, samples[region.sample], semitones, rate)
        return PlannedTable(region.sample, 0.0, made, gain) if made else None
    pitch = region.pitch_keycenter + semitones
    hz = 440 * 2 ** ((min(max(pitch, -128), 255) - 69) / 12) if region.sample != "*noise" else 0.0
    source = endless(region, rate, oscillator.loop_frames(region.sample, hz, rate))
    # An oscillator has no frames that a region could name.
    made = form(replace(region, offset=0, end=None, loop_start=None, loop_end=None), source, 0.0, rate)
    return PlannedTable(region.sample, hz, made, gain) if made else None


def endless(region: Opcodes, rate: int, frames: int) -> SampleSource:
    """Return an oscillator as the source of a region."""
    return SampleSource(frames, rate, (0, frames - 1), endless=region.sample.startswith("*"))


def _work(one: PlannedTable, longest: int = 2**40) -> float:
    """Return the frames that a table goes through to be made, at least those of the table itself."""
    frames = one.form.frames if one.form.loop else min(one.form.frames, longest)
    return frames * max(1.0, one.form.step)


def _longest(tables: Sequence[PlannedTable], rate: int, least_seconds: float) -> int | None:
    """Return the frames to which tables are cut to fit the pool; None where that were too short."""
    room = MOST_POOL_BYTES // 4 - sum(LEAD + GUARD + one.form.frames for one in tables if one.form.loop)
    lengths = sorted(LEAD + GUARD + one.form.frames for one in tables if not one.form.loop)
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
    """Return the regions with every second layer of velocity left to the louder one above it; None where none can be.

    Layers are taken out only where all keys are divided alike, and no two layers overlap.
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
    """Yield each layer that is kept, from the loudest down, and the velocity from which it sounds."""
    for place in range(len(layers) - 1, -1, -2):
        yield layers[place], layers[max(place - 1, 0)][0]
