"""Build an instrument from the regions of an SFZ file: their tables in one pool, normalised in loudness."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bedside.sound.exact import LN_10, decibels, falling
from bedside.sound.instrument import GUARD, LEAD, QUANTUM, Instrument, Region
from bedside.sound.library.bake import LOUDNESS_LUFS, PEAK
from bedside.sound.library.sfz import oscillator
from bedside.sound.library.sfz.opcodes import Opcodes
from bedside.sound.library.sfz.plan import PlannedTable, endless, plan
from bedside.sound.library.sfz.tablespec import SampleSource, TableSpec, release, release_region, render_table
from bedside.sound.loudness import momentary

# Returns ``count`` frames of a sample, beginning at the frame ``first``.
ReadSamples = Callable[[str, int, int], NDArray[np.float32]]


def build_instrument(
    name: str, stated: Sequence[Opcodes], samples: dict[str, SampleSource], read: ReadSamples, rate: int
) -> tuple[Instrument, tuple[str, ...]]:
    """Return the instrument of some regions at ``rate``, and a list in words of what did not fit.

    ``samples`` are the samples that the regions name, without oscillators; ``read`` returns their frames. Raises
    ValueError, with words that end a sentence, if nothing sounds or there is too much.
    """
    tails = (release_region(region, samples[region.sample]) for region in stated if region.sample in samples)
    regions = [*stated, *(rest for rest in tails if rest is not None)]
    made = plan(regions, samples, rate)
    begins = [LEAD]
    for one in made.tables:
        begins.append(begins[-1] + one.spec.frames + GUARD + LEAD)
    pool = _filled(made.tables, begins, samples, read, rate)
    groups = _numbered(regions)
    struck = [use.key for use in made.uses if use.region.trigger == "attack"]
    lowest, highest = min(struck), max(struck)
    keys: list[list[Region]] = [[] for _ in range(lowest, highest + 1)]
    for use in made.uses:
        if lowest <= use.key <= highest:
            source = samples.get(use.region.sample) or endless(use.region, rate, 1)
            spec = made.tables[use.table].spec
            keys[use.key - lowest].append(_region(use.region, source, spec, begins[use.table], groups))
    whole = Instrument(
        name=name,
        picture="sample",
        lowest=lowest,
        highest=highest,
        sustained=any(region.loop and not region.fall for key in keys for region in key),
        rate=rate,
        pool=pool,
        regions=tuple(map(tuple, keys)),
    )
    _levelled(whole, pool, made.tables, begins)
    pool.flags.writeable = False
    return whole, made.left_out


def _filled(
    tables: Sequence[PlannedTable],
    begins: Sequence[int],
    samples: dict[str, SampleSource],
    read: ReadSamples,
    rate: int,
) -> NDArray[np.float32]:
    """Return the pool with every table in its place, at the level that the file states."""
    pool = np.zeros(begins[-1] - LEAD, np.float32)
    frames = np.zeros(0, np.float32)
    at: tuple[str, float, int] | None = None
    most: dict[tuple[str, float, int], int] = {}
    for one in tables:
        place = (one.sample, one.hz, one.spec.first)
        most[place] = max(most.get(place, 0), one.spec.count)
    for number in sorted(range(len(tables)), key=lambda n: (tables[n].sample, tables[n].hz, tables[n].spec.first)):
        one, begin = tables[number], begins[number]
        place = (one.sample, one.hz, one.spec.first)
        if one.sample not in samples:
            frames = oscillator.loop(one.sample, one.hz, rate)
        elif place != at:
            frames = read(one.sample, one.spec.first, most[place])
        at = place
        sound = render_table(one.spec, frames[: one.spec.count], rate) * one.gain
        end = begin + one.spec.frames
        pool[begin:end] = sound
        if one.spec.loop:
            pool[end : end + GUARD] = sound[one.spec.frames - one.spec.loop + np.arange(GUARD) % one.spec.loop]
    return pool


def _region(opcodes: Opcodes, source: SampleSource, made: TableSpec, begin: int, groups: dict[int, int]) -> Region:
    # A velocity between two MIDI steps belongs to one layer only: each ends just below the middle.
    low = 0.0 if opcodes.lovel <= 1 else (opcodes.lovel - 0.5) / 127
    high = 1.0 if opcodes.hivel >= 127 else math.nextafter((opcodes.hivel + 0.5) / 127, 0)
    return Region(
        soft=begin,
        bright=begin,
        length=made.frames,
        loop=made.loop,
        fall=made.fall,
        release=release(opcodes, source),
        velocity=(low, high),
        chance=(opcodes.lorand, opcodes.hirand),
        turn=opcodes.seq_position - 1,
        turns=opcodes.seq_length,
        gains=response(opcodes.amp_veltrack),
        pan=opcodes.pan / 100,
        # In SFZ a voice names the group that chokes it; here a strike names the group that it chokes.
        group=groups[opcodes.off_by],
        off_by=groups[opcodes.group],
        on_release=opcodes.trigger != "attack",
        rest=opcodes.rt_decay,
    )


def response(veltrack: float) -> NDArray[np.float64]:
    """Return the gains of velocities 0–127 at an ``amp_veltrack`` in percent.

    At 100 it is the square of the velocity's part of 127, 20·log10((v/127)²) dB (sfzformat.com, amp_veltrack); at 0 it
    is 1 throughout, and between them a straight line, as sfizz has it; a negative one is softest at 127.
    """
    missing = abs(veltrack) / 100 * (1 - np.square(np.arange(128) / 127))
    gains = missing if veltrack < 0 else 1 - missing
    gains.flags.writeable = False
    return np.asarray(gains, dtype=np.float64)


def _numbered(regions: Sequence[Opcodes]) -> dict[int, int]:
    """Return a small number, from 1, for each group of a file, whose own number may be of any size; 0 stays 0."""
    named = sorted({region.group for region in regions} | {region.off_by for region in regions} - {0})
    return {0: 0} | {group: number for number, group in enumerate((n for n in named if n), start=1)}


def _levelled(
    made: Instrument, pool: NDArray[np.float32], tables: Sequence[PlannedTable], begins: Sequence[int]
) -> None:
    """Scale the pool so that the middle key is at −23 LUFS at velocity 1, and no peak exceeds 0.9."""
    keys = sorted(range(len(made.regions)), key=lambda key: abs(2 * key - len(made.regions) + 1))
    loudness = next((level for key in keys if (level := _loudness(made, pool, key)) > -120), None)
    peak = float(max(abs(pool.max()), abs(pool.min())))
    if loudness is None or peak == 0:
        return
    gain = min(decibels(LOUDNESS_LUFS - loudness), (PEAK - QUANTUM) / peak)
    for one, begin in zip(tables, begins, strict=False):
        piece = pool[begin : begin + one.spec.frames + GUARD]
        piece[:] = np.rint(piece.astype(np.float64) * (gain / QUANTUM)) * QUANTUM


def _loudness(made: Instrument, pool: NDArray[np.float32], key: int) -> float:
    """Return the loudness in LUFS of a first strike at velocity 1; ``key`` counts from the lowest, from 0."""
    chosen = [
        region
        for region in made.regions[key]
        if region.velocity[1] == 1 and region.turn == 0 and region.chance[0] == 0 and not region.on_release
    ]
    sound = np.zeros(3 * made.rate)
    for region in chosen:
        at = np.arange(sound.size if region.loop else min(region.length, sound.size))
        over = np.maximum(at - region.length, 0) % max(region.loop, 1)
        at = np.where(at < region.length, at, region.length - region.loop + over)
        falls = falling(region.fall / 20 * LN_10 / made.rate, at.size)
        # A negative velocity tracking makes the hardest strike silent; then take the loudest velocity.
        gain = region.gain(1.0) or float(region.gains.max())
        sound[: at.size] += pool[region.soft + at] * falls * gain
    return float(momentary(sound, made.rate))
